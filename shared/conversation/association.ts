// One DTLS association or QUIC connection while it is open: the conversation built from its datagrams, and the packets noted for `inspect`.

import { beginsRdpUdp } from '../carriers/rdp-udp.ts'
import { maxNotedPackets } from '../limits.ts'
import type { IcmpError } from '../network/icmp.ts'
import type { Origin } from '../network/stream.ts'
import type { Crypto } from '../ports.ts'
import {
  beginsConnection,
  readLongPacket,
  refusesVersion,
  type UnknownOpening,
  unknownOpening,
} from '../quic/packet.ts'
import { ConversationBuilder } from './builder.ts'
import type { FlowKey, Noted, PacketPlace } from './connection.ts'
import { clientRandomOf, DatagramBuilder } from './datagrams.ts'
import type { BuilderOptions } from './gatherer.ts'
import { looksLikeDatagrams } from './looks-like.ts'
import { QuicBuilder } from './quic.ts'
import { RdpUdpFlow } from './rdp-udp.ts'

/** design.md §2: a ClientHello with a new random after this long begins a new conversation. */
const newConversationAfterNs = 60e9

/** What a pair of UDP ends costs that said nothing of interest. */
const associationCost = 400

export class Association {
  readonly key: FlowKey
  chain: Association | null = null
  place = -1
  id = 0
  builder: DatagramBuilder | QuicBuilder | ConversationBuilder | null = null
  /** What reads RDP's packets and feeds the builder. */
  private rdp: RdpUdpFlow | null = null
  readonly noted: Noted[] = []
  packets = 0
  firstPacket = 0
  lastPacket = 0
  start = 0.5
  end = 0.5
  readonly seen: [boolean, boolean] = [false, false]
  /** What its first datagram looks like, for flows that turn out to be none of ours. */
  looksLike = 'UDP'
  /** Already handed on: a late look must leave it alone. */
  gone = false
  private readonly packet: PacketPlace
  private readonly options: BuilderOptions
  private readonly crypto: Crypto
  private clientRandom: Uint8Array | null = null
  /** The first datagram, where it may have opened a QUIC connection of a version not known here. */
  private unknown: (UnknownOpening & { readonly at: number }) | null = null

  constructor(key: FlowKey, options: BuilderOptions, packet: PacketPlace, crypto: Crypto) {
    this.key = key
    this.options = options
    this.packet = packet
    this.crypto = crypto
  }

  get transport(): 'udp' | 'quic' | 'rdp-udp' {
    if (this.builder instanceof ConversationBuilder) return 'rdp-udp'
    return this.builder instanceof QuicBuilder ? 'quic' : 'udp'
  }

  /** Bytes of memory that the association keeps while it is open, by estimate. */
  get weight(): number {
    return associationCost + 80 * this.noted.length + (this.builder?.weight ?? 0) + (this.rdp?.weight ?? 0)
  }

  /** Whether this datagram begins another conversation between the same ports. */
  isNew(dir: 0 | 1, b: Uint8Array, start: number, end: number, time: number): boolean {
    if (this.rdp !== null) return this.rdp.isNew(dir, b, start, end)
    if (this.builder instanceof QuicBuilder) return this.isNewConnection(this.builder, b, start, end, time)
    if (this.builder === null || this.clientRandom === null) return false
    const random = clientRandomOf(b, start, end)
    if (random === null || random.every((byte, i) => byte === this.clientRandom![i])) return false
    const [a, z] = this.builder.streams
    return (a.sealedRecords > 0 && z.sealedRecords > 0) || time - this.end > newConversationAfterNs
  }

  /** An Initial packet with a connection id of its own, after the handshake or a long silence. */
  private isNewConnection(
    builder: QuicBuilder,
    b: Uint8Array,
    start: number,
    end: number,
    time: number,
  ): boolean {
    if (!beginsConnection(b, start, end)) return false
    const [a, z] = builder.streams
    const over = a.applicationRecords > 0 && z.applicationRecords > 0
    if (!over && !(time - this.end > newConversationAfterNs)) return false
    const read = readLongPacket(b, start, end)
    return read.ok && builder.isForeign(read.value.destination)
  }

  /** Takes one datagram's payload. */
  datagram(
    dir: 0 | 1,
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    packet: number,
    time: number,
  ): void {
    if (this.packets++ === 0) {
      this.firstPacket = packet
      this.start = time
      this.looksLike = looksLikeDatagrams(b, start, end, [this.key.portA, this.key.portB])
    }
    this.lastPacket = packet
    this.end = time
    this.seen[dir] = true
    // Only a handshake begins a conversation; STUN and the like may come first (RFC 7983).
    const builder = this.builder ?? this.begun(dir, b, start, end)
    if (builder === null) return
    const origin = { packet, time, ack: -1 }
    if (this.read(builder, dir, b, start, end, cut, origin)) this.note(builder, packet)
  }

  /** An ICMP error about a datagram of the other side has come, from this side's direction. */
  unreachable(dir: 0 | 1, error: IcmpError, packet: number, time: number): void {
    const { builder } = this
    if (builder === null) return
    this.lastPacket = packet
    this.end = time
    const { offset } = builder.streams[dir]
    builder.event('icmp', dir, { packet, time, ack: -1 }, 0, offset, -1, -1, error)
    this.note(builder, packet)
  }

  private note(builder: NonNullable<Association['builder']>, packet: number): void {
    if (this.noted.length < maxNotedPackets)
      this.noted.push({ at: this.packet.place(), packet, resume: null })
    else builder.limitsReached.add('maxNotedPackets')
  }

  /** No more datagrams will come. */
  flush(): void {
    this.rdp?.flush()
  }

  /** True if the datagram is worth noting. */
  private read(
    builder: NonNullable<Association['builder']>,
    dir: 0 | 1,
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    origin: Origin,
  ): boolean {
    if (this.rdp !== null) return this.rdp.datagram(dir, b, start, end, cut, origin)
    if (builder instanceof ConversationBuilder) return false
    if (builder instanceof DatagramBuilder)
      this.clientRandom ??= clientRandomOf(b, start, end)?.slice() ?? null
    return builder.datagram(dir, b, start, end, origin)
  }

  private begun(dir: 0 | 1, b: Uint8Array, start: number, end: number): Association['builder'] {
    const { unknown } = this
    this.unknown = null
    if (unknown !== null && dir === 1 && refusesVersion(unknown, b, start, end)) {
      this.builder = new QuicBuilder(this.options, this.crypto)
      this.noted.push({ at: unknown.at, packet: this.firstPacket, resume: null })
      this.builder.beganUnknown(0, unknown, { packet: this.firstPacket, time: this.start, ack: -1 })
      return this.builder
    }
    if (this.packets === 1) this.unknown = this.noteUnknown(b, start, end)
    if (beginsHandshake(b, start, end)) this.builder = new DatagramBuilder(this.options)
    else if (beginsRdpUdp(b, start, end)) {
      this.rdp = new RdpUdpFlow(dir, b, start, end, this.options)
      this.builder = this.rdp.builder
    } else if (beginsConnection(b, start, end)) this.builder = new QuicBuilder(this.options, this.crypto)
    return this.builder
  }

  private noteUnknown(b: Uint8Array, start: number, end: number): Association['unknown'] {
    const opening = unknownOpening(b, start, end)
    return opening === null ? null : { ...opening, at: this.packet.place() }
  }

  /** The conversation being built; begun here if no handshake was seen before. */
  open(): NonNullable<Association['builder']> {
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
