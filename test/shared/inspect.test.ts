// The second pass must say what the first said: every capture at hand, every conversation, fact for fact.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeCrypto } from '../../electron/worker/crypto.ts'
import { FileSource } from '../../electron/worker/source.ts'
import { readPacketAt } from '../../shared/capture/reader.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import { reread } from '../../shared/inspect.ts'
import { scanFile } from '../support/scan.ts'

const folders = [
  join(import.meta.dirname, '../captures'),
  join(import.meta.dirname, '../captures/keys'),
  join(import.meta.dirname, '../captures/carriers'),
  join(import.meta.dirname, '../../../shared/captures/lab'),
  join(import.meta.dirname, '../../../shared/captures/zeek'),
].filter((folder) => existsSync(folder))

/** What a row or a replay can see; kept bytes differ by design, and of `order` only the order counts. */
function facts(conversation: Conversation) {
  const parts = [...conversation.client.chunks, ...conversation.server.chunks, ...conversation.events]
  const orders = parts.map((part) => part.order).sort((a, b) => a - b)
  const ranked = <T extends { readonly order: number }>(part: T) => ({
    ...part,
    order: orders.indexOf(part.order),
  })
  const stream = (side: 'client' | 'server') => {
    const { chunks, records, ...rest } = conversation[side]
    return {
      ...rest,
      chunks: chunks.map(ranked),
      records: records.map((record) => ({ ...record, order: 0, sealedBytes: null })),
    }
  }
  return {
    ...conversation,
    client: stream('client'),
    server: stream('server'),
    events: conversation.events.map(ranked),
    messages: conversation.messages.map(({ from, contentType, type, start, end, packet, bytes, body }) => ({
      from,
      contentType,
      type,
      start,
      end,
      packet,
      bytes,
      body,
    })),
  }
}

describe.each(folders)('captures in %s', (folder) => {
  it('give the same facts again when a conversation is read from its noted packets', async () => {
    const names = readdirSync(folder).filter((name) => /\.(pcap|pcapng|cap|trace)$/.test(name))
    for (const name of names) {
      const path = join(folder, name)
      const { conversations, scanner, reader } = await scanFile(path)
      if (conversations.length === 0 || reader.layout === null) continue
      const source = new FileSource(path)
      const scratch = new Uint8Array(4096)
      for (const { conversation, record } of conversations) {
        const read = (place: number) => readPacketAt(source, reader.layout!, place, scratch)
        const again = reread(record, scanner.noted, read, nodeCrypto)
        expect(again.missing, name).toBe(0)
        expect(facts(again.conversation), `${name}, conversation ${String(conversation.id)}`).toEqual(
          facts(conversation),
        )
      }
      source.close()
    }
  }, 60_000)
})
