// A conversation as the diagnosis reads it: its messages by kind, and how far the handshake had come.

import type { Conversation, Message, Side, Time, TlsRecord } from '../conversation/facts.ts'
import { streamOf } from '../conversation/facts.ts'
import type { ReportEvidence } from '../contract/report.ts'
import { isTls13 as isTls13Version } from '../registries/tls.ts'
import type { FailurePoint, OutcomeFacts } from '../schannel/model.ts'
import type {
  Alert,
  CertificateMessage,
  CertificateRequest,
  CertificateVerify,
  ClientHello,
  ClientKeyExchange,
  HandshakeBody,
  ServerHello,
  ServerKeyExchange,
} from '../tls/messages.ts'
import type { Range } from '../x509/der.ts'

/** A message together with its typed body. */
export interface Parsed<B extends HandshakeBody> {
  readonly message: Message
  /** Index in Conversation.messages. */
  readonly index: number
  readonly body: B
}

/** How far the handshake had come when it ended, by the messages that were seen. */
export type Stage =
  | 'nothing'
  | 'client-hello'
  | 'retry'
  | 'server-hello'
  | 'server-flight'
  | 'client-flight'
  | 'client-finished'
  | 'both-finished'

/** The messages of one handshake of a conversation. */
export interface HandshakeView {
  readonly conversation: Conversation
  readonly handshake: number
  readonly firstHello: Parsed<ClientHello> | null
  /** The last ClientHello: after a HelloRetryRequest or a DTLS cookie it differs from the first. */
  readonly hello: Parsed<ClientHello> | null
  readonly retry: Parsed<ServerHello> | null
  readonly serverHello: Parsed<ServerHello> | null
  readonly certificate: Readonly<Record<Side, Parsed<CertificateMessage> | null>>
  readonly certificateVerify: Readonly<Record<Side, Parsed<CertificateVerify> | null>>
  readonly request: Parsed<CertificateRequest> | null
  readonly serverKeyExchange: Parsed<ServerKeyExchange> | null
  readonly clientKeyExchange: Parsed<ClientKeyExchange> | null
  readonly serverDone: boolean
  /** Order of each side's Finished (or, sealed, of its first record under new keys); -1 without. */
  readonly finished: Readonly<Record<Side, number>>
  readonly alerts: readonly Parsed<Alert>[]
  readonly stage: Stage
}

type Draft = { -readonly [K in keyof HandshakeView]: HandshakeView[K] }

export function viewHandshake(conversation: Conversation, handshake: number): HandshakeView {
  const { messages } = conversation
  const certificate = bySide<CertificateMessage>()
  const certificateVerify = bySide<CertificateVerify>()
  const alerts: Parsed<Alert>[] = []
  const view: Draft = {
    conversation,
    handshake,
    firstHello: null,
    hello: null,
    retry: null,
    serverHello: null,
    certificate,
    certificateVerify,
    request: null,
    serverKeyExchange: null,
    clientKeyExchange: null,
    serverDone: false,
    finished: neverFinished,
    alerts,
    stage: 'nothing',
  }
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index]!
    if (message.handshake !== handshake) continue
    const { body, from } = message
    if (from === 'server' && isHandshake(message, 14)) view.serverDone = true
    if (body === null) continue
    switch (body.kind) {
      case 'client-hello':
        view.hello = { message, index, body }
        view.firstHello ??= view.hello
        break
      case 'server-hello':
        if (body.helloRetryRequest) view.retry ??= { message, index, body }
        else view.serverHello = { message, index, body }
        break
      case 'certificate':
        certificate[from] ??= { message, index, body }
        break
      case 'certificate-verify':
        certificateVerify[from] ??= { message, index, body }
        break
      case 'certificate-request':
        view.request ??= { message, index, body }
        break
      case 'server-key-exchange':
        view.serverKeyExchange ??= { message, index, body }
        break
      case 'client-key-exchange':
        view.clientKeyExchange ??= { message, index, body }
        break
      case 'alert':
        alerts.push({ message, index, body })
        break
      case 'hello-verify-request':
      case 'new-session-ticket':
      case 'encrypted-extensions':
      case 'certificate-status':
      case 'key-update':
      case 'finished':
      case 'other':
      case 'change-cipher-spec':
        break
    }
  }
  view.finished = {
    client: finishedOrder(conversation, handshake, 'client', view.serverHello),
    server: finishedOrder(conversation, handshake, 'server', view.serverHello),
  }
  view.stage = stageOf(view)
  return view
}

const neverFinished = { client: -1, server: -1 }

/** The handshake that the failure names, or the first. */
export function viewFailure(conversation: Conversation, outcome: OutcomeFacts): HandshakeView {
  return viewHandshake(conversation, outcome.failure?.handshake ?? 1)
}

/** The alert of a failure point, where it can be read. */
export function failureAlert(conversation: Conversation, failure: FailurePoint): Parsed<Alert> | null {
  if (failure.alert === null) return null
  const message = conversation.messages[failure.alert]
  if (message?.body?.kind !== 'alert') return null
  return { message, index: failure.alert, body: message.body }
}

export function isHandshake(message: Message, type: number): boolean {
  return message.contentType === 22 && message.type === type
}

/** Whether TLS 1.3's key schedule applies: certificates are hidden without keys. */
export function isTls13(view: HandshakeView): boolean {
  return view.serverHello !== null && isTls13Version(view.serverHello.body.negotiatedVersion)
}

/** The last sealed record of one side. */
export function lastSealedRecord(conversation: Conversation, side: Side): TlsRecord | undefined {
  return streamOf(conversation, side).records.findLast((record) => record.protection === 'sealed')
}

/** A TLS 1.3 alert record without padding: header, two bytes, content type and a tag of 16 bytes at most (RFC 8446 §5.2). */
export const sealedAlertBytes = 24

/** How many records of one side carry application data, or may as far as their size tells; handshake flights left out. */
export function countDataRecords(view: HandshakeView, side: Side): number {
  const { records } = streamOf(view.conversation, side)
  const tls13 = isTls13(view)
  let count = 0
  for (const { protection, contentType, innerType, order, start, end } of records) {
    const data = !tls13
      ? contentType === 23
      : protection === 'opened'
        ? innerType === 23
        : contentType === 23 && order > view.finished.client && end - start > sealedAlertBytes
    if (data) count++
  }
  return count
}

/** Absolute time in milliseconds since 1970 UTC; NaN where the capture has no time. */
export function epochMilliseconds(time: Time, baseSeconds: number): number {
  return baseSeconds * 1000 + time / 1e6
}

/** Evidence that points at a message: its packet and its stream range. */
export function atMessage(conversation: Conversation, message: Message, text: string): ReportEvidence {
  return {
    packet: message.packet,
    from: message.from,
    space: 'message',
    index: conversation.messages.indexOf(message),
    offset: message.start,
    length: message.end - message.start,
    text,
  }
}

/** Evidence that points at a range of one side's stream. */
export function atStream(
  from: Side,
  start: number,
  end: number,
  packet: number | null,
  text: string,
): ReportEvidence {
  return { packet, from, space: 'stream', index: null, offset: start, length: end - start, text }
}

export function atPacket(packet: number, from: Side | null, text: string): ReportEvidence {
  return { packet, from, space: 'packet', index: null, offset: null, length: null, text }
}

export function atCertificate(
  certificate: Parsed<CertificateMessage>,
  index: number,
  text: string,
  part: Range | null = null,
): ReportEvidence {
  const { message, body } = certificate
  return {
    packet: message.packet,
    from: message.from,
    space: 'certificate',
    index,
    offset: part?.start ?? 0,
    length: part === null ? (body.certificates[index]?.der.length ?? null) : part.end - part.start,
    text,
  }
}

function bySide<B extends HandshakeBody>(): Record<Side, Parsed<B> | null> {
  return { client: null, server: null }
}

/**
 * RFC 5246 §7.4.9: Finished is the first message after ChangeCipherSpec, so its sealed form is known by place.
 * RFC 8446: without keys, the client's first sealed record after ServerHello stands for its Finished; the server's
 * flight is sealed from its first record on, so its end is not told from its middle.
 */
function finishedOrder(
  conversation: Conversation,
  handshake: number,
  side: Side,
  serverHello: Parsed<ServerHello> | null,
): number {
  let sealed = -1
  for (const message of conversation.messages) {
    if (message.handshake !== handshake || message.from !== side || message.contentType !== 22) continue
    if (message.type === 20) return message.order
    if (message.type === null && sealed < 0) sealed = message.order
  }
  if (serverHello === null) return -1
  if (!isTls13Version(serverHello.body.negotiatedVersion)) return sealed
  for (const { protection, order } of streamOf(conversation, side).records) {
    if (protection === 'sealed' && order > serverHello.message.order) return order
  }
  return -1
}

function stageOf(parts: Omit<HandshakeView, 'stage'>): Stage {
  if (parts.finished.client >= 0) return parts.finished.server >= 0 ? 'both-finished' : 'client-finished'
  if (parts.clientKeyExchange !== null || parts.certificate.client !== null) return 'client-flight'
  if (parts.serverDone || parts.certificate.server !== null || parts.finished.server >= 0)
    return 'server-flight'
  if (parts.serverHello !== null) return 'server-hello'
  const { hello, retry } = parts
  if (retry !== null && (hello === null || hello.index < retry.index)) return 'retry'
  return hello !== null ? 'client-hello' : 'nothing'
}
