// Checks what a handshake proves: Finished values, and the signatures of ServerKeyExchange and CertificateVerify.

import { joined } from '../bytes/joined.ts'
import { streamOf, type Conversation, type Message, type Side } from '../conversation/facts.ts'
import type { Crypto } from '../ports.ts'
import { ascii, equal, finished13, prf } from './key-schedule.ts'
import type { Agreed12 } from './schedule12.ts'
import { inSendingOrder, inTranscript, messageHash, transcriptBytes, transcriptHash } from './transcript.ts'

/** Verdicts by message; a message that cannot be judged is absent. */
export type Verdicts = Map<Message, boolean>

const finishedLength12 = 12

/**
 * TLS 1.0–1.2 and DTLS (RFC 5246 §7.4.3, §7.4.8, §7.4.9). Takes the opened conversation. Nothing is judged where the capture misses bytes of the handshake: its hash would say nothing.
 */
export function verify12(crypto: Crypto, conversation: Conversation, agreed: readonly Agreed12[]): Verdicts {
  const { messages } = conversation
  const verdicts: Verdicts = new Map()
  for (const keys of agreed) {
    const handshake = inSendingOrder(
      messages.filter((message) => message.handshake === keys.handshake && inTranscript(message)),
    )
    const whole = isWhole(conversation, handshake)
    const leaf: Record<Side, Uint8Array | null> = { client: null, server: null }
    let transcript: Uint8Array[] = []
    for (const message of handshake) {
      const body = message.body
      // RFC 6347 §4.2.6: the hello without cookie and its answer do not count; a new ClientHello starts over.
      if (body?.kind === 'client-hello') transcript = []
      if (body?.kind === 'certificate') leaf[message.from] = body.certificates[0]?.der ?? null
      const der = leaf[message.from]
      if (body?.kind === 'finished' && whole) {
        verdicts.set(message, equal(finished12(crypto, keys, message.from, transcript), body.verifyData))
      } else if (body?.kind === 'server-key-exchange' && body.signature !== null && der !== null) {
        const params = message.bytes.subarray(4, 4 + body.paramsLength)
        const data = joined([keys.clientRandom, keys.serverRandom, params])
        judge(verdicts, message, crypto.verifySignature(der, body.scheme ?? 0, data, body.signature))
      } else if (body?.kind === 'certificate-verify' && der !== null && whole) {
        judge(
          verdicts,
          message,
          crypto.verifySignature(der, body.scheme ?? 0, joined(transcript), body.signature),
        )
      }
      transcript.push(transcriptBytes(message))
    }
  }
  return verdicts
}

/** TLS 1.3 (RFC 8446 §4.4). `finishedSecrets`: the traffic secret each Finished was made under. */
export function verify13(
  crypto: Crypto,
  conversation: Conversation,
  hash: 'sha256' | 'sha384',
  finishedSecrets: ReadonlyMap<Message, Uint8Array>,
): Verdicts {
  const { messages } = conversation
  const verdicts: Verdicts = new Map()
  const handshake = messages.filter(inTranscript)
  const hellos = handshake.filter((message) => message.protection === 'plain')
  const flight = (from: Side) =>
    upToFinished(
      handshake.filter(
        (message) =>
          message.from === from && message.protection === 'opened' && !outside13.has(message.type!),
      ),
    )
  const check = (before: readonly Uint8Array[], messagesOfFlight: readonly Message[]): Uint8Array[] =>
    checkFlight(crypto, hash, finishedSecrets, verdicts, before, messagesOfFlight)
  const server = flight('server')
  if (!isWhole(conversation, [...hellos, ...server.first])) return verdicts
  const afterServer = check(helloTranscript(crypto, hash, hellos), server.first)
  const client = flight('client')
  if (!reachesFinished(server.first) || !isWhole(conversation, [...hellos, ...client.first])) return verdicts
  const afterClient = check(afterServer, client.first)
  if (!reachesFinished(client.first)) return verdicts
  for (const request of server.later) {
    if (request.body?.kind !== 'certificate-request') continue
    const answer = answerTo(request.body.requestContext, client.later)
    if (isWhole(conversation, answer)) check([...afterClient, transcriptBytes(request)], answer)
  }
  return verdicts
}

/** NewSessionTicket and KeyUpdate are in no transcript (RFC 8446 §4.4.1). */
const outside13: ReadonlySet<number> = new Set([4, 24])

function judge(verdicts: Verdicts, message: Message, verdict: boolean | null): void {
  if (verdict !== null) verdicts.set(message, verdict)
}

/** RFC 5246 §7.4.9. */
function finished12(
  crypto: Crypto,
  keys: Agreed12,
  from: Side,
  transcript: readonly Uint8Array[],
): Uint8Array {
  const seed = transcriptHash(crypto, keys.hash, transcript)
  return prf(crypto, keys.hash, keys.master, `${from} finished`, seed, finishedLength12)
}

/** Checks the messages of one side in turn; returns the transcript behind them. */
function checkFlight(
  crypto: Crypto,
  hash: 'sha256' | 'sha384',
  finishedSecrets: ReadonlyMap<Message, Uint8Array>,
  verdicts: Verdicts,
  before: readonly Uint8Array[],
  flight: readonly Message[],
): Uint8Array[] {
  const transcript = [...before]
  let der: Uint8Array | null = null
  for (const message of flight) {
    const body = message.body
    const secret = finishedSecrets.get(message)
    if (body?.kind === 'certificate') der = body.certificates[0]?.der ?? null
    if (body?.kind === 'finished' && secret !== undefined) {
      const expected = finished13(crypto, hash, secret, transcriptHash(crypto, hash, transcript))
      verdicts.set(message, equal(expected, body.verifyData))
    } else if (body?.kind === 'certificate-verify' && body.scheme !== null && der !== null) {
      const data = signed13(message.from, transcriptHash(crypto, hash, transcript))
      judge(verdicts, message, crypto.verifySignature(der, body.scheme, data, body.signature))
    }
    transcript.push(message.bytes)
  }
  return transcript
}

/** RFC 8446 §4.4.3. */
function signed13(from: Side, digest: Uint8Array): Uint8Array {
  const context = ascii(`${' '.repeat(64)}TLS 1.3, ${from} CertificateVerify\0`)
  return joined([context, digest])
}

function helloTranscript(
  crypto: Crypto,
  hash: 'sha256' | 'sha384',
  hellos: readonly Message[],
): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (const message of hellos) {
    const retry = message.body?.kind === 'server-hello' && message.body.helloRetryRequest
    if (retry && parts.length === 1) parts[0] = messageHash(crypto, hash, parts[0]!)
    parts.push(transcriptBytes(message))
  }
  return parts
}

function upToFinished(flight: readonly Message[]): { first: readonly Message[]; later: readonly Message[] } {
  const at = flight.findIndex((message) => message.type === 20)
  return at < 0
    ? { first: flight, later: [] }
    : { first: flight.slice(0, at + 1), later: flight.slice(at + 1) }
}

function reachesFinished(flight: readonly Message[]): boolean {
  return flight.at(-1)?.type === 20
}

/** RFC 8446 §4.6.2: Certificate, CertificateVerify and Finished that answer one CertificateRequest. */
function answerTo(context: Uint8Array, messages: readonly Message[]): readonly Message[] {
  const at = messages.findIndex(
    ({ body }) => body?.kind === 'certificate' && equal(body.requestContext, context),
  )
  return at < 0 ? [] : upToFinished(messages.slice(at)).first
}

/** Whether nothing is missing between these messages: no lost byte, no record that stayed sealed, no skipped message. */
function isWhole(conversation: Conversation, messages: readonly Message[]): boolean {
  const { limitsReached } = conversation
  if (limitsReached.includes('maxHandshakeBytes') || limitsReached.includes('maxMessageBytes')) return false
  return (['client', 'server'] as const).every((side) => {
    const own = messages.filter((message) => message.from === side)
    const [first, last] = [own[0], own.at(-1)]
    if (first === undefined || last === undefined) return true
    if (last.dtls !== null) return hasEveryMessage(own)
    const { gaps, records } = streamOf(conversation, side)
    const between = ({ start, end }: { start: number; end: number }) => start < last.end && end > first.start
    return !gaps.some(between) && !records.some((record) => record.protection === 'sealed' && between(record))
  })
}

/** RFC 6347 §4.2.2: message_seq counts without holes. */
function hasEveryMessage(own: readonly Message[]): boolean {
  return own.every((message, i) => i === 0 || message.dtls!.messageSeq === own[i - 1]!.dtls!.messageSeq + 1)
}
