// Who gave up, and on what evidence: the outcome of a conversation as the wire shows it (design §4, "Failure", "Transport").

import type { CarrierStep, Conversation, Message, Side } from '../conversation/facts.ts'
import { lacksBefore, peerOf, streamOf } from '../conversation/facts.ts'
import { isWithdrawal, judgesCertificate } from '../sspi/alerts.ts'
import { type Landmarks, landmarksOf, recordClass } from '../tokens/landmarks.ts'
import {
  beganRdpUdp,
  flightInVain,
  hasCaptureGap,
  heardBy,
  isOneSided,
  leftBefore,
  withoutEnd,
} from './endings.ts'
import { failed, incomplete, transport } from './failure-point.ts'
import type { FailurePoint, OutcomeFacts } from './model.ts'

/** The outcome of one conversation. Asks no rule of diagnosis; `incomplete` and `failed` carry the place where it stopped. */
export function outcomeOf(conversation: Conversation, landmarks = landmarksOf(conversation)): OutcomeFacts {
  if (landmarks.clientHello < 0 && landmarks.serverHello < 0) return withoutHello(conversation)
  const refused = landmarks.serverHello < 0 ? refusedBefore(conversation) : undefined
  if (refused !== undefined) return refusedBy(conversation, refused)
  if (isOneSided(conversation)) return incomplete(conversation, 'none')
  const alert = fatalAlert(conversation, landmarks)
  // A ClientHello that was cut when captured leaves the refusal to be seen; where the capture began later, no call can be told.
  const begun = landmarks.clientHello >= 0 || isHandshakeHeader(conversation.client.opening)
  if (alert !== null && begun) return { outcome: 'failed', failure: alert }
  if (landmarks.clientHello < 0) return incomplete(conversation, 'none')
  const established = isEstablished(conversation, landmarks)
  if (established) return { outcome: 'established', failure: null }
  // EAP packets that were cut or lost leave no hole: a handshake that changes its cipher had a ServerHello.
  const goesOn = conversation.messages.some(({ contentType }) => contentType === 20)
  if (isEap(conversation) && landmarks.serverHello < 0 && goesOn) return incomplete(conversation, 'none')
  return withoutEnd(conversation, landmarks)
}

/**
 * Whether the sender of an alert had completed the handshake before it: it had its peer's Finished and had sent its own
 * (schannel §4.1 rows 4 and 5, §4.2, §4.4 rows 3 and 4).
 */
function wasEstablished(conversation: Conversation, landmarks: Landmarks, alert: Message): boolean {
  const own = landmarks.finished[alert.from]
  const peer = landmarks.finished[peerOf(alert.from)]
  // Its own Finished may have gone out in the same segment.
  if (own < 0 || peer < 0 || own > alert.order || !hadFinished(conversation, landmarks, alert)) return false
  if (isAboutKeys(alert) && lastSpoken(conversation, landmarks, peerOf(alert.from), alert.order) === peer)
    return false
  if (!landmarks.tls13 || alert.from === 'client') return true
  // A TLS 1.3 server's OK does not show; that it closed in order, or went on to tickets or data, shows it.
  return (
    alert.type === 0 ||
    conversation.server.records.some((record) => record.order > peer && record.start < alert.start)
  )
}

/** Whether the sender of an alert had its peer's Finished: its acknowledgement says so, where it has one, else capture order. */
function hadFinished(conversation: Conversation, { tls13, finished }: Landmarks, alert: Message): boolean {
  const order = finished[peerOf(alert.from)]
  const ack = tls13 ? -1 : heardBy(conversation, alert)
  const message =
    ack < 0
      ? undefined
      : conversation.messages.find(
          (one) => one.order === order && one.contentType === 22 && (one.type === 20 || one.type === null),
        )
  return message === undefined ? order < alert.order : ack >= message.end
}

function isEstablished(conversation: Conversation, landmarks: Landmarks): boolean {
  const { client, server } = landmarks.finished
  if (client >= 0 && server >= 0) return true
  // The capture lost a Finished, but nobody sends data before the handshake is over.
  return (
    landmarks.serverHello >= 0 &&
    (conversation.client.gaps.length > 0 || conversation.server.gaps.length > 0) &&
    sendsData(conversation, landmarks, 'client') &&
    sendsData(conversation, landmarks, 'server')
  )
}

/** In TLS 1.3 sealed handshake records and alerts look like data. */
function sendsData(conversation: Conversation, { tls13, classes }: Landmarks, side: Side): boolean {
  return tls13
    ? classes[side].includes(recordClass.application)
    : streamOf(conversation, side).applicationRecords > 0
}

/** Neither side's hello is in the clear: an alert in answer to another protocol, a refusal of the carrier, or nothing of TLS. */
function withoutHello(conversation: Conversation): OutcomeFacts {
  const { client, server, messages, carrier } = conversation
  // Whether this is TLS 1.3, where every alert ends the handshake, is not known: a warning is none that did.
  const index = messages.findIndex(
    ({ contentType, from, type, bytes }) =>
      contentType === 21 && from === 'server' && (bytes[0] !== 1 || isWithdrawal(type)),
  )
  const alert = messages[index]
  if (alert !== undefined && client.notTls !== null) {
    return failed(conversation, 'server', 'schannel', 'not-tls', alert.packet, index, alert.order)
  }
  const beginsHello =
    conversation.transport === 'quic' ||
    beganRdpUdp(conversation) ||
    (isHandshakeHeader(client.opening) && client.fromStart)
  const first = messages[0]
  const says = first?.from === 'client' && client.fromStart && first.type !== null
  // An alert instead of a ClientHello, or after one that the capture cuts short.
  const refuses =
    says && first.contentType === 21 && (first.bytes[0] === 2 || !lacksBefore(client, first.start))
  const refused = carrier.steps.findLast((step) => step.result === 'refused')
  if (refuses && first.packet < (refused?.packets[0] ?? Infinity))
    return (
      leftBehind(conversation, first) ??
      failed(conversation, 'client', 'schannel', 'alert', first.packet, 0, first.order)
    )
  // An HTTP server that says itself that TLS was due: what came was read where a ClientHello was expected.
  if (refused !== undefined && carrier.name === 'http')
    return failed(conversation, 'server', 'schannel', 'not-tls', refused.packets[0]!, null, Infinity)
  // EAP's Failure behind records of TLS is about them, or about what they carried.
  const behindTls = isEap(conversation) && client.records.length + server.records.length > 0
  if (refused !== undefined)
    return behindTls ? incomplete(conversation, 'none') : refusedBy(conversation, refused)
  const beginsOtherwise = says && first.contentType === 22 && !lacksBefore(client, first.start)
  if (
    alert !== undefined &&
    alert.type !== null &&
    client.fromStart &&
    (beginsHello || beginsOtherwise || client.length === 0)
  ) {
    const left = leftBehind(conversation, alert)
    if (left !== null) return left
    if (beginsHello || beginsOtherwise)
      return failed(conversation, 'server', 'schannel', 'alert', alert.packet, index, alert.order)
  }
  if (messages.some((message) => message.contentType !== 20)) return incomplete(conversation, 'none')
  if (!beginsHello) {
    const sealed = client.records.length > 0 || server.records.length > 0
    return sealed && client.notTls === null ? incomplete(conversation, 'none') : nothing
  }
  // A ClientHello began and never became whole.
  return withoutEnd(conversation, landmarksOf(conversation))
}

/** The carrier's refusal after which the client sent its ClientHello all the same. */
function refusedBefore({ carrier, messages }: Conversation): CarrierStep | undefined {
  const hello = messages[0]?.packet ?? -1
  return carrier.steps.findLast((step) => step.result === 'refused' && (step.packets.at(-1) ?? 0) <= hello)
}

function refusedBy(conversation: Conversation, { from, packets }: CarrierStep): OutcomeFacts {
  return failed(conversation, from, 'application', 'none', packets.at(-1) ?? 0, null, Infinity)
}

const nothing: OutcomeFacts = { outcome: 'none', failure: null }

function isHandshakeHeader(opening: Uint8Array): boolean {
  return opening[0] === 22 && opening[1] === 3 && (opening.length < 6 || opening[5] === 1)
}

function isEap({ transport }: Conversation): boolean {
  return transport === 'eapol' || transport === 'radius'
}

/** The failure where the peer of an alert's sender had closed before: the alert is about that. */
function leftBehind(conversation: Conversation, alert: Message): OutcomeFacts | null {
  const closer = peerOf(alert.from)
  const { events } = conversation
  const left = events.findIndex(
    ({ kind, from, packet }) => kind === 'fin' && from === closer && packet < alert.packet,
  )
  return left < 0 ? null : transport(conversation, 'closed', left, events[left]!.packet, closer)
}

/** The alert that ended the handshake: fatal, or a close_notify before the side was done; null where there was none. */
function fatalAlert(conversation: Conversation, landmarks: Landmarks): FailurePoint | null {
  const { messages } = conversation
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!
    if (message.contentType !== 21 || answersClosing(conversation, landmarks, message)) continue
    const done =
      wasEstablished(conversation, landmarks, message) ||
      (!landmarks.tls13 && sentData(conversation, message.from, message, landmarks))
    const ends = done ? endsAfterwards(conversation, landmarks, message) : endsHandshake(message, landmarks)
    if (!ends || (!done && flightInVain(conversation, message) !== null)) continue
    // What the capture lacks may have been a Finished: then it is a close_notify as likely as a refusal.
    const { client, server } = landmarks.finished
    if (message.type === null && (client < 0 || server < 0) && hasCaptureGap(conversation)) continue
    const refusesEmpty = landmarks.clientCertificateEmpty && message.from === 'server'
    const refused = message.handshake === 1 && (done || refusesEmpty || isWithdrawal(message.type))
    const by = refused ? 'application' : 'schannel'
    return failed(conversation, message.from, by, 'alert', message.packet, i, message.order).failure
  }
  if (landmarks.sealedRefusal === null || hasCaptureGap(conversation)) return null
  const { side, record: index } = landmarks.sealedRefusal
  const record = streamOf(conversation, side).records[index]!
  return failed(conversation, side, 'schannel', 'alert', record.packet, null, record.order).failure
}

/**
 * An alert about nothing but the peer's FIN, which came where a flight of the peer was due: OpenSSL 3 reports the early end
 * as decode_error. It is the peer that gave up.
 */
function answersClosing(conversation: Conversation, landmarks: Landmarks, alert: Message): boolean {
  const closer = peerOf(alert.from)
  if (!leftBefore(conversation, alert, 'fin')) return false
  const spokenUnseen = streamOf(conversation, alert.from).gaps.some((gap) => gap.end <= alert.start)
  return (
    spokenUnseen ||
    lastSpoken(conversation, landmarks, alert.from) > lastSpoken(conversation, landmarks, closer)
  )
}

/** `order` of the last record of a side, before `until`, that is no alert; -1 without one. */
function lastSpoken(
  conversation: Conversation,
  { classes }: Landmarks,
  side: Side,
  until = Infinity,
): number {
  const { records } = streamOf(conversation, side)
  const index = records.findLastIndex(
    ({ order }, i) => order < until && classes[side][i] !== recordClass.alert,
  )
  return records[index]?.order ?? -1
}

/** bad_record_mac, decryption_failed, decrypt_error: no application says that, the record before it was wrong. */
function isAboutKeys({ type }: Message): boolean {
  return type === 20 || type === 21 || type === 51
}

function endsHandshake(message: Message, landmarks: Landmarks): boolean {
  if (message.type === null || isWithdrawal(message.type) || landmarks.tls13) return true
  return message.bytes[0] === 2
}

/** After establishment only a fatal alert that came instead of data is part of the handshake's story. */
function endsAfterwards(conversation: Conversation, landmarks: Landmarks, message: Message): boolean {
  if (message.type === null || isWithdrawal(message.type)) return false
  if (message.handshake > 1) return message.bytes[0] === 2
  if (!landmarks.tls13 && message.bytes[0] !== 2) return false
  if (sentData(conversation, message.from, message, landmarks)) return false
  // An application may judge its peer after its own OK.
  return judgesCertificate(message.type) || !sentData(conversation, peerOf(message.from), message, landmarks)
}

/** Whether `side` sent application data before this alert was sent. */
function sentData(conversation: Conversation, side: Side, alert: Message, landmarks: Landmarks): boolean {
  const classes = landmarks.classes[side]
  return streamOf(conversation, side).records.some(
    (record, i) =>
      classes[i] === recordClass.application &&
      (side === alert.from ? record.start < alert.start : record.order < alert.order),
  )
}
