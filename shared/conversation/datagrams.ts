// The two directions of a DTLS association, gathered into facts datagram by datagram (RFC 6347, RFC 9147).

import { Reader } from '../bytes/reader.ts'
import { firstApplicationRecords, lastApplicationRecords, maxChunksKept, maxRecordsKept } from '../limits.ts'
import type { Origin } from '../network/stream.ts'
import {
  dtlsEpoch,
  dtlsRecordHeaderLength,
  dtlsRecordLength,
  dtlsSequence,
  looksLikeDtlsRecordHeader,
  recordVersion,
} from '../tls/records.ts'
import { contentTypes, handshakeTypes } from './content.ts'
import type { Conversation, TlsRecord } from './facts.ts'
import { FragmentJoiner } from './fragments.ts'
import { type BuilderOptions, type Closing, Gatherer } from './gatherer.ts'
import { StreamState } from './stream-state.ts'

/** The handshake header of DTLS: type, length, message_seq, fragment_offset, fragment_length (RFC 6347 §4.2.2). */
const handshakeHeaderLength = 12

class DtlsStream extends StreamState {
  readonly joiner = new FragmentJoiner()
  index = 0
  private tail: TlsRecord[] = []

  override get weight(): number {
    return super.weight + this.joiner.held
  }

  begin(b: Uint8Array, start: number, end: number): void {
    this.remember(b, start, end)
  }

  keep(record: TlsRecord): void {
    const bulk = record.contentType === contentTypes.applicationData && this.bulk
    if (!bulk || this.applicationRecords <= firstApplicationRecords) {
      if (this.records.length < maxRecordsKept) this.records.push(record)
      else this.uninspected++
      this.noteworthy = true
      return
    }
    this.uninspected++
    this.tail.push(record)
    if (this.tail.length > lastApplicationRecords) this.tail.shift()
  }

  finish(): void {
    this.records.push(...this.tail)
    this.uninspected -= this.tail.length
    this.tail = []
  }
}

export class DatagramBuilder extends Gatherer {
  readonly refused = false
  readonly streams: readonly [DtlsStream, DtlsStream] = [new DtlsStream(0), new DtlsStream(1)]

  constructor(options: BuilderOptions) {
    super(options, true)
  }

  /** Feeds one datagram. True if it is worth noting for `inspect`. */
  datagram(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean {
    if (!this.isRecord(b, start, end)) return false
    const stream = this.streams[dir]
    const order = ++this.order
    const from = stream.offset
    stream.beginPacket()
    stream.begin(b, start, end)
    this.records(stream, b, start, end, order, origin)
    stream.offset = from + (end - start)
    const noted = stream.noteworthy || !stream.bulk
    if (noted && stream.chunks.length < maxChunksKept) {
      const { packet, time } = origin
      stream.chunks.push({ start: from, end: stream.offset, packet, time, order, ack: -1 })
    } else if (noted) this.limitsReached.add('maxChunksKept')
    if (this.options.keepBytes) {
      this.pieces[dir].push({ start: from, packet: origin.packet, bytes: b.slice(start, end) })
    }
    return noted
  }

  override settle(): void {
    for (const stream of this.streams) stream.finish()
  }

  override finish(closing: Closing): Conversation {
    if (this.outer !== null) this.carried(this.outer.name, this.outer.reading)
    return super.finish(closing)
  }

  /** DTLS 1.3 ciphertext has a unified header of its own (RFC 9147 §4); without keys its length may be implicit. */
  private isRecord(b: Uint8Array, at: number, end: number): boolean {
    return looksLikeDtlsRecordHeader(b, at, end) === 'yes' || (this.confirmed && (b[at]! & 0xe0) === 0x20)
  }

  private records(
    stream: DtlsStream,
    b: Uint8Array,
    start: number,
    end: number,
    order: number,
    origin: Origin,
  ): void {
    const base = stream.offset
    let at = start
    while (at < end) {
      const plain = looksLikeDtlsRecordHeader(b, at, end) === 'yes'
      if (!plain && !this.isRecord(b, at, end)) {
        stream.notTls ??= { what: 'no DTLS record header', at: base + (at - start) }
        return
      }
      const length = plain ? dtlsRecordLength(b, at) : end - at - dtlsRecordHeaderLength
      const bodyStart = plain ? at + dtlsRecordHeaderLength : at
      const bodyEnd = plain ? bodyStart + length : end
      const record: TlsRecord = {
        start: base + (at - start),
        end: base + (bodyEnd - start),
        contentType: plain ? b[at]! : contentTypes.applicationData,
        version: plain ? recordVersion(b, at) : 0xfefc,
        protection: 'plain',
        innerType: plain ? b[at]! : contentTypes.applicationData,
        order: bodyEnd <= end ? order : -1,
        packet: origin.packet,
        time: origin.time,
        index: stream.index++,
        dtls: plain
          ? { epoch: dtlsEpoch(b, at), sequence: dtlsSequence(b, at) }
          : { epoch: b[at]! & 3, sequence: 0 },
        sealedBytes: null,
        opened: null,
      }
      if (record.contentType === contentTypes.applicationData) {
        stream.applicationRecords++
        stream.applicationBytes += bodyEnd - bodyStart
      }
      stream.keep(record)
      // A datagram cut by the capture: what is there of the record cannot be read.
      if (bodyEnd > end) {
        this.event('truncated', stream.dir, origin, bodyEnd - end, record.start, -1, -1)
        return
      }
      this.content(stream, record, b, bodyStart, bodyEnd)
      at = bodyEnd
    }
  }

  private content(stream: DtlsStream, record: TlsRecord, b: Uint8Array, from: number, to: number): void {
    if (record.dtls!.epoch > 0 || record.contentType === contentTypes.applicationData) {
      this.sealed(stream, record, b, from, to)
      return
    }
    switch (record.contentType) {
      case contentTypes.changeCipherSpec:
        stream.changedCipher = true
        this.push(stream.dir, record.contentType, 1, b.slice(from, to), record, 'plain', null)
        return
      case contentTypes.alert:
        if (to - from !== 2) return
        this.confirmed = true
        this.push(stream.dir, record.contentType, b[from + 1]!, b.slice(from, to), record, 'plain', null)
        return
      case contentTypes.handshake:
        this.fragments(stream, record, b, from, to)
        return
      default:
    }
  }

  private fragments(stream: DtlsStream, record: TlsRecord, b: Uint8Array, from: number, to: number): void {
    const r = new Reader(b, from, to)
    while (r.left >= handshakeHeaderLength) {
      const type = r.u8('type')
      const length = r.u24('length')
      const messageSeq = r.u16('message_seq')
      const offset = r.u24('fragment_offset')
      const fragmentLength = r.u24('fragment_length')
      if (fragmentLength > r.left) return
      const bytes = r.raw(fragmentLength, 'fragment')
      if (type > 25 && type !== 254) return
      this.confirm(stream.dir, type)
      const joined = stream.joiner.add({ type, length, messageSeq, offset, bytes }, record.start)
      if (stream.joiner.overflowed) this.limitsReached.add('maxFragmentedMessages')
      if (joined === null) continue
      const place = { ...record, start: joined.start }
      const dtls = {
        epoch: record.dtls!.epoch,
        messageSeq,
        fragments: joined.fragments,
        retransmission: joined.retransmission,
      }
      this.push(stream.dir, contentTypes.handshake, type, joined.bytes, place, 'plain', dtls)
    }
  }
}

/** The random of the ClientHello that begins this datagram; null if it begins with anything else. */
export function clientRandomOf(b: Uint8Array, start: number, end: number): Uint8Array | null {
  const random = start + dtlsRecordHeaderLength + handshakeHeaderLength + 2
  if (random + 32 > end || looksLikeDtlsRecordHeader(b, start, end) !== 'yes') return null
  if (b[start] !== contentTypes.handshake || dtlsEpoch(b, start) !== 0) return null
  const handshake = start + dtlsRecordHeaderLength
  const first = b[handshake + 6] === 0 && b[handshake + 7] === 0 && b[handshake + 8] === 0
  return first && b[handshake] === handshakeTypes.clientHello ? b.subarray(random, random + 32) : null
}
