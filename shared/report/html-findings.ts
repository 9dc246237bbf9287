// What the HTML report says about a failure: the first finding with all it rests on, the others with what they advise.

import type { ReportConversation, ReportFinding } from '../contract/report.ts'
import { html, join, statusMark, type Html } from './html-parts.ts'
import { bareCandidates, isSaid, lookNextTexts } from './words.ts'

export function drawFindings(conversation: ReportConversation): Html {
  const [first, ...others] = conversation.findings
  const candidates = bareCandidates(conversation)
  const lookNext = lookNextTexts(conversation)
  return html`${first === undefined ? '' : wholeFinding(first, isSaid(first.explanation, conversation))}
  ${list('Look next', lookNext)} ${join(others.map(briefFinding))}
  ${list(
    'Also possible',
    candidates.map(({ cause, confidence }) => html`${cause} <span class="q">(${confidence})</span>`),
  )}`
}

const severityMoods = { error: 'fail', warning: 'need', info: 'note' } as const

function heading({ severity, title, confidence }: ReportFinding): Html {
  const mood = severityMoods[severity]
  return html`<h4>${statusMark(mood)}${title} <span class="pill ${mood}">${confidence}</span></h4>`
}

function wholeFinding(finding: ReportFinding, said: boolean): Html {
  const { windows, remedy } = finding
  const events = windows.events.map(
    ({ id, on, alert, text }) =>
      html`<span class="d">${String(id)}</span> on the
        ${on}${alert === null ? '' : `, alert ${String(alert)}`}: ${text}`,
  )
  return html`${heading(finding)} ${said ? '' : html`<p>${finding.explanation}</p>`}
  ${join(finding.sets.map(setTable))} ${list('Evidence', finding.evidence.map(evidenceItem))}
  ${list('In the Windows event log', events)}
  ${join(windows.apps.map(({ app, text }) => html`<p class="q">${app} says: ${text}</p>`))}
  ${remedy === '' ? '' : html`<p><b>What to do.</b> ${remedy}</p>`} ${neighbours(finding)}`
}

function briefFinding(finding: ReportFinding): Html {
  const { explanation, remedy } = finding
  return html`${heading(finding)}
    <p>${explanation} ${remedy === '' ? '' : html`<b>What to do.</b> ${remedy}`}</p>
    ${neighbours(finding)}`
}

function neighbours(finding: ReportFinding): Html {
  return join(
    finding.neighbours.map(({ id, text }) => html`<p class="q">Conversation ${String(id)}: ${text}</p>`),
  )
}

function list(title: string, items: readonly (string | Html)[]): Html | string {
  if (items.length === 0) return ''
  return html`<p><b>${title}.</b></p>
    <ul>
      ${join(items.map((item) => html`<li>${item}</li>`))}
    </ul>`
}

function evidenceItem({ packet, offset, length, text }: ReportFinding['evidence'][number]): Html {
  const place = [
    ...(packet === null ? [] : [`Packet ${String(packet)}`]),
    ...(offset === null ? [] : [`offset 0x${offset.toString(16)}`]),
    ...(length === null ? [] : [`${String(length)} bytes`]),
  ]
  return html`${place.length === 0 ? '' : html`<span class="q">${place.join(', ')}:</span> `}${text}`
}

function setTable({ what, client, server, common }: ReportFinding['sets'][number]): Html {
  return html`<table class="sets">
    <thead>
      <tr>
        <th>${what}</th>
        <th>Client</th>
        <th>Server</th>
        <th>In common</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <td></td>
        <td class="d">${setCell(client)}</td>
        <td class="d">${setCell(server)}</td>
        <td class="d">${setCell(common)}</td>
      </tr>
    </tbody>
  </table>`
}

function setCell(values: readonly string[] | null): Html | string {
  if (values === null) return html`<span class="qq">not visible</span>`
  return values.length === 0 ? 'none' : join(values.map((value) => html`${value}<br />`))
}
