// What the score reads out and writes beside calls and transport events.

import type { ReportCall, ReportTransportEvent } from '../../shared/contract/report.ts'
import { abbreviation } from '../status.ts'
import { areRounds, statusesOf } from './steps.ts'
import { packetsOf } from './words.ts'
import type { Card } from './cards.ts'

/** What a card says when read aloud: "Client, ISC #2, failed, SEC_E_UNTRUSTED_ROOT, in 1 233 bytes, out 7 bytes, packet 223". */
export function spoken(card: Card, word: string, failing: string): string {
  const call = card.calls[0]
  const last = card.calls.at(-1)
  if (call === undefined || last === undefined) return ''
  const name = abbreviation(call.function)
  const token = (buffers: ReportCall['input']['before']): number | null =>
    buffers.find((buffer) => buffer.type === 'SECBUFFER_TOKEN' || buffer.type === 'SECBUFFER_DATA')?.bytes ??
    null
  const input = token(call.input.before)
  const output = call.outToken === null ? null : token(call.output.after)
  return [
    card.side === 'client' ? 'Client' : 'Server',
    areRounds(card.calls)
      ? roundsName(card.calls)
      : card.calls.length > 1
        ? `${name} #${String(call.ordinal)} to #${String(last.ordinal)}`
        : `${name} #${String(call.ordinal)}`,
    word,
    ...(card.calls.length > 1
      ? [...statusesOf(card.calls)].map(([status, times]) => `${String(times)} times ${status}`)
      : [call.status]),
    ...(failing === '' ? [] : [failing]),
    ...(input === null || input === 0 ? [] : [`in ${String(input)} bytes`]),
    ...(output === null || output === 0 ? [] : [`out ${String(output)} bytes`]),
    ...(call.packets.length === 0 ? [] : [`packet ${String(call.packets.at(-1))}`]),
  ].join(', ')
}

/** `Ticket round 2`, `Ticket rounds 2 to 4`: rounds after the first. */
export function roundsName(calls: readonly ReportCall[]): string {
  const rounds = calls.length / 2
  return rounds < 2 ? 'Ticket round 2' : `Ticket rounds 2 to ${String(rounds + 1)}`
}

/** Words of a transport event. */
export function eventWords(events: readonly ReportTransportEvent[]): {
  readonly glyph: string | null
  readonly text: string
  readonly trouble: boolean
} {
  const [event] = events
  if (event === undefined) return { glyph: null, text: '', trouble: false }
  const packets = packetsOf(events.map((each) => each.packet))
  const both = events.some((each) => each.from !== event.from)
  const who = both ? 'both ways' : `from ${event.from}`
  switch (event.kind) {
    case 'syn':
      return {
        glyph: 'syn',
        text: both ? `TCP connected · ${packets}` : `SYN ${who} · ${packets}`,
        trouble: false,
      }
    case 'fin':
      return { glyph: 'fin', text: `FIN ${who} · ${packets}`, trouble: false }
    case 'rst':
      return { glyph: 'rst', text: `RST ${who} · ${packets}`, trouble: true }
    case 'icmp':
      return { glyph: 'rst', text: `${event.text ?? 'ICMP error'} · ${packets}`, trouble: true }
    case 'zero-window':
      return { glyph: 'note', text: `zero window ${who} · ${packets}`, trouble: true }
    case 'reordered':
      return { glyph: 'rtx', text: `out of order, put right · ${packets}`, trouble: true }
    case 'overlap':
      return { glyph: 'rtx', text: `overlapping segments · ${packets}`, trouble: true }
    case 'keep-alive':
      return { glyph: null, text: `keep-alive ${who} · ${packets}`, trouble: false }
    case 'duplicate':
      return { glyph: 'rtx', text: `captured twice · ${packets}`, trouble: false }
    case 'retransmission':
      return { glyph: 'rtx', text: `SYN sent again · ${packets}`, trouble: true }
    case 'gap':
    case 'truncated':
      return { glyph: null, text: packets, trouble: true }
  }
}
