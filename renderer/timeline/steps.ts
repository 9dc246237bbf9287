// The calls of both contexts as steps in one order, each with the bytes it takes in; equal calls and later ticket rounds joined.

import { callsInOrder, isEnd } from '../../shared/contract/order.ts'
import type { ReportCall, ReportConversation, ReportToken } from '../../shared/contract/report.ts'

export type Side = 'client' | 'server'

/** Bytes of one token as they were handed over at once; offsets count from the token's first byte. */
export interface Piece {
  readonly token: ReportToken
  /** Counts the token's deliveries from 0. */
  readonly index: number
  readonly start: number
  readonly end: number
  readonly packets: readonly number[]
}

/** A line of the lanes: one call, or a folded run of equal ones. */
export interface CallGroup {
  readonly side: Side
  readonly calls: readonly ReportCall[]
}

/** Runs from three equal calls fold. */
export const foldFrom = 3

export interface Step {
  readonly group: CallGroup
  readonly pieces: readonly Piece[]
  readonly carried: number
}

/** Names a fold so that the reader's choice to open it survives a redraw. */
export function foldName(side: Side | 'data' | 'tickets', first: number): string {
  return `${side}:${String(first)}`
}

/** Both contexts' calls in their one order, each with the pieces of tokens it takes in. */
export function stepsOf(conversation: ReportConversation, tokens: ReadonlyMap<number, ReportToken>): Step[] {
  const seen = new Map<number, number>()
  const pieces = new Map<number, number>()
  const shown = new Set<number>()
  return callsInOrder(conversation).map(({ side, call }) => ({
    group: { side, calls: [call] },
    pieces: fresh(call),
    carried: call.carried,
  }))

  /** The slices of a call's input that no earlier call was shown, each as a delivery of its token. */
  function fresh(call: ReportCall): Piece[] {
    const used: Piece[] = []
    for (const slice of call.tokens) {
      const token = tokens.get(slice.token)
      if (token === undefined) continue
      const start = Math.max(slice.start, seen.get(slice.token) ?? token.stream[0])
      if (slice.end <= start) continue
      const index = pieces.get(slice.token) ?? 0
      pieces.set(slice.token, index + 1)
      seen.set(slice.token, slice.end)
      const own = call.packets.filter((packet) => token.packets.includes(packet))
      const fresh = own.filter((packet) => !shown.has(packet))
      for (const packet of own) shown.add(packet)
      used.push({
        token,
        index,
        start: start - token.stream[0],
        end: slice.end - token.stream[0],
        packets: fresh.length > 0 ? fresh : own.length > 0 ? own.slice(-1) : token.packets,
      })
    }
    return used
  }
}

/** Joins runs of at least `foldFrom` equal calls into one step, unless the reader opened them. */
export function folded(steps: readonly Step[], opened: ReadonlySet<string>): readonly Step[] {
  return runsFolded(roundsFolded(steps, opened), opened)
}

/** A ticket round: DecryptMessage says SEC_I_RENEGOTIATE, and the handshake function takes the ticket in without an answer. */
function isRound(one: ReportCall | undefined, two: ReportCall | undefined): boolean {
  return (
    one?.function === 'DecryptMessage' &&
    one.status === 'SEC_I_RENEGOTIATE' &&
    two?.function === 'InitializeSecurityContext' &&
    two.status === 'SEC_E_OK' &&
    two.outToken === null
  )
}

/** Calls that are rounds of the same kind in a row, unlike a run of equal calls. */
export function areRounds(calls: readonly ReportCall[]): boolean {
  return isRound(calls[0], calls[1])
}

/** The ticket rounds from a call on. */
export function roundsFrom(
  conversation: ReportConversation,
  side: Side,
  call: ReportCall,
): readonly ReportCall[] {
  const { calls } = conversation.contexts[side]
  const first = calls.indexOf(call)
  let end = first
  while (isRound(calls[end], calls[end + 1])) end += 2
  return calls.slice(first, end)
}

/** Joins ticket rounds after the first into one step, unless the reader opened them. */
function roundsFolded(steps: readonly Step[], opened: ReadonlySet<string>): readonly Step[] {
  const result: Step[] = []
  let rounds = 0
  for (let index = 0; index < steps.length; index++) {
    const [one, two] = [steps[index]!, steps[index + 1]]
    const call = one.group.calls[0]
    const round = one.group.side === two?.group.side && isRound(call, two.group.calls[0])
    if (!round) {
      rounds = 0
      result.push(one)
      continue
    }
    rounds++
    index++
    const last = result.at(-1)
    if (rounds === 2 && opened.has(foldName('tickets', call!.n))) rounds = -Infinity
    if (rounds < 2) result.push(one, two)
    else if (rounds === 2) result.push(joined([one, two]))
    else if (last !== undefined) result[result.length - 1] = joined([last, one, two])
  }
  return result
}

function joined(run: readonly Step[]): Step {
  return {
    group: { side: run[0]!.group.side, calls: run.flatMap((each) => each.group.calls) },
    pieces: run.flatMap((each) => each.pieces),
    carried: 0,
  }
}

function runsFolded(steps: readonly Step[], opened: ReadonlySet<string>): readonly Step[] {
  const result: Step[] = []
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    const call = step.group.calls[0]!
    let end = index + 1
    while (
      end < steps.length &&
      steps[end]!.group.side === step.group.side &&
      alike(call, steps[end]!.group.calls[0]!) &&
      isData(steps[end]!) === isData(step)
    ) {
      end++
    }
    const run = steps.slice(index, end)
    index = end - 1
    const folds = run.length >= foldFrom && !isData(step) && !opened.has(foldName(step.group.side, call.n))
    if (!folds) result.push(...run)
    else result.push(joined(run))
  }
  return result
}

export function isData(step: Step): boolean {
  const call = step.group.calls[0]
  return (
    call?.function === 'DecryptMessage' &&
    call.status === 'SEC_E_OK' &&
    step.pieces.every((piece) => piece.token.kind === 'application')
  )
}

/** Equal calls of one side without output. */
function alike(one: ReportCall, two: ReportCall): boolean {
  return (
    one.function === two.function &&
    one.status === two.status &&
    one.outToken === null &&
    two.outToken === null &&
    !isEnd(one)
  )
}

export function runFrom(
  conversation: ReportConversation,
  side: Side,
  call: ReportCall,
): readonly ReportCall[] {
  const { calls } = conversation.contexts[side]
  const first = calls.indexOf(call)
  let last = first
  while (last + 1 < calls.length && alike(call, calls[last + 1]!)) last++
  return calls.slice(first, last + 1)
}
