// A TCP connection written down as packets, for tests of reassembly: who sends which bytes at which stream offset.

import { nodeCrypto } from '../../electron/worker/crypto.ts'
import { Scanner } from '../../shared/scan.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import type { CaptureInterface } from '../../shared/capture/capture.ts'
import { tcpFlags, tcpFrame } from './packets.ts'

export type From = 'client' | 'server'

export interface Sent {
  readonly from: From
  /** Stream offset of `bytes`; the connection's initial sequence numbers are added. */
  readonly at?: number
  readonly bytes?: Uint8Array
  readonly ack?: number
  readonly flags?: number
  readonly ms?: number
  readonly window?: number
  /** Captured length of the frame, where the capture cut it. */
  readonly snap?: number
  readonly id?: number
}

export interface Connection {
  readonly clientIsn?: number
  readonly serverIsn?: number
  readonly clientPort?: number
  readonly serverPort?: number
}

const link: CaptureInterface = {
  index: 0,
  linkType: 1,
  snaplen: 262144,
  name: null,
  ticksPerSecond: 1000000n,
  offsetSeconds: 0,
}

/** SYN and SYN-ACK. */
export const opened: readonly Sent[] = [
  { from: 'client', at: -1, flags: tcpFlags.syn, ack: -1 },
  { from: 'server', at: -1, flags: tcpFlags.syn | tcpFlags.ack, ack: 0 },
]

/** Feeds the packets to a scan, a millisecond apart where no time is given, and returns what it found. */
export function scanPackets(
  sent: readonly Sent[],
  given: Connection = {},
  options = { keepSealed: false, keepBytes: false },
): { conversations: Conversation[]; scanner: Scanner; lookups: object[] } {
  const conversations: Conversation[] = []
  const lookups: object[] = []
  const scanner = new Scanner(
    {
      spool: null,
      crypto: nodeCrypto,
      onConversation: (one) => conversations.push(one),
      onSecrets: () => undefined,
      onDns: (fact) => lookups.push(fact),
      onHttp: (fact) => lookups.push(fact),
    },
    options,
  )
  sent.forEach((packet, i) => {
    const frame = frameOf(packet, given)
    const captured = packet.snap ?? frame.length
    scanner.packet(frame, 0, captured, frame.length, i + 1, (packet.ms ?? i) * 1e6, i, link)
  })
  scanner.finish()
  return { conversations, scanner, lookups }
}

/** The frame of one packet: Ethernet, IPv4, TCP. */
export function frameOf(packet: Sent, given: Connection = {}): Uint8Array {
  const [c, s] = [given.clientIsn ?? 1000, given.serverIsn ?? 5000]
  const [own, peer] = packet.from === 'client' ? [c, s] : [s, c]
  const ports = [given.clientPort ?? 50000, given.serverPort ?? 443] as const
  const [sourcePort, destinationPort] = packet.from === 'client' ? ports : [ports[1], ports[0]]
  const [from, to] = packet.from === 'client' ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1']
  return tcpFrame(packet.bytes ?? new Uint8Array(0), {
    from,
    to,
    sourcePort,
    destinationPort,
    seq: (own + 1 + (packet.at ?? 0)) >>> 0,
    ack: packet.ack === -1 ? 0 : (peer + 1 + (packet.ack ?? 0)) >>> 0,
    flags: packet.flags ?? tcpFlags.ack | tcpFlags.psh,
    ...(packet.window === undefined ? {} : { window: packet.window }),
    ...(packet.id === undefined ? {} : { id: packet.id }),
  })
}
