// The order of the score: which beats a conversation has, from both contexts' calls, the tokens between them and the transport's events.

import { isCopy, isEnd, isFirst } from '../../shared/contract/order.ts'
import type {
  ReportCall,
  ReportConversation,
  ReportToken,
  ReportTransportEvent,
} from '../../shared/contract/report.ts'
import { between } from '../format.ts'
import { Repairs, type Repair } from './repairs.ts'
import {
  type CallGroup,
  folded,
  type Folding,
  foldName,
  isData,
  type Opened,
  openedFrom,
  type Piece,
  roundsFrom,
  type Side,
  type Step,
  stepsOf,
} from './steps.ts'

export type CarrierStep = ReportConversation['carrier']['steps'][number]

/** Waits from 100 ms are cut. */
const waitFrom = 100

export type Beat =
  | {
      readonly kind: 'event'
      readonly at: number | null
      events: ReportTransportEvent[]
      lanes: Partial<Record<Side, ReportCall>>
    }
  /** Bytes on the wire; a folded run takes several pieces at once, the last of them at `until`. */
  | {
      readonly kind: 'wire'
      readonly at: number | null
      readonly until: number | null
      readonly pieces: readonly Piece[]
      /** What the transport did to the packets that brought them. */
      readonly repair: Repair | null
    }
  /** Copies of bytes that the receiver had: in a row, of one side. */
  | { readonly kind: 'again'; readonly at: number | null; readonly events: readonly ReportTransportEvent[] }
  | { readonly kind: 'gap'; readonly event: ReportTransportEvent }
  /** Bytes that an earlier call left: they turn back into the next one without a packet. */
  | { readonly kind: 'carry'; readonly side: Side; readonly bytes: number }
  | {
      readonly kind: 'call'
      readonly group: CallGroup
      /** How many beats right above hold its input. */
      readonly inputs: number
      readonly failing: boolean
      /** When the last call of a run was made. */
      readonly until: number | null
    }
  | {
      readonly kind: 'wait'
      readonly milliseconds: number
      /** A window that was shut meanwhile. */
      readonly shut: ReportTransportEvent | null
    }
  | {
      readonly kind: 'data'
      readonly at: number | null
      readonly until: number | null
      readonly bytes: Readonly<Record<Side, number>>
      readonly calls: Readonly<Record<Side, readonly ReportCall[]>>
      /** Packets that brought bytes once more. */
      readonly again: number
      readonly fold: string
    }
  /** The head of a run that was opened: closes it again. */
  | { readonly kind: 'opened'; readonly group: Opened }
  /** What was said before TLS, by the protocol that carries it, or inside TLS, where keys opened it. */
  | {
      readonly kind: 'carrier'
      readonly at: number | null
      readonly step: CarrierStep
      readonly inside: boolean
    }
  /** Where nothing more came: the transport's failure after a silence, or the end of the capture. */
  | {
      readonly kind: 'end'
      readonly text: string
      readonly failing: boolean
      readonly silence: number | null
    }

/**
 * Beats of a conversation in the order they are drawn, top to bottom. `opened` holds the names of folds the reader opened.
 * Times are milliseconds from the conversation's first packet.
 */
export function beatsOf(
  conversation: ReportConversation,
  opened: ReadonlySet<string>,
  folding: Folding = 'runs',
): readonly Beat[] {
  const at = (time: string | null): number | null => between(conversation.start, time)
  const beats: Beat[] = []
  const tokens = new Map(conversation.tokens.map((token) => [token.id, token]))
  const steps = folded(stepsOf(conversation, tokens), opened, folding)
  const repairs = new Repairs(conversation)
  const events = repairs.byTime
  const prologue = conversation.carrier.steps.map((step) => ({ step, inside: false }))
  const inside = (conversation.inside?.steps ?? []).map((step) => ({ step, inside: true }))
  // A carrier may speak again after what was said inside TLS: a RADIUS server's Access-Reject.
  const saying = [...prologue, ...inside].sort(
    (one, two) => (one.step.packets[0] ?? 0) - (two.step.packets[0] ?? 0),
  )
  /** The run of application data that is being drawn, by its name; null between runs. */
  let dataRun: string | null = null
  const delivered = new Set(steps.flatMap((step) => step.pieces.map((piece) => piece.token.id)))
  const told = new Set(prologue.flatMap(({ step }) => step.packets))
  // What the carrier's dialogue says line by line is not drawn once more as bytes that are no TLS.
  const loose = conversation.tokens.filter(
    (token) =>
      !delivered.has(token.id) &&
      !(token.kind === 'not-tls' && token.packets[0] !== undefined && told.has(token.packets[0])),
  )

  for (const step of steps) {
    const time = at(step.group.calls[0]?.time ?? null)
    if (time !== null) {
      flushTokens(time)
      flushEvents(time)
      flushCarrier(time)
    }
    addStep(step, time)
  }
  flushTokens(null)
  flushEvents(null)
  flushCarrier(null)
  for (const side of ['client', 'server'] as const) addHoles(side, Infinity)
  addEnd(conversation, beats)
  return withWaits(beats)

  function addStep(step: Step, time: number | null): void {
    const { calls, side } = step.group
    const call = calls[0]
    if (call === undefined) return
    if (isEnd(call)) {
      const last = beats.at(-1)
      if (last?.kind === 'event' && last.lanes[side] === undefined) last.lanes[side] = call
      else beats.push({ kind: 'event', at: null, events: [], lanes: { [side]: call } })
      return
    }
    if (isData(step)) {
      const fresh = dataRun === null
      dataRun ??= foldName('data', call.tokens[0]?.token ?? call.n)
      if (!opened.has(dataRun)) {
        addData(step, time, dataRun)
        return
      }
      if (fresh) beats.push({ kind: 'opened', group: { side, calls: [], fold: dataRun } })
    } else dataRun = null
    addOpened(side, call)
    const last = at(calls.at(-1)?.time ?? null)
    const until = last === time ? null : last
    let inputs = 0
    const [first] = step.pieces
    if (first !== undefined) {
      addHoles(first.token.from, streamStart(first))
      for (const pieces of calls.length > 1 ? [step.pieces] : step.pieces.map((piece) => [piece])) {
        addWire(time, until, pieces)
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
      until,
    })
    const end = step.pieces.at(-1)
    if (end !== undefined) addHoles(end.token.from, streamStart(end) + end.end - end.start - 1)
    flushOutput(call.outToken)
  }

  function addWire(time: number | null, until: number | null, pieces: readonly Piece[]): void {
    beats.push({ kind: 'wire', at: time, until, pieces, repair: repairs.of(pieces) })
  }

  /** What was not captured of a side's stream up to an offset. */
  function addHoles(side: Side, upTo: number): void {
    for (const event of repairs.takeHoles(side, upTo)) beats.push({ kind: 'gap', event })
  }

  /** The heads of a flight, of a run or of ticket rounds that the reader opened. */
  function addOpened(side: Side, call: ReportCall): void {
    for (const group of openedFrom(conversation, side, call, opened, folding))
      beats.push({ kind: 'opened', group })
    const tickets = foldName('tickets', call.n)
    const rounds = opened.has(tickets) ? roundsFrom(conversation, side, call) : []
    if (rounds.length > 1) beats.push({ kind: 'opened', group: { side, calls: rounds, fold: tickets } })
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
      dataRun ??= foldName('data', token.id)
      if (opened.has(dataRun)) {
        addWire(at(token.time), null, [piece])
        return
      }
      addData(
        {
          group: { side: token.from === 'client' ? 'server' : 'client', calls: [], fold: null },
          pieces: [piece],
          carried: 0,
        },
        at(token.time),
        dataRun,
      )
    } else {
      addHoles(token.from, token.stream[0])
      addWire(at(token.time), null, [piece])
      addHoles(token.from, token.stream[1] - 1)
    }
  }

  function addData(step: Step, time: number | null, fold: string): void {
    const last = beats.at(-1)
    const before =
      last?.kind === 'data'
        ? last
        : {
            kind: 'data' as const,
            at: time,
            until: null,
            bytes: { client: 0, server: 0 },
            calls: { client: [], server: [] },
            again: 0,
            fold,
          }
    const bytes = { ...before.bytes }
    for (const piece of step.pieces) bytes[piece.token.from] += piece.end - piece.start
    const calls = {
      ...before.calls,
      [step.group.side]: [...before.calls[step.group.side], ...step.group.calls],
    }
    if (last?.kind === 'data') beats.pop()
    const until = step.pieces.map((piece) => at(piece.token.until)).concat(time, before.until)
    beats.push({ ...before, until: latest(until), bytes, calls })
  }

  /** The carrier's dialogue by time, between the transport's events. */
  function flushCarrier(before: number | null): void {
    for (;;) {
      const next = saying[0]
      if (next === undefined) return
      const time = at(next.step.time)
      if (before !== null && time !== null && time > before) return
      saying.shift()
      // Data behind what was said begins a run of its own.
      if (next.inside) dataRun = null
      beats.push({ kind: 'carrier', at: time, ...next })
    }
  }

  function flushEvents(before: number | null): void {
    for (;;) {
      const event = events[0]
      if (event === undefined) return
      const time = at(event.time)
      if (before !== null && (time === null || (isFirst(event) ? time > before : time >= before))) return
      flushCarrier(time)
      events.shift()
      addEvent(event, time)
    }
  }

  function addEvent(event: ReportTransportEvent, time: number | null): void {
    if (isCopy(event)) {
      addCopy(event, time)
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

  /** Bytes sent once more: in folded data they are counted, in a row drawn together. */
  function addCopy(event: ReportTransportEvent, time: number | null): void {
    const last = beats.at(-1)
    if (last?.kind === 'data' && repairs.isData(event)) {
      beats[beats.length - 1] = { ...last, until: time ?? last.until, again: last.again + 1 }
    } else if (last?.kind === 'again' && last.events[0]?.from === event.from) {
      beats[beats.length - 1] = { ...last, events: [...last.events, event] }
    } else beats.push({ kind: 'again', at: time, events: [event] })
  }
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** Where a piece begins in its stream. */
function streamStart({ token, start }: Piece): number {
  return token.stream[0] + start
}

function whole(token: ReportToken): Piece {
  return { token, index: 0, start: 0, end: token.stream[1] - token.stream[0], packets: token.packets }
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
    silence: null,
  })
}

/** Behind the last beat that brought bytes: closing events and deletions come after. */
function endOf(beats: readonly Beat[]): number {
  const last = beats.findLastIndex((beat) => beat.kind !== 'event')
  return last < 0 ? beats.length : last + 1
}

/** Cuts waits: between two beats with times, from the end of the one to the beginning of the other. */
function withWaits(beats: readonly Beat[]): readonly Beat[] {
  const result: Beat[] = []
  let last: number | null = null
  for (const beat of beats) {
    const at: number | null = 'at' in beat ? beat.at : null
    if (at !== null && last !== null && at - last >= waitFrom) addWait(result, at - last)
    if ('until' in beat && beat.until !== null) last = Math.max(last ?? beat.until, beat.until)
    else if (at !== null) last = at
    result.push(beat)
  }
  return result
}

function addWait(result: Beat[], milliseconds: number): void {
  const before = result.at(-1)
  const shut = before?.kind === 'event' && before.events[0]?.kind === 'zero-window' ? before.events[0] : null
  const wait: Beat = { kind: 'wait', milliseconds, shut }
  if (shut !== null) result.splice(-1, 1, wait)
  // A silence that is the failure has no band beside it.
  else if (before?.kind === 'end' && before.failing)
    result.splice(-1, 1, { ...before, silence: milliseconds })
  else if (before?.kind === 'end' || before?.kind === 'opened') result.splice(-1, 0, wait)
  else result.push(wait)
}
