// The order of the score: which beats a conversation has, from both contexts' calls, the tokens between them and the transport's events.

import type {
  ReportCall,
  ReportConversation,
  ReportToken,
  ReportTransportEvent,
} from '../../shared/contract/report.ts'
import { between } from '../format.ts'
import {
  type CallGroup,
  folded,
  foldFrom,
  foldName,
  isData,
  type Piece,
  roundsFrom,
  runFrom,
  type Side,
  type Step,
  stepsOf,
} from './steps.ts'

export type CarrierStep = ReportConversation['carrier']['steps'][number]

/** Waits from 100 ms are cut. */
export const waitFrom = 100

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
  /** What was said before TLS, by the protocol that carries it. */
  | { readonly kind: 'carrier'; readonly at: number | null; readonly step: CarrierStep }
  /** Where nothing more came: the transport's failure, or the end of the capture. */
  | { readonly kind: 'end'; readonly text: string; readonly failing: boolean }

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
  const prologue = [...conversation.carrier.steps]
  /** The run of application data that is being drawn, by its name; null between runs. */
  let dataRun: string | null = null
  const delivered = new Set(steps.flatMap((step) => step.pieces.map((piece) => piece.token.id)))
  const told = new Set(prologue.flatMap((step) => step.packets))
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
      const fresh = dataRun === null
      dataRun ??= foldName('data', call.tokens[0]?.token ?? call.n)
      if (!opened.has(dataRun)) {
        addData(step, time, dataRun)
        return
      }
      if (fresh) beats.push({ kind: 'opened', group: { side, calls: [] }, fold: dataRun })
    } else dataRun = null
    openedRun(side, call, calls.length)
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

  /** The head of a run or of ticket rounds that the reader opened. */
  function openedRun(side: Side, call: ReportCall, together: number): void {
    if (together > 1) return
    const name = foldName(side, call.n)
    const tickets = foldName('tickets', call.n)
    const run = opened.has(name) ? runFrom(conversation, side, call) : []
    if (run.length >= foldFrom) beats.push({ kind: 'opened', group: { side, calls: run }, fold: name })
    const rounds = opened.has(tickets) ? roundsFrom(conversation, side, call) : []
    if (rounds.length > 1) beats.push({ kind: 'opened', group: { side, calls: rounds }, fold: tickets })
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
        beats.push({ kind: 'wire', at: at(token.time), pieces: [piece] })
        return
      }
      addData(
        {
          group: { side: token.from === 'client' ? 'server' : 'client', calls: [] },
          pieces: [piece],
          carried: 0,
        },
        at(token.time),
        dataRun,
      )
    } else beats.push({ kind: 'wire', at: at(token.time), pieces: [piece] })
  }

  function addData(step: Step, time: number | null, fold: string): void {
    const last = beats.at(-1)
    const before =
      last?.kind === 'data'
        ? last
        : {
            kind: 'data' as const,
            at: time,
            bytes: { client: 0, server: 0 },
            calls: { client: [], server: [] },
            fold,
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

  /** The carrier's dialogue by time, between the transport's events. */
  function flushCarrier(before: number | null): void {
    for (;;) {
      const step = prologue[0]
      if (step === undefined) return
      const time = at(step.time)
      if (before !== null && time !== null && time > before) return
      prologue.shift()
      beats.push({ kind: 'carrier', at: time, step })
    }
  }

  function flushEvents(before: number | null): void {
    for (;;) {
      const event = events[0]
      if (event === undefined) return
      const time = at(event.time)
      const first = event.kind === 'syn' || event.kind === 'retransmission' || event.kind === 'zero-window'
      if (before !== null && (time === null || (first ? time > before : time >= before))) return
      flushCarrier(time)
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
