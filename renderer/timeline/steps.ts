// The calls of both contexts as steps in one order, each with the bytes it takes in; equal calls and later ticket rounds joined.

import type { ReportCall, ReportConversation, ReportToken } from '../../shared/contract/report.ts'
import { between } from '../format.ts'

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

/** Both contexts' calls in one order: a call follows the calls whose tokens it takes in, then time decides. */
export function stepsOf(conversation: ReportConversation, tokens: ReadonlyMap<number, ReportToken>): Step[] {
  const queues = {
    client: [...conversation.contexts.client.calls],
    server: [...conversation.contexts.server.calls],
  }
  const emitters = new Map<number, ReportCall>()
  for (const side of ['client', 'server'] as const) {
    for (const call of queues[side]) if (call.outToken !== null) emitters.set(call.outToken, call)
  }
  const done = new Set<ReportCall>()
  const seen = new Map<number, number>()
  const pieces = new Map<number, number>()
  const shown = new Set<number>()
  const last: Record<Side, number | null> = { client: null, server: null }
  const steps: Step[] = []
  for (;;) {
    const heads = (['client', 'server'] as const).flatMap((side) => {
      const call = queues[side][0]
      return call === undefined ? [] : [{ side, call }]
    })
    const chosen = choose(heads)
    if (chosen === undefined) return steps
    queues[chosen.side].shift()
    done.add(chosen.call)
    last[chosen.side] = chosen.call.outToken ?? last[chosen.side]
    steps.push({
      group: { side: chosen.side, calls: [chosen.call] },
      pieces: fresh(chosen.call),
      carried: chosen.call.carried,
    })
  }

  function choose(
    heads: readonly { side: Side; call: ReportCall }[],
  ): { side: Side; call: ReportCall } | undefined {
    const ready = heads.filter(
      ({ side, call }) =>
        !(call.function === 'DeleteSecurityContext' && awaited(side)) &&
        call.tokens.every((slice) => {
          const emitter = emitters.get(slice.token)
          return emitter === undefined || done.has(emitter)
        }),
    )
    const [one, two] = ready.length > 0 ? ready : heads
    if (one === undefined || two === undefined) return one
    const apart = between(one.call.time, two.call.time)
    if (apart !== null && apart !== 0) return apart > 0 ? one : two
    const ending = (call: ReportCall): boolean => call.function === 'DeleteSecurityContext'
    if (ending(one.call) !== ending(two.call)) return ending(one.call) ? two : one
    return two.call.tokens.length > 0 && one.call.tokens.length === 0 ? two : one
  }

  /** The side's last output is still to be drawn: its context's end comes after it. */
  function awaited(side: Side): boolean {
    const out = last[side]
    return (
      out !== null &&
      queues[side === 'client' ? 'server' : 'client'].some((call) =>
        call.tokens.some((slice) => slice.token === out),
      )
    )
  }

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
    one.function !== 'DeleteSecurityContext'
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
