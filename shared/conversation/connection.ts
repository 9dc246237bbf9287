// One TCP connection while it is open: two streams, the conversation built from them, and the packets noted for `inspect`.

import { lastApplicationRecords, maxHeldSegments, maxHeldSegmentsInBulk, maxNotedPackets } from '../limits.ts'
import type { IcmpError } from '../network/icmp.ts'
import { type Origin, type Repair, type StreamSink, TcpStream } from '../network/stream.ts'
import { maxTcpWindow, tcpFlag, type TcpSegment } from '../network/tcp.ts'
import { beginsHelloRecord, ConversationBuilder } from './builder.ts'
import type { Gap } from './facts.ts'
import type { BuilderOptions } from './gatherer.ts'
import type { HttpExchange } from './lookups.ts'
import { looksLike } from './looks-like.ts'
import type { Resume } from './tls-stream.ts'

/** A packet to be read again by `inspect`; `resume` restores its stream where packets before it were not noted. */
export interface Noted {
  readonly at: number
  readonly packet: number
  readonly resume: Resume | null
}

interface Syn {
  readonly origin: Origin
  readonly seq: number
  readonly ttl: number
  readonly ipId: number
}

/** A SYN that nothing has followed yet: all that a half-open connection costs. */
interface Opening {
  readonly seq: number
  readonly ttl: number
  readonly ipId: number
  readonly at: number
}

/** What a connection has from its second packet on. */
interface Ends {
  readonly streams: readonly [TcpStream, TcpStream]
  readonly syns: [Syn | null, Syn | null]
  readonly windowShut: [boolean, boolean]
  /** A FIN that came before anybody had said a byte. */
  fins: [Origin | null, Origin | null] | null
}

/** Says where the packet just given lies, so that it can be read again. Asked only for packets that are noted. */
export interface PacketPlace {
  place(): number
}

/** Names both ends: interned addresses (see IpPacket) and ports of the first packet's sender and receiver. */
export interface FlowKey {
  readonly addressA: number
  readonly addressB: number
  readonly portA: number
  readonly portB: number
  readonly version: number
  /** The tunnels that its first packet came through, the outermost first. */
  readonly tunnels: readonly string[]
}

/** What a half-open connection costs, and one that both sides spoke in. */
const openingCost = 400
const connectionCost = 1200

export class Connection implements StreamSink {
  readonly transport = 'tcp'
  readonly key: FlowKey
  /** Next connection with the same hash. */
  chain: Connection | null = null
  /** In the list of all that are open. */
  place = -1
  /** Counts conversations from 1; 0 until TLS is confirmed. */
  id = 0
  builder: ConversationBuilder | null = null
  /** Neither direction is TLS: packets are only counted. Says what the flow looks like instead. */
  ignoredAs: string | null = null
  /** What a plain HTTP flow asked for before it was given up. */
  http: HttpExchange | null = null
  readonly noted: Noted[] = []
  packets = 0
  firstPacket = 0
  lastPacket = 0
  start = 0.5
  end = 0.5
  synDir: 0 | 1 | -1 = -1
  /** Both sides closed, or one reset; late packets may still come. */
  closed = false
  /** TLS began after bytes that were given up as something else. */
  revived = false
  /** Already handed on: a late look must leave it alone. */
  gone = false
  private readonly packet: PacketPlace
  private readonly options: BuilderOptions
  private opening: Opening | null = null
  private ends: Ends | null = null
  private ring: [Noted[], Noted[]] | null = null
  /** Payload of this direction was passed over since its last noted packet: the next one must carry the stream's state. */
  private readonly passedOver: [boolean, boolean] = [false, false]
  /** Set while a packet is being placed: it is worth reading again. */
  private worthNoting = false

  constructor(key: FlowKey, options: BuilderOptions, packet: PacketPlace) {
    this.key = key
    this.options = options
    this.packet = packet
  }

  get streams(): readonly [TcpStream, TcpStream] {
    return (this.ends ?? this.begin()).streams
  }

  /** Bytes of memory that the connection keeps while it is open, by estimate. */
  get weight(): number {
    const { ends, ring, builder } = this
    if (ends === null) return openingCost
    const [a, b] = ends.streams
    const remembered = ring === null ? 0 : ring[0].length + ring[1].length
    const noted = 80 * this.noted.length + 400 * remembered
    return connectionCost + a.weight + b.weight + noted + (builder?.weight ?? 0)
  }

  /** Whether this SYN opens another connection between the same ports. */
  isReuse(dir: 0 | 1, segment: TcpSegment): boolean {
    if ((segment.flags & (tcpFlag.syn | tcpFlag.ack)) !== tcpFlag.syn) return false
    const { syns, streams } = this.ends ?? this.begin()
    const syn = syns[dir]
    if (syn !== null) return syn.seq !== segment.seq
    return streams[dir].started
  }

  /** Takes one segment; `resume` comes from an earlier scan. */
  segment(
    dir: 0 | 1,
    segment: TcpSegment,
    b: Uint8Array,
    ttl: number,
    ipId: number,
    packet: number,
    time: number,
    resume: Resume | null,
  ): void {
    const length = segment.payloadEnd - segment.payloadStart
    this.lastPacket = packet
    this.end = time
    if (this.packets++ === 0) {
      this.firstPacket = packet
      this.start = time
      if (opensOnly(segment) && length + segment.cut === 0 && dir === 0) {
        this.synDir = dir
        this.opening = { seq: segment.seq, ttl, ipId, at: this.packet.place() }
        return
      }
    }
    const stream = this.streams[dir]
    // The first packet of each side tells that it was captured at all.
    const first = !stream.seen
    stream.seen = true
    if (this.ignoredAs !== null && !this.revive(stream, segment, b)) return
    const control = segment.flags & (tcpFlag.syn | tcpFlag.fin | tcpFlag.rst)
    if (control === 0 && this.passBulk(stream, segment, length)) return
    this.worthNoting = first || (segment.flags & tcpFlag.rst) !== 0
    const origin = { packet, time, ack: this.acknowledge(dir, segment) }
    if (segment.flags & tcpFlag.syn) this.syn(dir, segment, origin, ttl, ipId)
    else if (!stream.started && (length > 0 || control !== 0)) stream.begin(segment.seq, false)
    let before: Resume | null = resume
    if (length + segment.cut > 0) {
      const tls = this.open().streams[dir]
      if (resume !== null) {
        stream.next = resume.next
        stream.nextSeq = resume.nextSeq
        tls.resume(resume)
      } else if (tls.bulk && !stream.holding) before = tls.snapshot(stream.nextSeq, stream.next)
      // What waits behind a hole is read again with the packet that fills it.
      if (stream.holding) this.worthNoting = true
      stream.heldLimit = tls.bulk ? maxHeldSegmentsInBulk : maxHeldSegments
      stream.place(segment.seq, b, segment.payloadStart, segment.payloadEnd, segment.cut, ipId, origin, this)
      if (stream.holding) this.worthNoting = true
      if (this.settle()) return
    } else if (control === 0) this.emptySegment(dir, segment, origin)
    if (segment.flags & tcpFlag.fin) this.fin(dir, segment, origin, length)
    if (segment.flags & tcpFlag.rst) this.reset(dir, segment, origin, ttl, ipId)
    this.window(dir, segment, origin)
    if (this.worthNoting) this.note(dir, packet, before)
    else if (before !== null) this.remember(dir, packet, before)
  }

  /** An ICMP error about a packet of the other side has come, from this side's direction. */
  unreachable(dir: 0 | 1, error: IcmpError, packet: number, time: number): void {
    if (this.builder === null) return
    this.lastPacket = packet
    this.end = time
    const { next } = this.streams[dir]
    this.builder.event('icmp', dir, { packet, time, ack: -1 }, 0, next, -1, -1, error)
    if (this.noted.length < maxNotedPackets)
      this.noted.push({ at: this.packet.place(), packet, resume: null })
    else this.builder.limitsReached.add('maxNotedPackets')
  }

  /** What the second packet needs, with the SYN that was the first. */
  private begin(): Ends {
    const streams = [new TcpStream(0), new TcpStream(1)] as const
    const syns: Ends['syns'] = [null, null]
    const { opening } = this
    if (opening !== null) {
      const { seq, ttl, ipId, at } = opening
      const origin = { packet: this.firstPacket, time: this.start, ack: -1 }
      streams[0].begin(seq + 1, true)
      streams[0].seen = true
      syns[0] = { origin, seq, ttl, ipId }
      this.noted.push({ at, packet: this.firstPacket, resume: null })
      this.opening = null
    }
    this.ends = { streams, syns, windowShut: [false, false], fins: null }
    return this.ends
  }

  /** The capture ends or the connection is given up: what is held is delivered with its gaps. */
  flush(): void {
    if (this.builder !== null) {
      for (const stream of this.streams) {
        stream.flush(this)
        this.tail(stream, this.builder)
      }
    }
    if (this.ring !== null) this.noted.push(...this.ring[0], ...this.ring[1])
    this.ring = null
    // Nearly always they are in order already.
    const { noted } = this
    for (let i = 1; i < noted.length; i++) {
      if (noted[i]!.packet >= noted[i - 1]!.packet) continue
      noted.sort((x, y) => x.packet - y.packet)
      break
    }
  }

  /** Bytes at the end of a stream that the capture lacks: its FIN lies behind them, or the peer acknowledged them. */
  private tail(stream: TcpStream, builder: ConversationBuilder): void {
    if (!stream.seen || !stream.started || builder.streams[stream.dir].bulk) return
    // One byte more may be a FIN that was not captured.
    const acknowledged = stream.finAt < 0 ? stream.acknowledged - 1 : stream.acknowledged
    const length = Math.max(stream.finAt, acknowledged) - stream.next
    if (length <= 0) return
    const reason = stream.acknowledged > stream.next ? 'not-captured' : 'lost'
    this.gap(stream, length, reason, { packet: stream.toldPacket, time: stream.toldTime, ack: -1 })
    stream.advance(length)
  }

  /** The current packet tells of bytes that have not come. It is noted; the last packet of all may not be. */
  private told(stream: TcpStream): void {
    stream.toldPacket = this.lastPacket
    stream.toldTime = this.end
  }

  data(stream: TcpStream, b: Uint8Array, start: number, end: number, origin: Origin): void {
    if (this.builder!.data(stream.dir, b, start, end, origin)) this.worthNoting = true
  }

  gap(stream: TcpStream, length: number, reason: Gap['reason'], origin: Origin): void {
    this.worthNoting = true
    this.builder!.missing(stream.dir, length, reason, origin)
  }

  repair(stream: TcpStream, kind: Repair, offset: number, bytes: number, origin: Origin): void {
    if (this.builder === null || this.builder.streams[stream.dir].bulk) return
    this.worthNoting = true
    this.builder.event(kind, stream.dir, origin, bytes, offset, -1, -1)
  }

  /** A flow given up as something else begins TLS after all: it is followed from here on. */
  private revive(stream: TcpStream, segment: TcpSegment, b: Uint8Array): boolean {
    if (!beginsHelloRecord(b, segment.payloadStart, segment.payloadEnd)) return false
    this.ignoredAs = null
    this.revived = true
    this.ends?.syns.fill(null)
    this.ends?.fins?.fill(null)
    for (const each of this.streams) each.restart()
    stream.begin(segment.seq, false)
    return true
  }

  /** The hot path: the whole payload lies inside a bulk record that nobody looks at. */
  private passBulk(stream: TcpStream, segment: TcpSegment, length: number): boolean {
    if (this.builder === null || segment.seq !== stream.nextSeq || segment.cut > 0 || stream.holding)
      return false
    const tls = this.builder.streams[stream.dir]
    if (!tls.bulk || tls.skip <= length || segment.window === 0) return false
    if (this.streams[stream.dir === 0 ? 1 : 0].holding) return false
    this.passedOver[stream.dir] = true
    tls.skip -= length
    tls.offset += length
    stream.advance(length)
    this.acknowledge(stream.dir, segment)
    return true
  }

  /** A number of 0 is what tools write that make packets, and none beyond any window (RFC 7323 §2.3) is an acknowledgement. */
  private acknowledge(dir: 0 | 1, segment: TcpSegment): number {
    if ((segment.flags & tcpFlag.ack) === 0 || segment.ack === 0) return -1
    const peer = this.streams[dir === 0 ? 1 : 0]
    if (!peer.started) {
      if (segment.flags & tcpFlag.syn) return -1
      // The peer's SYN was not captured: the first acknowledgement still says where its stream stands.
      peer.begin(segment.ack, false)
      this.worthNoting = true
    }
    let offset = peer.offsetOf(segment.ack)
    if (offset - peer.next > maxTcpWindow) return -1
    if (peer.finAt >= 0 && offset > peer.finAt) offset = peer.finAt
    if (offset > peer.acknowledged) {
      peer.acknowledged = offset
      if (offset > peer.next) this.told(peer)
      // It decides when a hole is given up, and whether the peer had what is missing.
      const unseen = peer.seen && offset > peer.next && this.builder?.streams[peer.dir].bulk === false
      if (peer.holding || unseen) this.worthNoting = true
    }
    return offset < 0 ? -1 : offset
  }

  private syn(dir: 0 | 1, segment: TcpSegment, origin: Origin, ttl: number, ipId: number): void {
    const stream = this.streams[dir]
    this.worthNoting = true
    const { syns } = this.ends ?? this.begin()
    if (syns[dir] !== null) {
      this.builder?.event('retransmission', dir, origin, 0, 0, ttl, ipId)
      return
    }
    if ((segment.flags & tcpFlag.ack) === 0) this.synDir = dir
    else if (this.synDir === -1) this.synDir = dir === 0 ? 1 : 0
    syns[dir] = { origin, seq: segment.seq, ttl, ipId }
    if (!stream.started) stream.begin(segment.seq + 1, true)
    if (this.builder !== null) this.builder.event('syn', dir, origin, 0, 0, ttl, ipId)
  }

  /** The conversation being built; begun here if no payload was seen before. */
  open(): ConversationBuilder {
    if (this.builder !== null) return this.builder
    const builder = new ConversationBuilder(this.options, [this.key.portA, this.key.portB])
    this.builder = builder
    const { syns, fins, streams } = this.ends ?? this.begin()
    const [a, b] = syns
    const reversed = a !== null && b !== null && b.origin.packet < a.origin.packet
    for (const dir of reversed ? ([1, 0] as const) : ([0, 1] as const)) {
      const syn = syns[dir]
      if (syn !== null) builder.event('syn', dir, syn.origin, 0, 0, syn.ttl, syn.ipId)
    }
    for (const dir of fins === null ? [] : ([0, 1] as const)) {
      const origin = fins![dir]
      if (origin !== null) builder.event('fin', dir, origin, 0, streams[dir].finAt, -1, -1)
    }
    return builder
  }

  private emptySegment(dir: 0 | 1, segment: TcpSegment, origin: Origin): void {
    const stream = this.streams[dir]
    if (this.builder === null || !stream.started || stream.offsetOf(segment.seq) !== stream.next - 1) return
    if (stream.finAt >= 0 || stream.next === 0) return
    this.repair(stream, 'keep-alive', stream.next - 1, 0, origin)
  }

  private fin(dir: 0 | 1, segment: TcpSegment, origin: Origin, length: number): void {
    const stream = this.streams[dir]
    this.worthNoting = true
    if (stream.finAt < 0) {
      stream.finAt = Math.max(stream.next, stream.offsetOf(segment.seq) + length)
      // Its acknowledgement was captured first: that of a FIN is of no byte.
      stream.acknowledged = Math.min(stream.acknowledged, stream.finAt)
      this.told(stream)
      if (this.builder !== null) this.builder.event('fin', dir, origin, 0, stream.finAt, -1, -1)
      else (this.ends!.fins ??= [null, null])[dir] = origin
    }
    if (this.streams[0].finAt >= 0 && this.streams[1].finAt >= 0) this.closed = true
  }

  private reset(dir: 0 | 1, segment: TcpSegment, origin: Origin, ttl: number, ipId: number): void {
    this.worthNoting = true
    const at = Math.max(0, this.streams[dir].offsetOf(segment.seq))
    if (!this.closed) this.builder?.event('rst', dir, origin, 0, at, ttl, ipId)
    this.closed = true
  }

  private window(dir: 0 | 1, segment: TcpSegment, origin: Origin): void {
    if (segment.flags & (tcpFlag.rst | tcpFlag.syn | tcpFlag.fin)) return
    const shut = segment.window === 0
    const { windowShut } = this.ends ?? this.begin()
    if (shut === windowShut[dir]) return
    windowShut[dir] = shut
    if (this.builder === null) return
    this.worthNoting = true
    if (shut) this.builder.event('zero-window', dir, origin, 0, this.streams[dir].next, -1, -1)
  }

  /** Two streams that are both something else need no more looking at. */
  private settle(): boolean {
    if (!this.builder!.hopeless) return false
    this.ignoredAs = looksLike(this.builder!.openings)
    this.http = this.builder!.http
    this.builder = null
    this.noted.length = 0
    return true
  }

  private note(dir: 0 | 1, packet: number, state: Resume | null): void {
    if (this.noted.length >= maxNotedPackets) {
      this.builder?.limitsReached.add('maxNotedPackets')
      return
    }
    const resume = this.passedOver[dir] ? state : null
    if (resume !== null) this.passedOver[dir] = false
    this.noted.push({ at: this.packet.place(), packet, resume })
  }

  /** Keeps the last packets in which bulk records meet, in case they turn out to be the last. */
  private remember(dir: 0 | 1, packet: number, resume: Resume): void {
    this.passedOver[dir] = true
    this.ring ??= [[], []]
    const ring = this.ring[dir]
    ring.push({ at: this.packet.place(), packet, resume })
    // One packet may end a record and the next one begin another.
    if (ring.length > 2 * lastApplicationRecords) ring.shift()
  }
}

/** A SYN and nothing else. */
function opensOnly(segment: TcpSegment): boolean {
  const { syn, ack, fin, rst } = tcpFlag
  return (segment.flags & (syn | ack | fin | rst)) === syn
}
