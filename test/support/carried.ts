// What both sides of a connection say before TLS, written down as a dialogue, for tests of carriers.

import type { Conversation } from '../../shared/conversation/facts.ts'
import { be16, bytes, pattern, tcpFlags } from './packets.ts'
import { opened, scanPackets, type Sent } from './segments.ts'

export type Said = readonly [
  from: 'client' | 'server',
  ...parts: (Uint8Array | readonly number[] | number | string)[],
]

function record(type: number, body: Uint8Array): Uint8Array {
  return bytes(type, [3, 3], be16(body.length), body)
}

const serverName = bytes(be16(0), be16(19), be16(17), 0, be16(14), 'server.example')

/** A ClientHello of TLS 1.2 with one cipher suite, the server name `server.example`, and one protocol of ALPN where given. */
export function clientHelloWith(protocol?: string): Uint8Array {
  const alpn =
    protocol === undefined
      ? bytes()
      : bytes(be16(16), be16(protocol.length + 3), be16(protocol.length + 1), protocol.length, protocol)
  const extensions = bytes(serverName, alpn)
  const body = bytes(
    [3, 3],
    pattern(32),
    0,
    be16(2),
    [0xc0, 0x2f],
    [1, 0],
    be16(extensions.length),
    extensions,
  )
  return record(22, handshake(1, body))
}

export const clientHello = clientHelloWith()

/** The ServerHello that answers it. */
export const serverHello = record(22, handshake(2, bytes([3, 3], pattern(32, 1), 0, [0xc0, 0x2f], 0)))

function handshake(type: number, body: Uint8Array): Uint8Array {
  return bytes(type, 0, be16(body.length), body)
}

export interface Talk {
  readonly serverPort?: number
  /** Who ends the connection; nobody without. */
  readonly closes?: 'client' | 'server'
  /** Bytes of one segment; a whole part at once without. */
  readonly segment?: number
}

/** The conversations that a scan finds in one connection. */
export function talk(said: readonly Said[], given: Talk = {}): Conversation[] {
  const sent: Sent[] = [...opened]
  const at = { client: 0, server: 0 }
  for (const [from, ...parts] of said) {
    const whole = bytes(...parts)
    const size = given.segment ?? whole.length
    for (let start = 0; start < whole.length; start += size) {
      const piece = whole.slice(start, start + size)
      sent.push({ from, at: at[from], bytes: piece, ack: from === 'client' ? at.server : at.client })
      at[from] += piece.length
    }
  }
  if (given.closes !== undefined) {
    const ack = given.closes === 'client' ? at.server : at.client
    sent.push({ from: given.closes, at: at[given.closes], ack, flags: tcpFlags.fin | tcpFlags.ack })
  }
  return scanPackets(sent, { serverPort: given.serverPort ?? 12345 }).conversations
}

/** The only conversation: its carrier, its steps as `c text` or `s text` with a mark for refused (!) and agreed (+), and the server name. */
export function told(said: readonly Said[], given: Talk = {}) {
  const found = talk(said, given)
  if (found.length !== 1) return { conversations: found.length }
  const conversation = found[0]!
  const marks = { info: '', ok: '+', refused: '!' } as const
  return {
    carrier: conversation.carrier.name,
    steps: conversation.carrier.steps.map(
      ({ from, text, result }) => `${from.charAt(0)}${marks[result]} ${text}`,
    ),
    name:
      conversation.messages.flatMap(({ body }) =>
        body?.kind === 'client-hello' ? [body.serverName] : [],
      )[0] ?? null,
  }
}
