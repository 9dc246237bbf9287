// Runs the rules over one conversation and numbers what they find, worst and surest first.

import type { Conversation } from '../conversation/facts.ts'
import type { ReportFinding } from '../contract/report.ts'
import type { OutcomeFacts, Replay } from '../schannel/model.ts'
import type { Candidate, World } from './candidate.ts'
import { readChain } from './certificates.ts'
import { aboutCandidate, reportFinding } from './finding.ts'
import type { Context, FindingDraft } from './finding.ts'
import { rules } from './rules.ts'
import { failureAlert, viewFailure } from './view.ts'
import { windowsWords } from './windows.ts'

/**
 * Findings of one conversation: the verdict's first, then the other candidates', then remarks, then `neighbours`, which
 * `diagnoseNeighbours` found at the end of the scan (null before): they come last, so that no finding changes its number.
 */
export function diagnose(
  conversation: Conversation,
  outcome: OutcomeFacts,
  replay: Replay | null,
  candidates: readonly Candidate[],
  neighbours: readonly ReportFinding[] | null,
  world: World,
  view = viewFailure(conversation, outcome),
): readonly ReportFinding[] {
  if (outcome.outcome === 'none') return []
  const context = contextOf(conversation, outcome, replay, candidates, world, view)
  const checked: { rule: { id: string; scenario: string | null }; draft: FindingDraft }[] = []
  for (const rule of candidates.length === 0 ? remarkRules : rules) {
    const draft = rule.check(context)
    if (draft !== null) checked.push({ rule, draft })
  }
  if (checked.length === 0 && candidates.length === 0) return numbered(neighbours ?? [])
  const verdict = candidates[0]
  const found =
    verdict === undefined || checked.some(({ draft }) => draft.cause === verdict.cause)
      ? checked
      : [{ rule: plainVerdict, draft: plainDraft(context, verdict) }, ...checked]
  const place = new Map(candidates.map(({ cause }, i) => [cause, i]))
  const own = found
    .map(({ rule, draft }, order) => ({
      finding: reportFinding(rule, draft, windowsWords(context, draft)),
      order,
    }))
    .sort((a, b) => weight(a.finding, place) - weight(b.finding, place) || a.order - b.order)
    .map(({ finding }) => finding)
  return numbered([...ranked(own), ...(neighbours ?? [])])
}

/** In the order of severity, keeping the given order within one. */
function ranked(findings: readonly ReportFinding[]): readonly ReportFinding[] {
  return findings
    .map((finding, order) => ({ finding, order }))
    .sort(
      (a, b) => severityWeight[a.finding.severity] - severityWeight[b.finding.severity] || a.order - b.order,
    )
    .map(({ finding }) => finding)
}

function numbered(findings: readonly ReportFinding[]): readonly ReportFinding[] {
  return findings.map((finding, i) => ({ ...finding, id: i + 1, rank: i + 1 }))
}

export function contextOf(
  conversation: Conversation,
  outcome: OutcomeFacts,
  replay: Replay | null,
  candidates: readonly Candidate[],
  world: World,
  view = viewFailure(conversation, outcome),
): Context {
  return {
    conversation,
    outcome,
    failure: outcome.failure,
    replay,
    candidates,
    view,
    alert: outcome.failure === null ? null : failureAlert(conversation, outcome.failure),
    chains: { client: readChain(view, 'client', world), server: readChain(view, 'server', world) },
    world,
  }
}

/** Stands in where no rule speaks of the verdict: its sentence is the whole finding. */
const plainVerdict = { id: 'verdict', scenario: null }

function plainDraft(context: Context, verdict: Candidate): FindingDraft {
  const words = verdict.cause.replaceAll('-', ' ')
  return aboutCandidate(context, verdict, {
    title: words.charAt(0).toUpperCase() + words.slice(1),
    remedy: verdict.lookNext ?? 'Look at the logs of both sides at this time.',
  })
}

const remarkRules = rules.filter(({ ofCandidates }) => !ofCandidates)

/** Verdict, then candidates by rank, then remarks; warnings before information. */
function weight(finding: ReportFinding, place: ReadonlyMap<string, number>): number {
  const rank = finding.cause === null ? 90 : (place.get(finding.cause) ?? 80)
  return severityWeight[finding.severity] * 1000 + rank * 4 + confidenceWeight[finding.confidence]
}

const severityWeight = { error: 0, warning: 1, info: 2 }
const confidenceWeight = { observed: 0, likely: 1, possible: 2 }
