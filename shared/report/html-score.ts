// The two lanes of a conversation in the HTML report, drawn with nothing but lists and style.

import type { ReportConversation } from '../contract/report.ts'
import type { SourceList } from '../sspi/sources.ts'
import { html, join, raw, references, statusMark, type Html } from './html-parts.ts'
import {
  deliveryText,
  eventText,
  messagesText,
  scoreOf,
  type Part,
  type ScoreLine,
  type Side,
  type Wire,
} from './score.ts'
import { callText, inputText, moodOf, notableBasis, outputText } from './words.ts'

/** A list whose lines are beats: time, client, wire, server. On paper its heads come again on every page. */
export function drawScore(conversation: ReportConversation, sources: SourceList): Html {
  const lines = scoreOf(conversation)
  const { client, server } = conversation.contexts
  return html`<ol class="score">
    <li class="heads">
      <div class="line">
        <span class="t">ms</span><span><b>Client</b> <span class="d">${client.final ?? 'no call'}</span></span
        ><span class="w"><b>Wire</b></span
        ><span><b>Server</b> <span class="d">${server.final ?? 'no call'}</span></span>
      </div>
    </li>
    ${join(lines.map((line, index) => drawLine(line, lines, index, sources)))}
  </ol>`
}

function drawLine(line: ScoreLine, lines: readonly ScoreLine[], index: number, sources: SourceList): Html {
  const repeated = lines[index - 1]?.since === line.since
  const time = line.failing
    ? html`${repeated ? '' : line.since}<br />failure point`
    : repeated
      ? ''
      : line.since
  return html`<li>
    <div class="line${line.failing ? ' failing' : ''}">
      <span class="t">${time}</span
      >${drawPart(lines, index, 'client', sources)}${drawWire(line.wire)}${drawPart(lines, index, 'server', sources)}
    </div>
  </li> `
}

function drawPart(lines: readonly ScoreLine[], index: number, side: Side, sources: SourceList): Html {
  const line = lines[index]!
  const part = line[side]
  const call = part?.calls.at(-1)
  const first = part?.calls[0]
  if (part == null || call === undefined || first === undefined) return raw('<span></span>')
  if (part.role === 'call' && call.function === 'DeleteSecurityContext')
    return html`<span class="part bare">${callText(call)}</span>`
  const kind = [
    'part',
    part.role,
    ...(continues(lines[index - 1]?.[side], part) ? [] : ['top']),
    ...(continues(part, lines[index + 1]?.[side]) ? [] : ['bottom']),
    ...(isLit(lines, index, side) ? ['lit'] : []),
  ].join(' ')
  if (part.role === 'in')
    return html`<span class="${kind}"><i>in</i><span class="d">${inputText(call)}</span></span>`
  if (part.role === 'out')
    return html`<span class="${kind}"><i>out</i><span class="d">${outputText(call)}</span></span>`
  const mood = moodOf(call.status)
  const name = first === call ? callText(call) : `${callText(first)}–#${String(call.ordinal)}`
  const many = part.calls.length > 1 ? `${String(part.calls.length)} × ` : ''
  const basis = notableBasis(call)
  return html`<span class="${kind}"
    >${statusMark(mood)}<b>${name}</b><span class="d ${mood}">${many}${call.status}</span>
    <span class="d qq">${call.code}</span>${basis === '' ? '' : html` <span class="qq">${basis}</span>`}
    ${references(call.source, sources)}</span
  >`
}

/** Whether the two parts belong to one card. */
function continues(upper: Part | null | undefined, lower: Part | null | undefined): boolean {
  if (upper == null || lower == null || upper.calls.at(-1) !== lower.calls.at(-1)) return false
  return upper.role !== 'out' && lower.role !== 'in'
}

/** The whole card of the failing call is lit, its input and output with it. */
function isLit(lines: readonly ScoreLine[], index: number, side: Side): boolean {
  const call = lines[index]![side]?.calls.at(-1)
  return [index - 1, index, index + 1].some((at) => {
    const line = lines[at]
    return line?.failing === true && line[side]?.role === 'call' && line[side].calls.at(-1) === call
  })
}

function drawWire(wire: Wire | null): Html {
  if (wire === null) return raw('<span class="w"></span>')
  if (wire.kind === 'end') return html`<span class="w end">${wire.text}</span>`
  if (wire.kind === 'event')
    return html`<span class="w ${wire.events[0]?.kind === 'fin' ? 'event' : 'trouble'}"
      >${eventText(wire)}</span
    >`
  const direction = wire.token.from === 'client' ? 'to-server' : 'to-client'
  const word = direction === 'to-server' ? 'to the server' : 'to the client'
  return html`<span class="w${wire.token.kind === 'alert' ? ' alert' : ''}"
    ><b>${messagesText(wire)}</b
    ><span class="arrow ${direction}" role="img" aria-label="${word}"
      ><span class="shaft ${direction}">${segments(wire)}</span></span
    ><span>${deliveryText(wire)}</span></span
  >`
}

const maxSegments = 12

/** One piece of the shaft a record, wider for larger ones. */
function segments(wire: Wire & { kind: 'token' }): Html {
  const records = wire.token.records.slice(0, maxSegments)
  if (records.length === 0) return raw('<i style="flex:1"></i>')
  return join(
    records.map(
      ({ bytes, protection }) =>
        html`<i class="${protection}" style="flex:${String(Math.ceil(Math.log2(bytes + 2)))}"></i>`,
    ),
  )
}
