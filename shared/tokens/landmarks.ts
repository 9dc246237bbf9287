// Where a conversation's handshake stands, read off the wire in one pass: what each record is, and when each side was finished.

import type { Chunk, Conversation, Message, Side, StreamFacts, TlsRecord } from '../conversation/facts.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import { isTls13 } from '../registries/tls.ts'

/** What a record carries, as far as the wire and opened content tell. */
export const recordClass = { handshake: 1, alert: 2, application: 3 } as const

export interface Landmarks {
  /** Negotiated version of the first handshake; 0 while no ServerHello was seen. */
  readonly version: number
  readonly cipherSuite: number
  readonly tls13: boolean
  readonly datagrams: boolean
  /** Indexes into `messages` of the first ClientHello and the first ServerHello that is no retry; -1 where not seen. */
  readonly clientHello: number
  readonly serverHello: number
  /** `order` at which each side's first Finished (or what must be it) was complete; -1 where not seen. */
  readonly finished: Readonly<Record<Side, number>>
  /** The server's CertificateRequest was readable and the client's Certificate held none. */
  readonly clientCertificateEmpty: boolean
  /** The sealed TLS 1.3 record with which a side gave up instead of sending its flight, told by its size; null. */
  readonly sealedRefusal: { readonly side: Side; readonly record: number } | null
  /** `recordClass` of every described record of each side. */
  readonly classes: Readonly<Record<Side, Uint8Array>>
  /** Bytes of a sealed TLS 1.3 alert record of this suite. */
  readonly sealedAlertBytes: number
}

const tlsHeader = 5

/** Reads the landmarks of one conversation. Costs one pass over messages and records. */
export function landmarksOf(conversation: Conversation): Landmarks {
  const { messages } = conversation
  const seen = new Scan(conversation.transport === 'udp')
  for (let i = 0; i < messages.length; i++) seen.message(messages[i]!, i)
  const info = seen.suite === 0 ? null : cipherSuiteInfo(seen.suite)
  const tag = info?.mode === 'ccm8' ? 8 : 16
  const hash = info?.prfHash === 'sha384' ? 48 : info?.prfHash === 'sha512' ? 64 : 32
  const tls13 = isTls13(seen.version)
  const classes = {
    client: plainClasses(conversation.client.records),
    server: plainClasses(conversation.server.records),
  }
  const sealedAlertBytes = tlsHeader + 2 + 1 + tag
  let sealedRefusal: Landmarks['sealedRefusal'] = null
  if (conversation.transport === 'quic') {
    if (seen.serverHello >= 0) quicFinished(conversation, seen)
  } else if (tls13 && seen.serverHello >= 0) {
    const finishedBytes = tlsHeader + 4 + hash + 1 + tag
    const hello = messages[seen.serverHello]!
    const flight = clientFlight(conversation, classes.client, hello, finishedBytes, sealedAlertBytes)
    if (seen.clientFinished < 0) seen.clientFinished = flight.finishedOrder
    serverFlight(conversation.server, classes.server, flight)
    if (flight.refusal >= 0) sealedRefusal = { side: 'client', record: flight.refusal }
    else if (flight.finishedFrom < 0)
      sealedRefusal = serverRefusal(conversation, classes.server, sealedAlertBytes)
    if (seen.serverFinished < 0 && seen.clientFinished >= 0) seen.serverFinished = hello.order
    closingAlert(conversation.client, classes.client, sealedAlertBytes)
    closingAlert(conversation.server, classes.server, sealedAlertBytes)
  }
  return {
    version: seen.version,
    cipherSuite: seen.suite,
    tls13,
    datagrams: conversation.transport === 'udp',
    clientHello: seen.clientHello,
    serverHello: seen.serverHello,
    finished: { client: seen.clientFinished, server: seen.serverFinished },
    clientCertificateEmpty: seen.emptyCertificate,
    sealedRefusal,
    classes,
    sealedAlertBytes,
  }
}

/** The chunk that holds a stream offset, searched from the chunk `from` on; -1 where none does. */
export function chunkAt(chunks: readonly Chunk[], offset: number, from: number): number {
  for (let i = from; i < chunks.length; i++) {
    if (chunks[i]!.end > offset) return chunks[i]!.start <= offset ? i : -1
  }
  return -1
}

/** Whether a client Certificate message holds no certificate. */
export function isEmptyCertificate(message: Message): boolean {
  const { body } = message
  return body?.kind === 'certificate' && body.certificates.length === 0
}

/** What the messages alone say; a class because its fields are filled message by message. */
class Scan {
  version = 0
  suite = 0
  clientHello = -1
  serverHello = -1
  clientFinished = -1
  serverFinished = -1
  emptyCertificate = false
  private clientChanged: boolean
  private serverChanged: boolean

  /** The epoch in a DTLS record says itself that the cipher was changed, seen or not (RFC 6347 §4.1). */
  constructor(datagrams: boolean) {
    this.clientChanged = datagrams
    this.serverChanged = datagrams
  }

  message(message: Message, index: number): void {
    const fromClient = message.from === 'client'
    if (message.contentType === 20) {
      if (fromClient) this.clientChanged = true
      else this.serverChanged = true
      return
    }
    if (message.contentType === 21) return
    if (message.type === 1 && fromClient && this.clientHello < 0) this.clientHello = index
    else if (message.type === 2 && !fromClient && this.serverHello < 0) this.hello(message, index)
    else if (message.type === 11 && fromClient && isEmptyCertificate(message)) this.emptyCertificate = true
    else if (message.type === 20 || message.type === null) this.finished(message, fromClient)
  }

  private hello(message: Message, index: number): void {
    const { body } = message
    if (body?.kind !== 'server-hello') return
    this.version = body.negotiatedVersion
    this.suite = body.cipherSuite
    if (!body.helloRetryRequest) this.serverHello = index
  }

  /** Before TLS 1.3 the first sealed handshake message after ChangeCipherSpec is the Finished (RFC 5246 §7.4.9). */
  private finished(message: Message, fromClient: boolean): void {
    if (message.type === null && !(fromClient ? this.clientChanged : this.serverChanged)) return
    if (fromClient && this.clientFinished < 0) this.clientFinished = message.order
    if (!fromClient && this.serverFinished < 0) this.serverFinished = message.order
  }
}

/**
 * QUIC without keys: a client sends 1-RTT packets once it has the server's Finished, and its own goes before them
 * (RFC 9001 §4.1.1, §5.7).
 */
function quicFinished(conversation: Conversation, seen: Scan): void {
  const { client } = conversation
  if (client.applicationRecords === 0) return
  const hello = conversation.messages[seen.serverHello]!
  const last = client.records.findLast(
    (record) => record.protection === 'sealed' && record.order > hello.order,
  )
  if (seen.serverFinished < 0) seen.serverFinished = hello.order
  if (seen.clientFinished < 0) seen.clientFinished = last?.order ?? hello.order
}

function plainClasses(records: readonly TlsRecord[]): Uint8Array {
  const classes = new Uint8Array(records.length)
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!
    const type = record.protection === 'opened' ? record.innerType : record.contentType
    classes[i] =
      type === 21
        ? recordClass.alert
        : type === 23 || type === 24
          ? recordClass.application
          : recordClass.handshake
  }
  return classes
}

interface ClientFlight {
  readonly refusal: number
  readonly finishedOrder: number
  /** Stream offset at which the client's Finished record begins; -1. */
  readonly finishedFrom: number
  /** How much of the server's stream its sender had by then; -1 unknown. */
  readonly finishedAck: number
}

/**
 * The client's sealed TLS 1.3 records between ServerHello and its Finished are handshake; the first of a Finished record's
 * exact size ends them, or the first record where none has it (design §4, "TLS 1.3 without keys").
 */
function clientFlight(
  conversation: Conversation,
  classes: Uint8Array,
  hello: Message,
  finishedBytes: number,
  alertBytes: number,
): ClientFlight {
  const { client } = conversation
  let first = -1
  let finished = -1
  let burst = -2
  for (let i = 0, chunk = 0; i < client.records.length; i++) {
    const record = client.records[i]!
    if (record.protection !== 'sealed' || record.contentType !== 23) continue
    const at = chunkAt(client.chunks, record.start, chunk)
    if (at >= 0) chunk = at
    const ack = at < 0 ? -1 : client.chunks[at]!.ack
    const answers = ack < 0 ? record.order > hello.order : ack >= hello.end
    if (!answers) continue
    if (first < 0) {
      first = i
      burst = ack
      const size = record.end - record.start
      // An alert may be padded (RFC 8446 §5.4); a flight never is shorter than the Finished that ends it.
      const tooShort = size < finishedBytes && record.end >= client.length
      if (tooShort && size !== alertBytes && client.gaps.length > 0) return openedFinished(conversation)
      if (tooShort || size === alertBytes) {
        classes[i] = recordClass.alert
        return { refusal: i, finishedOrder: -1, finishedFrom: -1, finishedAck: -1 }
      }
    } else if (ack !== burst) break
    if (record.end - record.start === finishedBytes) {
      finished = i
      break
    }
  }
  if (first < 0) return openedFinished(conversation)
  if (finished < 0) finished = first
  for (let i = first; i <= finished; i++) classes[i] = recordClass.handshake
  const record = client.records[finished]!
  return { refusal: -1, finishedOrder: record.order, finishedFrom: record.start, finishedAck: burst }
}

/**
 * A server that refuses after its ServerHello: its last record has an alert's size, which no message of its flight has, and
 * the client had neither answered nor left.
 */
function serverRefusal(
  { client, server, events }: Conversation,
  classes: Uint8Array,
  alertBytes: number,
): Landmarks['sealedRefusal'] {
  const index = server.records.length - 1
  const record = server.records[index]
  if (record?.protection !== 'sealed' || record.contentType !== 23) return null
  if (record.end - record.start !== alertBytes || record.end < server.length) return null
  if (client.gaps.length > 0 || server.gaps.length > 0) return null
  if (client.records.some(({ protection, order }) => protection === 'sealed' && order < record.order))
    return null
  if (events.some(({ kind, from, packet }) => kind === 'fin' && from === 'client' && packet < record.packet))
    return null
  classes[index] = recordClass.alert
  return { side: 'server', record: index }
}

/** With keys the Finished message itself says where the flight ends. */
function openedFinished(conversation: Conversation): ClientFlight {
  for (const message of conversation.messages) {
    if (message.from === 'client' && message.type === 20 && message.contentType === 22) {
      return { refusal: -1, finishedOrder: message.order, finishedFrom: message.start, finishedAck: -1 }
    }
  }
  return { refusal: -1, finishedOrder: -1, finishedFrom: -1, finishedAck: -1 }
}

/** The server's sealed records sent before the client's Finished had come, and read before it was sent, are its flight. */
function serverFlight(server: StreamFacts, classes: Uint8Array, flight: ClientFlight): void {
  const { finishedFrom, finishedOrder, finishedAck } = flight
  for (let i = 0, chunk = 0; i < server.records.length; i++) {
    const record = server.records[i]!
    if (record.protection !== 'sealed' || record.contentType !== 23) continue
    const at = chunkAt(server.chunks, record.start, chunk)
    if (at >= 0) chunk = at
    const ack = at < 0 ? -1 : server.chunks[at]!.ack
    const before = finishedFrom < 0 || (ack < 0 ? record.order < finishedOrder : ack <= finishedFrom)
    // Data that a server sends before it has the client's Finished (RFC 8446 §4.4.4) comes behind its own.
    const early = finishedAck >= 0 && record.start >= finishedAck
    if (before && !early) classes[i] = recordClass.handshake
  }
}

/** The last record of a stream, if it has an alert's size: close_notify, likely. */
function closingAlert(stream: StreamFacts, classes: Uint8Array, alertBytes: number): void {
  const last = stream.records.length - 1
  const record = stream.records[last]
  if (record?.protection !== 'sealed' || record.contentType !== 23) return
  if (classes[last] !== recordClass.application || record.end < stream.length) return
  if (record.end - record.start === alertBytes) classes[last] = recordClass.alert
}
