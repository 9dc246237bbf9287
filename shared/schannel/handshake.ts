// A delivery to a context whose handshake is not over: what one ISC or ASC call eats, returns and puts out (schannel §4.0, §5).

import type { Message, TlsRecord } from '../conversation/facts.ts'
import { isWithdrawal } from '../sspi/alerts.ts'
import { recordClass } from '../tokens/landmarks.ts'
import {
  alertOf,
  type AlertSeen,
  failOnAlert,
  failOnGarbage,
  failOwn,
  isOwnRefusal,
  refusesRenegotiation,
  sealedAlert,
} from './failing.ts'
import { answer } from './flights.ts'
import type { Token } from './model.ts'
import {
  type Buffers,
  inputAfter,
  inputToken,
  noBuffers,
  outputAlert,
  outputBefore,
  outputNone,
  outputToken,
} from './parameters.ts'
import { isBeforeWindows10 } from './profiles.ts'
import { noAlternatives, type Ruling, ruling, type Walk } from './walk.ts'
import type { CallParts } from './writer.ts'

/** What of a flight has been read: bits of `Walk.flight`. */
export const seen = {
  clientHello: 1,
  serverHello: 2,
  retry: 4,
  cookie: 8,
  certificateRequest: 16,
  helloDone: 32,
  cipherChanged: 64,
  finished: 128,
  sealed: 256,
  hole: 512,
} as const

type Stop = 'none' | 'flight' | 'alert' | 'garbage'

/** How far one call would get in the input at hand. */
interface Meal {
  readonly stop: Stop
  /** Record after the last one eaten, and where that one ends. */
  readonly record: number
  readonly end: number
  readonly flight: number
  readonly alert: AlertSeen | null
}

/** One call on the input at hand. True if the application calls again without reading. */
export function handshakeCall(walk: Walk): boolean {
  skipHole(walk)
  if (walk.available <= walk.consumed) return false
  const meal = eat(walk)
  if (meal.stop === 'garbage') return failOnGarbage(walk)
  if (meal.stop === 'alert') return failOnAlert(walk, meal.alert!, meal.end, meal.record)
  const ate = meal.record > walk.record || meal.end > walk.consumed
  const complete = meal.stop === 'flight'
  if (isOwnRefusal(walk) && (complete || walk.lastBeforeOwn)) {
    if (ate) commit(walk, meal)
    return failOwn(walk, meal.end)
  }
  if (complete) {
    commit(walk, meal)
    return answer(walk)
  }
  const rest = walk.available - meal.end
  if (!ate || (rest > 0 && retains(walk, meal.end))) {
    wait(walk, meal)
    return false
  }
  commit(walk, meal)
  proceed(walk, rest)
  return rest > 0
}

/** The older reading: a partial record at the end keeps everything from being consumed (schannel §5.3, last paragraph). */
function retains(walk: Walk, end: number): boolean {
  if (walk.scene.options.partial !== 'retain' || walk.datagrams) return false
  return walk.peer.notTls === null || end < walk.peer.notTls.at
}

/** Marks the meal as eaten. The caller then makes the call, whose input began at the old `consumed`. */
function commit(walk: Walk, meal: Meal): void {
  walk.record = meal.record
  walk.flight = meal.flight
  walk.eatenTo = meal.end
}

/** Bytes that the capture does not have, or did not describe, are stepped over. */
function skipHole(walk: Walk): void {
  const record = walk.peer.records[walk.record]
  if (record === undefined || record.start <= walk.consumed || record.start > walk.available) return
  walk.consumed = record.start
  walk.flight |= seen.hole
}

/** Whole records only; until there is something to answer, an alert, or no more of them (schannel §4.0, consumption model). */
function eat(walk: Walk): Meal {
  const { records } = walk.peer
  const classes = walk.scene.landmarks.classes[walk.side === 'client' ? 'server' : 'client']
  const { messages } = walk.scene.conversation
  let { record, message, flight } = walk
  let end = walk.consumed
  let stop: Stop = 'none'
  let alert: AlertSeen | null = null
  while (record < records.length && records[record]!.end <= walk.available) {
    const eaten = records[record]!
    record++
    end = eaten.end
    if (classes[record - 1] === recordClass.application || acknowledges(eaten)) continue
    const before = message
    while (message < walk.peerMessages.length) {
      const next = messages[walk.peerMessages[message]!]!
      if (next.end > end) break
      flight |= bitsOf(next, flight)
      message++
    }
    if (classes[record - 1] === recordClass.alert) {
      alert = message > before ? alertOf(messages[walk.peerMessages[message - 1]!]!) : sealedAlert
      if (!isWarning(alert, walk)) {
        stop = 'alert'
        break
      }
      continue
    }
    if (eaten.protection === 'sealed' && (eaten.contentType === 23 || inMessages(walk))) flight |= seen.sealed
    if (ends(walk, flight, eaten.start, end)) {
      stop = 'flight'
      break
    }
  }
  if (stop === 'none' && (brokeOff(walk, end) || hasGap(walk))) {
    const { notTls } = walk.peer
    const foreign = notTls !== null && notTls.at <= end && walk.available - end >= 5
    if (walk.nextIsHere() && walk.nextOwn('handshake') !== null && (foreign || hasGap(walk))) {
      return { stop: 'flight', record, end: walk.available, flight: flight | seen.hole, alert }
    }
    if (foreign && end === walk.consumed) stop = 'garbage'
  }
  if (stop === 'flight' && (flight & seen.retry) !== 0) {
    // A ChangeCipherSpec right behind a HelloRetryRequest goes with it (schannel §4.4, HelloRetryRequest row 3).
    while (
      record < records.length &&
      records[record]!.end <= walk.available &&
      records[record]!.contentType === 20
    ) {
      end = records[record]!.end
      record++
    }
  }
  return { stop, record, end, flight, alert }
}

/** A QUIC Handshake packet that adds nothing to the stream. */
function acknowledges({ start, end, innerType }: TlsRecord): boolean {
  return start === end && innerType !== 21
}

function bitsOf(message: Message, flight: number): number {
  if (message.contentType === 20) return seen.cipherChanged
  if (message.contentType === 21) return 0
  switch (message.type) {
    case 1:
      return seen.clientHello
    case 2:
      return message.body?.kind === 'server-hello' && message.body.helloRetryRequest
        ? seen.retry
        : seen.serverHello
    case 3:
      return seen.cookie
    case 13:
      return seen.certificateRequest
    case 14:
      return seen.helloDone
    case 20:
      return seen.finished
    case null:
      return (flight & seen.cipherChanged) !== 0 ? seen.finished : seen.sealed
    default:
      return 0
  }
}

/** Whether the flight read so far is one the context answers, or the last of the handshake. */
function ends(walk: Walk, flight: number, start: number, end: number): boolean {
  const { tls13 } = walk.scene.landmarks
  const opaque = (flight & (seen.sealed | seen.hole)) !== 0
  const fallback = opaque && end >= (walk.peerTokenAt(start)?.end ?? Infinity)
  if (walk.side === 'server') {
    if (walk.awaiting === 'client-flight' || walk.awaiting === 'client-finished') {
      return (flight & seen.finished) !== 0 || (tls13 && fallback)
    }
    return (flight & (seen.clientHello | seen.finished)) !== 0 || fallback
  }
  if ((flight & (seen.cookie | seen.retry | seen.helloDone | seen.finished)) !== 0) return true
  return fallback && walk.next < walk.own.length
}

/** Whether the input goes on after the last whole record with something else than the start of a record that comes later. */
function brokeOff(walk: Walk, end: number): boolean {
  return walk.available > end || (walk.peer.gaps.length > 0 && walk.record >= walk.peer.records.length)
}

/** Whether bytes of the peer that this side answered are missing from the capture. */
function hasGap(walk: Walk): boolean {
  return walk.peer.gaps.some(
    (gap) => gap.reason !== 'lost' && gap.start >= walk.consumed && gap.end <= walk.available,
  )
}

/**
 * Warnings are eaten silently, but for close_notify, user_canceled and a refused renegotiation, which have statuses of their
 * own (schannel §6.1, §1), and for everything in TLS 1.3 (RFC 5246 §7.2, RFC 8446 §6; schannel §6.2).
 */
function isWarning(alert: AlertSeen, walk: Walk): boolean {
  const { description, level } = alert
  if (level !== 1 || description === null || walk.scene.landmarks.tls13) return false
  return !isWithdrawal(description) && (!refusesRenegotiation(walk, alert) || isOwnRefusal(walk))
}

const waitsForBytes = ruling('SEC_E_INCOMPLETE_MESSAGE', 'seen-on-windows', 'schannel §5.1')
const waitsWithRecords = ruling('SEC_E_INCOMPLETE_MESSAGE', 'documented', 'schannel §5.3, last paragraph', [
  {
    status: 'SEC_I_CONTINUE_NEEDED',
    basis: 'inferred',
    when: 'the complete records are consumed and the partial one is left as SECBUFFER_EXTRA (partial: consume)',
  },
])
const waitsForHeader = ruling('SEC_E_INCOMPLETE_MESSAGE', 'inferred', 'schannel §5.1')
const waitsUnusually = ruling(
  'SEC_E_INCOMPLETE_MESSAGE',
  'inferred',
  'schannel §5.1',
  noAlternatives,
  'The capture ends inside this record: .NET would keep the bytes and make no call.',
)

/** Too little: nothing is consumed, the same bytes come again with more behind them (schannel §5.1, §5.3 k = 0). */
function wait(walk: Walk, meal: Meal): void {
  // Its input had bytes that the capture lacks: what it returned cannot be told until the side speaks.
  if (hasGap(walk)) return
  walk.call('SEC_E_INCOMPLETE_MESSAGE')?.write(walk, waiting(walk, meal))
  walk.presented = walk.available
  walk.final = 'SEC_E_INCOMPLETE_MESSAGE'
}

function waiting(walk: Walk, meal: Meal): CallParts {
  const size = walk.available - walk.consumed
  const before = inputToken(size, walk.side === 'server' && walk.datagrams)
  const silentSlot = isBeforeWindows10(walk.scene.options.profile[walk.side])
  const missing = missingBytes(walk, meal.record, walk.available - meal.end, meal.end)
  const known =
    meal.record > walk.record
      ? waitsWithRecords
      : size === 0 || size === 4 || size >= 5
        ? waitsForBytes
        : waitsForHeader
  const perRecord = walk.scene.options.delivery === 'per-record' && meal.record === walk.record
  return {
    function: walk.function,
    ruling: perRecord ? waitsUnusually : known,
    handle: walk.held ? 'held' : 'none',
    input: { before, after: silentSlot ? before : inputAfter(before, 'SECBUFFER_MISSING', missing) },
    output: { before: outputBefore, after: outputBefore },
    slices: walk.slices(walk.available),
    out: null,
    flagged: true,
    carried: Math.max(0, walk.presented - walk.consumed),
    packets: walk.delivery.packets,
    at: walk.delivery,
  }
}

/** MISSING: 5 − n for a header cut short, else 5 + L − n; null where the length is not known (schannel §5.1). */
export function missingBytes(walk: Walk, record: number, size: number, from: number): number | null {
  if (size < 5) return 5 - size
  const partial = walk.peer.records[record]
  const { opening } = walk.peer
  const at = from - (walk.peer.chunks[0]?.start ?? 0)
  const whole =
    partial?.start === from
      ? partial.end - from
      : at + 5 > opening.length
        ? 0
        : 5 + ((opening[at + 3]! << 8) | opening[at + 4]!)
  // Behind a hole the length stands nowhere.
  return whole > size ? whole - size : null
}

const continues = ruling('SEC_I_CONTINUE_NEEDED', 'inferred', 'schannel §4.0 consumption model (c)')
const continuesOnTest = ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.1, notes on row 3')
const continuesWithRest = ruling('SEC_I_CONTINUE_NEEDED', 'inferred', 'schannel §5.3', [
  {
    status: 'SEC_E_INCOMPLETE_MESSAGE',
    basis: 'documented',
    when: 'nothing is consumed while the last record is partial (partial: retain)',
  },
])
const continuesDatagram = ruling('SEC_I_CONTINUE_NEEDED', 'seen-in-apps', 'schannel §4.8 row 5', [
  {
    status: 'SEC_E_INCOMPLETE_MESSAGE',
    basis: 'seen-in-apps',
    when: 'fragments of the flight are still missing',
  },
])

/** A QUIC stack asks for bare messages; what is sealed in Handshake packets is all handshake. */
function inMessages(walk: Walk): boolean {
  return walk.scene.conversation.transport === 'quic'
}

/** MESSAGES mode: a QUIC stack hands over each CRYPTO piece as it comes. */
const continuesMessages = ruling(
  'SEC_I_CONTINUE_NEEDED_MESSAGE_OK',
  'seen-in-apps',
  'schannel §1, §8 (msquic)',
)

/** Whole records, but not the whole flight: CONTINUE_NEEDED with an empty token, EXTRA for what was not eaten. */
function proceed(walk: Walk, rest: number): void {
  if (walk.side === 'client')
    walk.awaiting = (walk.flight & seen.serverHello) !== 0 ? 'server-flight' : walk.awaiting
  const early = earlyCipherChange(walk)
  if (early !== null) walk.next++
  const verdict = walk.datagrams
    ? continuesDatagram
    : inMessages(walk)
      ? continuesMessages
      : rest > 0
        ? continuesWithRest
        : walk.side === 'client'
          ? continuesOnTest
          : continues
  walk.final = record(walk, verdict, early)
}

/** A TLS 1.3 client may send its ChangeCipherSpec before the server's flight is whole (RFC 8446 §D.4). */
function earlyCipherChange(walk: Walk): Token | null {
  if (walk.side === 'server' || !walk.scene.landmarks.tls13 || !walk.nextIsHere()) return null
  const token = walk.nextOwn('handshake')
  return token?.onlyChangesCipher === true ? token : null
}

/**
 * Makes a call that ate input up to `walk.eatenTo` and put out `out`, and moves on. Returns its status. `slots`: the output
 * afterwards, where it is not what `out` makes of it.
 */
export function record(walk: Walk, verdict: Ruling, out: Token | null, slots?: Buffers): Ruling['status'] {
  const first = !walk.held
  const from = walk.message
  const last = walk.takeMessages(walk.eatenTo)
  if (last !== null) walk.handshake = last.handshake
  const holds = walk.awaiting !== 'failed' && walk.awaiting !== 'client-hello-with-cookie'
  walk.held ||= holds
  walk.call(verdict.status)?.write(walk, {
    function: walk.function,
    ruling: verdict,
    handle: first ? (holds ? 'new' : 'none') : 'held',
    input: inputOf(walk),
    output: { before: outputBefore, after: slots ?? outputOf(out) },
    slices: walk.slices(walk.available),
    messages: walk.taken(from),
    out,
    flagged: true,
    carried: Math.max(0, walk.presented - walk.consumed),
    packets: walk.delivery.packets,
    at: walk.delivery,
  })
  walk.consumed = walk.eatenTo
  walk.presented = walk.available
  return verdict.status
}

/** What was not eaten comes back as EXTRA, unless the context died. */
function inputOf(walk: Walk): CallParts['input'] {
  const given = walk.available - walk.consumed
  if (given === 0 && walk.awaiting === 'failed') return { before: noBuffers, after: noBuffers }
  const before = inputToken(given, walk.side === 'server' && walk.datagrams)
  const rest = walk.available - walk.eatenTo
  const after = rest > 0 && walk.awaiting !== 'failed' ? inputAfter(before, 'SECBUFFER_EXTRA', rest) : before
  return { before, after }
}

function outputOf(out: Token | null): Buffers {
  if (out === null) return outputNone
  return out.kind === 'alert' ? outputAlert(out.end - out.start) : outputToken(out.end - out.start)
}
