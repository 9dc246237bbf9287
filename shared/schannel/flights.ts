// Complete flights and what a context answers to them: the rows of schannel §4.1 to §4.8.

import type { Message } from '../conversation/facts.ts'
import { isWithdrawal } from '../sspi/alerts.ts'
import { isFailure } from '../sspi/status.ts'
import { refusesEmptyCertificate } from './failing.ts'
import { record, seen } from './handshake.ts'
import type { Alternative, Token } from './model.ts'
import { flagsOf, noBuffers, outputBefore, outputToken, outputUnseen } from './parameters.ts'
import { type Awaiting, noAlternatives, nothing, type Ruling, ruling, type Walk } from './walk.ts'

/** What the context makes of a flight: its return, whether a token is due, and what it awaits then. */
interface Answer {
  readonly ruling: Ruling
  readonly output: 'due' | 'optional' | 'none'
  readonly then: Awaiting
}

/** Makes the call that ate a whole flight. True if the application calls again without reading. */
export function answer(walk: Walk): boolean {
  const to = answerTo(walk, walk.flight)
  const token = to.output === 'none' ? null : outputOf(walk, to)
  if (token === null && to.output === 'due') return unanswered(walk, to)
  if (walk.side === 'client' && asksCredentials(walk)) requestCredentials(walk)
  const holed = (walk.flight & seen.hole) !== 0
  walk.flight = 0
  put(walk, holed ? { ...to, ruling: { ...to.ruling, assumption: acrossGap } } : to, token)
  return walk.available > walk.consumed && !walk.ended
}

const acrossGap =
  'Part of this input was not captured; that the handshake went on shows that the side had it.'

function answerTo(walk: Walk, flight: number): Answer {
  return walk.side === 'client' ? clientAnswer(walk, flight) : serverAnswer(walk, flight)
}

function outputOf(walk: Walk, to: Answer): Token | null {
  const token = walk.nextOwn('handshake')
  if (token === null || to.output === 'due') return token
  return walk.nextIsHere() && isTickets(walk, token) ? token : null
}

/** With its OK a TLS 1.3 server puts out tickets; KeyUpdate and CertificateRequest take a call of their own (schannel §4.7). */
function isTickets(walk: Walk, token: Token): boolean {
  return walk.messagesIn(token).every(({ type }) => type === 4 || type === null)
}

/**
 * A whole flight came and the token due is not in the capture: the call ate it, and the context waits as far as anybody can see.
 * A side that never spoke has no calls at all: nothing shows that its library ever had these bytes (design §4, "Transport").
 */
function unanswered(walk: Walk, to: Answer): false {
  const instead = walk.own[walk.next]
  const alert = instead?.kind === 'alert' ? alertIn(walk, instead) : null
  if (alert === 100 && walk.wasEstablished) return refuseRenegotiation(walk, instead!)
  // The alert of an application that withdraws comes out of a context: one that has eaten what came before it (§4.9).
  const withdraws = isWithdrawal(alert)
  walk.ended = !withdraws
  if (walk.side === 'server' && walk.next === 0 && !withdraws) walk.forget()
  // What it said instead is no answer of this call.
  if (!withdraws && (instead !== undefined || walk.made === 0)) return false
  const { status, source } = to.ruling
  const assumption = withdraws ? withdrawn : unseen
  walk.final = record(
    walk,
    ruling('SEC_I_CONTINUE_NEEDED', 'inferred', source, otherReturns(walk, status, withdraws), assumption),
    null,
    outputUnseen,
  )
  walk.flight = 0
  return false
}

/** Description of the first alert in a token; null where it is sealed. */
function alertIn(walk: Walk, token: Token): number | null {
  return walk.messagesIn(token).find((message) => message.contentType === 21)?.type ?? null
}

const unseen =
  'No answer to this flight is in the capture: the token of this call was not captured or never sent, or the application ended before it made the call.'
const withdrawn =
  'The application withdrew when this flight had come: the token of this call was never sent, or the call was never made.'
const finished: Alternative = {
  status: 'SEC_E_OK',
  basis: 'inferred',
  when: 'the call was made; its token is not in the capture',
}
const refusedInSilence: Alternative = {
  status: 'SEC_E_UNTRUSTED_ROOT',
  basis: 'seen-in-apps',
  when: 'the call refused the certificate (this or another status of schannel §6.3) and the application closed without sending the alert, as curl does (schannel §6.4)',
}

function otherReturns(walk: Walk, status: Ruling['status'], withdraws: boolean): readonly Alternative[] {
  const others = status === 'SEC_E_OK' ? [finished] : []
  const judges = walk.side === 'client' && !withdraws && (walk.flight & (seen.cookie | seen.retry)) === 0
  return judges && !walk.sentFinished && closes(walk) ? [...others, refusedInSilence] : others
}

/** Whether this side closed or reset the connection. */
function closes({ side, scene }: Walk): boolean {
  return scene.conversation.events.some(
    ({ kind, from }) => from === side && (kind === 'fin' || kind === 'rst'),
  )
}

const renegotiationRefused = ruling('SEC_I_NO_RENEGOTIATION', 'seen-in-apps', 'schannel §6.3 row 33')

/** The peer asked for a new handshake and gets a warning; the session stays as it was. */
function refuseRenegotiation(walk: Walk, warning: Token): false {
  walk.next++
  walk.flight = 0
  walk.awaiting = 'established'
  walk.final = record(walk, renegotiationRefused, warning)
  return false
}

function put(walk: Walk, to: Answer, token: Token | null): void {
  const parts = token === null ? nothing : datagramsOf(walk, token)
  if (token?.changesCipher === true) walk.sentFinished = true
  for (const part of parts) if (part.changesCipher) walk.sentFinished = true
  walk.next += token === null ? 0 : 1 + parts.length
  const first = parts.length > 0 ? fragment : to.ruling
  walk.awaiting = to.then
  walk.final = record(walk, first, token)
  for (const part of parts) walk.final = again(walk, part === parts.at(-1) ? to.ruling : fragment, part)
  if (to.then === 'established') {
    walk.wasEstablished = true
    walk.sentFinished = false
    walk.asked = false
  }
}

const fragment = ruling('SEC_I_MESSAGE_FRAGMENT', 'seen-in-apps', 'schannel §4.8 row 4')

/** The further datagrams of a DTLS flight: sent with no input in between, and not again. */
function datagramsOf(walk: Walk, first: Token): readonly Token[] {
  if (!walk.datagrams) return nothing
  const parts: Token[] = []
  const at = walk.own.indexOf(first, walk.next)
  for (let i = at + 1; i < walk.own.length; i++) {
    const token = walk.own[i]!
    if (token.kind !== 'handshake' || walk.positions[i] !== walk.positions[at]) break
    if (walk.messagesIn(token).some((message) => message.dtls?.retransmission === true)) break
    parts.push(token)
  }
  return parts
}

/** A call with no input: the next datagram of a flight, a repeated one, or a start of the side's own (schannel §4.6, §4.8). */
export function again(walk: Walk, verdict: Ruling, token: Token): Ruling['status'] {
  walk.call(verdict.status)?.write(walk, {
    function: walk.function,
    ruling: verdict,
    handle: walk.held ? 'held' : 'new',
    input: { before: noBuffers, after: noBuffers },
    output: { before: outputBefore, after: outputToken(token.end - token.start) },
    out: token,
    flagged: true,
    packets: token.packets,
    at: token,
  })
  if (!isFailure(verdict.status)) walk.held = true
  return verdict.status
}

function asksCredentials(walk: Walk): boolean {
  return (
    (walk.flight & seen.certificateRequest) !== 0 &&
    !walk.asked &&
    walk.scene.landmarks.clientCertificateEmpty
  )
}

const credentialsWanted: Alternative[] = [
  {
    status: 'SEC_I_CONTINUE_NEEDED',
    basis: 'seen-in-apps',
    when: 'the application asked with ISC_REQ_USE_SUPPLIED_CREDS from the start',
  },
]
const wantsCredentials = ruling(
  'SEC_I_INCOMPLETE_CREDENTIALS',
  'seen-in-apps',
  'schannel §4.3 row 3a',
  credentialsWanted,
  'The client went on without a certificate; assumed: its credential held none and USE_SUPPLIED_CREDS was not set.',
)

/**
 * A CertificateRequest that the credential cannot meet is reported once; then the application either shows the same bytes again
 * with USE_SUPPLIED_CREDS (curl) or an empty token with another credential (.NET) (schannel §4.3 rows 3a and 3b).
 */
function requestCredentials(walk: Walk): void {
  walk.asked = true
  const { eatenTo, consumed, message, presented } = walk
  record(walk, wantsCredentials, null)
  if (walk.scene.options.delivery === 'per-record') {
    walk.eatenTo = walk.consumed
    return
  }
  const { conversation, options } = walk.scene
  if (walk.writer !== null)
    walk.writer.flags = flagsOf(conversation, 'client', options.delivery, false, false)
  walk.consumed = consumed
  walk.message = message
  walk.eatenTo = eatenTo
  walk.presented = Math.max(presented, walk.available)
}

function answerOf(verdict: Ruling, output: Answer['output'], then: Awaiting): Answer {
  return { ruling: verdict, output, then }
}

const client = {
  cookie: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.8 row 3'),
    'due',
    'server-hello',
  ),
  retry: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'inferred', 'schannel §4.4, HelloRetryRequest row 3'),
    'due',
    'server-hello',
  ),
  flight: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.1 row 3'),
    'due',
    'server-finished',
  ),
  flightAsking: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.3 row 3b'),
    'due',
    'server-finished',
  ),
  flightCertificate: answerOf(
    ruling(
      'SEC_I_CONTINUE_NEEDED',
      'inferred',
      'schannel §4.3',
      [
        {
          status: 'SEC_I_INCOMPLETE_CREDENTIALS',
          basis: 'seen-in-apps',
          when: 'the application gave the certificate only when asked',
        },
      ],
      'The client sent its certificate; assumed: its credential held it from the start.',
    ),
    'due',
    'server-finished',
  ),
  finished: answerOf(ruling('SEC_E_OK', 'seen-on-windows', 'schannel §4.1 row 5'), 'none', 'established'),
  resumed: answerOf(ruling('SEC_E_OK', 'inferred', 'schannel §4.2 row 3'), 'due', 'established'),
  tls13: answerOf(ruling('SEC_E_OK', 'seen-in-apps', 'schannel §4.4 row 3'), 'due', 'established'),
  renegotiation: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.6 row 5'),
    'due',
    'server-finished',
  ),
}

function clientAnswer(walk: Walk, flight: number): Answer {
  if ((flight & seen.cookie) !== 0) return client.cookie
  if ((flight & seen.retry) !== 0) return client.retry
  if (walk.scene.landmarks.tls13) return client.tls13
  if ((flight & seen.finished) !== 0) return walk.sentFinished ? client.finished : client.resumed
  if ((flight & seen.helloDone) === 0) return client.renegotiation
  if ((flight & seen.certificateRequest) === 0) return client.flight
  return walk.scene.landmarks.clientCertificateEmpty ? client.flightAsking : client.flightCertificate
}

const server = {
  cookie: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.8 row 2'),
    'due',
    'client-hello-with-cookie',
  ),
  retry: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'inferred', 'schannel §4.4, HelloRetryRequest row 2'),
    'due',
    'second-client-hello',
  ),
  hello: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.1 row 2'),
    'due',
    'client-flight',
  ),
  hello13: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'inferred', 'schannel §4.4 row 2'),
    'due',
    'client-flight',
  ),
  resumed: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'inferred', 'schannel §4.2 row 2'),
    'due',
    'client-finished',
  ),
  helloDatagram: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.8 row 4'),
    'due',
    'client-flight',
  ),
  renegotiation: answerOf(
    ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.6 row 4'),
    'due',
    'client-flight',
  ),
  finished: answerOf(ruling('SEC_E_OK', 'seen-on-windows', 'schannel §4.1 row 4'), 'due', 'established'),
  finishedResumed: answerOf(ruling('SEC_E_OK', 'inferred', 'schannel §4.2 row 4'), 'none', 'established'),
  finished13: answerOf(ruling('SEC_E_OK', 'seen-in-apps', 'schannel §4.4 row 4'), 'optional', 'established'),
  acceptsEmpty: answerOf(
    ruling(
      'SEC_E_OK',
      'seen-in-apps',
      'schannel §6.3 row 28',
      noAlternatives,
      'AcceptSecurityContext accepts an empty certificate list; the application asked for the certificate and refused.',
    ),
    'none',
    'established',
  ),
}

function serverAnswer(walk: Walk, flight: number): Answer {
  const { tls13 } = walk.scene.landmarks
  if (
    (flight & seen.finished) !== 0 ||
    walk.awaiting === 'client-flight' ||
    walk.awaiting === 'client-finished'
  ) {
    if (refusesEmptyCertificate(walk) && walk.nextOwn('alert') !== null) return server.acceptsEmpty
    if (tls13) return server.finished13
    return walk.sentFinished ? server.finishedResumed : server.finished
  }
  const token = walk.nextOwn('handshake')
  if (token === null) return server.hello
  if (walk.wasEstablished) return server.renegotiation
  return helloAnswer(walk, walk.messagesIn(token), token)
}

function helloAnswer(walk: Walk, messages: readonly Message[], token: Token): Answer {
  const first = messages.find((message) => message.contentType === 22)
  if (first?.type === 3) return server.cookie
  if (first?.type === 2 && first.body?.kind === 'server-hello' && first.body.helloRetryRequest)
    return server.retry
  if (walk.scene.landmarks.tls13) return server.hello13
  if (token.changesCipher) return server.resumed
  return walk.datagrams ? server.helloDatagram : server.hello
}
