// A rule, what it may look at, and what it says. The catalogue's scenarios are rules of this shape.

import type { Conversation } from '../conversation/facts.ts'
import type { ReportEvidence, ReportFinding } from '../contract/report.ts'
import type { Confidence, FailurePoint, OutcomeFacts } from '../schannel/model.ts'
import type { StatusName } from '../sspi/status.ts'
import type { Alert } from '../tls/messages.ts'
import type { Candidate, Cause, World } from './candidate.ts'
import type { Chains } from './certificates.ts'
import type { Trait } from './traits.ts'
import type { HandshakeView, Parsed } from './view.ts'
import { atPacket } from './view.ts'
import type { AppText } from './wording.ts'

/** What a rule may read of one conversation. */
export interface Context {
  readonly conversation: Conversation
  readonly outcome: OutcomeFacts
  readonly failure: FailurePoint | null
  readonly candidates: readonly Candidate[]
  /** The handshake that failed, or the first. */
  readonly view: HandshakeView
  readonly alert: Parsed<Alert> | null
  readonly chains: Chains
  readonly world: World
}

export type SetRow = ReportFinding['sets'][number]

/** What a rule found. Windows' words are added from cause, alert and status; sets are made for who reads them. */
export interface FindingDraft {
  readonly cause: Cause | null
  readonly severity: ReportFinding['severity']
  readonly side: ReportFinding['side']
  readonly confidence: Confidence
  readonly title: string
  readonly explanation: string
  /** Names the thing and the place to change; never weakens security first. */
  readonly remedy: string
  readonly lookNext: string | null
  readonly sets: () => readonly SetRow[]
  readonly neighbours: ReportFinding['neighbours']
  readonly evidence: readonly ReportEvidence[]
  /** The failing side's local status; null without a failed call. */
  readonly status: StatusName | null
  /** Windows events of an application's refusal; those of Schannel come from cause and alert. */
  readonly events?: ReportFinding['windows']['events']
  /** How programs word it, where that is not the text of a status. */
  readonly apps?: readonly AppText[]
}

/** One scenario of the catalogue, or a check beside it. The texts are printed in docs/diagnosis.md. */
export interface Rule {
  readonly id: string
  /** Row of the catalogue; null for checks that are no scenario. */
  readonly scenario: string | null
  /** When the rule applies. */
  readonly precondition: string
  readonly evidence: string
  readonly confidence: string
  readonly sources: readonly string[]
  /** What must be so of a conversation for the rule to be asked about it. */
  readonly asks: readonly Trait[]
  /** The rule speaks of candidates with one of these causes only; without: it needs none. */
  readonly causes?: readonly Cause[]
  check(context: Context): FindingDraft | null
}

/** The words of a finding; the rest comes from the candidate or has a default. */
export interface Words {
  readonly title: string
  readonly remedy: string
  /** Added to the candidate's sentence. */
  readonly explanation?: string
  readonly lookNext?: string | null
  readonly sets?: () => readonly SetRow[]
  readonly evidence?: readonly ReportEvidence[]
  readonly confidence?: Confidence
  readonly status?: StatusName | null
  readonly events?: FindingDraft['events']
  readonly apps?: FindingDraft['apps']
}

const noSets = () => []

/** A finding about one candidate: an error for the verdict itself, information for those below it. */
export function aboutCandidate(context: Context, candidate: Candidate, words: Words): FindingDraft {
  const verdict = context.candidates[0] === candidate
  return {
    cause: candidate.cause,
    severity: verdict ? (context.outcome.outcome === 'failed' ? 'error' : 'warning') : 'info',
    side: sideOf(context),
    confidence: words.confidence ?? candidate.confidence,
    title: words.title,
    explanation:
      words.explanation === undefined ? candidate.summary : `${candidate.summary} ${words.explanation}`,
    remedy: words.remedy,
    lookNext: words.lookNext === undefined ? candidate.lookNext : words.lookNext,
    sets: words.sets ?? noSets,
    neighbours: [],
    evidence: words.evidence === undefined ? candidate.evidence : [...candidate.evidence, ...words.evidence],
    status: candidate.status?.name ?? null,
    ...ownWords(words),
  }
}

/** A finding that no candidate stands for: a remark beside the verdict, or on a handshake that went well. */
export function remark(
  severity: 'warning' | 'info',
  side: FindingDraft['side'],
  words: Words & { readonly explanation: string; readonly evidence: readonly ReportEvidence[] },
): FindingDraft {
  return {
    cause: null,
    severity,
    side,
    confidence: words.confidence ?? 'observed',
    title: words.title,
    explanation: words.explanation,
    remedy: words.remedy,
    lookNext: words.lookNext ?? null,
    sets: words.sets ?? noSets,
    neighbours: [],
    evidence: words.evidence,
    status: words.status ?? null,
    ...ownWords(words),
  }
}

function ownWords({ events, apps }: Words): Pick<FindingDraft, 'events' | 'apps'> {
  return { ...(events === undefined ? {} : { events }), ...(apps === undefined ? {} : { apps }) }
}

/** The candidate with this cause, if it is among those ranked. */
export function candidateOf(context: Context, ...causes: readonly Cause[]): Candidate | null {
  return context.candidates.find((candidate) => causes.includes(candidate.cause)) ?? null
}

export function sideOf(context: Context): FindingDraft['side'] {
  return context.outcome.outcome === 'failed' ? (context.failure?.side ?? null) : null
}

/** The transport event that ended the handshake. */
export function endingEvent(context: Context): Conversation['events'][number] | null {
  const index = context.failure?.event ?? null
  return index === null ? null : (context.conversation.events[index] ?? null)
}

/** Evidence for the packet of the failure. */
export function failurePacket(context: Context, text: string): readonly ReportEvidence[] {
  return context.failure === null ? [] : [atPacket(context.failure.packet, null, text)]
}

/** What a list shows of a finding, and the whole for who reads it: texts, evidence and Windows' words are made at the look. */
export interface Finding extends Pick<
  ReportFinding,
  'id' | 'rule' | 'scenario' | 'severity' | 'side' | 'confidence' | 'title' | 'cause'
> {
  /** Ids of the events that Windows logs. */
  readonly events: readonly number[]
  readonly report: ReportFinding
}

/** The finding as the contract has it. Its number is `id`, its rank the same: findings are numbered as they are ranked. */
export function reportFinding(
  rule: Pick<Rule, 'id' | 'scenario'>,
  draft: FindingDraft,
  windows: ReportFinding['windows'],
  id: number,
): ReportFinding {
  return {
    id,
    rank: id,
    rule: rule.id,
    scenario: rule.scenario,
    severity: draft.severity,
    side: draft.side,
    confidence: draft.confidence,
    title: draft.title,
    cause: draft.cause,
    explanation: draft.explanation,
    remedy: draft.remedy,
    lookNext: draft.lookNext,
    sets: draft.sets().map((set) => ({ ...set })),
    neighbours: [...draft.neighbours],
    evidence: draft.evidence.map((evidence) => ({ ...evidence })),
    windows,
  }
}
