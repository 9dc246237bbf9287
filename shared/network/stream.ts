// One direction of a TCP connection put in order: new bytes once, in sequence, with gaps and repairs named (RFC 9293 §3.4).

import { maxHeldBytes, maxHeldSegments } from '../limits.ts'

/** Where a segment came from. A held segment keeps its own. */
export interface Origin {
  readonly packet: number
  /** Nanoseconds since the clock base. */
  readonly time: number
  /** Stream offset of the opposite direction that this packet acknowledges; -1 unknown. */
  readonly ack: number
}

export type Repair = 'retransmission' | 'duplicate' | 'reordered' | 'overlap' | 'keep-alive'

/** Receives one direction in order. `offset` is the stream position of the first byte. */
export interface StreamSink {
  data(stream: TcpStream, b: Uint8Array, start: number, end: number, origin: Origin): void
  gap(stream: TcpStream, length: number, reason: 'not-captured' | 'lost' | 'truncated', origin: Origin): void
  repair(stream: TcpStream, kind: Repair, offset: number, bytes: number, origin: Origin): void
}

interface Held {
  readonly start: number
  readonly bytes: Uint8Array
  readonly cut: number
  readonly origin: Origin
}

/** A hole that the peer has acknowledged is given up once this many segments wait behind it. */
const acknowledgedHoleSegments = 16
/** A late segment within this time of its successor was reordered, not sent again (Wireshark's 3 ms). */
export const reorderingNs = 3e6

/** What a held segment costs beside its bytes. */
const heldSegmentCost = 260

export class TcpStream {
  readonly dir: 0 | 1
  /** The initial sequence number is known: from SYN, or from the first byte seen. */
  started = false
  /** SYN was captured, so offset 0 is the stream's first byte. */
  fromSyn = false
  /** int32: sequence number of `next`. */
  nextSeq = 0
  /** Stream offset of the next byte wanted. */
  next = 0
  /** Highest offset acknowledged by the peer; -1 unknown. */
  acknowledged = -1
  seen = false
  finAt = -1
  /** The packet that last told of bytes beyond `next`, by a FIN or an acknowledgement, and its time. */
  toldPacket = 0
  toldTime = 0
  /** Segments that may wait behind a hole before it is given up. */
  heldLimit = maxHeldSegments
  private held: Held[] | null = null
  private heldBytes = 0
  private lastStart = -1
  private lastIpId = -1

  constructor(dir: 0 | 1) {
    this.dir = dir
  }

  get holding(): boolean {
    return this.held !== null
  }

  /** Bytes of memory that wait behind a hole, by estimate. */
  get weight(): number {
    return this.held === null ? 0 : this.heldBytes + this.held.length * heldSegmentCost
  }

  /** The stream begins at `seq`: SYN's successor, or the first segment of a conversation already under way. */
  begin(seq: number, fromSyn: boolean): void {
    this.started = true
    this.fromSyn = fromSyn
    this.nextSeq = seq | 0
  }

  /** Forgets where the stream stood; the next segment or acknowledgement begins it again. */
  restart(): void {
    this.started = false
    this.fromSyn = false
    this.next = 0
    this.acknowledged = -1
    this.held = null
    this.heldBytes = 0
  }

  /** Stream offset of a sequence number near `next`; may be negative for bytes before the capture. */
  offsetOf(seq: number): number {
    return this.next + ((seq - this.nextSeq) | 0)
  }

  /** Moves past bytes that nobody needs to see (bulk application data that is only counted). */
  advance(length: number): void {
    this.next += length
    this.nextSeq = (this.nextSeq + length) | 0
  }

  /** Places payload `b[start, end)` of sequence number `seq`; `cut` bytes more were sent but not captured. */
  place(
    seq: number,
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    ipId: number,
    origin: Origin,
    sink: StreamSink,
  ): void {
    const offset = this.offsetOf(seq)
    const length = end - start
    const ahead = offset - this.next
    if (ahead === 0) {
      if (this.held !== null) this.filled(offset, length, origin, sink)
      this.deliver(b, start, end, cut, origin, sink)
      if (this.held !== null) this.release(sink)
    } else if (ahead < 0) {
      this.old(offset, b, start, end, cut, ipId, origin, sink)
      if (this.held !== null) this.release(sink)
    } else if (length + cut > 0) {
      this.hold(offset, b, start, end, cut, origin, sink)
    }
    this.lastStart = offset
    this.lastIpId = ipId
  }

  /** Gives up every hole: what is held is delivered with gaps between. Called when the connection ends. */
  flush(sink: StreamSink): void {
    while (this.held !== null) this.skipHole(sink)
  }

  private deliver(
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    origin: Origin,
    sink: StreamSink,
  ): void {
    if (end > start) {
      sink.data(this, b, start, end, origin)
      this.advance(end - start)
    }
    if (cut > 0) {
      sink.gap(this, cut, 'truncated', origin)
      this.advance(cut)
    }
  }

  /** A segment that begins before `next`: sent again, a keep-alive, or partly new. */
  private old(
    offset: number,
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    ipId: number,
    origin: Origin,
    sink: StreamSink,
  ): void {
    const length = end - start + cut
    const stale = this.next - offset
    if (length <= 1 && stale === 1) {
      sink.repair(this, 'keep-alive', offset, length, origin)
      return
    }
    if (length === 0) return
    if (stale >= length) {
      const same = offset === this.lastStart && ipId === this.lastIpId && ipId > 0
      sink.repair(this, same ? 'duplicate' : 'retransmission', offset, length, origin)
      return
    }
    sink.repair(this, 'overlap', offset, stale, origin)
    const skipped = Math.min(stale, end - start)
    this.deliver(b, start + skipped, end, cut - (stale - skipped), origin, sink)
  }

  private hold(
    offset: number,
    b: Uint8Array,
    start: number,
    end: number,
    cut: number,
    origin: Origin,
    sink: StreamSink,
  ): void {
    this.held ??= []
    let i = this.held.length
    while (i > 0 && this.held[i - 1]!.start > offset) i--
    const before = this.held[i - 1]
    if (
      before !== undefined &&
      before.start + before.bytes.length + before.cut >= offset + (end - start) + cut
    ) {
      sink.repair(this, 'retransmission', offset, end - start, origin)
      return
    }
    this.held.splice(i, 0, { start: offset, bytes: b.slice(start, end), cut, origin })
    this.heldBytes += end - start
    const hole = this.held[0]!.start
    const acknowledged = this.acknowledged >= hole && this.held.length >= acknowledgedHoleSegments
    if (acknowledged || this.heldBytes > maxHeldBytes || this.held.length > this.heldLimit)
      this.skipHole(sink)
  }

  /** The segment that fills the hole in front of what is held: late by reordering, or sent again after a loss. */
  private filled(offset: number, length: number, origin: Origin, sink: StreamSink): void {
    if (length === 0) return
    const late = origin.time - this.held![0]!.origin.time
    sink.repair(this, late <= reorderingNs ? 'reordered' : 'retransmission', offset, length, origin)
  }

  /** Delivers held segments that have become next in line. */
  private release(sink: StreamSink): void {
    const held = this.held
    if (held === null) return
    let i = 0
    for (; i < held.length && held[i]!.start <= this.next; i++) {
      const segment = held[i]!
      this.heldBytes -= segment.bytes.length
      const stale = this.next - segment.start
      const length = segment.bytes.length
      if (stale >= length + segment.cut) continue
      const from = Math.min(stale, length)
      this.deliver(segment.bytes, from, length, segment.cut - (stale - from), segment.origin, sink)
    }
    if (i === held.length) this.held = null
    else if (i > 0) held.splice(0, i)
  }

  private skipHole(sink: StreamSink): void {
    const first = this.held![0]!
    const length = first.start - this.next
    if (length > 0) {
      const reason = this.acknowledged >= first.start ? 'not-captured' : 'lost'
      sink.gap(this, length, reason, first.origin)
      this.advance(length)
    }
    this.release(sink)
  }
}
