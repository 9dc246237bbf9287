// One conversation through all rooms in order: keys, outcome, causes, replay, findings. The only file that knows the order.

import type { Conversation } from './conversation/facts.ts'
import { type Candidate, type World } from './diagnosis/candidate.ts'
import { diagnose } from './diagnosis/diagnose.ts'
import type { Finding } from './diagnosis/finding.ts'
import { judge, verdictOf } from './diagnosis/judge.ts'
import { type HandshakeView, viewFailure } from './diagnosis/view.ts'
import type { ReportFinding } from './contract/report.ts'
import { readInside } from './inside/list.ts'
import { maxOpenedBytes } from './limits.ts'
import type { Crypto } from './ports.ts'
import { handshakesOf, type HandshakeSummary } from './schannel/handshakes.ts'
import type { OutcomeFacts, Replay, ReplayOptions } from './schannel/model.ts'
import { outcomeOf } from './schannel/outcome.ts'
import { replay } from './schannel/replay.ts'
import { openConversation, type Opening } from './secrets/open.ts'
import type { Keys } from './secrets/schedule.ts'
import { readUnencrypted } from './secrets/unencrypted.ts'
import { landmarksOf } from './tokens/landmarks.ts'

/** What an analysis needs besides the conversation. */
export interface AnalysisHost {
  readonly crypto: Crypto
  readonly world: World
  readonly keys: Keys | null
  /** Findings about a conversation that its neighbours gave rise to; null while the scan goes on. */
  neighbours(id: number): readonly ReportFinding[] | null
}

/** All that the rooms found out about one conversation; views are made of it. */
export interface Analysis {
  readonly conversation: Conversation
  readonly options: ReplayOptions
  readonly opening: Opening | null
  readonly outcome: OutcomeFacts
  /** The handshake that failed, or the first, as the diagnosis reads it. */
  readonly view: HandshakeView
  readonly handshakes: readonly HandshakeSummary[]
  readonly candidates: readonly Candidate[]
  readonly replay: Replay
  readonly findings: readonly Finding[]
}

export function analyse(captured: Conversation, options: ReplayOptions, host: AnalysisHost): Analysis {
  const opening = openingOf(captured, host)
  const conversation = opening?.opened === true ? withInside(opening.conversation) : captured
  const landmarks = landmarksOf(conversation)
  const outcome = outcomeOf(conversation, landmarks)
  const handshakes = handshakesOf(conversation, landmarks, outcome)
  const view = viewFailure(conversation, outcome)
  const candidates = judge(conversation, outcome, host.world, view)
  const replayed = replay(conversation, outcome, verdictOf(candidates), options, landmarks)
  const neighbours = host.neighbours(conversation.id)
  const findings = diagnose(conversation, outcome, candidates, neighbours, host.world, view)
  return { conversation, options, opening, outcome, view, handshakes, candidates, replay: replayed, findings }
}

function openingOf(captured: Conversation, { keys, crypto }: AnalysisHost): Opening | null {
  const withKeys = keys === null ? null : openConversation(captured, keys, crypto, opened)
  return withKeys?.opened === true ? withKeys : (readUnencrypted(captured, opened) ?? withKeys)
}

const opened = { applicationBytes: maxOpenedBytes }

function withInside(conversation: Conversation): Conversation {
  const inside = readInside(conversation)
  return inside === null ? conversation : { ...conversation, inside }
}
