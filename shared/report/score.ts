// A conversation as a score: two staves with the wire between, one line after the other in time. Text, Markdown and HTML draw it.

import type {
  ReportCall,
  ReportConversation,
  ReportMessage,
  ReportToken,
  ReportTransportEvent,
} from '../contract/report.ts'
import { callsInOrder, Holes, isEnd, isFirst, isHole, type SideCall } from '../contract/order.ts'
import { plural, sinceText } from './words.ts'

export type Side = 'client' | 'server'

/** What one side does on one line: takes input, is called, puts out. A run of equal calls is one part with all of them. */
export interface Part {
  readonly role: 'in' | 'call' | 'out'
  readonly calls: readonly ReportCall[]
}

export type Wire =
  | {
      readonly kind: 'token'
      readonly token: ReportToken
      readonly messages: readonly ReportMessage[]
      /** Bytes of it that this line brings. */
      readonly delivered: number
      readonly packets: readonly number[]
    }
  /** A run of one kind. */
  | { readonly kind: 'event'; readonly events: readonly ReportTransportEvent[] }
  /** The conversation ended here without a call: what was missing. */
  | { readonly kind: 'end'; readonly text: string }

export interface ScoreLine {
  /** Milliseconds from the conversation's start; empty where it repeats the line before or is unknown. */
  readonly since: string
  client: Part | null
  wire: Wire | null
  server: Part | null
  /** The failure point. */
  readonly failing: boolean
}

/** Lines in the order in which the window tells them too. */
export function scoreOf(conversation: ReportConversation): ScoreLine[] {
  const { transportEvents } = conversation
  const lines: ScoreLine[] = []
  const events = transportEvents.filter((event) => !quiet.has(event.kind) && !isHole(event))
  const holes = new Holes(transportEvents)
  const failure = conversation.outcome === 'failed' ? conversation.failure : null
  let marked = false
  const addEvent = (event: ReportTransportEvent): void => {
    const failing = failure?.call === null && failure.packet === event.packet && !marked
    marked ||= failing
    addToLines(lines, event, since(conversation, event.time), failing)
  }
  const addEvents = (before: string | null): void => {
    while (events[0] !== undefined && (before === null || isAhead(events[0], before)))
      addEvent(events.shift()!)
  }
  for (const { side, calls } of foldCalls(callsInOrder(conversation))) {
    const call = calls[0]!
    if (call.time !== null) addEvents(call.time)
    if (isEnd(call)) {
      addEnd(lines, side, call)
      continue
    }
    const input = calls.flatMap(({ tokens }) => tokens)
    const sender = side === 'client' ? 'server' : 'client'
    for (const hole of holes.take(sender, (input[0]?.start ?? -1) + call.carried)) addEvent(hole)
    addCall(conversation, lines, side, calls)
    const failing = failure !== null && failure.side === side && calls.some(({ n }) => n === failure.call)
    const line = { ...emptyLine, since: since(conversation, call.time), failing }
    marked ||= failing
    line[side] = { role: 'call', calls }
    lines.push(line)
    for (const hole of holes.take(sender, (input.at(-1)?.end ?? 0) - 1)) addEvent(hole)
    addOutput(conversation, lines, side, calls.at(-1)!)
  }
  addEvents(null)
  for (const side of ['client', 'server'] as const)
    for (const hole of holes.take(side, Infinity)) addEvent(hole)
  if (failure !== null && !marked) {
    const text = failure.packet === null ? failure.cause : `${failure.cause} after #${String(failure.packet)}`
    lines.push({ ...emptyLine, wire: { kind: 'end', text }, failing: true })
  }
  return lines
}

/** Whether an event is told before what happened at `time`. */
function isAhead(event: ReportTransportEvent, time: string): boolean {
  return event.time !== null && (event.time < time || (isFirst(event) && event.time === time))
}

/** An event joins a run of its kind, or stands beside the end of a context that nothing else was told with. */
function addToLines(lines: ScoreLine[], event: ReportTransportEvent, at: string, failing: boolean): void {
  const last = lines.at(-1)
  if (last !== undefined && holdsEnds(last)) {
    if (last.wire === null) {
      lines[lines.length - 1] = { ...last, since: at, wire: { kind: 'event', events: [event] }, failing }
      return
    }
    const { events } = last.wire
    if (events[0]!.kind === event.kind && (event.kind !== 'rst' || events[0]!.from === event.from)) {
      last.wire = { kind: 'event', events: [...events, event] }
      return
    }
  }
  lines.push({ ...emptyLine, since: at, wire: { kind: 'event', events: [event] }, failing })
}

/** A context's end says nothing of its time: it stands beside the event or the other end before it, where there is one. */
function addEnd(lines: ScoreLine[], side: Side, call: ReportCall): void {
  const part: Part = { role: 'call', calls: [call] }
  const last = lines.at(-1)
  if (last !== undefined && holdsEnds(last) && last[side] === null) last[side] = part
  else lines.push({ ...emptyLine, [side]: part })
}

/** A line of events and ends of contexts, or of one of the two. */
function holdsEnds(line: ScoreLine): line is ScoreLine & { wire: (Wire & { kind: 'event' }) | null } {
  const ends = [line.client, line.server].every((part) => part === null || isEnd(part.calls[0]!))
  return ends && (line.wire === null || line.wire.kind === 'event')
}

const emptyLine: ScoreLine = { since: '', client: null, wire: null, server: null, failing: false }

/** Not worth a line of their own. */
const quiet: ReadonlySet<string> = new Set(['syn', 'keep-alive', 'overlap', 'duplicate'])

/** The token line that brought the input: the one just drawn, if its receiver's side is still free, else one of its own. */
function addCall(
  conversation: ReportConversation,
  lines: ScoreLine[],
  side: Side,
  calls: readonly ReportCall[],
) {
  const slices = calls.flatMap((call) => call.tokens)
  const slice = slices.at(-1)
  if (slice === undefined) return
  const part: Part = { role: 'in', calls }
  // A call presents what earlier ones left as well; this line brings only what is new.
  const presented = slices.filter(({ token }) => token === slice.token)
  const start = Math.min(...presented.map((piece) => piece.start))
  const delivered = Math.max(0, slice.end - start - calls[0]!.carried)
  const packets = [...new Set(calls.flatMap((call) => call.packets))]
  const last = lines.at(-1)
  if (last?.wire?.kind === 'token' && last.wire.token.id === slice.token && last[side] === null) {
    last[side] = part
    last.wire = {
      ...last.wire,
      delivered,
      packets: delivered < last.wire.token.bytes ? packets : last.wire.packets,
    }
    return
  }
  const wire = wireOf(conversation, slice.token)
  const line = { ...emptyLine, since: since(conversation, calls[0]!.time) }
  line[side] = part
  // What an earlier call left is presented again without a packet (schannel §5.2).
  if (wire !== null && delivered > 0) line.wire = { ...wire, delivered, packets }
  lines.push(line)
}

function addOutput(conversation: ReportConversation, lines: ScoreLine[], side: Side, call: ReportCall) {
  if (call.outToken === null) return
  const wire = wireOf(conversation, call.outToken)
  const line = { ...emptyLine, since: since(conversation, wire?.token.time ?? null), wire }
  line[side] = { role: 'out', calls: [call] }
  lines.push(line)
}

function wireOf(conversation: ReportConversation, id: number): (Wire & { kind: 'token' }) | null {
  const token = conversation.tokens.find((candidate) => candidate.id === id)
  if (token === undefined) return null
  const messages = conversation.messages.filter((message) => message.token === id)
  return { kind: 'token', token, messages, delivered: token.bytes, packets: token.packets }
}

/** Runs of at least three calls of one side with the same status and no output become one. */
function foldCalls(order: readonly SideCall[]): { side: Side; calls: ReportCall[] }[] {
  const folded: { side: Side; calls: ReportCall[] }[] = []
  for (let at = 0; at < order.length;) {
    const { side, call } = order[at]!
    let end = at + 1
    while (
      end < order.length &&
      call.outToken === null &&
      order[end]!.side === side &&
      order[end]!.call.function === call.function &&
      order[end]!.call.status === call.status &&
      order[end]!.call.outToken === null
    )
      end += 1
    if (end - at < 3) end = at + 1
    folded.push({ side, calls: order.slice(at, end).map((item) => item.call) })
    at = end
  }
  return folded
}

function since(conversation: ReportConversation, time: string | null): string {
  return sinceText(conversation.start, time)
}

/**
 * Message names of a token, the first two by name: `ServerHello, Certificate +2`; sealed ones are said to be. Of hellos that
 * were exchanged twice, why: `HelloRetryRequest wants secp384r1`.
 */
export function messagesText(wire: Wire & { kind: 'token' }): string {
  const told = wire.messages.find((message) => message.note !== null)
  const names =
    told === undefined
      ? wire.messages.map((message) => message.name)
      : [
          `${told.name} ${told.note ?? ''}`,
          ...wire.messages.filter((each) => each !== told && each.contentType !== 20).map(({ name }) => name),
        ]
  const sealed = wire.token.records.filter((record) => record.protection === 'sealed').length
  if (names.length === 0) return sealed > 0 ? 'sealed' : wire.token.kind
  const shown = names.slice(0, 2).join(', ')
  const more = names.length > 2 ? ` +${String(names.length - 2)}` : ''
  return `${shown}${more}${sealed > 0 ? ', sealed' : ''}`
}

/** `320 bytes #221`, or of a piece `200 of 281 bytes #566`. */
export function deliveryText(wire: Wire & { kind: 'token' }): string {
  const { token, delivered, packets } = wire
  const size =
    delivered < token.bytes
      ? `${String(delivered)} of ${plural(token.bytes, 'byte')}`
      : plural(token.bytes, 'byte')
  return `${size}${packets.length === 0 ? '' : ` ${packetsText(packets)}`}`
}

export function packetsText(packets: readonly number[]): string {
  const first = packets[0]
  const last = packets.at(-1)
  if (first === undefined || last === undefined) return ''
  return first === last ? `#${String(first)}` : `#${String(first)}–#${String(last)}`
}

const eventNames: Readonly<Record<ReportTransportEvent['kind'], string>> = {
  syn: 'SYN',
  retransmission: 'sent again',
  duplicate: 'duplicated',
  reordered: 'out of order',
  overlap: 'overlap',
  gap: 'not captured',
  truncated: 'truncated',
  rst: 'RST',
  fin: 'FIN',
  'zero-window': 'zero window',
  'keep-alive': 'keep-alive',
  icmp: 'ICMP error',
}

/** `FIN from client #226`, `FIN both ways #226 #227`, `3 × sent again from server #12`. */
export function eventText({ events }: Wire & { kind: 'event' }): string {
  const [event] = events
  if (event === undefined) return ''
  const sides = new Set(events.map(({ from }) => from))
  const times = events.length > sides.size ? `${String(events.length)} × ` : ''
  const sum = events.reduce((total, { bytes }) => total + bytes, 0)
  const size = sum > 0 ? `, ${plural(sum, 'byte')}` : ''
  const what =
    event.text ?? `${eventNames[event.kind]} ${sides.size > 1 ? 'both ways' : `from ${event.from}`}`
  const packets =
    sides.size > 1
      ? events
          .map(({ packet }) => `#${String(packet)}`)
          .slice(0, 2)
          .join(' ')
      : `#${String(event.packet)}`
  return `${times}${what} ${packets}${size}`
}
