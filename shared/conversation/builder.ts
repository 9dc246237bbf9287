// The two streams of a TLS conversation over a byte stream, gathered into facts as their bytes come in order.

import { maxChunksKept, maxMessageBytes, smallRecordBytes } from '../limits.ts'
import type { Origin } from '../network/stream.ts'
import { contentTypes, handshakeTypes } from './content.ts'
import type { Gap, TlsRecord } from './facts.ts'
import { type BuilderOptions, Gatherer } from './gatherer.ts'
import { type RecordSink, TlsStream } from './tls-stream.ts'

/** A stream that is not TLS is described by its first packets only. */
const chunksOfOtherProtocols = 16

export class ConversationBuilder extends Gatherer implements RecordSink {
  readonly streams: readonly [TlsStream, TlsStream] = [new TlsStream(0), new TlsStream(1)]

  constructor(options: BuilderOptions) {
    super(options, false)
  }

  /** Feeds new in-order bytes of one direction. True if the packet is worth noting for `inspect`. */
  data(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean {
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
      if (stream.phase === 'not-tls' && stream.chunks.length >= chunksOfOtherProtocols) stream.bulk = true
    }
    if (this.options.keepBytes) {
      this.pieces[dir].push({ start: from, packet: origin.packet, bytes: b.slice(start, end) })
    }
    return noted
  }

  missing(dir: 0 | 1, length: number, reason: Gap['reason'], origin: Origin): void {
    const stream = this.streams[dir]
    const at = stream.offset
    stream.missing(length, reason, origin, ++this.order, this)
    this.event(reason === 'truncated' ? 'truncated' : 'gap', dir, origin, length, at, -1, -1)
  }

  wants(stream: TlsStream, contentType: number, length: number): boolean {
    switch (contentType) {
      case contentTypes.handshake:
        return this.options.keepSealed || !this.isSealed(stream)
      case contentTypes.applicationData:
        return this.options.keepSealed && (!stream.bulk || length < smallRecordBytes)
      case contentTypes.heartbeat:
        return false
      default:
        return true
    }
  }

  record(stream: TlsStream, record: TlsRecord, body: Uint8Array | null, from: number, to: number): void {
    switch (record.contentType) {
      case contentTypes.changeCipherSpec:
        if (body !== null && to - from === 1) {
          this.push(stream.dir, record.contentType, 1, body.slice(from, to), record, 'plain', null)
        }
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
        if (body === null) return
        if (this.isSealed(stream) && !(this.version === 0 && beginsClientHello(body, from, to))) {
          this.sealed(stream, record, body, from, to)
        } else this.handshake(stream, record, body, from, to)
        return
      default:
        this.sealed(stream, record, body, from, to)
    }
  }

  override settle(): void {
    for (const stream of this.streams) {
      stream.finish()
      // A hello that never became complete still says that TLS was meant.
      const b = stream.opening
      if (this.confirmed || stream.phase !== 'tls' || b.length < 6 || b[0] !== contentTypes.handshake)
        continue
      if (b[5] === handshakeTypes.clientHello || b[5] === handshakeTypes.serverHello)
        this.confirm(stream.dir, b[5])
    }
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
