// The field tree of a token: its records, the messages in them, their fields, placed where the bytes lie.

import { FieldRecorder, type Field } from '../bytes/fields.ts'
import { Reader } from '../bytes/reader.ts'
import { maxTokenFields } from '../limits.ts'
import { labelOf, nameOf } from '../registries/registry.ts'
import { contentTypes, handshakeTypes, heartbeatMessageTypes, versions } from '../registries/tls.ts'
import { code } from './codes.ts'
import { parseAlert, parseHandshake } from './handshake.ts'
import { parseSslv2ClientHello } from './hello.ts'
import { JoinedBytes } from './joined-bytes.ts'
import type { MessageContext } from './messages.ts'
import {
  dtlsRecordHeaderLength,
  dtlsRecordLength,
  recordHeaderLength,
  recordLength,
  sslv2RecordLength,
} from './records.ts'

export interface TokenOptions {
  /** What is known before the token; a ServerHello inside it updates version and suite for what follows. */
  readonly context: MessageContext
  /** Whether the record with this index (from 0) is encrypted and stays closed. */
  readonly sealedFrom: (recordIndex: number) => boolean
  /** The first record is a ClientHello in SSLv2 format. */
  readonly sslv2: boolean
}

/**
 * Fields of whole consecutive records, in reading order: each record with its header, below it the messages that begin
 * in it. A message over several records is read joined; a plain value that lies in two records gets the range of its
 * part in the first, a group reaches to its end. What breaks the format is marked, never thrown.
 */
export function tokenFields(bytes: Uint8Array, options: TokenOptions): Field[] {
  const token = new Token(bytes, options)
  let at = 0
  if (options.sslv2) at = token.sslv2()
  while (at < bytes.length && token.fields.length < maxTokenFields && !token.uncaptured(at))
    at = token.record(at)
  token.finish()
  return token.fields
}

/** A part of a token that has no record header: QUIC's CRYPTO bytes (RFC 9001 §4.1.3). Offsets of the token's bytes. */
export interface BarePart {
  readonly contentType: number
  readonly start: number
  readonly end: number
  readonly sealed: boolean
}

/** The same for a token without records. */
export function bareFields(bytes: Uint8Array, parts: readonly BarePart[], context: MessageContext): Field[] {
  const token = new Token(bytes, { context, sealedFrom: () => false, sslv2: false })
  for (const part of parts) token.bare(part)
  token.finish()
  return token.fields.map((field) => ({ ...field, depth: field.depth - 1 }))
}

class Token {
  readonly fields: Field[] = []
  private readonly bytes: Uint8Array
  private readonly options: TokenOptions
  private context: MessageContext
  private index = 0
  /** Handshake bytes not yet read as messages, and where in `fields` those of the message begun belong. */
  private pending = new JoinedBytes()
  private pendingPlace = 0

  constructor(bytes: Uint8Array, options: TokenOptions) {
    this.bytes = bytes
    this.options = options
    this.context = options.context
  }

  sslv2(): number {
    const recorder = new FieldRecorder(this.bytes)
    const { bytes } = this
    const length = bytes.length < 2 ? bytes.length : Math.min(bytes.length, 2 + sslv2RecordLength(bytes, 0))
    const group = recorder.open('SSLv2 record', 0)
    parseSslv2ClientHello(bytes.subarray(0, length), recorder)
    recorder.close(group, length)
    group.value = 'client_hello'
    this.fields.push(...recorder.fields)
    this.index = 1
    return length
  }

  /** Bytes that were not captured are zero, and no record is of type 0: where one would begin, the rest is unknown. */
  uncaptured(at: number): boolean {
    return this.bytes[at] === 0
  }

  /** Records one record from `at`; returns where the next begins. */
  record(at: number): number {
    const { dtls } = this.context
    const headerLength = dtls ? dtlsRecordHeaderLength : recordHeaderLength
    const recorder = new FieldRecorder(this.bytes)
    const group = recorder.open('record', at)
    if (at + headerLength > this.bytes.length) {
      recorder.malformed({ what: 'record header breaks off', at }, this.bytes.length)
      recorder.close(group, this.bytes.length)
      this.fields.push(...recorder.fields)
      return this.bytes.length
    }
    const length = dtls ? dtlsRecordLength(this.bytes, at) : recordLength(this.bytes, at)
    const start = at + headerLength
    const end = Math.min(start + length, this.bytes.length)
    const header = new Reader(this.bytes, at, start, recorder)
    const type = code(header, contentTypes, 'content type')
    code(header, versions, 'record version')
    if (dtls) {
      header.u16('epoch')
      header.raw(6, 'sequence number')
    }
    header.u16('record length')
    const sealed = this.options.sealedFrom(this.index++)
    group.value = `${nameOf(contentTypes, type)}${sealed ? ', encrypted' : ''}, ${String(length)} bytes`
    recorder.close(group, end)
    this.fields.push(...recorder.fields)
    if (start + length > end) this.malformed('record breaks off', start, end)
    else if (sealed) this.add('encrypted fragment', start, end)
    else this.content(type, start, end)
    return end
  }

  bare({ contentType, start, end, sealed }: BarePart): void {
    if (sealed) this.add('protected part of a Handshake packet', start, end)
    else this.content(contentType, start, end)
  }

  /** Marks handshake bytes that never became a whole message. */
  finish(): void {
    const { pending } = this
    if (pending.length === 0) return
    const [start, end] = pending.place(0, pending.length)
    const field: Field = { name: 'message part', depth: 1, start, end, value: '', malformed: null }
    field.value = `${String(pending.length)} bytes of a message that goes on after this token`
    this.fields.splice(this.pendingPlace, 0, field)
  }

  private content(type: number, start: number, end: number): void {
    if (type === 22) {
      if (this.context.dtls) this.fragments(start, end)
      else this.handshake(start, end)
      return
    }
    if (type !== 21 && type !== 24 && type !== 20) {
      this.add(nameOf(contentTypes, type), start, end)
      return
    }
    const recorder = new FieldRecorder(this.bytes)
    if (type === 21) {
      const inner = new FieldRecorder(this.bytes.subarray(start, end), start)
      const group = inner.open('alert', 0)
      const alert = parseAlert(this.bytes.subarray(start, end), inner)
      inner.close(group, end - start)
      if (alert.ok) group.value = inner.fields[2]!.value
      this.append(inner.fields)
      return
    }
    const reader = new Reader(this.bytes, start, end, recorder)
    if (reader.left > 0) {
      if (type === 24) code(reader, heartbeatMessageTypes, 'heartbeat message type')
      else reader.u8('change cipher spec')
    }
    if (reader.left > 0) reader.rest(type === 24 ? 'heartbeat' : 'left over')
    this.append(recorder.fields)
  }

  /** RFC 8446 §5.1: messages may share records and span them. */
  private handshake(start: number, end: number): void {
    const { pending } = this
    const before = pending.length
    if (before === 0) this.pendingPlace = this.fields.length
    pending.push(this.bytes, start, end)
    if (before > 0) {
      const part = pending.ofFirstMessage(before)
      const value = `${String(part)} bytes of the message begun before`
      this.fields.push({ name: 'message part', depth: 1, start, end: start + part, value, malformed: null })
    }
    for (let message = pending.take(); message !== null; message = pending.take()) {
      this.message(message, this.pendingPlace)
      this.pendingPlace = this.fields.length
    }
  }

  /** Reads one joined message and puts its fields at `place`. */
  private message(joined: JoinedBytes, place: number): void {
    const bytes = joined.bytes()
    const recorder = new FieldRecorder(bytes)
    const group = recorder.open('handshake message', 0)
    const outcome = parseHandshake(bytes, this.context, recorder)
    recorder.close(group, bytes.length)
    const body = outcome.ok ? outcome.value : null
    const retry = body?.kind === 'server-hello' && body.helloRetryRequest
    group.value = retry ? 'hello_retry_request' : nameOf(handshakeTypes, bytes[0]!)
    if (!outcome.ok) group.malformed = outcome.malformed.what
    if (body?.kind === 'server-hello') {
      this.context = { ...this.context, version: body.negotiatedVersion, cipherSuite: body.cipherSuite }
    }
    const { fields } = recorder
    const placed = fields.map((field, i): Field => {
      const isGroup = (fields[i + 1]?.depth ?? 0) > field.depth
      const [start, end] = isGroup
        ? joined.reach(field.start, field.end)
        : joined.place(field.start, field.end)
      return { ...field, depth: field.depth + 1, start, end }
    })
    this.fields.splice(place, 0, ...placed)
  }

  /** RFC 6347 §4.2.2: fragments of one message are read where the first lies, once all are in the token. */
  private fragments(start: number, end: number): void {
    let at = start
    while (at < end) {
      if (at + fragmentHeaderLength > end) {
        this.malformed('handshake fragment breaks off', at, end)
        return
      }
      const recorder = new FieldRecorder(this.bytes)
      const group = recorder.open('handshake fragment', at)
      const r = new Reader(this.bytes, at, end, recorder)
      const type = code(r, handshakeTypes, 'handshake type')
      const length = r.u24('message length')
      const sequence = r.u16('message sequence')
      const offset = r.u24('fragment offset')
      const size = r.u24('fragment length')
      const bodyEnd = Math.min(end, r.at + size)
      group.value = `${labelOf(handshakeTypes, type)}, message ${String(sequence)}, bytes ${String(offset)} to ${String(offset + size)} of ${String(length)}`
      recorder.close(group, bodyEnd)
      this.append(recorder.fields)
      if (r.left < size || offset + size > length) {
        this.malformed('fragment reaches beyond its message or record', r.at, end)
        return
      }
      if (offset === 0) {
        this.pending = new JoinedBytes()
        this.pending.push(this.bytes, at, at + 4)
        this.pendingPlace = this.fields.length
      }
      if (this.pending.length === offset + 4) this.pending.push(this.bytes, r.at, bodyEnd)
      const whole = this.pending.take()
      if (whole !== null) this.message(whole, this.pendingPlace)
      at = bodyEnd
    }
  }

  private add(name: string, start: number, end: number): void {
    const recorder = new FieldRecorder(this.bytes)
    if (end > start) recorder.bytes(name, start, end - start)
    this.append(recorder.fields)
  }

  private malformed(what: string, at: number, end: number): void {
    const recorder = new FieldRecorder(this.bytes)
    recorder.malformed({ what, at }, end)
    this.append(recorder.fields)
  }

  /** Fields that belong below the record read last. */
  private append(fields: readonly Field[]): void {
    for (const field of fields) this.fields.push({ ...field, depth: field.depth + 1 })
  }
}

const fragmentHeaderLength = 12
