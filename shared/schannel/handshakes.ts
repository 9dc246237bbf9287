// The handshakes of a conversation, each with what was agreed in it.

import { sameBytes } from '../bytes/same.ts'
import type { Conversation, Message } from '../conversation/facts.ts'
import { isGrease } from '../registries/registry.ts'
import { isTls13 } from '../registries/tls.ts'
import { landmarksOf } from '../tokens/landmarks.ts'
import { outcomeOf } from './outcome.ts'

export interface HandshakeSummary {
  /** Counts from 1. */
  readonly n: number
  readonly kind: 'initial' | 'renegotiation'
  /** Version agreed (0x0303 …), or the highest one offered while nothing is agreed; null where no hello was seen. */
  readonly version: number | null
  /** Whether `version` was agreed on. */
  readonly agreed: boolean
  readonly serverName: string | null
  readonly cipherSuite: number | null
  readonly group: number | null
  readonly alpn: {
    readonly offered: readonly string[] | null
    readonly chosen: string | null
    /** Whether the choice can be seen: TLS 1.3 hides it in EncryptedExtensions. */
    readonly visible: boolean
  }
  /** An abbreviated handshake, or in TLS 1.3 a PSK chosen; null where it cannot be told. */
  readonly resumed: boolean | null
  readonly clientRandom: Uint8Array | null
  /** Messages of this handshake: indexes from (inclusive) and to (exclusive). */
  readonly from: number
  readonly to: number
  readonly outcome: 'established' | 'failed' | 'incomplete'
}

/** Certificate, key exchanges, ServerHelloDone: no abbreviated handshake has one (RFC 5246 §7.3, RFC 4279 §2). */
const onlyInFull: ReadonlySet<number> = new Set([11, 12, 14, 16])

/** Every handshake of the conversation in order; empty where none was seen. */
export function handshakesOf(
  conversation: Conversation,
  landmarks = landmarksOf(conversation),
  outcome = outcomeOf(conversation, landmarks),
): HandshakeSummary[] {
  const { messages } = conversation
  if (outcome.outcome === 'none') return []
  const summaries: HandshakeSummary[] = []
  const last = messages.at(-1)?.handshake ?? 0
  let from = 0
  for (let n = 1; n <= last; n++) {
    let to = from
    while (to < messages.length && messages[to]!.handshake <= n) to++
    if (to > from) {
      const ending = n < last ? 'established' : outcome.outcome
      summaries.push(summarise(messages, n, from, to, ending))
    }
    from = to
  }
  return summaries
}

function summarise(
  messages: readonly Message[],
  n: number,
  from: number,
  to: number,
  outcome: HandshakeSummary['outcome'],
): HandshakeSummary {
  let clientRandom: Uint8Array | null = null
  let serverName: string | null = null
  let offered: readonly string[] | null = null
  let sessionId: Uint8Array | null = null
  let best: number | null = null
  let version: number | null = null
  let cipherSuite: number | null = null
  let group: number | null = null
  let chosen: string | null = null
  let tls13 = false
  let helloSeen = false
  let pskIndex: number | null = null
  let echoed = false
  let full = false
  let finished = false
  let choiceSeen = false
  for (let i = from; i < to; i++) {
    const message = messages[i]!
    if (message.contentType === 20 || message.contentType === 21) continue
    if (message.type === 20 || (message.type === null && message.from === 'server')) finished = true
    if (message.type !== null && onlyInFull.has(message.type)) full = true
    if (message.type !== 1 && message.type !== 2 && message.type !== 8 && message.type !== 12) continue
    const { body } = message
    if (body === null) continue
    if (body.kind === 'client-hello') {
      clientRandom ??= body.random
      serverName ??= body.serverName
      offered = body.alpn ?? offered
      sessionId = body.sessionId
      best = body.supportedVersions?.find((code) => !isGrease(code)) ?? body.version
    } else if (body.kind === 'server-hello') {
      version = body.negotiatedVersion
      cipherSuite = body.cipherSuite
      group = body.keyShareGroup ?? group
      chosen = body.alpn ?? chosen
      if (body.helloRetryRequest) continue
      helloSeen = true
      tls13 = isTls13(body.negotiatedVersion)
      choiceSeen = !tls13
      pskIndex = body.pskIndex
      echoed = sessionId !== null && sessionId.length > 0 && sameBytes(sessionId, body.sessionId)
    } else if (body.kind === 'encrypted-extensions') {
      chosen = body.alpn ?? chosen
      choiceSeen = true
    } else if (body.kind === 'server-key-exchange') group = body.group ?? group
  }
  const resumed = tls13
    ? pskIndex !== null
    : !helloSeen
      ? null
      : full
        ? false
        : finished || echoed
          ? true
          : null
  return {
    n,
    kind: n === 1 ? 'initial' : 'renegotiation',
    version: version ?? best,
    agreed: version !== null,
    serverName,
    cipherSuite,
    group,
    alpn: { offered, chosen, visible: choiceSeen },
    resumed,
    clientRandom,
    from,
    to,
    outcome,
  }
}
