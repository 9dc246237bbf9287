// One RDP connection over UDP: its packets put in order, their TLS or DTLS fed to the builder of either.

import { RdpUdp, type RdpUdpData } from '../carriers/rdp-udp.ts'
import { firstApplicationBytes, firstApplicationRecords, maxHeldBytes, maxHeldSegments } from '../limits.ts'
import { type Origin, reorderingNs } from '../network/stream.ts'
import { ConversationBuilder } from './builder.ts'
import { DatagramBuilder } from './datagrams.ts'
import type { BuilderOptions } from './gatherer.ts'

/** Packets that may be on their way at once: uReceiveWindowSize has 16 bits (MS-RDPEUDP §2.2.2.1). */
const largestWindow = 0xffff

/** A packet that waits for one before it. */
interface Held {
  readonly bytes: Uint8Array
  readonly cut: number
  readonly origin: Origin
}

/** One direction of the reliable kind. */
class Direction {
  next: number | null = null
  readonly held = new Map<number, Held>()
  heldBytes = 0
  /** What follows is only counted: a packet is missing for good, or the data in bulk has begun. */
  counting = false
}

export class RdpUdpFlow {
  readonly builder: ConversationBuilder | DatagramBuilder
  private readonly carrier: RdpUdp
  private readonly ended: [boolean, boolean] = [false, false]
  private readonly directions = [new Direction(), new Direction()] as const

  /** Begins with the datagram that `beginsRdpUdp`; it must be given to `datagram` as well. */
  constructor(dir: 0 | 1, b: Uint8Array, start: number, end: number, options: BuilderOptions) {
    this.carrier = new RdpUdp(dir, b, start, end)
    this.builder = this.carrier.lossy
      ? new DatagramBuilder(options)
      : new ConversationBuilder(options, [0, 0])
    this.builder.outer = this.carrier
    // Nothing but TLS or DTLS can follow a SYN (MS-RDPEMT §1.3.2).
    this.builder.confirmed = true
  }

  /** Whether this is the SYN of another connection between the same ports. */
  isNew(dir: 0 | 1, b: Uint8Array, start: number, end: number): boolean {
    return this.carrier.opensAnother(dir, b, start, end)
  }

  get weight(): number {
    return this.directions.reduce((sum, { heldBytes, held }) => sum + heldBytes + 200 * held.size, 0)
  }

  /** Takes one datagram, of which `cut` bytes more were not captured. True if it is worth noting for `inspect`. */
  datagram(dir: 0 | 1, b: Uint8Array, start: number, end: number, cut: number, origin: Origin): boolean {
    const { carrier, builder } = this
    const syn = carrier.syn(b, start, end, { dir, packet: origin.packet, time: origin.time })
    if (syn === 'again') builder.event('retransmission', dir, origin, 0, 0, -1, -1)
    if (syn !== 'none') return true
    const over = !this.ended[dir] && carrier.isFin(b, start, end)
    if (over) this.ended[dir] = true
    if (over) builder.event('fin', dir, origin, 0, builder.streams[dir].offset, -1, -1)
    const data = carrier.data(b, start, end)
    if (data === null) return over
    if (builder instanceof DatagramBuilder)
      return builder.datagram(dir, data.bytes, data.start, data.end, origin) || over
    return this.place(builder, dir, data, cut, origin) || over
  }

  /** No more packets will come: what still waits has lost the packet before it. */
  flush(): void {
    const { builder } = this
    if (builder instanceof DatagramBuilder) return
    for (const dir of [0, 1] as const) this.giveUp(builder, dir)
  }

  private place(
    builder: ConversationBuilder,
    dir: 0 | 1,
    { sequence, bytes, start, end }: RdpUdpData,
    cut: number,
    origin: Origin,
  ): boolean {
    const own = this.directions[dir]
    const stream = builder.streams[dir]
    if (own.counting) {
      stream.offset += end - start
      stream.applicationBytes += end - start
      stream.uninspected++
      return false
    }
    own.next ??= this.carrier.firstSequence(dir) ?? sequence
    const { ahead } = this.carrier
    const distance = ahead(sequence, own.next)
    if (distance < 0 || own.held.has(sequence)) {
      builder.event('retransmission', dir, origin, end - start, stream.offset, -1, -1)
      return true
    }
    if (distance > 0) {
      own.held.set(sequence, { bytes: bytes.slice(start, end), cut, origin })
      own.heldBytes += end - start
      if (own.heldBytes > maxHeldBytes || own.held.size > maxHeldSegments) this.giveUp(builder, dir)
      return true
    }
    const [waiting] = own.held.values()
    if (waiting !== undefined) {
      const late = origin.time - waiting.origin.time
      const kind = late <= reorderingNs ? 'reordered' : 'retransmission'
      builder.event(kind, dir, origin, end - start, stream.offset, -1, -1)
    }
    this.feed(builder, dir, bytes, start, end, cut, origin)
    this.release(builder, dir, own)
    return true
  }

  private feed(
    builder: ConversationBuilder,
    dir: 0 | 1,
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    origin: Origin,
  ): void {
    const own = this.directions[dir]
    const stream = builder.streams[dir]
    own.next = this.carrier.after(own.next!)
    builder.data(dir, b, start, end, origin)
    if (cut > 0) builder.missing(dir, cut, 'truncated', origin)
    const { applicationRecords: records, applicationBytes: size } = stream
    own.counting = stream.bulk && records >= firstApplicationRecords && size >= firstApplicationBytes
  }

  /** Feeds what waited for the packet just fed. */
  private release(builder: ConversationBuilder, dir: 0 | 1, own: Direction): void {
    while (!own.counting) {
      const waiting = own.held.get(own.next!)
      if (waiting === undefined) return
      const { bytes, cut, origin } = waiting
      own.held.delete(own.next!)
      own.heldBytes -= bytes.length
      this.feed(builder, dir, bytes, 0, bytes.length, cut, origin)
    }
  }

  /** A packet never came. How many bytes it had is not known, so nothing behind it can be read. */
  private giveUp(builder: ConversationBuilder, dir: 0 | 1): void {
    const own = this.directions[dir]
    const { ahead } = this.carrier
    const waiting = [...own.held].sort(([a], [z]) => ahead(a, own.next!) - ahead(z, own.next!))
    const first = waiting[0]
    if (first === undefined || own.counting) return
    const [sequence, { origin }] = first
    own.counting = true
    own.held.clear()
    own.heldBytes = 0
    const lost = Math.min(ahead(sequence, own.next!), largestWindow)
    builder.missing(dir, lost * this.carrier.mtu(dir), 'not-captured', origin)
  }
}
