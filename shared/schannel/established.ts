// Input after establishment: DecryptMessage record by record, and what it sends back to ISC and ASC (schannel §4.6, §4.7, §4.9, §5.2).

import type { Message, TlsRecord } from '../conversation/facts.ts'
import { alertRow } from '../sspi/alerts.ts'
import { recordClass } from '../tokens/landmarks.ts'
import { deleteContext } from './failing.ts'
import { again } from './flights.ts'
import { missingBytes } from './handshake.ts'
import type { Token } from './model.ts'
import {
  decryptAfter,
  decryptBefore,
  decryptMissing,
  inputToken,
  noBuffers,
  outputBefore,
  outputNone,
  outputToken,
} from './parameters.ts'
import { overheadOf } from './protection.ts'
import { noAlternatives, type Ruling, ruling, type Walk } from './walk.ts'
import type { CallDraft, CallParts } from './writer.ts'

/** A run of application data told as one call; its sizes are filled in when it ends. */
export interface DataRun {
  /** null where calls are only counted. */
  readonly call: CallDraft | null
  readonly token: Token
  readonly from: number
  records: number
  bytes: number
}

/** Decrypts what has come. True if a renegotiation began and the input goes on to ISC or ASC. */
export function decryptCalls(walk: Walk): boolean {
  const classes = walk.scene.landmarks.classes[walk.side === 'client' ? 'server' : 'client']
  while (walk.available > walk.consumed && !walk.ended && walk.awaiting === 'established') {
    const record = walk.peer.records[walk.record]
    if (record === undefined || record.start > walk.consumed) {
      if (!passOver(walk, record)) return false
      continue
    }
    const kind = classes[walk.record]
    if (record.end > walk.available) {
      if (walk.run === null) waitForRecord(walk, record)
      return false
    }
    if (kind === recordClass.application) data(walk, record)
    else if (kind === recordClass.alert) alert(walk, record)
    else if (postHandshake(walk, record)) return true
  }
  return false
}

/** Data that the capture only counted: part of the run it lies in. */
function passOver(walk: Walk, next: TlsRecord | undefined): boolean {
  const to = Math.min(next?.start ?? walk.available, walk.available)
  const token = walk.peerTokenAt(walk.consumed)
  if (token?.kind !== 'application') {
    if (next === undefined) return false
    walk.consumed = to
    return true
  }
  if (walk.run !== null) walk.run.records = Infinity
  walk.consumed = to
  walk.presented = walk.available
  return true
}

const decrypted = ruling('SEC_E_OK', 'documented', 'schannel §5.2 rule 7')
const decryptedOrTicket = ruling('SEC_E_OK', 'documented', 'schannel §5.2 rule 7', [
  {
    status: 'SEC_I_RENEGOTIATE',
    basis: 'documented',
    when: 'the record is a NewSessionTicket or another post-handshake message, which cannot be told without keys (schannel §4.7)',
  },
])
const toldAsRun = 'One DecryptMessage for each record, told as one row.'

function data(walk: Walk, record: TlsRecord): void {
  const token = walk.peerTokenAt(record.start)
  if (token === null) {
    step(walk, record.end)
    return
  }
  if (walk.run?.token !== token) {
    closeRun(walk)
    const opaque = walk.side === 'client' && walk.scene.landmarks.tls13 && record.protection === 'sealed'
    const call = walk.call('SEC_E_OK')?.write(walk, {
      ...decrypting(walk, opaque ? decryptedOrTicket : decrypted, { before: noBuffers, after: noBuffers }),
      packets: token.packets,
    })
    walk.run = { call: call ?? null, token, from: record.start, records: 0, bytes: 0 }
  }
  walk.run.records++
  walk.run.bytes = record.end - walk.run.from
  step(walk, record.end)
}

/** Writes the sizes of a run of application data into its row. */
export function closeRun(walk: Walk): void {
  const { run } = walk
  walk.run = null
  if (run?.call == null) return
  const bytes = Math.max(run.bytes, walk.consumed - run.from)
  const { header, trailer } = overhead(walk)
  const single = run.records === 1
  if (!single) run.call.assumption = toldAsRun
  run.call.tokens = [{ token: run.token.id, start: run.from, end: run.from + bytes }]
  run.call.input = {
    before: decryptBefore(bytes),
    after: single
      ? decryptAfter(header, trailer === null ? null : Math.max(0, bytes - header - trailer), trailer, 0)
      : decryptAfter(header, null, trailer, 0),
  }
}

function overhead(walk: Walk): { header: number; trailer: number | null } {
  const { version, cipherSuite, datagrams } = walk.scene.landmarks
  return overheadOf(version, cipherSuite, datagrams)
}

function step(walk: Walk, to: number): void {
  walk.record++
  walk.consumed = to
  walk.presented = walk.available
}

const recordIncomplete = ruling('SEC_E_INCOMPLETE_MESSAGE', 'seen-on-windows', 'schannel §5.1, DM row')

function waitForRecord(walk: Walk, record: TlsRecord): void {
  const size = walk.available - walk.consumed
  walk.call(recordIncomplete.status)?.write(
    walk,
    decrypting(walk, recordIncomplete, {
      before: decryptBefore(size),
      after: decryptMissing(missingBytes(walk, walk.record, size, record.start)),
    }),
  )
  walk.presented = walk.available
}

/** The parts of a DecryptMessage on the input at hand. */
function decrypting(walk: Walk, verdict: Ruling, input: CallParts['input']): CallParts {
  return {
    function: 'DecryptMessage',
    ruling: verdict,
    handle: 'held',
    input,
    output: { before: noBuffers, after: noBuffers },
    slices: walk.slices(walk.available),
    carried: Math.max(0, walk.presented - walk.consumed),
    out: null,
    flagged: false,
    packets: walk.delivery.packets,
    at: walk.delivery,
  }
}

/**
 * DecryptMessage on one record that holds no application data: header, no plaintext, the rest of the record as trailer
 * (schannel §4.6 row 2). Its messages are those taken since `from`.
 */
function decryptRecord(walk: Walk, record: TlsRecord, verdict: Ruling, from: number): void {
  closeRun(walk)
  walk.call(verdict.status)?.write(walk, {
    ...decrypting(walk, verdict, emptyRecord(walk, record)),
    messages: walk.taken(from),
  })
  walk.presented = walk.available
}

function emptyRecord(walk: Walk, { start, end }: TlsRecord): CallParts['input'] {
  const { header } = overhead(walk)
  return {
    before: decryptBefore(walk.available - walk.consumed),
    after: decryptAfter(header, 0, Math.max(0, end - start - header), walk.available - end),
  }
}

const expired = ruling('SEC_I_CONTEXT_EXPIRED', 'documented', 'schannel §4.9, receiver')
const expiredLikely = ruling(
  'SEC_I_CONTEXT_EXPIRED',
  'inferred',
  'schannel §4.9, receiver',
  noAlternatives,
  'The alert is encrypted and not opened: close_notify, likely, as it ends the data.',
)
const warned = ruling(
  'SEC_E_OK',
  'inferred',
  'schannel §6.2',
  noAlternatives,
  'A warning alert leaves the context usable.',
)

function alert(walk: Walk, record: TlsRecord): void {
  const from = walk.message
  walk.takeMessages(record.end)
  const { messages } = walk.scene.conversation
  const index = walk.taken(from).find((taken) => messages[taken]!.contentType === 21)
  const verdict = alertVerdict(index === undefined ? null : messages[index]!, walk.scene.landmarks.tls13)
  if (verdict.status !== 'SEC_E_OK')
    walk.awaiting = verdict.status === 'SEC_I_CONTEXT_EXPIRED' ? 'closed' : 'failed'
  decryptRecord(walk, record, verdict, from)
  step(walk, record.end)
  if (walk.awaiting !== 'failed') return
  deleteContext(walk)
  walk.ended = true
}

function alertVerdict(message: Message | null, tls13: boolean): Ruling {
  if (message?.type == null) return expiredLikely
  if (message.type === 0) return expired
  if (!tls13 && message.bytes[0] === 1) return warned
  const row = alertRow(message.type)
  return ruling(
    row.documented,
    row.byCatchAll ? 'documented' : 'seen-on-windows',
    'schannel §6.1 (DecryptMessage: §6.2)',
  )
}

const renegotiates = ruling('SEC_I_RENEGOTIATE', 'seen-on-windows', 'schannel §4.6 row 2')
const postHandshakeArrived = ruling('SEC_I_RENEGOTIATE', 'documented', 'schannel §4.7')
const requested = ruling('SEC_I_CONTINUE_NEEDED', 'seen-on-windows', 'schannel §4.6 row 3')
const processed = ruling('SEC_E_OK', 'seen-in-apps', 'schannel §4.7')
const processedInferred = ruling('SEC_E_OK', 'inferred', 'schannel §4.7')
const authenticates = ruling('SEC_E_OK', 'inferred', 'schannel §4.7, CertificateRequest', [
  { status: 'SEC_I_INCOMPLETE_CREDENTIALS', basis: 'inferred', when: 'the credential holds no certificate' },
])

/** A handshake record in an established context. True if it begins a renegotiation that ISC or ASC goes on with. */
function postHandshake(walk: Walk, record: TlsRecord): boolean {
  const { tls13 } = walk.scene.landmarks
  if (walk.datagrams && isRepeated(walk, record)) {
    walk.takeMessages(record.end)
    step(walk, record.end)
    return false
  }
  if (record.contentType === 20) {
    walk.takeMessages(record.end)
    step(walk, record.end)
    return false
  }
  if (tls13) {
    messageOf13(walk, record)
    return false
  }
  return renegotiate(walk, record)
}

/** DTLS: the peer repeats its last flight because an answer was lost (RFC 6347 §4.2.4). */
function isRepeated(walk: Walk, record: TlsRecord): boolean {
  const { messages } = walk.scene.conversation
  const index = walk.peerMessages[walk.message]
  const message = index === undefined ? undefined : messages[index]!
  if (message === undefined || message.start >= record.end) return true
  return message.dtls?.retransmission === true || message.handshake === walk.handshake
}

function messageOf13(walk: Walk, record: TlsRecord): void {
  decryptRecord(walk, record, postHandshakeArrived, walk.message)
  const end = postHandshakeEnd(walk, record)
  const from = walk.message
  walk.takeMessages(end)
  const taken = walk.taken(from)
  const { messages } = walk.scene.conversation
  const types = taken.map((index) => messages[index]!.type)
  const answers =
    types.includes(13) || (types.includes(24) && asksUpdate(messages[taken[types.indexOf(24)]!]!))
  const reply = answers && walk.nextIsHere() ? walk.nextOwn('handshake') : null
  const verdict = types.includes(13) ? authenticates : types.includes(4) ? processed : processedInferred
  const before = inputToken(end - walk.consumed, false)
  walk.call(verdict.status)?.write(walk, {
    function: walk.function,
    ruling: verdict,
    handle: 'held',
    input: { before, after: before },
    output: {
      before: outputBefore,
      after: reply === null ? outputNone : outputToken(reply.end - reply.start),
    },
    slices: walk.slices(end),
    messages: taken,
    out: reply,
    flagged: true,
    carried: end - walk.consumed,
    packets: walk.delivery.packets,
    at: walk.delivery,
  })
  if (reply !== null) walk.next++
  while (walk.record < walk.peer.records.length && walk.peer.records[walk.record]!.end <= end) walk.record++
  walk.consumed = end
}

/** A ticket comes in one record; the client's answer to a post-handshake CertificateRequest may take several. */
function postHandshakeEnd(walk: Walk, record: TlsRecord): number {
  if (walk.side === 'client') return record.end
  const token = walk.peerTokenAt(record.start)
  return token === null ? record.end : Math.max(record.end, Math.min(token.end, walk.available))
}

function asksUpdate(message: Message): boolean {
  return message.body?.kind === 'key-update' && message.body.requested
}

function renegotiate(walk: Walk, record: TlsRecord): boolean {
  if (walk.side === 'server') {
    walk.awaiting = 'client-hello'
    decryptRecord(walk, record, renegotiates, walk.message)
    return true
  }
  const from = walk.message
  walk.takeMessages(record.end)
  decryptRecord(walk, record, renegotiates, from)
  step(walk, record.end)
  const hello = walk.nextOwn('handshake')
  if (hello === null || !walk.nextIsHere()) return false
  beginHandshake(walk, hello, requested)
  return walk.available > walk.consumed
}

/** This side's ClientHello inside an established context, provoked or of its own. */
export function beginHandshake(walk: Walk, hello: Token, verdict: Ruling): void {
  walk.next++
  walk.handshake = Math.max(walk.handshake, hello.handshake)
  walk.awaiting = 'server-hello'
  walk.flight = 0
  walk.sentFinished = false
  walk.final = again(walk, verdict, hello)
}
