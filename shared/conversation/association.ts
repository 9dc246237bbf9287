// One DTLS association while it is open: the conversation built from its datagrams, and the packets noted for `inspect`.

import { maxNotedPackets } from '../limits.ts'
import type { FlowKey, Noted, PacketPlace } from './connection.ts'
import { clientRandomOf, DatagramBuilder } from './datagrams.ts'
import type { BuilderOptions } from './gatherer.ts'

/** design.md §2: a ClientHello with a new random after this long begins a new conversation. */
const newConversationAfterNs = 60e9

export class Association {
  readonly key: FlowKey
  chain: Association | null = null
  id = 0
  builder: DatagramBuilder | null = null
  readonly noted: Noted[] = []
  packets = 0
  firstPacket = 0
  lastPacket = 0
  start = 0.5
  end = 0.5
  readonly seen: [boolean, boolean] = [false, false]
  /** Already handed on: a late look must leave it alone. */
  gone = false
  private readonly packet: PacketPlace
  private readonly options: BuilderOptions
  private clientRandom: Uint8Array | null = null

  constructor(key: FlowKey, options: BuilderOptions, packet: PacketPlace) {
    this.key = key
    this.options = options
    this.packet = packet
  }

  /** Whether this datagram begins another conversation between the same ports. */
  isNew(b: Uint8Array, start: number, end: number, time: number): boolean {
    if (this.builder === null || this.clientRandom === null) return false
    const random = clientRandomOf(b, start, end)
    if (random === null || random.every((byte, i) => byte === this.clientRandom![i])) return false
    const [a, z] = this.builder.streams
    return (a.sealedRecords > 0 && z.sealedRecords > 0) || time - this.end > newConversationAfterNs
  }

  /** Takes one datagram's payload. */
  datagram(dir: 0 | 1, b: Uint8Array, start: number, end: number, packet: number, time: number): void {
    if (this.packets++ === 0) {
      this.firstPacket = packet
      this.start = time
    }
    this.lastPacket = packet
    this.end = time
    this.seen[dir] = true
    if (this.builder === null) {
      // Only a handshake begins a conversation; STUN and the like may come first (RFC 7983).
      if (!beginsHandshake(b, start, end)) return
    }
    this.clientRandom ??= clientRandomOf(b, start, end)?.slice() ?? null
    const noted = this.open().datagram(dir, b, start, end, { packet, time, ack: -1 })
    if (!noted) return
    if (this.noted.length < maxNotedPackets)
      this.noted.push({ at: this.packet.place(), packet, resume: null })
    else this.open().limitsReached.add('maxNotedPackets')
  }

  /** The conversation being built; begun here if no handshake was seen before. */
  open(): DatagramBuilder {
    return (this.builder ??= new DatagramBuilder(this.options))
  }
}

/** A plaintext DTLS handshake record (RFC 6347 §4.1): type 22, version 254.x, epoch 0. */
function beginsHandshake(b: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 25 &&
    b[start] === 22 &&
    ((b[start + 1] === 0xfe && b[start + 2]! >= 0xfc) || (b[start + 1] === 1 && b[start + 2] === 0)) &&
    b[start + 3] === 0 &&
    b[start + 4] === 0
  )
}
