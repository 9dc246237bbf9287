// One direction's bytes cut into TLS records (RFC 8446 §5.1), with bulk application data passed over untouched.

import { hexText } from '../bytes/fields.ts'
import { BytePool } from '../bytes/pool.ts'
import {
  firstApplicationBytes,
  firstApplicationRecords,
  lastApplicationRecords,
  maxRecordsKept,
  maxSmallRecords,
  smallRecordBytes,
} from '../limits.ts'
import type { Origin } from '../network/stream.ts'
import {
  type Likeness,
  looksLikeRecordHeader,
  looksLikeSslv2ClientHello,
  recordHeaderLength,
  recordLength,
  recordVersion,
  sslv2RecordLength,
} from '../tls/records.ts'
import { contentTypes } from './content.ts'
import type { Gap, TlsRecord } from './facts.ts'
import { MessageJoiner } from './joiner.ts'
import { StreamState } from './stream-state.ts'

/** What the stream found in the bytes of one record. `body` is null where nobody wants it. */
export interface RecordSink {
  /** Bytes that are not TLS, from a stream in which no TLS record was seen yet. */
  prologue(stream: TlsStream, b: Uint8Array, from: number, to: number, origin: Origin): void
  /** Where in such bytes TLS begins after all; -1 nowhere. */
  lateStart(stream: TlsStream, b: Uint8Array, from: number, to: number): number

  /** Decides, at its header, whether the body of a record is wanted. */
  wants(stream: TlsStream, contentType: number, length: number): boolean
  /** A record is complete. */
  record(
    stream: TlsStream,
    record: TlsRecord,
    body: Uint8Array | null,
    bodyStart: number,
    bodyEnd: number,
  ): void
}

/** Where a stream stood before a packet whose predecessors were not noted: enough to go on from there. */
export interface Resume {
  readonly phase: Phase
  /** Where the TCP stream stood; `offset` counts the carried bytes only. */
  readonly nextSeq: number
  readonly next: number
  readonly offset: number
  readonly skip: number
  readonly recordStart: number
  readonly recordType: number
  readonly recordVersion: number
  readonly recordEnd: number
  readonly header: readonly number[]
  readonly index: number
  readonly applicationRecords: number
  readonly applicationBytes: number
  readonly smallRecords: number
}

/** unknown: too few bytes yet; lost: bytes are missing and the next record boundary is not known. */
export type Phase = 'unknown' | 'tls' | 'not-tls' | 'lost'

/** Bytes of an SSLv2-format ClientHello needed to tell it from anything else. */
const sslv2HeaderLength = 11

/** Room for a record's body at first; it grows by what comes, not by what its header claims. */
const firstBodyBytes = 512
const bodies = new BytePool()

/** Most headers lie whole in one packet. */
const noHeader = new Uint8Array(0)
const noHeaderBytes: readonly number[] = []

export class TlsStream extends StreamState {
  phase: Phase = 'unknown'
  /** Bytes of the current record that nobody looks at: the hot path compares against this. */
  skip = 0
  /** The packet just fed brought a part of a body that is kept: it must be read again, whatever else is in it. */
  needed = false
  readonly joiner = new MessageJoiner()
  index = 0
  private smallRecords = 0
  private recordStart = 0
  private recordType = 0
  private recordVersion = 0
  private recordEnd = 0
  private headerLength = 0
  private header = noHeader
  private body: Uint8Array<ArrayBuffer> | null = null
  private bodyLength = 0
  private bodyTotal = 0
  private damaged = false
  private tail: TlsRecord[] = []

  /** Where the incomplete record at the end of the stream began; -1 where the stream ends at a boundary. */
  get incompleteFrom(): number {
    if (this.headerLength > 0) return this.offset - this.headerLength
    return this.skip > 0 || this.body !== null ? this.recordStart : -1
  }

  override get weight(): number {
    return super.weight + this.joiner.held + (this.body?.length ?? 0)
  }

  override beginPacket(): void {
    super.beginPacket()
    this.needed = false
  }

  /** Feeds new in-order bytes `b[start, end)`; `order` is the position of their chunk in capture order. */
  feed(b: Uint8Array, start: number, end: number, order: number, origin: Origin, sink: RecordSink): void {
    this.remember(b, start, end)
    let at = start
    while (at < end) {
      if (this.phase === 'not-tls') {
        const from = this.index === 0 ? sink.lateStart(this, b, at, end) : -1
        const until = from < 0 ? end : from
        if (this.index === 0 && until > at) sink.prologue(this, b, at, until, origin)
        this.offset += until - at
        if (from < 0) return
        this.phase = 'tls'
        this.notTls = null
        this.bulk = false
        this.noteworthy = true
        at = from
      }
      if (this.skip > 0) {
        const passed = Math.min(this.skip, end - at)
        this.skip -= passed
        this.offset += passed
        at += passed
        if (this.skip === 0) this.complete(null, 0, 0, order, origin, sink)
      } else if (this.body !== null) {
        this.needed = true
        const taken = Math.min(this.bodyTotal - this.bodyLength, end - at)
        this.body = withRoom(this.body, this.bodyLength, this.bodyLength + taken)
        this.body.set(b.subarray(at, at + taken), this.bodyLength)
        this.bodyLength += taken
        this.offset += taken
        at += taken
        if (this.bodyLength === this.bodyTotal) {
          const body = this.body
          this.body = null
          this.complete(body, 0, this.bodyTotal, order, origin, sink)
          bodies.give(body)
        }
      } else {
        at = this.readHeader(b, at, end, order, origin, sink)
      }
    }
  }

  /** `length` bytes are missing. Inside a record's body the next boundary is still known; elsewhere it is lost. */
  missing(length: number, reason: Gap['reason'], origin: Origin, order: number, sink: RecordSink): void {
    this.gaps.push({ start: this.offset, end: this.offset + length, packet: origin.packet, reason })
    this.noteworthy = true
    const left = this.skip > 0 ? this.skip : this.body !== null ? this.bodyTotal - this.bodyLength : 0
    this.offset += length
    this.joiner.drop()
    if (this.phase === 'not-tls') return
    if (left === 0 || length > left || this.headerLength > 0) {
      this.lose()
      return
    }
    this.body = null
    this.damaged = true
    this.skip = left - length
    if (this.skip === 0) this.complete(null, 0, 0, order, origin, sink)
  }

  snapshot(nextSeq: number, next: number): Resume {
    return {
      phase: this.phase,
      nextSeq,
      next,
      offset: this.offset,
      skip: this.body === null ? this.skip : this.bodyTotal - this.bodyLength,
      recordStart: this.recordStart,
      recordType: this.recordType,
      recordVersion: this.recordVersion,
      recordEnd: this.recordEnd,
      header: this.headerLength === 0 ? noHeaderBytes : [...this.header.subarray(0, this.headerLength)],
      index: this.index,
      applicationRecords: this.applicationRecords,
      applicationBytes: this.applicationBytes,
      smallRecords: this.smallRecords,
    }
  }

  /** Goes on from where another reading stood. One that stands there already has the same and more. */
  resume(from: Resume): void {
    if (this.offset === from.offset && this.phase === from.phase && this.index === from.index) return
    this.offset = from.offset
    this.skip = from.skip
    this.recordStart = from.recordStart
    this.recordType = from.recordType
    this.recordVersion = from.recordVersion
    this.recordEnd = from.recordEnd
    this.headerLength = 0
    if (from.header.length > 0) this.keepHeader(Uint8Array.from(from.header), 0, from.header.length)
    this.index = from.index
    this.applicationRecords = from.applicationRecords
    this.applicationBytes = from.applicationBytes
    this.smallRecords = from.smallRecords
    this.body = null
    this.damaged = false
    this.phase = from.phase
  }

  /** The last records of the bulk join the described ones. Call once, at the end. */
  finish(): void {
    if (this.tail.length === 0) return
    this.records.push(...this.tail)
    this.uninspected -= this.tail.length
    this.tail = []
    this.records.sort((a, b) => a.start - b.start)
  }

  private readHeader(
    b: Uint8Array,
    at: number,
    end: number,
    order: number,
    origin: Origin,
    sink: RecordSink,
  ): number {
    if (this.phase === 'lost') {
      // Bytes were lost: a record may begin where a segment begins, nowhere else can be trusted.
      if (looksLikeRecordHeader(b, at, end) !== 'yes') {
        this.offset += end - at
        return end
      }
      this.phase = 'tls'
    }
    const wanted = this.headerWanted(this.headerLength > 0 ? this.header[0]! : b[at]!)
    if (this.headerLength === 0 && end - at >= wanted) {
      if (this.likeness(b, at, end) === 'no') {
        this.refuse(b, at, end, this.offset)
        return at
      }
      this.offset += wanted
      this.begin(b, at, wanted)
      return this.enter(b, at + wanted, end, order, origin, sink)
    }
    const taken = Math.min(wanted - this.headerLength, end - at)
    this.keepHeader(b, at, taken)
    this.offset += taken
    if (this.likeness(this.header, 0, this.headerLength) === 'no') {
      const length = this.headerLength
      this.headerLength = 0
      this.refuse(this.header, 0, length, this.offset - length)
      if (this.index === 0) sink.prologue(this, this.header, 0, length, origin)
    } else if (this.headerLength === wanted) {
      this.headerLength = 0
      this.begin(this.header, 0, wanted)
      return this.enter(b, at + taken, end, order, origin, sink)
    }
    return at + taken
  }

  private keepHeader(b: Uint8Array, at: number, length: number): void {
    if (this.header === noHeader) this.header = new Uint8Array(sslv2HeaderLength)
    this.header.set(b.subarray(at, at + length), this.headerLength)
    this.headerLength += length
  }

  /** Only a stream's first record may be an SSLv2-format hello. */
  private headerWanted(first: number): number {
    return this.index === 0 && first >= 0x80 ? sslv2HeaderLength : recordHeaderLength
  }

  private likeness(b: Uint8Array, at: number, end: number): Likeness {
    return this.headerWanted(b[at]!) === sslv2HeaderLength
      ? looksLikeSslv2ClientHello(b, at, end)
      : looksLikeRecordHeader(b, at, end)
  }

  /** Takes the `length` bytes at `b[at]` as the current record's header; `offset` is already past them. */
  private begin(b: Uint8Array, at: number, length: number): void {
    this.phase = 'tls'
    this.recordStart = this.offset - length
    this.damaged = false
    if (length === sslv2HeaderLength) {
      this.recordType = contentTypes.sslv2Hello
      this.recordVersion = recordVersion(b, at + 2)
      this.recordEnd = this.recordStart + 2 + sslv2RecordLength(b, at)
      // The hello is kept whole, with the bytes already read.
      this.bodyTotal = this.recordEnd - this.recordStart
      this.body = bodies.take(firstBodyBytes)
      this.body.set(b.subarray(at, at + length))
      this.bodyLength = length
      return
    }
    this.recordType = b[at]!
    this.recordVersion = recordVersion(b, at)
    this.recordEnd = this.offset + recordLength(b, at)
  }

  /** Starts the body of the record just begun; returns where reading goes on. */
  private enter(
    b: Uint8Array,
    at: number,
    end: number,
    order: number,
    origin: Origin,
    sink: RecordSink,
  ): number {
    if (this.body !== null) return at
    const length = this.recordEnd - this.offset
    if (length === 0) {
      this.complete(null, 0, 0, order, origin, sink)
      return at
    }
    if (!sink.wants(this, this.recordType, length)) {
      this.skip = length
      return at
    }
    if (end - at >= length) {
      this.offset += length
      this.complete(b, at, at + length, order, origin, sink)
      return at + length
    }
    this.body = bodies.take(Math.min(firstBodyBytes, length))
    this.bodyLength = 0
    this.bodyTotal = length
    this.needed = true
    return at
  }

  private complete(
    body: Uint8Array | null,
    from: number,
    to: number,
    order: number,
    origin: Origin,
    sink: RecordSink,
  ): void {
    const record: TlsRecord = {
      start: this.recordStart,
      end: this.recordEnd,
      contentType: this.recordType,
      version: this.recordVersion,
      protection: 'plain',
      innerType: this.recordType,
      order,
      packet: origin.packet,
      time: origin.time,
      index: this.index++,
      dtls: null,
      sealedBytes: null,
      opened: null,
    }
    if (this.recordType === contentTypes.applicationData) {
      this.applicationRecords++
      this.applicationBytes += this.recordEnd - this.recordStart - 5
    }
    this.keep(record)
    sink.record(this, record, this.damaged ? null : body, from, to)
  }

  /** design.md "What is noted": the first and last application records, all small ones, and everything else. */
  private keep(record: TlsRecord): void {
    const small = record.end - record.start - 5 < smallRecordBytes && this.smallRecords < maxSmallRecords
    const first =
      this.applicationRecords <= firstApplicationRecords || this.applicationBytes <= firstApplicationBytes
    if (record.contentType !== contentTypes.applicationData || !this.bulk || first || small) {
      if (small && this.bulk) this.smallRecords++
      if (this.records.length < maxRecordsKept) this.records.push(record)
      else this.uninspected++
      this.noteworthy = true
      return
    }
    this.uninspected++
    this.tail.push(record)
    if (this.tail.length > lastApplicationRecords) this.tail.shift()
  }

  private refuse(b: Uint8Array, at: number, end: number, offset: number): void {
    this.phase = 'not-tls'
    this.noteworthy = true
    // Behind a hole, bytes may be the middle of a record: they do not show what the stream is.
    if (this.index > 0 || this.gaps.length === 0)
      this.notTls = { what: `no TLS record header: ${hexText(b, at, Math.min(5, end - at))}`, at: offset }
  }

  private lose(): void {
    // A header that began like a record's was one.
    this.phase = this.phase === 'unknown' && this.headerLength === 0 ? 'unknown' : 'lost'
    this.skip = 0
    this.body = null
    this.headerLength = 0
  }
}

/** `bytes`, or their first `used` in a larger buffer with room for `needed`. */
function withRoom(bytes: Uint8Array<ArrayBuffer>, used: number, needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= bytes.length) return bytes
  const larger = bodies.take(Math.max(needed, 2 * bytes.length))
  larger.set(bytes.subarray(0, used))
  bodies.give(bytes)
  return larger
}
