// The field tree of a token: its messages with what they say, their fields, and the headers of the records they came in, placed where the bytes lie.

import { FieldRecorder, type Field } from '../bytes/fields.ts'
import { Reader } from '../bytes/reader.ts'
import { maxTokenFields } from '../limits.ts'
import { labelOf, nameOf } from '../registries/registry.ts'
import {
  alertDescriptions,
  contentTypes,
  handshakeTypes,
  heartbeatMessageTypes,
  versions,
} from '../registries/tls.ts'
import { asn1Fields, isSequences } from '../x509/asn1.ts'
import { code } from './codes.ts'
import { parseAlert, parseHandshake } from './handshake.ts'
import { parseSslv2ClientHello } from './hello.ts'
import { JoinedBytes } from './joined-bytes.ts'
import { handshakeName, summaryOf } from './message-words.ts'
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
  /** Takes the elements of all DER in the messages, and of application data that is nothing else. */
  readonly asn1?: Field[]
}

/**
 * Fields of whole consecutive records, in reading order. Roots are what the records bring: messages, alerts, closed content;
 * the header of a record is the first group below what begins in it. A message over several records is read joined; a plain
 * value that lies in two records gets the range of its part in the first, a group reaches to its end. What breaks the format
 * is marked, never thrown.
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
export function bareFields(
  bytes: Uint8Array,
  parts: readonly BarePart[],
  context: MessageContext,
  asn1: Field[] = [],
): Field[] {
  const token = new Token(bytes, { context, sealedFrom: () => false, sslv2: false, asn1 })
  for (const part of parts) token.bare(part)
  token.finish()
  return token.fields
}

class Token {
  readonly fields: Field[] = []
  private readonly bytes: Uint8Array
  private readonly options: TokenOptions
  private context: MessageContext
  private index = 0
  /** Fields of the record header just read, until a root takes them in. */
  private header: readonly Field[] = []
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
    const group = recorder.open(handshakeName(1), 0)
    parseSslv2ClientHello(bytes.subarray(0, length), recorder)
    recorder.close(group, length)
    group.value = 'SSLv2 format'
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
    const group = recorder.open('record header', at)
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
    group.value = `${nameOf(contentTypes, type)}, ${String(length)} bytes`
    recorder.close(group, start)
    this.header = recorder.fields
    if (start + length > end) this.malformed('record breaks off', start, end)
    else if (sealed) this.closed(`encrypted ${nameOf(contentTypes, type)}`, start, end)
    else this.content(type, start, end)
    this.fields.push(...this.header)
    this.header = []
    return end
  }

  bare({ contentType, start, end, sealed }: BarePart): void {
    if (sealed) this.closed('protected part of a Handshake packet', start, end)
    else this.content(contentType, start, end)
  }

  /** Marks handshake bytes that never became a whole message. */
  finish(): void {
    const { pending } = this
    if (pending.length === 0) return
    const [start, end] = pending.place(0, pending.length)
    const field: Field = { name: 'message part', depth: 0, start, end, value: '', malformed: null }
    field.value = `${String(pending.length)} bytes of a message that goes on after this token`
    this.fields.splice(this.pendingPlace, 0, field)
  }

  private content(type: number, start: number, end: number): void {
    if (type === 22) {
      if (this.context.dtls) this.fragments(start, end)
      else this.handshake(start, end)
      return
    }
    const bytes = this.bytes.subarray(start, end)
    const recorder = new FieldRecorder(bytes, start)
    const group = recorder.open(rootNames[type] ?? nameOf(contentTypes, type), 0)
    if (type === 21) {
      const alert = parseAlert(bytes, recorder)
      if (alert.ok) group.value = labelOf(alertDescriptions, alert.value.description)
    } else if (type === 20 || type === 24) {
      const reader = new Reader(bytes, 0, bytes.length, recorder)
      if (reader.left > 0) {
        if (type === 24) code(reader, heartbeatMessageTypes, 'heartbeat message type')
        else reader.u8('change cipher spec')
      }
      if (reader.left > 0) reader.rest(type === 24 ? 'heartbeat' : 'left over')
    } else if (bytes.length > 0) {
      recorder.bytes('data', 0, bytes.length)
      if (isSequences(bytes, 0, bytes.length)) recorder.der('application data', 0, bytes.length)
    }
    recorder.close(group, bytes.length)
    this.root(recorder.fields)
    this.elements(recorder, bytes, (field) => ({
      ...field,
      start: field.start + start,
      end: field.end + start,
    }))
  }

  /** Adds the elements of what `recorder` read as DER, each put in its place. */
  private elements(
    { ders }: FieldRecorder,
    bytes: Uint8Array,
    placed: (field: Field, group: boolean) => Field,
  ): void {
    const { asn1 } = this.options
    if (asn1 === undefined) return
    for (const der of ders) {
      if (asn1.length >= maxTokenFields) return
      const fields = asn1Fields(bytes, der)
      fields.forEach((field, i) => asn1.push(placed(field, isGroup(fields, i))))
    }
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
      this.root([{ name: 'message part', depth: 0, start, end: start + part, value, malformed: null }])
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
    const group = recorder.open(handshakeName(bytes[0]!), 0)
    const outcome = parseHandshake(bytes, this.context, recorder)
    recorder.close(group, bytes.length)
    const body = outcome.ok ? outcome.value : null
    if (!outcome.ok) group.malformed = outcome.malformed.what
    if (body !== null) group.value = summaryOf(body)
    if (body?.kind === 'server-hello') {
      if (body.helloRetryRequest) group.name = 'HelloRetryRequest'
      this.context = { ...this.context, version: body.negotiatedVersion, cipherSuite: body.cipherSuite }
    }
    const { fields } = recorder
    const placed = (field: Field, group: boolean): Field => {
      const [start, end] = group ? joined.reach(field.start, field.end) : joined.place(field.start, field.end)
      return { ...field, start, end }
    }
    this.root(
      fields.map((field, i) => placed(field, isGroup(fields, i))),
      place,
    )
    this.elements(recorder, bytes, placed)
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
      this.root(recorder.fields)
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

  /** Content that stays closed. */
  private closed(name: string, start: number, end: number): void {
    const recorder = new FieldRecorder(this.bytes)
    const group = recorder.open(name, start)
    if (end > start) recorder.bytes('encrypted fragment', start, end - start)
    recorder.close(group, end)
    group.value = `${String(end - start)} bytes`
    this.root(recorder.fields)
  }

  private malformed(what: string, at: number, end: number): void {
    const recorder = new FieldRecorder(this.bytes)
    recorder.malformed({ what, at }, end)
    this.root(recorder.fields)
  }

  /** Adds a root with its fields at `place`; the first of a record has the record's header below it. */
  private root(fields: readonly Field[], place = this.fields.length): void {
    const [first, ...rest] = fields
    if (first === undefined) return
    const header = this.header.map((field) => ({ ...field, depth: field.depth + 1 }))
    this.header = []
    this.fields.splice(place, 0, first, ...header, ...rest)
  }
}

function isGroup(fields: readonly Field[], index: number): boolean {
  return (fields[index + 1]?.depth ?? 0) > fields[index]!.depth
}

/** Roots by content type, where the RFC's structure has a name of its own. */
const rootNames: Readonly<Record<number, string>> = {
  20: 'ChangeCipherSpec',
  21: 'Alert',
  23: 'ApplicationData',
  24: 'Heartbeat',
}

const fragmentHeaderLength = 12
