// Calls that fail: on garbage, on the peer's alert, or by the side's own judgement (schannel §5.4, §6.1 to §6.5).

import type { Message } from '../conversation/facts.ts'
import { alertRow } from '../sspi/alerts.ts'
import { statusBehindAlert } from '../sspi/failures.ts'
import { record } from './handshake.ts'
import type { Alternative, Token } from './model.ts'
import { noBuffers } from './parameters.ts'
import { noAlternatives, nothing, type Ruling, ruling, type Walk } from './walk.ts'

/** A peer's alert as the reading context knows it; description null where it is sealed and unopened. */
export interface AlertSeen {
  readonly description: number | null
  readonly level: number
}

export const sealedAlert: AlertSeen = { description: null, level: 2 }

export function alertOf(message: Message): AlertSeen {
  return { description: message.type, level: message.bytes[0] ?? 2 }
}

const garbage = ruling('SEC_E_INVALID_TOKEN', 'seen-on-windows', 'schannel §5.4')
const garbageAtServer = ruling('SEC_E_INVALID_TOKEN', 'seen-in-apps', 'schannel §6.3 row 22')

/** Not TLS at all. The client puts out nothing; a server's alert, where one was sent, is in its output. */
export function failOnGarbage(walk: Walk): boolean {
  const alert = walk.nextOwn('alert')
  if (walk.side === 'server' && walk.own.length === 0) return stop(walk)
  if (walk.wentOn()) {
    // Not what this side had: it spoke on.
    walk.ended = true
    return false
  }
  walk.eatenTo = walk.available
  const judged = walk.side === 'server' || walk.scene.verdict?.cause !== 'not-tls' ? ownVerdict(walk) : null
  fail(walk, judged ?? (walk.side === 'client' ? garbage : garbageAtServer), alert)
  return false
}

/** The peer's alert ends this context: one status for it, nothing put out (schannel §6.1, §6.2). */
export function failOnAlert(walk: Walk, alert: AlertSeen, end: number, next: number): boolean {
  if (alert.description === null && walk.scene.outcome.outcome !== 'failed') {
    // What it says decides; nothing shows that it ended this handshake.
    walk.ended = true
    return false
  }
  walk.record = next
  walk.eatenTo = end
  if (refusesRenegotiation(walk, alert)) {
    walk.flight = 0
    walk.awaiting = 'established'
    walk.final = record(walk, renegotiationRefused, null)
    return walk.available > walk.consumed
  }
  if (walk.side === 'server' && walk.own.length === 0) return stop(walk)
  fail(walk, alertRuling(walk, alert), null)
  return false
}

/** no_renegotiation in answer to a handshake begun in a session, which stays valid. */
export function refusesRenegotiation(walk: Walk, { description }: AlertSeen): boolean {
  return description === 100 && walk.wasEstablished && walk.awaiting !== 'established'
}

const renegotiationRefused = ruling('SEC_I_NO_RENEGOTIATION', 'documented', 'schannel §1', [
  {
    status: 'SEC_E_ILLEGAL_MESSAGE',
    basis: 'documented',
    when: 'the alert ends the session (schannel §6.1)',
  },
])

/** What a call returns that reads a fatal alert during a handshake, by the switch for schannel §6.2. */
function alertRuling(walk: Walk, alert: AlertSeen): Ruling {
  if (alert.description === null) return unreadable
  if (alert.description === 0) return closedEarly
  const row = alertRow(alert.description)
  const observed = walk.scene.options.statuses === 'observed'
  if (row.documented === row.observed) {
    return ruling(row.documented, 'documented', row.byCatchAll ? 'schannel §6.1, catch-all' : 'schannel §6.1')
  }
  const documentedRow: Alternative = {
    status: row.documented,
    basis: 'documented',
    when: 'Microsoft documents this status for the alert; older Windows returns it',
  }
  const observedRow: Alternative = {
    status: row.observed,
    basis: row.observedBasis,
    when: 'Windows 10 and later return this for the alert during a handshake, as logs of applications show',
  }
  return observed
    ? ruling(row.observed, row.observedBasis, 'schannel §6.2', [documentedRow])
    : ruling(row.documented, 'documented', 'schannel §6.1', [observedRow])
}

const unreadable = ruling(
  'SEC_E_ILLEGAL_MESSAGE',
  'inferred',
  'schannel §6.1, catch-all',
  noAlternatives,
  'The alert is encrypted and not opened; its number would decide the status.',
)
const closedEarly = ruling('SEC_I_CONTEXT_EXPIRED', 'inferred', 'schannel §6.2, last paragraph', [
  {
    status: 'SEC_E_ILLEGAL_MESSAGE',
    basis: 'inferred',
    when: 'close_notify during a handshake: no source says which',
  },
])

/** Whether the next thing this side sent is an alert that its own SSPI call produced. */
export function isOwnRefusal(walk: Walk): boolean {
  const { failure } = walk.scene.outcome
  if (failure?.side !== walk.side || failure.by !== 'schannel' || failure.ending !== 'alert') return false
  const token = walk.nextOwn('alert')
  return token !== null && (failure.alert === null || endsIn(walk, failure.alert, token))
}

function endsIn(walk: Walk, message: number, token: Token): boolean {
  const { start, end } = walk.scene.conversation.messages[message]!
  return start >= token.start && end <= token.end
}

/** ASC accepts an empty client certificate; whoever refuses it is the application (schannel §6.3 row 28). */
export function refusesEmptyCertificate(walk: Walk): boolean {
  return walk.side === 'server' && walk.scene.landmarks.clientCertificateEmpty && walk.handshake === 1
}

/** This side's own judgement: the call fails and, asked for extended errors, leaves the alert in its output. */
export function failOwn(walk: Walk, end: number): boolean {
  const token = walk.nextOwn('alert')!
  const alert = walk.messagesIn(token).find((message) => message.contentType === 21)
  walk.eatenTo = Math.max(end, walk.consumed)
  fail(walk, ownVerdict(walk) ?? implied(walk, alert?.type ?? null), token)
  return false
}

/**
 * The side judged with no input since its last call, or before its first: NSS sends its flight before it looks at the
 * certificate, OpenSSL an alert where it can offer nothing. A server without a context has read nothing that it could refuse.
 */
export function failUnasked(walk: Walk): void {
  if (!walk.held && walk.side === 'server') {
    walk.next++
    return
  }
  const { packets, time, order } = walk.nextOwn('alert')!
  walk.delivery = { start: walk.consumed, end: walk.consumed, packets, time, order }
  failOwn(walk, walk.consumed)
}

function ownVerdict(walk: Walk): Ruling | null {
  const { outcome, verdict } = walk.scene
  const { failure } = outcome
  if (failure?.side !== walk.side || failure.by !== 'schannel' || verdict === null) return null
  if (verdict.status === null) return null
  const { name, basis, source } = verdict.status
  return ruling(name, basis, source, noAlternatives, `Cause: ${verdict.cause} (${verdict.confidence}).`)
}

function implied(walk: Walk, description: number | null): Ruling {
  if (description === null) {
    return ruling(
      'SEC_E_ILLEGAL_MESSAGE',
      'inferred',
      'schannel §6.3',
      sealedRefusals,
      'The alert is encrypted and not opened: why this side gave up cannot be seen.',
    )
  }
  const { status, basis, source, alternatives } = statusBehindAlert(description, walk.side, !walk.held)
  return ruling(
    status,
    basis,
    source,
    alternatives.map((name) => ({
      status: name,
      basis,
      when: `another status that ${source} names for this alert`,
    })),
    'The status is inferred from the alert that was sent.',
  )
}

const sealedRefusals: readonly Alternative[] = [
  { status: 'SEC_E_UNTRUSTED_ROOT', basis: 'inferred', when: 'the alert is unknown_ca (48)' },
  {
    status: 'SEC_E_CERT_UNKNOWN',
    basis: 'inferred',
    when: 'the alert is bad_certificate (42) or certificate_unknown (46)',
  },
  { status: 'SEC_E_CERT_EXPIRED', basis: 'inferred', when: 'the alert is certificate_expired (45)' },
]

/** Writes down the failing call; the context dies, and is deleted if the application holds its handle (schannel §6.5). */
function fail(walk: Walk, verdict: Ruling, out: Token | null): void {
  const held = walk.held
  const informational = verdict.status.startsWith('SEC_I_')
  walk.awaiting = informational ? 'closed' : 'failed'
  if (out !== null) walk.next++
  walk.final = record(walk, verdict, out)
  walk.held = held
  const { failure } = walk.scene.outcome
  if (failure?.by === 'schannel' && failure.side === walk.side) {
    walk.failing = { n: walk.made, status: verdict.status }
  }
  deleteContext(walk)
  walk.ended = true
}

const deletes = ruling('SEC_E_OK', 'documented', 'schannel §6.5')

/** DeleteSecurityContext, where a handle is held: a failed first call leaves none. */
export function deleteContext(walk: Walk): void {
  if (!walk.held) return
  const writer = walk.call(deletes.status)
  writer?.write(walk, {
    function: 'DeleteSecurityContext',
    ruling: deletes,
    handle: 'deleted',
    input: { before: noBuffers, after: noBuffers },
    output: { before: noBuffers, after: noBuffers },
    out: null,
    flagged: false,
    packets: nothing,
    at: writer.calls.at(-1) ?? walk.delivery,
  })
  walk.held = false
}

function stop(walk: Walk): false {
  walk.forget()
  walk.ended = true
  return false
}
