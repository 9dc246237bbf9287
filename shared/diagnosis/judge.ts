// Why a conversation failed, judged from what the wire shows: ranked candidate causes, the first of which is the verdict.

import type { Conversation } from '../conversation/facts.ts'
import type { OutcomeFacts, Verdict } from '../schannel/model.ts'
import type { Candidate, World } from './candidate.ts'
import { judgeAlert, judgeSealedAlert } from './judge/alerts.ts'
import { judgeCarrier, judgeProxyHeader } from './judge/carriers.ts'
import { judgeIncomplete, judgeTransport } from './judge/endings.ts'
import { judgeNotTls } from './judge/not-tls.ts'
import { failureAlert, viewFailure } from './view.ts'

/**
 * Ranked candidate causes of a conversation that failed or that the capture leaves open; empty for one that was established
 * or holds no handshake. Every candidate carries its own evidence and, where a call failed, the status of schannel §6.3.
 */
export function judge(
  conversation: Conversation,
  outcome: OutcomeFacts,
  world: World,
  view = viewFailure(conversation, outcome),
): readonly Candidate[] {
  if (outcome.outcome === 'established' || outcome.outcome === 'none') return []
  if (outcome.outcome === 'incomplete') return judgeIncomplete(view)
  const { failure } = outcome
  if (failure === null) return judgeIncomplete(view)
  const refused = judgeCarrier(conversation, outcome)
  if (refused.length > 0) return refused
  const wrongProtocol = judgeNotTls(view, failure)
  if (wrongProtocol.length > 0) return wrongProtocol
  const alert = failureAlert(conversation, failure)
  const header = judgeProxyHeader(view)
  if (alert !== null) return [...header, ...judgeAlert(view, alert, world)]
  if (failure.ending === 'alert') return judgeSealedAlert(view, failure, world)
  return [...header, ...judgeTransport(view, failure, world)]
}

/** The first candidate as the engine takes it: its status is what the failing call returned. */
export function verdictOf(candidates: readonly Candidate[]): Verdict | null {
  const first = candidates[0]
  return first === undefined
    ? null
    : { cause: first.cause, confidence: first.confidence, status: first.status }
}
