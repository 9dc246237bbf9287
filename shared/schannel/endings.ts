// Handshakes that no alert ended: whose turn it was, and how TCP, ICMP or silence ended the wait.

import type {
  Chunk,
  Conversation,
  Gap,
  Message,
  Side,
  StreamFacts,
  TransportEvent,
} from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import { isWithdrawal, judgesCertificate } from '../sspi/alerts.ts'
import type { Landmarks } from '../tokens/landmarks.ts'
import { failed, incomplete, transport } from './failure-point.ts'
import type { FailurePoint, OutcomeFacts } from './model.ts'

/** Quiet capture after which an unanswered flight counts as given up: nanoseconds. */
const quietMeansGivenUp = 5e9

/** No alert: whose turn it was, and how the transport ended. */
export function withoutEnd(conversation: Conversation, landmarks: Landmarks): OutcomeFacts {
  const { events } = conversation
  const refusal = refusedLater(conversation)
  if (refusal !== undefined) {
    const packet = refusal.packets.at(-1) ?? 0
    return failed(conversation, refusal.from, 'application', 'closed', packet, null, Infinity)
  }
  const due = whoseTurn(conversation, landmarks)
  for (const reader of ['client', 'server'] as const) {
    const foreign = foreignChunk(conversation, peerOf(reader))
    if (foreign === undefined) continue
    if (spokeOn(conversation, reader, foreign)) return incomplete(conversation, 'none')
    return failed(conversation, reader, 'schannel', 'not-tls', foreign.packet, null, Infinity)
  }
  if (hasCaptureGap(conversation)) return incomplete(conversation, 'gap')
  if (isOneSided(conversation)) return incomplete(conversation, 'none')
  const waiting = peerOf(due)
  const lastFlight = streamOf(conversation, waiting).chunks.at(-1)?.packet ?? conversation.lastPacket
  const ending = events.findIndex((event) => isEnd(conversation, event))
  const silent = streamOf(conversation, due).length === 0
  const unanswered: FailurePoint['ending'] = silent ? 'no-answer' : 'stalled'
  const last = conversation.messages.at(-1)
  const given = last === undefined ? null : flightInVain(conversation, last)
  if (given !== null) return transport(conversation, unanswered, ending, given.packet, due)
  if (ending >= 0) {
    const event = events[ending]!
    if (saidMore(conversation, event)) return incomplete(conversation, 'gap')
    const how = event.from === waiting ? unanswered : howEnded(event, unanswered)
    return transport(conversation, how, ending, how === unanswered ? lastFlight : event.packet, due)
  }
  const since = askedAt(conversation, waiting)
  const quiet = conversation.end - since + conversation.quietAfter
  if (quiet >= quietMeansGivenUp) return transport(conversation, unanswered, -1, lastFlight, due)
  return incomplete(conversation, 'none')
}

/**
 * The flight before an alert that says no more than that its sender had waited in vain: its peer could not be reached, or was
 * silent for as long as means given up. GnuTLS calls that internal_error, others close in order. A client that gives up on a
 * server that never said a byte has nothing else to speak of, unless it withdraws. null for any other message.
 */
export function flightInVain(conversation: Conversation, alert: Message): Chunk | null {
  if (alert.contentType !== 21) return null
  const own = streamOf(conversation, alert.from)
  const peer = streamOf(conversation, peerOf(alert.from))
  const flight = own.chunks.findLast(({ order }) => order < alert.order)
  const spoken = peer.chunks.at(-1)?.order ?? -1
  if (flight === undefined || spoken > flight.order || hasCaptureGap(conversation)) return null
  const asking = own.chunks.find(({ order }) => order > spoken) ?? flight
  if (leftBefore(conversation, alert, 'fin') || leftBefore(conversation, alert, 'rst')) return null
  const refused = conversation.events.some(
    (event) => event.icmp !== null && event.order < alert.order && isEnd(conversation, event),
  )
  const judges = isWithdrawal(alert.type) || judgesCertificate(alert.type)
  const nothingRead = alert.from === 'client' && peer.length === 0 && !judges
  return refused || nothingRead || alert.time - asking.time >= quietMeansGivenUp ? flight : null
}

/** How much of its peer's stream the sender of a message had acknowledged by then; a FIN counts as one byte. -1 unknown. */
export function heardBy(conversation: Conversation, { from, order }: Message): number {
  return streamOf(conversation, from).chunks.find((chunk) => chunk.order === order)?.ack ?? -1
}

/** Whether the peer had left when `message` was sent: by capture order, or by an acknowledgement that counts its FIN as a byte. */
export function leftBefore(conversation: Conversation, message: Message, kind: 'fin' | 'rst'): boolean {
  const heard = heardBy(conversation, message)
  return conversation.events.some(
    (event) =>
      event.kind === kind &&
      event.from !== message.from &&
      (event.order < message.order || (kind === 'fin' && heard > event.at)),
  )
}

/** A FIN or reset; or an ICMP error that says the side it came from cannot be reached, unless that side spoke on. */
function isEnd(conversation: Conversation, { kind, from, order, icmp }: TransportEvent): boolean {
  if (icmp === null) return kind === 'rst' || kind === 'fin'
  if (icmp.meaning === 'too-big' || icmp.meaning === 'expired') return false
  return streamOf(conversation, from).chunks.every((chunk) => chunk.order < order)
}

/** Whoever closed had sent something just before that the capture lacks: perhaps an alert. */
function saidMore(conversation: Conversation, { kind, from, at }: TransportEvent): boolean {
  return kind === 'fin' && streamOf(conversation, from).gaps.some(({ end }) => end === at)
}

/** How the side that was due ended it. A closed UDP port where one had spoken: its program has gone. */
function howEnded(
  { kind, icmp }: TransportEvent,
  unanswered: 'no-answer' | 'stalled',
): FailurePoint['ending'] {
  if (icmp !== null) return icmp.meaning === 'port' && unanswered === 'stalled' ? 'closed' : unanswered
  return kind === 'rst' ? 'reset' : 'closed'
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
  // Fewer bytes than a header are waited on (schannel §5.1); behind a gap nobody knows where a record begins.
  if (notTls === null || stream.length - notTls.at < 5) return undefined
  const found = stream.chunks.find((chunk) => chunk.end > notTls.at && chunk.order > before)
  return found !== undefined && stream.gaps.some(({ end }) => end <= found.start) ? undefined : found
}

/**
 * Whoever speaks on did not have these bytes: the capture holds something else than the wire did. A client's ClientHello needs
 * no input: a server that greets in the clear may have done so before it.
 */
function spokeOn(conversation: Conversation, reader: Side, foreign: Chunk): boolean {
  const first = conversation.messages[0]
  const unasked = reader === 'client' && first?.from === 'client' ? first.end : 0
  const { chunks } = streamOf(conversation, reader)
  return chunks.some(({ order, end }) => order > foreign.order && end > unasked)
}

/** After the SYN of RDP over UDP only TLS or DTLS can come. */
export function beganRdpUdp({ carrier }: Conversation): boolean {
  return carrier.name === 'rdp-udp'
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
  // A ChangeCipherSpec ends no flight; a TLS 1.3 client may also send one behind its ClientHello (RFC 8446 §D.4).
  const midway = from === 'client' ? landmarks.serverHello >= 0 : !landmarks.tls13
  if (last.contentType === 20 && midway) return from
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

/** The capture lacks bytes that the other side had. */
export function hasCaptureGap({ client, server }: Conversation): boolean {
  return client.gaps.some(wasNotCaptured) || server.gaps.some(wasNotCaptured)
}

function wasNotCaptured({ reason }: Gap): boolean {
  return reason !== 'lost'
}

/** Only one direction of the connection was captured. */
export function isOneSided(conversation: Conversation): boolean {
  if (conversation.transport !== 'tcp') return false
  return !conversation.client.seen || !conversation.server.seen
}
