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

export function viewHandshake(conversation: Conversation, handshake: number): HandshakeView {
  const parts = {
    conversation,
    handshake,
    firstHello: null as Parsed<ClientHello> | null,
    hello: null as Parsed<ClientHello> | null,
    retry: null as Parsed<ServerHello> | null,
    serverHello: null as Parsed<ServerHello> | null,
    certificate: bySide<CertificateMessage>(),
    certificateVerify: bySide<CertificateVerify>(),
    request: null as Parsed<CertificateRequest> | null,
    serverKeyExchange: null as Parsed<ServerKeyExchange> | null,
    clientKeyExchange: null as Parsed<ClientKeyExchange> | null,
    serverDone: false,
    finished: { client: -1, server: -1 },
    alerts: [] as Parsed<Alert>[],
  }
  conversation.messages.forEach((message, index) => {
    if (message.handshake !== handshake) return
    const { body, from } = message
    if (from === 'server' && isHandshake(message, 14)) parts.serverDone = true
    if (body === null) return
    switch (body.kind) {
      case 'client-hello':
        parts.hello = { message, index, body }
        parts.firstHello ??= parts.hello
        break
      case 'server-hello':
        if (body.helloRetryRequest) parts.retry ??= { message, index, body }
        else parts.serverHello = { message, index, body }
        break
      case 'certificate':
        parts.certificate[from] ??= { message, index, body }
        break
      case 'certificate-verify':
        parts.certificateVerify[from] ??= { message, index, body }
        break
      case 'certificate-request':
        parts.request ??= { message, index, body }
        break
      case 'server-key-exchange':
        parts.serverKeyExchange ??= { message, index, body }
        break
      case 'client-key-exchange':
        parts.clientKeyExchange ??= { message, index, body }
        break
      case 'alert':
        parts.alerts.push({ message, index, body })
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
  })
  for (const side of ['client', 'server'] as const)
    parts.finished[side] = finishedOrder(conversation, handshake, side, parts.serverHello)
  return { ...parts, stage: stageOf(parts) }
}

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

/** Sealed records of one side, in order. */
export function sealedRecords(conversation: Conversation, side: Side): readonly TlsRecord[] {
  return streamOf(conversation, side).records.filter((record) => record.protection === 'sealed')
}

/** A TLS 1.3 alert record without padding: header, two bytes, content type and a tag of 16 bytes at most (RFC 8446 §5.2). */
export const sealedAlertBytes = 24

/** Records of one side that carry application data, or may as far as their size tells; handshake flights left out. */
export function dataRecords(view: HandshakeView, side: Side): readonly TlsRecord[] {
  const { records } = streamOf(view.conversation, side)
  if (!isTls13(view)) return records.filter(({ contentType }) => contentType === 23)
  return records.filter(({ protection, contentType, innerType, order, start, end }) =>
    protection === 'opened'
      ? innerType === 23
      : contentType === 23 && order > view.finished.client && end - start > sealedAlertBytes,
  )
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
): ReportEvidence {
  const { message, body } = certificate
  return {
    packet: message.packet,
    from: message.from,
    space: 'certificate',
    index,
    offset: 0,
    length: body.certificates[index]?.der.length ?? null,
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
  const messages = conversation.messages
  const plain = messages.find(
    (message) => message.handshake === handshake && message.from === side && isHandshake(message, 20),
  )
  if (plain !== undefined) return plain.order
  if (serverHello === null) return -1
  if (!isTls13Version(serverHello.body.negotiatedVersion)) {
    return (
      messages.find(
        (message) =>
          message.handshake === handshake &&
          message.from === side &&
          message.contentType === 22 &&
          message.type === null,
      )?.order ?? -1
    )
  }
  return (
    streamOf(conversation, side).records.find(
      (record) => record.protection === 'sealed' && record.order > serverHello.message.order,
    )?.order ?? -1
  )
}

function stageOf(parts: Omit<HandshakeView, 'stage'>): Stage {
  if (
    parts.finished.client >= 0 &&
    parts.finished.server >= 0 &&
    parts.finished.client > parts.finished.server
  )
    return 'both-finished'
  if (parts.finished.client >= 0) return parts.finished.server >= 0 ? 'both-finished' : 'client-finished'
  if (parts.clientKeyExchange !== null || parts.certificate.client !== null) return 'client-flight'
  if (parts.serverDone || parts.certificate.server !== null || parts.finished.server >= 0)
    return 'server-flight'
  if (parts.serverHello !== null || parts.retry !== null) return 'server-hello'
  return parts.hello !== null ? 'client-hello' : 'nothing'
}
