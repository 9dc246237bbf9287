// The two streams of a TLS conversation over a byte stream, gathered into facts as their bytes come in order.

import type { Carrier, PrologueBytes } from '../carriers/carrier.ts'
import { readCarriers, recogniseCarrier } from '../carriers/reading.ts'
import {
  firstApplicationBytes,
  firstApplicationRecords,
  maxChunksKept,
  maxMessageBytes,
  maxPrologueBytes,
  smallRecordBytes,
} from '../limits.ts'
import type { Origin } from '../network/stream.ts'
import { looksLikeRecordHeader } from '../tls/records.ts'
import { beginWrapping } from '../carriers/wrapping.ts'
import { contentTypes, handshakeTypes } from './content.ts'
import type { Conversation, Gap, TlsRecord } from './facts.ts'
import { type HttpExchange, httpExchange } from './lookups.ts'
import { type BuilderOptions, type Carried, type Closing, Gatherer, type Piece } from './gatherer.ts'
import { type RecordSink, TlsStream } from './tls-stream.ts'
import { type TlsTarget, Unwrapper } from './unwrapper.ts'

/** A carrier is not given up while a side has said less than this, unless both together needed so many packets. */
const tellingBytes = 16
const chunksUntilTold = 48

/** A stream that is not TLS is described by its first packets only. */
const chunksOfOtherProtocols = 16

export class ConversationBuilder extends Gatherer implements RecordSink, TlsTarget {
  readonly streams: readonly [TlsStream, TlsStream] = [new TlsStream(0), new TlsStream(1)]

  /** A carrier was recognised: what both sides say in the clear is kept. */
  found: Carrier | null = null
  private unwrapper: Unwrapper | null = null
  private begun = false
  private readonly ports: readonly [number, number]
  private readonly said: PrologueBytes[] = []
  private prologueBytes = 0
  /** What the carrier was read to say, when so many pieces had been said. */
  private read: { readonly pieces: number; readonly closer: 0 | 1 | null; readonly carried: Carried } | null =
    null
  private knownToCarriers = 0
  /** Type of the handshake message that TLS began with after bytes that were not TLS; 0 where it did not. */
  private readonly firstTypes: [number, number] = [0, 0]
  /** TLS began after bytes that were not TLS. */
  private beganLate = false
  /** Who ended the connection. */
  private closer: 0 | 1 | null = null

  constructor(options: BuilderOptions, ports: readonly [number, number]) {
    super(options, false)
    this.ports = ports
  }

  /** Neither direction has been TLS so far, and no carrier that may still begin it, or has refused it, is known. */
  get hopeless(): boolean {
    const [a, b] = this.streams
    if (this.unwrapper !== null) return this.unwrapper.hopeless && !this.confirmed && !this.refused
    if (a.phase !== 'not-tls' || b.phase !== 'not-tls' || this.confirmed) return false
    if (this.found !== null) return this.prologueFull && !this.refused
    const told = a.opening.length >= tellingBytes && b.opening.length >= tellingBytes
    return told || this.order >= chunksUntilTold
  }

  /** What was asked and answered where the bytes in the clear are plain HTTP. */
  get http(): HttpExchange | null {
    const first = this.said.find((one) => one.dir === 0)
    const answer = this.said.find((one) => one.dir === 1)
    return first === undefined ? null : httpExchange(first.bytes, answer?.bytes ?? null)
  }

  prologue(stream: TlsStream, b: Uint8Array, from: number, to: number, origin: Origin): void {
    if (this.prologueFull) return
    this.prologueBytes += to - from
    if (this.prologueBytes > maxPrologueBytes) return
    this.said.push({
      dir: stream.dir,
      bytes: b.slice(from, to),
      packet: origin.packet,
      time: origin.time,
      ...(stream.gaps.at(-1)?.end === stream.offset ? { afterHole: true } : {}),
    })
    this.recognise()
  }

  /**
   * A ClientHello begins TLS in either direction; the answer begins it in the other, and may have been captured first. A carrier's
   * last words may stand before it in the same packet (S59).
   */
  lateStart(stream: TlsStream, b: Uint8Array, from: number, to: number): number {
    const at = this.findStart(stream, b, from, to)
    if (at >= 0 && b[at] === contentTypes.handshake) this.firstTypes[stream.dir] = b[at + 5]!
    return at
  }

  private findStart(stream: TlsStream, b: Uint8Array, from: number, to: number): number {
    const peer = this.streams[stream.dir === 0 ? 1 : 0]
    const answers = peer.phase === 'tls' && this.confirmed
    const begins = answers ? beginsEither : beginsHello
    if (begins(b, from, to)) {
      this.beganLate = true
      return from
    }
    this.recognise()
    if (this.found === null || this.prologueFull) return -1
    const first = answers ? -1 : contentTypes.handshake
    for (let at = nextStart(b, from, to, first); at < to; at = nextStart(b, at, to, first)) {
      if (begins(b, at, to)) return at
    }
    return -1
  }

  override event(...told: Parameters<Gatherer['event']>): void {
    const [kind, dir] = told
    if (kind === 'fin' || kind === 'rst') this.closer ??= dir
    if (this.unwrapper !== null) told[4] = this.unwrapper.carried(dir, told[4])
    super.event(...told)
  }

  override finish(closing: Closing): Conversation {
    const carried = this.outer ?? this.readCarrier()
    if (carried !== null) this.carried(carried.name, carried.reading)
    else if (this.beganLate) this.carried('unknown', null)
    else if (this.namedCarrier !== null) this.carried(this.namedCarrier, null)
    const { unwrapper } = this
    if (unwrapper === null) return super.finish(closing)
    const [a, b] = closing.acknowledged
    return super.finish({ ...closing, acknowledged: [unwrapper.carried(0, a), unwrapper.carried(1, b)] })
  }

  override get weight(): number {
    const said = Math.min(this.prologueBytes, maxPrologueBytes) + 150 * this.said.length
    return super.weight + said + (this.unwrapper?.wrapping.held ?? 0)
  }

  /** The carrier says so. */
  override get refused(): boolean {
    return !this.confirmed && (this.outer ?? this.readCarrier())?.reading.refused === true
  }

  /** The first bytes of both directions as they lie on the wire. */
  get openings(): readonly [Uint8Array, Uint8Array] {
    return this.unwrapper?.wrapping.openings ?? [this.streams[0].opening, this.streams[1].opening]
  }

  /** Feeds new in-order bytes of one direction. True if the packet is worth noting for `inspect`. */
  data(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean {
    if (!this.begun) this.begin(b, start, end)
    return this.unwrapper === null
      ? this.bare(dir, b, start, end, origin)
      : this.unwrapper.data(dir, b, start, end, origin)
  }

  bare(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean {
    const stream = this.streams[dir]
    const order = ++this.order
    const from = stream.offset
    stream.beginPacket()
    stream.feed(b, start, end, order, origin, this)
    const noted = stream.noteworthy || !stream.bulk
    if (noted) {
      const { packet, time, ack } = origin
      if (stream.chunks.length < maxChunksKept) {
        stream.chunks.push({ start: from, end: stream.offset, packet, time, order, ack })
      } else this.limitsReached.add('maxChunksKept')
      const known = this.found !== null && !this.prologueFull
      if (stream.phase === 'not-tls' && !known && stream.chunks.length >= chunksOfOtherProtocols)
        stream.bulk = true
    }
    if (this.options.keepBytes) {
      this.pieces[dir].push({ start: from, packet: origin.packet, bytes: b.slice(start, end) })
    }
    return noted || stream.needed
  }

  /** Feeds a message that several packets brought in fragments: readable as a whole, with the last of them. */
  message(dir: 0 | 1, parts: readonly Omit<Piece, 'start'>[], origin: Origin): void {
    const stream = this.streams[dir]
    const order = ++this.order
    const from = stream.offset
    stream.beginPacket()
    for (const { bytes, packet } of parts) {
      if (this.options.keepBytes) this.pieces[dir].push({ start: stream.offset, packet, bytes })
      stream.feed(bytes, 0, bytes.length, order, origin, this)
    }
    const { packet, time, ack } = origin
    if (stream.chunks.length < maxChunksKept)
      stream.chunks.push({ start: from, end: stream.offset, packet, time, order, ack })
    else this.limitsReached.add('maxChunksKept')
  }

  missing(dir: 0 | 1, length: number, reason: Gap['reason'], origin: Origin): void {
    if (this.unwrapper?.missing(dir, length) === false) return
    const stream = this.streams[dir]
    const at = stream.offset
    stream.missing(length, reason, origin, ++this.order, this)
    super.event(reason === 'truncated' ? 'truncated' : 'gap', dir, origin, length, at, -1, -1)
  }

  /** What a connection begins with tells whether TLS will be wrapped. */
  private begin(b: Uint8Array, start: number, end: number): void {
    this.begun = true
    const wrapping = beginWrapping(b, start, end)
    if (wrapping === null) return
    this.unwrapper = new Unwrapper(wrapping, this)
    this.outer = wrapping
  }

  wants(stream: TlsStream, contentType: number, length: number): boolean {
    switch (contentType) {
      case contentTypes.handshake:
        return this.keepsSealed || !this.isSealed(stream) || this.version === 0
      case contentTypes.applicationData:
        if (!this.keepsSealed) return false
        return (
          !stream.bulk ||
          length < smallRecordBytes ||
          stream.applicationRecords < firstApplicationRecords ||
          stream.applicationBytes + length <= firstApplicationBytes
        )
      case contentTypes.heartbeat:
        return false
      default:
        return true
    }
  }

  record(stream: TlsStream, record: TlsRecord, body: Uint8Array | null, from: number, to: number): void {
    switch (record.contentType) {
      case contentTypes.changeCipherSpec:
        if (body !== null && to - from !== 1) {
          this.sealed(stream, record, body, from, to)
          return
        }
        if (body !== null)
          this.push(stream.dir, record.contentType, 1, body.slice(from, to), record, 'plain', null)
        stream.changedCipher = true
        return
      case contentTypes.alert:
        if (body !== null && to - from === 2 && (body[from] === 1 || body[from] === 2)) {
          this.confirmed = true
          this.push(
            stream.dir,
            record.contentType,
            body[from + 1]!,
            body.slice(from, to),
            record,
            'plain',
            null,
          )
        } else this.sealed(stream, record, body, from, to)
        return
      case contentTypes.sslv2Hello:
        if (body === null) return
        this.confirm(stream.dir, handshakeTypes.clientHello)
        this.push(
          stream.dir,
          record.contentType,
          handshakeTypes.clientHello,
          body.slice(from, to),
          record,
          'plain',
          null,
        )
        return
      case contentTypes.handshake:
        if (
          this.isSealed(stream) &&
          !(this.version === 0 && body !== null && beginsClientHello(body, from, to))
        ) {
          this.sealed(stream, record, body, from, to)
        } else if (body !== null) this.handshake(stream, record, body, from, to)
        return
      default:
        this.sealed(stream, record, body, from, to)
    }
  }

  override settle(): void {
    for (const stream of this.streams) {
      stream.finish()
      // A hello that never became complete, or was cut in the capture, still says that TLS was meant.
      const b = stream.opening
      const tls = stream.phase === 'tls' || stream.phase === 'lost'
      if (this.confirmed || !tls) continue
      const late = this.firstTypes[stream.dir]
      const type = late === 0 && b.length > 5 && b[0] === contentTypes.handshake ? b[5]! : late
      if (type === handshakeTypes.clientHello || type === handshakeTypes.serverHello)
        this.confirm(stream.dir, type)
    }
  }

  private get prologueFull(): boolean {
    return this.prologueBytes > maxPrologueBytes
  }

  /** Asks the carriers again where there is more to look at. */
  private recognise(): void {
    const [a, b] = [this.streams[0].opening, this.streams[1].opening]
    const known = a.length + b.length + this.said.length
    if (this.found !== null || known === this.knownToCarriers) return
    this.knownToCarriers = known
    this.found = recogniseCarrier({ bytes: [a, b], ports: this.ports, said: this.said })
  }

  /** Read again only where there is more to read: it is asked for with each packet once the prologue is full. */
  private readCarrier(): Carried | null {
    if (this.found === null) return null
    // Behind a hole nobody knows what was said before the end.
    const heard = this.streams.every((stream) => stream.gaps.length === 0)
    const closer = this.confirmed || !heard ? null : this.closer
    const { read, said } = this
    if (read?.pieces === said.length && read.closer === closer) return read.carried
    const carried = readCarriers(this.found, said, this.ports, closer)
    this.read = { pieces: said.length, closer, carried }
    return carried
  }

  /** Whether a type-22 record of this stream is encrypted: TLS 1.3 has no sealed ones of that type (RFC 8446 §5.2). */
  private isSealed(stream: TlsStream): boolean {
    return stream.changedCipher && this.version < 0x0304
  }

  private handshake(stream: TlsStream, record: TlsRecord, body: Uint8Array, from: number, to: number): void {
    if (stream.joiner.pending === 0 && isHandshakeStart(body, from, to)) this.confirm(stream.dir, body[from]!)
    stream.joiner.feed(body, from, to, record.end - (to - from), (bytes, start, end) => {
      const place = { start, end, order: record.order, packet: record.packet, time: record.time }
      this.push(stream.dir, contentTypes.handshake, bytes[0]!, bytes, place, 'plain', null)
    })
    if (stream.joiner.oversized) this.limitsReached.add('maxMessageBytes')
  }
}

/**
 * Where in `b(at, to)` TLS may begin: at an octet of the record type `first`, or behind a line feed where that is not given.
 * The search ends at `to`, for `b` goes on far beyond one packet.
 */
function nextStart(b: Uint8Array, at: number, to: number, first: number): number {
  for (let i = at; i < to; i++) {
    if (first < 0 ? b[i] === lineFeed : i > at && b[i] === first) return first < 0 ? i + 1 : i
  }
  return to
}

const lineFeed = 10

/** Whether these bytes begin a handshake message that RFC 8446 or its ancestors know (proof that this is TLS). */
function isHandshakeStart(b: Uint8Array, from: number, to: number): boolean {
  if (to === from) return false
  const type = b[from]!
  if (type > 25 && type !== 67 && type !== 203 && type !== 254) return false
  if (to - from < 4) return true
  const length = (b[from + 1]! << 16) | (b[from + 2]! << 8) | b[from + 3]!
  if (length > maxMessageBytes) return false
  const hello = type === handshakeTypes.clientHello || type === handshakeTypes.serverHello
  return !hello || to - from < 5 || b[from + 4] === 3
}

function beginsClientHello(b: Uint8Array, from: number, to: number): boolean {
  return to - from > 4 && b[from] === handshakeTypes.clientHello && b[from + 1] === 0 && b[from + 4] === 3
}

/** A record that holds the beginning of a ClientHello, or of a ServerHello (RFC 8446 §5.1, §4.1.2, §4.1.3). */
export function beginsHelloRecord(
  b: Uint8Array,
  at: number,
  end: number,
  type: number = handshakeTypes.clientHello,
): boolean {
  return (
    end - at >= 11 &&
    b[at] === contentTypes.handshake &&
    looksLikeRecordHeader(b, at, end) === 'yes' &&
    b[at + 5] === type &&
    b[at + 6] === 0 &&
    b[at + 9] === 3 &&
    b[at + 10]! <= 4
  )
}

function beginsHello(b: Uint8Array, at: number, end: number): boolean {
  return beginsHelloRecord(b, at, end) || beginsHelloRecord(b, at, end, handshakeTypes.serverHello)
}

/** A hello's record, or a plaintext alert. */
function beginsEither(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < 7 || looksLikeRecordHeader(b, at, end) !== 'yes') return false
  return b[at] === contentTypes.handshake
    ? b[at + 5] === handshakeTypes.serverHello || beginsHelloRecord(b, at, end)
    : b[at] === contentTypes.alert
}
