// Runs the neighbour rules for one conversation once the capture has been read to its end.

import type { ReportFinding } from '../contract/report.ts'
import { reportFinding } from './finding.ts'
import type { NeighbourFacts, NeighbourIndex } from './neighbours.ts'
import { neighbourRules, revocationFinding } from './rules/neighbours.ts'

/** Findings that need other conversations, in the order in which they are shown; `diagnose` numbers them. */
export function diagnoseNeighbours(self: NeighbourFacts, index: NeighbourIndex): readonly ReportFinding[] {
  const drafts = neighbourRules.map((rule) => ({ rule, draft: rule.check(self, index) }))
  const revocation = revocationFinding(self, index)
  return [...drafts, { rule: { id: 'revocation-fetch-failed', scenario: 'S25' }, draft: revocation }].flatMap(
    ({ rule, draft }) =>
      draft === null ? [] : [reportFinding(rule, draft, { status: draft.status, events: [], apps: [] }, 0)],
  )
}
