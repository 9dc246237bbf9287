// The order of the score: which beats a conversation has, from both contexts' calls, the tokens between them and the transport's events.

import type {
  ReportCall,
  ReportConversation,
  ReportToken,
  ReportTransportEvent,
} from '../../shared/contract/report.ts'
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

export type Beat =
  | {
      readonly kind: 'event'
      readonly at: number | null
      events: ReportTransportEvent[]
      lanes: Partial<Record<Side, ReportCall>>
    }
  /** Bytes on the wire; a folded run takes several pieces at once. */
  | { readonly kind: 'wire'; readonly at: number | null; readonly pieces: readonly Piece[] }
  | { readonly kind: 'again' | 'gap'; readonly at: number | null; readonly event: ReportTransportEvent }
  /** Bytes that an earlier call left: they turn back into the next one without a packet. */
  | { readonly kind: 'carry'; readonly side: Side; readonly bytes: number }
  | {
      readonly kind: 'call'
      readonly group: CallGroup
      /** How many beats right above hold its input. */ readonly inputs: number
      readonly failing: boolean
    }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | {
      readonly kind: 'data'
      readonly at: number | null
      readonly bytes: Readonly<Record<Side, number>>
      readonly calls: Readonly<Record<Side, readonly ReportCall[]>>
      readonly fold: string
    }
  /** The head of a run that was opened: closes it again. */
  | { readonly kind: 'opened'; readonly group: CallGroup; readonly fold: string }
  /** Where nothing more came: the transport's failure, or the end of the capture. */
  | { readonly kind: 'end'; readonly text: string; readonly failing: boolean }

/** Runs from three equal calls fold; waits from 100 ms are cut. */
export const foldFrom = 3
export const waitFrom = 100

interface Step {
  readonly group: CallGroup
  readonly pieces: readonly Piece[]
  readonly carried: number
}

/** Names a fold so that the reader's choice to open it survives a redraw. */
export function foldName(side: Side | 'data', first: number): string {
  return `${side}:${String(first)}`
}

/**
 * Beats of a conversation in the order they are drawn, top to bottom. `opened` holds the names of folds the reader opened.
 * Times are milliseconds from the conversation's first packet.
 */
export function beatsOf(conversation: ReportConversation, opened: ReadonlySet<string>): readonly Beat[] {
  const at = (time: string | null): number | null => between(conversation.start, time)
  const beats: Beat[] = []
  const tokens = new Map(conversation.tokens.map((token) => [token.id, token]))
  const steps = folded(stepsOf(conversation, tokens), opened)
  const events = [...conversation.transportEvents]
  const delivered = new Set(steps.flatMap((step) => step.pieces.map((piece) => piece.token.id)))
  const loose = conversation.tokens.filter((token) => !delivered.has(token.id))

  for (const step of steps) {
    const time = at(step.group.calls[0]?.time ?? null)
    if (time !== null) {
      flushTokens(time)
      flushEvents(time)
    }
    addStep(step, time)
  }
  flushTokens(null)
  flushEvents(null)
  addEnd(conversation, beats)
  return withWaits(beats)

  function addStep(step: Step, time: number | null): void {
    const { calls, side } = step.group
    const call = calls[0]
    if (call === undefined) return
    if (call.function === 'DeleteSecurityContext') {
      const last = beats.at(-1)
      if (last?.kind === 'event' && last.lanes[side] === undefined) last.lanes[side] = call
      else beats.push({ kind: 'event', at: null, events: [], lanes: { [side]: call } })
      return
    }
    if (isData(step)) {
      addData(step, time)
      return
    }
    const name = foldName(side, call.n)
    if (calls.length === 1 && opened.has(name)) {
      const run = runFrom(conversation, side, call)
      if (run.length >= foldFrom) beats.push({ kind: 'opened', group: { side, calls: run }, fold: name })
    }
    let inputs = 0
    if (step.pieces.length > 0) {
      for (const pieces of calls.length > 1 ? [step.pieces] : step.pieces.map((piece) => [piece])) {
        beats.push({ kind: 'wire', at: time, pieces })
        inputs++
      }
    } else if (step.carried > 0) {
      inputs = 1
      beats.push({ kind: 'carry', side, bytes: step.carried })
    }
    beats.push({
      kind: 'call',
      group: step.group,
      inputs,
      failing:
        conversation.failure?.side === side && calls.some((each) => each.n === conversation.failure?.call),
    })
    flushOutput(call.outToken)
  }

  /** A token nobody takes in still leaves its sender. */
  function flushOutput(out: number | null): void {
    const index = loose.findIndex((token) => token.id === out)
    const token = loose[index]
    if (token === undefined) return
    loose.splice(index, 1)
    addLoose(token)
  }

  function flushTokens(before: number | null): void {
    for (;;) {
      const token = loose[0]
      if (token === undefined) return
      const time = at(token.time)
      if (before !== null && (time === null || time >= before)) return
      loose.shift()
      flushEvents(time)
      addLoose(token)
    }
  }

  function addLoose(token: ReportToken): void {
    const piece = whole(token)
    if (token.kind === 'application') {
      addData(
        {
          group: { side: token.from === 'client' ? 'server' : 'client', calls: [] },
          pieces: [piece],
          carried: 0,
        },
        at(token.time),
      )
    } else beats.push({ kind: 'wire', at: at(token.time), pieces: [piece] })
  }

  function addData(step: Step, time: number | null): void {
    const last = beats.at(-1)
    const before =
      last?.kind === 'data'
        ? last
        : {
            kind: 'data' as const,
            at: time,
            bytes: { client: 0, server: 0 },
            calls: { client: [], server: [] },
            fold: foldName('data', beats.length),
          }
    const bytes = { ...before.bytes }
    for (const piece of step.pieces) bytes[piece.token.from] += piece.end - piece.start
    const calls = {
      ...before.calls,
      [step.group.side]: [...before.calls[step.group.side], ...step.group.calls],
    }
    if (last?.kind === 'data') beats.pop()
    beats.push({ ...before, bytes, calls })
  }

  function flushEvents(before: number | null): void {
    for (;;) {
      const event = events[0]
      if (event === undefined) return
      const time = at(event.time)
      const first = event.kind === 'syn' || event.kind === 'retransmission' || event.kind === 'zero-window'
      if (before !== null && (time === null || (first ? time > before : time >= before))) return
      events.shift()
      addEvent(event, time)
    }
  }

  function addEvent(event: ReportTransportEvent, time: number | null): void {
    if (event.kind === 'retransmission') {
      beats.push({ kind: 'again', at: time, event })
      return
    }
    if (event.kind === 'gap' || event.kind === 'truncated') {
      beats.push({ kind: 'gap', at: time, event })
      return
    }
    const last = beats.at(-1)
    if (last?.kind === 'event') {
      if (last.events.length === 0) {
        beats[beats.length - 1] = { ...last, at: time, events: [event] }
        return
      }
      if (last.events.every((each) => each.kind === event.kind) && event.kind !== 'rst') {
        last.events.push(event)
        return
      }
    }
    beats.push({ kind: 'event', at: time, events: [event], lanes: {} })
  }
}

/** Both contexts' calls in one order: a call follows the calls whose tokens it takes in, then time decides. */
function stepsOf(conversation: ReportConversation, tokens: ReadonlyMap<number, ReportToken>): Step[] {
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
      used.push({
        token,
        index,
        start: start - token.stream[0],
        end: slice.end - token.stream[0],
        packets: own.length > 0 ? own.slice(-1) : token.packets,
      })
    }
    return used
  }
}

function whole(token: ReportToken): Piece {
  return { token, index: 0, start: 0, end: token.stream[1] - token.stream[0], packets: token.packets }
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

function runFrom(conversation: ReportConversation, side: Side, call: ReportCall): readonly ReportCall[] {
  const { calls } = conversation.contexts[side]
  const first = calls.indexOf(call)
  let last = first
  while (last + 1 < calls.length && alike(call, calls[last + 1]!)) last++
  return calls.slice(first, last + 1)
}

/** Joins runs of at least `foldFrom` equal calls into one step, unless the reader opened them. */
function folded(steps: readonly Step[], opened: ReadonlySet<string>): readonly Step[] {
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
    else {
      result.push({
        group: { side: step.group.side, calls: run.flatMap((each) => each.group.calls) },
        pieces: run.flatMap((each) => each.pieces),
        carried: 0,
      })
    }
  }
  return result
}

function isData(step: Step): boolean {
  const call = step.group.calls[0]
  return (
    call?.function === 'DecryptMessage' &&
    call.status === 'SEC_E_OK' &&
    step.pieces.every((piece) => piece.token.kind === 'application')
  )
}

/** The end of a conversation that no call ended: the transport's failure before its RST or FIN, or the end of the capture. */
function addEnd(conversation: ReportConversation, beats: Beat[]): void {
  const { failure, outcome } = conversation
  if (failure === null || failure.side === 'client' || failure.side === 'server') return
  const event = beats.findIndex(
    (beat) =>
      beat.kind === 'event' &&
      beat.events.some(
        (each) => each.packet === failure.packet && (each.kind === 'rst' || each.kind === 'fin'),
      ),
  )
  beats.splice(event < 0 ? endOf(beats) : event, 0, {
    kind: 'end',
    text: failure.summary,
    failing: outcome === 'failed',
  })
}

/** Behind the last beat that brought bytes: closing events and deletions come after. */
function endOf(beats: readonly Beat[]): number {
  const last = beats.findLastIndex((beat) => beat.kind !== 'event')
  return last < 0 ? beats.length : last + 1
}

function withWaits(beats: readonly Beat[]): readonly Beat[] {
  const result: Beat[] = []
  let last: number | null = null
  for (const beat of beats) {
    const at: number | null = 'at' in beat ? beat.at : null
    if (at !== null) {
      if (last !== null && at - last >= waitFrom) {
        const before = result.at(-1)
        const wait: Beat = { kind: 'wait', milliseconds: at - last }
        if (before?.kind === 'end' || before?.kind === 'opened') result.splice(-1, 0, wait)
        else result.push(wait)
      }
      last = at
    }
    result.push(beat)
  }
  return result
}
