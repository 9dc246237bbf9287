// Conversations whose application data keys have opened, for tests of what is read inside TLS.

import type { Conversation, Side, TlsRecord } from '../../shared/conversation/facts.ts'
import { conversationOf } from './conversation.ts'
import { bytes } from './packets.ts'

export type Spoken = readonly [from: Side, ...parts: (Uint8Array | readonly number[] | number | string)[]]

/** One record a packet, from packet 1 on; each is as long as its content and 22 bytes. */
export function openedConversation(carrier: string, said: readonly Spoken[]): Conversation {
  const records: Record<Side, TlsRecord[]> = { client: [], server: [] }
  const at: Record<Side, number> = { client: 0, server: 0 }
  for (const [i, [from, ...parts]] of said.entries()) {
    const opened = bytes(...parts)
    const start = at[from]
    at[from] += opened.length + 22
    records[from].push({
      start,
      end: at[from],
      contentType: 23,
      version: 0x0303,
      protection: 'opened',
      innerType: 23,
      order: i + 1,
      packet: i + 1,
      time: i * 1e6,
      index: records[from].length,
      dtls: null,
      sealedBytes: null,
      opened,
    })
  }
  const bare = conversationOf([])
  const stream = (side: Side) => ({ ...bare[side], records: records[side], length: at[side] })
  return {
    ...bare,
    carrier: { name: carrier, steps: [] },
    client: stream('client'),
    server: stream('server'),
  }
}
