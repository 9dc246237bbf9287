// What of a conversation's findings leads: the one the verdict stands on, its glyph, and what else it may be. Pure.

import type { ReportConversation, ReportFinding } from '../../shared/contract/report.ts'
import { causeWords, severityGlyph, type GlyphName } from '../status.ts'

/** The best-ranked finding of the failure's cause, else the best of all; null without findings. */
export function leadingFinding(conversation: ReportConversation): ReportFinding | null {
  const sorted = [...conversation.findings].sort((one, two) => one.rank - two.rank)
  return (
    sorted.find((each) => each.cause !== null && each.cause === conversation.failure?.cause) ??
    sorted[0] ??
    null
  )
}

/** The verdict in one sentence, and what the judge adds to it. */
export function verdictOf(conversation: ReportConversation): {
  readonly sentence: string
  readonly more: string
} {
  const text = conversation.failure?.summary ?? leadingFinding(conversation)?.title ?? ''
  // A full stop inside a name is followed by no space and capital.
  const end = /[.][”"]? (?=[A-Z])/.exec(text)
  if (end === null) return { sentence: text.replace(/\.$/, ''), more: '' }
  return { sentence: text.slice(0, end.index), more: text.slice(end.index + end[0].length) }
}

export function verdictGlyphOf(conversation: ReportConversation): GlyphName {
  if (conversation.outcome === 'failed') return 'fail'
  if (conversation.outcome === 'incomplete') return 'part'
  const finding = leadingFinding(conversation)
  return finding === null ? 'ok' : severityGlyph(finding.severity)
}

/** A further candidate in words. */
export interface Candidate {
  readonly text: string
  readonly confidence: ReportFinding['confidence']
  readonly lookNext: string | null
}

/** What the capture cannot rule out beside the leading cause. */
export function otherCandidates(conversation: ReportConversation): readonly Candidate[] {
  const lead = leadingFinding(conversation)
  return (conversation.failure?.candidates ?? [])
    .filter(({ cause }) => cause !== conversation.failure?.cause && cause !== lead?.cause)
    .map(({ cause, confidence, finding, lookNext }) => ({
      text: conversation.findings.find(({ id }) => id === finding)?.title ?? causeWords(cause),
      confidence,
      lookNext,
    }))
}
