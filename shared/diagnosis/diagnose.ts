// Runs the rules over one conversation and numbers what they find, worst and surest first.

import type { Conversation } from '../conversation/facts.ts'
import type { ReportFinding } from '../contract/report.ts'
import type { OutcomeFacts } from '../schannel/model.ts'
import type { Candidate, World } from './candidate.ts'
import { Chains } from './certificates.ts'
import { aboutCandidate, reportFinding } from './finding.ts'
import type { Context, Finding, FindingDraft, Rule } from './finding.ts'
import { rulesFor } from './rules.ts'
import { traitsOf } from './traits.ts'
import { failureAlert, viewFailure } from './view.ts'
import { windowsEvents, windowsWords } from './windows.ts'

/**
 * Findings of one conversation: the verdict's first, then the other candidates', then remarks, then `neighbours`, which
 * `diagnoseNeighbours` found at the end of the scan (null before): they come last, so that no finding changes its number.
 */
export function diagnose(
  conversation: Conversation,
  outcome: OutcomeFacts,
  candidates: readonly Candidate[],
  neighbours: readonly ReportFinding[] | null,
  world: World,
  view = viewFailure(conversation, outcome),
): readonly Finding[] {
  if (outcome.outcome === 'none') return none
  const context = contextOf(conversation, outcome, candidates, world, view)
  const found: Found[] = []
  for (const rule of rulesFor(traitsOf(context), candidates)) {
    const draft = rule.check(context)
    if (draft !== null) found.push({ rule, draft })
  }
  const verdict = candidates[0]
  if (verdict !== undefined && !found.some(({ draft }) => draft.cause === verdict.cause))
    found.unshift({ rule: plainVerdict, draft: plainDraft(context, verdict) })
  if (found.length > 1) found.sort((a, b) => weight(a.draft, candidates) - weight(b.draft, candidates))
  const own = found.map(({ rule, draft }, i) => new OwnFinding(rule, draft, context, i + 1))
  if (neighbours === null) return own
  return [...own, ...neighbours.map((report, i) => ofNeighbours(report, own.length + i + 1))]
}

interface Found {
  readonly rule: Pick<Rule, 'id' | 'scenario'>
  readonly draft: FindingDraft
}

const none: readonly never[] = []

class OwnFinding implements Finding {
  readonly id: number
  readonly rule: Finding['rule']
  readonly scenario: Finding['scenario']
  readonly severity: Finding['severity']
  readonly side: Finding['side']
  readonly confidence: Finding['confidence']
  readonly title: string
  readonly cause: Finding['cause']
  private readonly draft: FindingDraft
  private readonly context: Context

  constructor(rule: Found['rule'], draft: FindingDraft, context: Context, id: number) {
    this.id = id
    this.rule = rule.id
    this.scenario = rule.scenario
    this.severity = draft.severity
    this.side = draft.side
    this.confidence = draft.confidence
    this.title = draft.title
    this.cause = draft.cause
    this.draft = draft
    this.context = context
  }

  get events(): readonly number[] {
    return windowsEvents(this.context, this.draft).map(({ id }) => id)
  }

  get report(): ReportFinding {
    const { rule: id, scenario, draft, context } = this
    return reportFinding({ id, scenario }, draft, windowsWords(context, draft), this.id)
  }
}

function ofNeighbours(report: ReportFinding, id: number): Finding {
  const numbered = { ...report, id, rank: id }
  return { ...numbered, events: report.windows.events.map((event) => event.id), report: numbered }
}

export function contextOf(
  conversation: Conversation,
  outcome: OutcomeFacts,
  candidates: readonly Candidate[],
  world: World,
  view = viewFailure(conversation, outcome),
): Context {
  return {
    conversation,
    outcome,
    failure: outcome.failure,
    candidates,
    view,
    alert: outcome.failure === null ? null : failureAlert(conversation, outcome.failure),
    chains: new Chains(view, world),
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

/** By severity; then the verdict, other candidates by rank, remarks; then by confidence. Equal ones stay in the rules' order. */
function weight({ cause, severity, confidence }: FindingDraft, candidates: readonly Candidate[]): number {
  const place = candidates.findLastIndex((candidate) => candidate.cause === cause)
  const rank = cause === null ? 90 : place < 0 ? 80 : place
  return severityWeight[severity] * 1000 + rank * 4 + confidenceWeight[confidence]
}

const severityWeight = { error: 0, warning: 1, info: 2 }
const confidenceWeight = { observed: 0, likely: 1, possible: 2 }
