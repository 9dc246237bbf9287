// Who gave up, and on what evidence: the outcome of a conversation as the wire shows it (design §4, "Failure", "Transport").

import type { CarrierStep, Chunk, Conversation, Message, Side, StreamFacts } from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import { type Landmarks, landmarksOf, recordClass } from '../tokens/landmarks.ts'
import type { FailurePoint, OutcomeFacts } from './model.ts'

/** Quiet capture after which an unanswered flight counts as given up: nanoseconds. */
export const quietMeansGivenUp = 5e9

/** The outcome of one conversation. Asks no rule of diagnosis; `incomplete` and `failed` carry the place where it stopped. */
export function outcomeOf(conversation: Conversation, landmarks = landmarksOf(conversation)): OutcomeFacts {
  if (landmarks.clientHello < 0 && landmarks.serverHello < 0) return withoutHello(conversation)
  const refused = landmarks.serverHello < 0 ? refusedBefore(conversation) : undefined
  if (refused !== undefined) return refusedBy(conversation, refused)
  if (landmarks.clientHello < 0 || isOneSided(conversation)) return incomplete(conversation, 'none')
  const alert = fatalAlert(conversation, landmarks)
  if (alert !== null) return { outcome: 'failed', failure: alert }
  const established = isEstablished(conversation, landmarks)
  if (established) return { outcome: 'established', failure: null }
  return withoutEnd(conversation, landmarks)
}

/**
 * Whether the sender of an alert had completed the handshake before it: it had its peer's Finished and had sent its own
 * (schannel §4.1 rows 4 and 5, §4.2, §4.4 rows 3 and 4).
 */
function wasEstablished(conversation: Conversation, landmarks: Landmarks, alert: Message): boolean {
  const own = landmarks.finished[alert.from]
  const peer = landmarks.finished[peerOf(alert.from)]
  if (own < 0 || peer < 0 || own >= alert.order || peer >= alert.order) return false
  if (isAboutKeys(alert) && lastSpoken(conversation, landmarks, peerOf(alert.from), alert.order) === peer)
    return false
  if (!landmarks.tls13 || alert.from === 'client') return true
  // A TLS 1.3 server's OK does not show; that it closed in order, or went on to tickets or data, shows it.
  return (
    alert.type === 0 ||
    conversation.server.records.some((record) => record.order > peer && record.start < alert.start)
  )
}

function isEstablished(conversation: Conversation, landmarks: Landmarks): boolean {
  const { client, server } = landmarks.finished
  if (client >= 0 && server >= 0) return true
  // The capture lost a Finished, but nobody sends data before the handshake is over.
  return (
    landmarks.serverHello >= 0 &&
    (conversation.client.gaps.length > 0 || conversation.server.gaps.length > 0) &&
    conversation.client.applicationRecords > 0 &&
    conversation.server.applicationRecords > 0
  )
}

/** Neither side's hello is in the clear: an alert in answer to another protocol, a refusal of the carrier, or nothing of TLS. */
function withoutHello(conversation: Conversation): OutcomeFacts {
  const { client, server, messages, carrier } = conversation
  const index = messages.findIndex((message) => message.contentType === 21 && message.from === 'server')
  const alert = messages[index]
  if (alert !== undefined && client.notTls !== null) {
    return failed(conversation, 'server', 'schannel', 'not-tls', alert.packet, index, alert.order)
  }
  const refused = carrier.steps.findLast((step) => step.result === 'refused')
  if (refused !== undefined) return refusedBy(conversation, refused)
  const beginsHello =
    conversation.transport === 'quic' ||
    beganRdpUdp(conversation) ||
    (isHandshakeHeader(client.opening) && client.fromStart)
  if (
    alert !== undefined &&
    alert.type !== null &&
    client.fromStart &&
    (beginsHello || client.length === 0)
  ) {
    const left = conversation.events.findIndex(
      ({ kind, from, packet }) => kind === 'fin' && from === 'client' && packet < alert.packet,
    )
    if (left >= 0) return transport(conversation, 'closed', left, conversation.events[left]!.packet, 'client')
    if (beginsHello)
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

/** After the SYN of RDP over UDP only TLS or DTLS can come. */
function beganRdpUdp({ carrier }: Conversation): boolean {
  return carrier.name === 'rdp-udp'
}

const nothing: OutcomeFacts = { outcome: 'none', failure: null }

function isHandshakeHeader(opening: Uint8Array): boolean {
  return opening[0] === 22 && opening[1] === 3 && (opening.length < 6 || opening[5] === 1)
}

function isOneSided(conversation: Conversation): boolean {
  if (conversation.transport !== 'tcp') return false
  return !conversation.client.seen || !conversation.server.seen
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
    if (!ends) continue
    const refusesEmpty = landmarks.clientCertificateEmpty && message.from === 'server'
    const refused = message.handshake === 1 && (done || refusesEmpty || isWithdrawal(message))
    const by = refused ? 'application' : 'schannel'
    return failed(conversation, message.from, by, 'alert', message.packet, i, message.order).failure
  }
  if (landmarks.sealedRefusal === null) return null
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
  const left = conversation.events.some(
    ({ kind, from, packet }) => kind === 'fin' && from === closer && packet < alert.packet,
  )
  if (!left) return false
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

/** close_notify or user_canceled instead of going on: the application withdrew (RFC 8446 §6.1). */
function isWithdrawal(message: Message): boolean {
  return message.type === 0 || message.type === 90
}

function endsHandshake(message: Message, landmarks: Landmarks): boolean {
  if (message.type === null) return true
  if (message.type === 0) return true
  if (landmarks.tls13) return true
  return message.bytes[0] === 2
}

/** After establishment only a fatal alert that came instead of data is part of the handshake's story. */
function endsAfterwards(conversation: Conversation, landmarks: Landmarks, message: Message): boolean {
  if (message.type === null || message.type === 0 || message.type === 90) return false
  if (message.handshake > 1) return message.bytes[0] === 2
  if (!landmarks.tls13 && message.bytes[0] !== 2) return false
  if (sentData(conversation, message.from, message, landmarks)) return false
  return isAboutCertificates(message) || !sentData(conversation, peerOf(message.from), message, landmarks)
}

/** bad_certificate to access_denied, certificate_required: an application that judges its peer after its own OK. */
function isAboutCertificates({ type }: Message): boolean {
  return type !== null && ((type >= 41 && type <= 49 && type !== 47) || type === 116)
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

/** No alert: whose turn it was, and how the transport ended. */
function withoutEnd(conversation: Conversation, landmarks: Landmarks): OutcomeFacts {
  const { client, server, events } = conversation
  const refusal = refusedLater(conversation)
  if (refusal !== undefined) {
    const packet = refusal.packets.at(-1) ?? 0
    return failed(conversation, refusal.from, 'application', 'closed', packet, null, Infinity)
  }
  const due = whoseTurn(conversation, landmarks)
  for (const reader of ['client', 'server'] as const) {
    const foreign = foreignChunk(conversation, peerOf(reader))
    if (foreign === undefined) continue
    // Whoever speaks on did not have these bytes: the capture holds something else than the wire did.
    if (streamOf(conversation, reader).chunks.some((chunk) => chunk.order > foreign.order))
      return incomplete(conversation, 'none')
    return failed(conversation, reader, 'schannel', 'not-tls', foreign.packet, null, Infinity)
  }
  if (hasCaptureGap(client) || hasCaptureGap(server)) return incomplete(conversation, 'gap')
  if (isOneSided(conversation)) return incomplete(conversation, 'none')
  const waiting = peerOf(due)
  const lastFlight = streamOf(conversation, waiting).chunks.at(-1)?.packet ?? conversation.lastPacket
  const ending = events.findIndex((event) => event.kind === 'rst' || event.kind === 'fin')
  const silent = streamOf(conversation, due).length === 0
  const unanswered: FailurePoint['ending'] = silent ? 'no-answer' : 'stalled'
  if (ending >= 0) {
    const event = events[ending]!
    const how = event.from === waiting ? unanswered : event.kind === 'rst' ? 'reset' : 'closed'
    return transport(conversation, how, ending, how === unanswered ? lastFlight : event.packet, due)
  }
  const since = askedAt(conversation, waiting)
  const quiet = conversation.end - since + conversation.quietAfter
  if (quiet >= quietMeansGivenUp) return transport(conversation, unanswered, -1, lastFlight, due)
  return incomplete(conversation, 'none')
}

/** Where EAP or QUIC carries TLS, a refusal may still come in its own words: EAP-Failure, Version Negotiation. */
function refusedLater({
  transport,
  carrier,
}: Conversation): Conversation['carrier']['steps'][number] | undefined {
  return transport === 'tcp' || transport === 'udp'
    ? undefined
    : carrier.steps.findLast((step) => step.result === 'refused')
}

/** The chunk in which a stream stopped being TLS; what a carrier said before the handshake is none. */
function foreignChunk(conversation: Conversation, side: Side): Chunk | undefined {
  const stream = streamOf(conversation, side)
  const { notTls } = stream
  const before = conversation.carrier.name === 'none' ? -1 : (conversation.messages[0]?.order ?? -1)
  // Fewer bytes than a header are waited on (schannel §5.1).
  if (notTls === null || stream.length - notTls.at < 5) return undefined
  return stream.chunks.find((chunk) => chunk.end > notTls.at && chunk.order > before)
}

/** The side that had to speak next. */
function whoseTurn(conversation: Conversation, landmarks: Landmarks): Side {
  const { carrier, messages } = conversation
  const last = messages.at(-1)
  const from = last?.from ?? 'client'
  if (last === undefined) {
    const agreed = beganRdpUdp(conversation) && carrier.steps.some(({ result }) => result === 'ok')
    return agreed || hasRest(conversation.client) ? 'client' : 'server'
  }
  if (hasRest(streamOf(conversation, from))) return from
  if (from === 'client') return 'server'
  if (landmarks.tls13) {
    const sealed = conversation.server.records.some((record) => record.protection !== 'plain')
    return sealed ? 'client' : 'server'
  }
  // ServerHello, Certificate … without ServerHelloDone: the server's flight stands still.
  return last.contentType === 22 &&
    (last.type === 2 || last.type === 11 || last.type === 12 || last.type === 22)
    ? 'server'
    : 'client'
}

/** Bytes after the last whole record. */
function hasRest(stream: StreamFacts): boolean {
  return stream.length > (stream.records.at(-1)?.end ?? firstByte(stream))
}

function firstByte(stream: StreamFacts): number {
  return stream.chunks[0]?.start ?? 0
}

/** When `side` had said all that its peer has not answered; a datagram sent again asks the same again (RFC 6347 §4.2.4). */
function askedAt(conversation: Conversation, side: Side): number {
  const { chunks } = streamOf(conversation, side)
  const answered = streamOf(conversation, peerOf(side)).chunks.at(-1)?.order ?? -1
  const asking =
    conversation.transport === 'udp' ? chunks.find(({ order }) => order > answered) : chunks.at(-1)
  return (asking ?? chunks.at(-1) ?? conversation.carrier.steps.at(-1))?.time ?? NaN
}

function hasCaptureGap(stream: StreamFacts): boolean {
  return stream.gaps.some((gap) => gap.reason !== 'lost')
}

function incomplete(conversation: Conversation, ending: FailurePoint['ending']): OutcomeFacts {
  const gap = conversation.client.gaps[0] ?? conversation.server.gaps[0]
  return {
    outcome: 'incomplete',
    failure: {
      by: 'transport',
      side: 'transport',
      handshake: conversation.messages.at(-1)?.handshake ?? 1,
      alert: null,
      event: null,
      packet: ending === 'gap' && gap !== undefined ? gap.packet : conversation.lastPacket,
      trigger: null,
      seen: 0,
      ending,
    },
  }
}

function transport(
  conversation: Conversation,
  ending: FailurePoint['ending'],
  event: number,
  packet: number,
  due: Side,
): OutcomeFacts {
  const input = streamOf(conversation, peerOf(due))
  return {
    outcome: 'failed',
    failure: {
      by: 'transport',
      side: 'transport',
      handshake: conversation.messages.at(-1)?.handshake ?? 1,
      alert: null,
      event: event < 0 ? null : event,
      packet,
      trigger: input.chunks.at(-1)?.packet ?? null,
      seen: input.length,
      ending,
    },
  }
}

function failed(
  conversation: Conversation,
  side: Side,
  by: FailurePoint['by'],
  ending: FailurePoint['ending'],
  packet: number,
  alert: number | null,
  order: number,
): OutcomeFacts {
  const input = streamOf(conversation, peerOf(side))
  const spoken = streamOf(conversation, side).chunks.findLast((chunk) => chunk.order <= order)
  const ack = spoken?.ack ?? -1
  const heard = input.chunks.findLast((chunk) =>
    order !== Infinity && ack >= 0 ? chunk.end <= ack : chunk.order < order,
  )
  return {
    outcome: 'failed',
    failure: {
      by,
      side,
      handshake: (alert === null ? null : conversation.messages[alert]?.handshake) ?? 1,
      alert,
      event: null,
      packet,
      trigger: heard?.packet ?? null,
      seen: heard?.end ?? 0,
      ending,
    },
  }
}
