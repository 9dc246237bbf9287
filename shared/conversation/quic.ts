// The two directions of a QUIC connection, gathered into facts datagram by datagram (RFC 9000, RFC 9001).

import { Account } from '../carriers/carrier.ts'
import { maxChunksKept, maxInitialPackets, maxRecordsKept } from '../limits.ts'
import type { Origin } from '../network/stream.ts'
import type { Crypto } from '../ports.ts'
import { CryptoStream } from '../quic/crypto-stream.ts'
import { type CloseFrame, readFrames, transportErrorName } from '../quic/frames.ts'
import {
  looksLikeLongHeader,
  type LongPacket,
  readLongPacket,
  sameId,
  type UnknownOpening,
  type VersionNegotiation,
} from '../quic/packet.ts'
import { initialKeys, openPacket, type PacketKeys, retryIsGenuine } from '../quic/protection.ts'
import { isReserved, versionName } from '../quic/versions.ts'
import { contentTypes, handshakeTypes } from './content.ts'
import type { Conversation, TlsRecord } from './facts.ts'
import { type BuilderOptions, type Closing, Gatherer } from './gatherer.ts'
import { MessageJoiner } from './joiner.ts'
import { StreamState } from './stream-state.ts'

/** Keys remembered per connection: of both versions before and after a Retry or a negotiated version. */
const maxKeysKept = 8
/** A packet number, a CRYPTO frame's head, a Finished of 32 bytes (RFC 8446 §4.4.4) and the tag. */
const leastWithFinished = 1 + 3 + 36 + 16
/** RFC 9000 §20.1: transport errors in this range are TLS alerts. */
const cryptoError = 0x100
const fatal = 2
const tls13 = 0x0304

class QuicStream extends StreamState {
  crypto = new CryptoStream()
  readonly joiner = new MessageJoiner()
  /** One more than the largest packet number opened. */
  expected = 0
  index = 0
  closed = false
  /** Source connection id of this side's packets. */
  source: Uint8Array | null = null

  override get weight(): number {
    return super.weight + this.crypto.heldBytes + this.joiner.held
  }

  opens(bytes: Uint8Array): void {
    this.remember(bytes, 0, bytes.length)
  }
}

interface InitialKeys {
  readonly version: number
  readonly id: Uint8Array
  readonly keys: Readonly<Record<'client' | 'server', PacketKeys>>
}

/**
 * Streams are made of CRYPTO bytes in order, in records without header (see `TlsRecord`): one for each message of the Initial
 * packets, and a sealed one for the protected part of each Handshake packet. A CONNECTION_CLOSE with a TLS alert stands as an
 * alert of two bytes, as Schannel's MESSAGES mode has it (schannel §2.2). 1-RTT packets are only counted: a QUIC stack opens
 * them itself.
 */
export class QuicBuilder extends Gatherer {
  readonly streams: readonly [QuicStream, QuicStream] = [new QuicStream(0), new QuicStream(1)]
  private readonly crypto: Crypto
  private readonly account = new Account()
  private client: 0 | 1 | -1 = -1
  private wireVersion = 0
  /** The connection id that Initial keys are made from at present. */
  private keyId: Uint8Array | null = null
  private originalId: Uint8Array | null = null
  private keys: InitialKeys[] = []
  private tried = 0
  private refusedVersion = false
  private earlyData = false

  constructor(options: BuilderOptions, crypto: Crypto) {
    super(options, false)
    this.crypto = crypto
  }

  /** Feeds one datagram. True if it is worth noting for `inspect`. */
  datagram(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean {
    const stream = this.streams[dir]
    stream.beginPacket()
    const order = ++this.order
    const from = stream.offset
    let first: Uint8Array | null = null
    for (let at = start; at < end;) {
      if (!looksLikeLongHeader(b, at, end)) {
        if ((b[at]! & 0x80) === 0 && b[at] !== 0) this.oneRtt(stream, end - at)
        break
      }
      const read = readLongPacket(b, at, end)
      if (!read.ok) break
      // RFC 9000 §12.2: what goes to another connection id than the datagram's first packet is ignored.
      first ??= read.value.destination
      if (sameId(read.value.destination, first)) this.longPacket(stream, b, read.value, order, origin)
      at = read.value.end
    }
    if (stream.offset > from) {
      const { packet, time } = origin
      if (stream.chunks.length < maxChunksKept)
        stream.chunks.push({ start: from, end: stream.offset, packet, time, order, ack: -1 })
      else this.limitsReached.add('maxChunksKept')
    }
    return stream.noteworthy
  }

  /** The client began with a version that cannot be read here, in the packet of `origin`; the server's refusal comes next. */
  beganUnknown(dir: 0 | 1, { version }: UnknownOpening, origin: Origin): void {
    this.client = dir
    this.account.clientDir = dir
    this.wireVersion = version
    this.account.info(placeOf(this.streams[dir], origin), `begins with ${versionName(version)}`)
  }

  override get refused(): boolean {
    return this.refusedVersion && !this.confirmed
  }

  /** Whether an Initial packet for this connection id begins another connection between the same ports. */
  isForeign(destination: Uint8Array): boolean {
    const known = [this.keyId, this.originalId, this.streams[0].source, this.streams[1].source]
    return !known.some((id) => id !== null && sameId(id, destination))
  }

  override settle(): void {
    for (const stream of this.streams) {
      if (stream.crypto.overflowed) this.limitsReached.add('maxCryptoBytesHeld')
    }
    if (this.tried >= maxInitialPackets) this.limitsReached.add('maxInitialPackets')
  }

  override finish(closing: Closing): Conversation {
    const { namedCarrier } = this
    this.carried(namedCarrier === null ? 'quic' : `quic+${namedCarrier}`, this.account)
    return super.finish(closing)
  }

  private longPacket(
    stream: QuicStream,
    b: Uint8Array,
    packet: LongPacket | VersionNegotiation,
    order: number,
    origin: Origin,
  ): void {
    const fromClient = stream.dir === this.client
    switch (packet.kind) {
      case 'initial':
        this.initial(stream, b, packet, order, origin)
        return
      case 'version-negotiation':
        if (this.client !== -1 && !fromClient) this.negotiate(stream, packet, origin)
        return
      case 'retry':
        if (this.confirmed && !fromClient) this.retry(stream, b, packet, origin)
        return
      case '0-rtt':
        if (!this.confirmed || !fromClient || this.earlyData) return
        this.earlyData = true
        stream.noteworthy = true
        this.account.info(placeOf(stream, origin), 'sends 0-RTT data')
        return
      case 'handshake':
        if (!this.confirmed) return
        stream.noteworthy = true
        stream.source ??= packet.source.slice()
        this.handshakePacket(stream, b, packet, order, origin)
    }
  }

  private initial(
    stream: QuicStream,
    b: Uint8Array,
    packet: LongPacket,
    order: number,
    origin: Origin,
  ): void {
    if (this.tried >= maxInitialPackets) return
    this.tried++
    stream.noteworthy = true
    const payload = this.open(stream, b, packet, origin)
    if (payload === null) return
    stream.source ??= packet.source.slice()
    const { crypto, close } = readFrames(payload)
    let fresh = 0
    for (const frame of crypto) {
      const bytes = stream.crypto.add(frame)
      fresh += bytes.length
      if (bytes.length > 0) this.content(stream, bytes, order, origin)
    }
    const again = crypto.reduce((sum, frame) => sum + frame.bytes.length, 0)
    if (again > 0 && fresh === 0 && !stream.crypto.holding)
      this.event('retransmission', stream.dir, origin, again, stream.offset, -1, -1)
    if (close !== null && !stream.closed) this.close(stream, close, order, origin)
  }

  /** The payload of an Initial packet; null where no keys of this connection fit. The first that opens tells the roles. */
  private open(stream: QuicStream, b: Uint8Array, packet: LongPacket, origin: Origin): Uint8Array | null {
    const fromClient = this.client === -1 || stream.dir === this.client
    const side = fromClient ? 'client' : 'server'
    const ids = fromClient ? [this.keyId, packet.destination] : [this.keyId]
    for (const id of ids) {
      if (id === null) continue
      const keys = this.keysOf(packet.version, id)?.[side]
      const opened = keys === undefined ? null : openPacket(this.crypto, keys, b, packet, stream.expected)
      if (opened === null) continue
      if (fromClient) this.followed(stream, packet, id, origin)
      else if (packet.version !== this.wireVersion) {
        this.wireVersion = packet.version
        this.account.info(placeOf(stream, origin), `goes on in ${versionName(packet.version)}`)
      }
      stream.expected = Math.max(stream.expected, opened.number + 1)
      return opened.payload
    }
    return null
  }

  /** An Initial packet of the client opened under keys made from `id`. */
  private followed(stream: QuicStream, packet: LongPacket, id: Uint8Array, origin: Origin): void {
    if (this.originalId === null) {
      this.confirm(stream.dir, handshakeTypes.clientHello)
      this.originalId = id.slice()
    }
    if (this.client === -1) {
      this.client = stream.dir
      this.account.clientDir = stream.dir
      this.account.info(placeOf(stream, origin), `begins with ${versionName(packet.version)}`)
    } else if (this.refusedVersion && packet.version !== this.wireVersion) {
      // RFC 9000 §6.2: the client begins anew, in a version that the server has.
      this.refusedVersion = false
      this.account.retry()
      this.account.info(placeOf(stream, origin), `begins again with ${versionName(packet.version)}`)
      stream.crypto = new CryptoStream()
      stream.joiner.drop()
    }
    this.wireVersion = packet.version
    if (this.keyId === null || !sameId(this.keyId, id)) this.keyId = id.slice()
  }

  private keysOf(version: number, id: Uint8Array): InitialKeys['keys'] | null {
    const known = this.keys.find((each) => each.version === version && sameId(each.id, id))
    if (known !== undefined) return known.keys
    const keys = initialKeys(this.crypto, version, id)
    if (keys === null) return null
    this.keys = [{ version, id: id.slice(), keys }, ...this.keys].slice(0, maxKeysKept)
    return keys
  }

  private content(stream: QuicStream, bytes: Uint8Array, order: number, origin: Origin): void {
    stream.opens(bytes)
    const from = stream.offset
    stream.offset += bytes.length
    this.keep(stream, from, bytes, origin)
    stream.joiner.feed(bytes, 0, bytes.length, from, (message, start, end) => {
      const record = this.record(stream, contentTypes.handshake, start, end, 'plain', order, origin)
      this.push(stream.dir, contentTypes.handshake, message[0]!, message, record, 'plain', null)
    })
    if (stream.joiner.oversized) this.limitsReached.add('maxMessageBytes')
  }

  private close(stream: QuicStream, close: CloseFrame, order: number, origin: Origin): void {
    stream.closed = true
    const alert = close.code - cryptoError
    const reason = close.reason === '' ? '' : `: ${close.reason}`
    const place = placeOf(stream, origin)
    if (close.application || alert < 0 || alert > 0xff) {
      const text = `CONNECTION_CLOSE ${close.application ? `by the application, error ${String(close.code)}` : transportErrorName(close.code)}${reason}`
      if (stream.dir === this.client) this.account.info(place, text)
      else this.account.refuse(place, text)
      return
    }
    this.account.info(place, `CONNECTION_CLOSE with TLS alert ${String(alert)}${reason}`)
    const bytes = Uint8Array.of(fatal, alert)
    const from = stream.offset
    stream.offset += bytes.length
    this.keep(stream, from, bytes, origin)
    const record = this.record(stream, contentTypes.alert, from, stream.offset, 'plain', order, origin)
    this.push(stream.dir, contentTypes.alert, alert, bytes, record, 'plain', null)
  }

  private negotiate(stream: QuicStream, packet: VersionNegotiation, origin: Origin): void {
    // RFC 9000 §6.2: not to be believed once the server has answered, nor if it names the version in use.
    if (this.streams[stream.dir].offset > 0 || this.refusedVersion) return
    if (packet.versions.includes(this.wireVersion)) return
    this.refusedVersion = true
    stream.noteworthy = true
    // Reserved versions say nothing of what the server has (RFC 9000 §15).
    const meant = packet.versions.filter((version) => !isReserved(version))
    const offered = (meant.length === 0 ? packet.versions : meant).map(versionName).join(', ')
    this.account.refuse(placeOf(stream, origin), `Version Negotiation: has only ${offered}`)
  }

  private retry(stream: QuicStream, b: Uint8Array, packet: LongPacket, origin: Origin): void {
    if (this.originalId === null || stream.offset > 0) return
    if (!retryIsGenuine(this.crypto, b, packet, this.originalId)) return
    stream.noteworthy = true
    this.keyId = packet.source.slice()
    this.account.info(placeOf(stream, origin), 'Retry: asks the client to show that its address is its own')
  }

  /** A packet with a short header: application data and late handshake messages. */
  private oneRtt(stream: QuicStream, length: number): void {
    if (!this.confirmed) return
    // What comes before its like of the other side may show that the handshake is over.
    if (stream.applicationRecords === 0) stream.noteworthy = true
    stream.applicationRecords++
    stream.applicationBytes += length
  }

  /** A Handshake packet, which only a key log opens. One too small for a Finished mostly acknowledges: it adds nothing to the stream. */
  private handshakePacket(
    stream: QuicStream,
    b: Uint8Array,
    { start, numberAt, end }: LongPacket,
    order: number,
    origin: Origin,
  ): void {
    const from = stream.offset
    stream.sealedRecords++
    if (end - numberAt >= leastWithFinished) {
      stream.offset += end - numberAt
      this.keep(stream, from, b.subarray(numberAt, end), origin)
    }
    const { handshake } = contentTypes
    const record = this.record(stream, handshake, from, stream.offset, 'sealed', order, origin)
    if (!this.options.keepSealed) return
    record.sealedBytes = b.slice(start, end)
    stream.sealedBytes += end - start
  }

  private keep(stream: QuicStream, start: number, bytes: Uint8Array, { packet }: Origin): void {
    if (this.options.keepBytes) this.pieces[stream.dir].push({ start, packet, bytes: bytes.slice() })
  }

  private record(
    stream: QuicStream,
    contentType: number,
    start: number,
    end: number,
    protection: TlsRecord['protection'],
    order: number,
    { packet, time }: Origin,
  ): TlsRecord {
    const record: TlsRecord = {
      start,
      end,
      contentType,
      version: tls13,
      protection,
      innerType: contentType,
      order,
      packet,
      time,
      index: stream.index++,
      dtls: null,
      sealedBytes: null,
      opened: null,
    }
    if (stream.records.length < maxRecordsKept) stream.records.push(record)
    else stream.uninspected++
    return record
  }
}

function placeOf(stream: QuicStream, { packet, time }: Origin): { dir: 0 | 1; packet: number; time: number } {
  return { dir: stream.dir, packet, time }
}
