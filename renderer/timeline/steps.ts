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

/** A line of the lanes: one call, or a fold of several that the reader may open by its name. */
export interface CallGroup {
  readonly side: Side
  readonly calls: readonly ReportCall[]
  readonly fold: string | null
}

/** A fold that the reader opened. */
export type Opened = CallGroup & { readonly fold: string }

/** What shares a card: runs of equal calls; or whole flights, all calls in a row that only took bytes in. */
export type Folding = 'runs' | 'flights'

/** Runs from three equal calls fold. */
export const foldFrom = 3

export interface Step {
  readonly group: CallGroup
  readonly pieces: readonly Piece[]
  readonly carried: number
}

/** Names a fold so that the reader's choice to open it survives a redraw. */
export function foldName(kind: Side | `${Side} flight` | 'data' | 'tickets', first: number): string {
  return `${kind}:${String(first)}`
}

/** Both contexts' calls in their one order, each with the pieces of tokens it takes in. */
export function stepsOf(conversation: ReportConversation, tokens: ReadonlyMap<number, ReportToken>): Step[] {
  const seen = new Map<number, number>()
  const pieces = new Map<number, number>()
  const shown = new Set<number>()
  return callsInOrder(conversation).map(({ side, call }) => ({
    group: { side, calls: [call], fold: null },
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

/** Joins at least `foldFrom` calls of a run, or of a flight, into one step, unless the reader opened them. */
export function folded(
  steps: readonly Step[],
  opened: ReadonlySet<string>,
  folding: Folding,
): readonly Step[] {
  return runsFolded(roundsFolded(steps, opened), opened, folding)
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

/** The statuses of a card's calls in the order they first came, each with how often. */
export function statusesOf(calls: readonly ReportCall[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const { status } of calls) times.set(status, (times.get(status) ?? 0) + 1)
  return times
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
    else if (rounds === 2) result.push(joined([one, two], foldName('tickets', call!.n)))
    else if (last !== undefined) result[result.length - 1] = joined([last, one, two], last.group.fold)
  }
  return result
}

function joined(run: readonly Step[], fold: string | null): Step {
  return {
    group: { side: run[0]!.group.side, calls: run.flatMap((each) => each.group.calls), fold },
    pieces: run.flatMap((each) => each.pieces),
    carried: 0,
  }
}

/** The name of the fold that holds these calls; a flight of equal calls is a run. */
function nameOf(side: Side, calls: readonly ReportCall[]): string {
  return foldName(statusesOf(calls).size > 1 ? `${side} flight` : side, calls[0]?.n ?? 0)
}

/** A flight that the reader opened shows its runs. */
function runsFolded(steps: readonly Step[], opened: ReadonlySet<string>, folding: Folding): readonly Step[] {
  const result: Step[] = []
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    const call = step.group.calls[0]!
    let end = index + 1
    while (
      end < steps.length &&
      steps[end]!.group.side === step.group.side &&
      alike(call, steps[end]!.group.calls[0]!, folding) &&
      isData(steps[end]!) === isData(step)
    ) {
      end++
    }
    const run = steps.slice(index, end)
    index = end - 1
    const name = nameOf(
      step.group.side,
      run.flatMap((each) => each.group.calls),
    )
    if (run.length >= foldFrom && !isData(step) && !opened.has(name)) result.push(joined(run, name))
    else result.push(...(folding === 'flights' ? runsFolded(run, opened, 'runs') : run))
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

/** Calls of one side without output that are equal, or, in a flight, both ask for more. */
function alike(one: ReportCall, two: ReportCall, folding: Folding): boolean {
  return (
    one.function === two.function &&
    (one.status === two.status || (folding === 'flights' && asksForMore(one) && asksForMore(two))) &&
    one.outToken === null &&
    two.outToken === null &&
    !isEnd(one)
  )
}

function asksForMore({ status }: ReportCall): boolean {
  return status === 'SEC_E_INCOMPLETE_MESSAGE' || status === 'SEC_I_CONTINUE_NEEDED'
}

/** The folds of a side that the reader opened and that begin with a call, outermost first. */
export function openedFrom(
  conversation: ReportConversation,
  side: Side,
  call: ReportCall,
  opened: ReadonlySet<string>,
  folding: Folding,
): readonly Opened[] {
  const { calls } = conversation.contexts[side]
  const first = calls.indexOf(call)
  const kinds: readonly Folding[] = folding === 'flights' ? ['flights', 'runs'] : ['runs']
  const groups = kinds.map((kind): Opened => {
    let end = first + 1
    while (end < calls.length && alike(call, calls[end]!, kind)) end++
    const own = calls.slice(first, end)
    return { side, calls: own, fold: nameOf(side, own) }
  })
  return groups.filter(
    ({ calls: own, fold }, at) =>
      own.length >= foldFrom && opened.has(fold) && groups.findIndex((each) => each.fold === fold) === at,
  )
}
