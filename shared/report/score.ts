// A conversation as a score: two staves with the wire between, one line after the other in time. Text, Markdown and HTML draw it.

import type {
  ReportCall,
  ReportConversation,
  ReportMessage,
  ReportToken,
  ReportTransportEvent,
} from '../contract/report.ts'
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
  | { readonly kind: 'event'; readonly event: ReportTransportEvent; readonly count: number }
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

/** Lines in the order things happened: a call follows the calls whose tokens it takes. */
export function scoreOf(conversation: ReportConversation): ScoreLine[] {
  const lines: ScoreLine[] = []
  const events = foldEvents(conversation.transportEvents.filter(({ kind }) => !quiet.has(kind)))
  const failure = conversation.outcome === 'failed' ? conversation.failure : null
  let marked = false
  let at = 0
  const addEvents = (before: string | null) => {
    for (; at < events.length && (before === null || isBefore(events[at]!.event.time, before)); at += 1) {
      const { event, count } = events[at]!
      const failing = failure?.call === null && failure.packet === event.packet && !marked
      marked ||= failing
      lines.push({
        ...emptyLine,
        since: since(conversation, event.time),
        wire: { kind: 'event', event, count },
        failing,
      })
    }
  }
  for (const { side, calls } of foldCalls(orderCalls(conversation))) {
    const call = calls[0]!
    if (call.time !== null) addEvents(call.time)
    addCall(conversation, lines, side, calls)
    const failing = failure !== null && failure.side === side && calls.some(({ n }) => n === failure.call)
    // A context may be deleted before what its peer still reads: that time would run backwards.
    const time = isClosing(call) ? null : call.time
    const line = { ...emptyLine, since: since(conversation, time), failing }
    marked ||= failing
    line[side] = { role: 'call', calls }
    lines.push(line)
    addOutput(conversation, lines, side, calls.at(-1)!)
  }
  addEvents(null)
  if (failure !== null && !marked) {
    const text = failure.packet === null ? failure.cause : `${failure.cause} after #${String(failure.packet)}`
    lines.push({ ...emptyLine, wire: { kind: 'end', text }, failing: true })
  }
  return lines
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

interface SideCall {
  readonly side: Side
  readonly call: ReportCall
}

/** Both sides' calls in one order: each after the call that put out its input, otherwise by time. */
function orderCalls(conversation: ReportConversation): SideCall[] {
  const lists = {
    client: [...conversation.contexts.client.calls],
    server: [...conversation.contexts.server.calls],
  }
  const all = [...lists.client, ...lists.server]
  const produced = new Set(all.flatMap((call) => (call.outToken === null ? [] : [call.outToken])))
  const sent = new Set<number>()
  const isReady = (call: ReportCall) =>
    call.tokens.every(({ token }) => !produced.has(token) || sent.has(token))
  const order: SideCall[] = []
  for (;;) {
    const client = lists.client[0]
    const server = lists.server[0]
    if (client === undefined && server === undefined) return order
    const side = pickSide(client, server, isReady)
    const call = lists[side].shift()!
    if (call.outToken !== null) sent.add(call.outToken)
    order.push({ side, call })
  }
}

function pickSide(
  client: ReportCall | undefined,
  server: ReportCall | undefined,
  isReady: (call: ReportCall) => boolean,
): Side {
  if (client === undefined) return 'server'
  if (server === undefined) return 'client'
  if (isReady(client) !== isReady(server)) return isReady(client) ? 'client' : 'server'
  // A context is deleted at a time of its own: what the peer still reads is drawn beside the token it reads.
  if (isClosing(client) !== isClosing(server)) return isClosing(client) ? 'server' : 'client'
  return isBefore(server.time, client.time) ? 'server' : 'client'
}

function isClosing(call: ReportCall): boolean {
  return call.function === 'DeleteSecurityContext'
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

/** Neighbouring events of one kind and direction become one with a count. */
function foldEvents(
  events: readonly ReportTransportEvent[],
): { event: ReportTransportEvent; count: number }[] {
  const folded: { event: ReportTransportEvent; count: number }[] = []
  for (const event of events) {
    const last = folded.at(-1)
    if (last?.event.kind === event.kind && last.event.from === event.from) last.count += 1
    else folded.push({ event, count: 1 })
  }
  return folded
}

function since(conversation: ReportConversation, time: string | null): string {
  return sinceText(conversation.start, time)
}

function isBefore(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && left < right
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

/** `FIN from client #226`, `3 × sent again from server #12`. */
export function eventText(wire: Wire & { kind: 'event' }): string {
  const { event, count } = wire
  const times = count > 1 ? `${String(count)} × ` : ''
  const bytes = event.bytes > 0 ? `, ${plural(event.bytes, 'byte')}` : ''
  const what = event.text ?? `${eventNames[event.kind]} from ${event.from}`
  return `${times}${what} #${String(event.packet)}${bytes}`
}
