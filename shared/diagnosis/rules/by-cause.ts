// Rules whose finding is about one of the ranked candidates.

import type { Candidate, Cause } from '../candidate.ts'
import { aboutCandidate, endingEvent } from '../finding.ts'
import type { Context, Rule, Words } from '../finding.ts'

interface CauseRule extends Omit<Rule, 'check' | 'asks'> {
  readonly causes: readonly Cause[]
  /** Further precondition; without one, the cause alone decides. */
  readonly when?: (context: Context, candidate: Candidate) => boolean
  readonly words: (context: Context, candidate: Candidate) => Words
  /** The finding only adds to that of another rule for the same candidate. */
  readonly aside?: boolean
}

/** The rule finds something where a candidate has one of `causes` and `when` holds. */
export function byCause(parts: CauseRule): Rule {
  const { when, words, aside, ...rule } = parts
  const { causes } = rule
  return {
    ...rule,
    asks: ['candidate'],
    check(context) {
      const candidate = context.candidates.find(
        (each) => causes.includes(each.cause) && (when === undefined || when(context, each)),
      )
      if (candidate === undefined) return null
      const draft = aboutCandidate(context, candidate, words(context, candidate))
      return aside === true ? { ...draft, severity: 'info' } : draft
    },
  }
}

/** Whether the failure is the server's refusal, or silence, in answer to the ClientHello. */
export function helloRefused(context: Context): boolean {
  return context.outcome.outcome === 'failed' && context.view.stage === 'client-hello'
}

/** Whether the connection ended without any alert. */
export function withoutAlert(context: Context): boolean {
  return context.outcome.outcome === 'failed' && context.alert === null
}

/** Whether an ICMP error ended the handshake. */
export function endedByIcmp(context: Context): boolean {
  return endingEvent(context)?.kind === 'icmp'
}
