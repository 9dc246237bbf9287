// The report as one HTML file with its style inside: no script, no request, light and dark, prints on A4. All text from a capture is escaped.

import { endpointText } from '../contract/endpoint.ts'
import type { Note } from '../contract/notes.ts'
import type { ReportCertificate, ReportConversation, ReportRow } from '../contract/report.ts'
import { SourceList } from '../sspi/sources.ts'
import { attributeLines } from './attributes.ts'
import { htmlStyle } from './html-style.ts'
import { escapeHtml } from './html-text.ts'
import {
  glyph,
  glyphSprite,
  html,
  join,
  outcomeGlyph,
  raw,
  references,
  statusMark,
  type Html,
} from './html-parts.ts'
import { drawFindings } from './html-findings.ts'
import { drawScore } from './html-score.ts'
import { conversationNotes, headNotes, type PlacedNote } from './notes.ts'
import type { Printer } from './printer.ts'
import { packetsText } from './score.ts'
import {
  captureText,
  countsText,
  durationText,
  fileName,
  modelText,
  periodText,
  saidSteps,
  timeOfDay,
  verdictText,
  warningText,
  withinText,
} from './words.ts'

export interface HtmlOptions {
  readonly title: string | null
  /** Lanes for all conversations, not only the failed ones. */
  readonly all: boolean
}

export function htmlPrinter({ title, all }: HtmlOptions): Printer {
  const name = title ?? 'Handshake report'
  let made = ''
  let report = 0
  let notes: readonly Note[] = []
  const sources = new SourceList()
  return {
    details: all ? 'all' : 'failed',
    open: () => opening(name),
    *begin(head, rows) {
      const { tool, capture, model } = head
      report += 1
      notes = head.notes ?? []
      const drawn = (row: ReportRow) => all || row.outcome === 'failed'
      made = `${tool.name} ${tool.version}`
      yield html`<h2>${fileName(capture.file)}</h2>
        <div class="q">${captureText(capture)}, ${periodText(capture.first, capture.last)}</div>
        <div class="q">${countsText(rows)}. Replay: ${modelText(model)}</div>
        ${join(capture.warnings.map((warning) => html`<p class="warning">${warningText(warning)}</p>`))}
        ${noteLines(headNotes(head, rows, drawn))} `.text
      if (rows.length === 0) return
      const heads = columns.map(({ title: head, kind }) => html`<th class="${kind}">${head}</th>`)
      yield `<table class="list"><thead><tr>${join(heads).text}</tr></thead><tbody>\n`
      for (const row of rows) {
        const linked = drawn(row) ? `c${String(report)}-${String(row.id)}` : null
        const cells = columns.map(({ kind, read }) => html`<td class="${kind}">${read(row, linked)}</td>`)
        yield `<tr>${join(cells).text}</tr>\n`
      }
      yield '</tbody></table>\n'
    },
    conversation: (conversation) =>
      article(
        conversation,
        `c${String(report)}-${String(conversation.id)}`,
        conversationNotes(notes, conversation),
        sources,
      ).text,
    end: () => '',
    close: () => sourceList(sources) + closing(made),
  }
}

/** The start of the document; `closing` ends what it opens. */
function opening(title: string): string {
  const name = escapeHtml(title)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${name}</title>
<style>${htmlStyle}</style></head>
<body>${glyphSprite.text}<main>
${html`<h1>${title}</h1>`.text}
`
}

/** What the numbers in brackets stand for; nothing where there are none. */
function sourceList(sources: SourceList): string {
  if (sources.entries.length === 0) return ''
  const items = sources.entries.map(
    (entry, index) => html`<li id="source-${String(index + 1)}">${entry}</li>`,
  )
  return html`<section class="sources">
    <h2>Sources</h2>
    <ol>
      ${join(items)}
    </ol>
  </section> `.text
}

function closing(tool: string): string {
  const note =
    'A model of Windows run on captured bytes; each status says where it comes from unless Microsoft documents it; a number in brackets is its source.'
  return `<footer>${escapeHtml(tool)}. ${note}</footer>\n</main></body></html>\n`
}

interface ListColumn {
  readonly title: string
  readonly kind: string
  readonly read: (row: ReportRow, anchor: string | null) => Html | string
}

const columns: readonly ListColumn[] = [
  {
    title: '#',
    kind: 'd r',
    read: (row, anchor) =>
      anchor === null ? String(row.id) : html`<a href="#${anchor}">${String(row.id)}</a>`,
  },
  { title: 'Time UTC', kind: 'd time', read: (row) => timeOfDay(row.start) },
  { title: 'Outcome', kind: 'n outcome', read: (row) => outcomeGlyph(row.outcome) },
  {
    title: 'Server name',
    kind: 'name',
    read: (row) => row.serverName ?? html`<span class="qq">none sent</span>`,
  },
  { title: 'Client', kind: 'd client', read: (row) => endpointText(row.client) },
  { title: 'Server', kind: 'd server', read: (row) => endpointText(row.server) },
  { title: 'Version', kind: 'n version', read: (row) => row.protocol ?? '' },
  { title: 'Status, side and cause', kind: 'why', read: failureCell },
  { title: 'ms', kind: 'd r ms', read: (row) => durationText(row.durationMs) },
]

function failureCell({ failure }: ReportRow): Html | string {
  if (failure === null) return ''
  const { status, side, cause } = failure
  return html`${status === null ? '' : html`<div class="d">${status}</div>`}
    <div class="q">${side === null ? cause : `${side}, ${cause}`}</div>`
}

/** What the analyst wrote; its line breaks are kept by the style. */
function noteLines(notes: readonly PlacedNote[]): Html {
  return join(
    notes.map(({ place, text }) => {
      const lines = text
        .split(/\r\n?|\n/)
        .flatMap((line, index) => (index === 0 ? [line] : [raw('\n'), line]))
      return html`<p class="said"><b>${place}.</b> ${join(lines)}</p>`
    }),
  )
}

function article(
  conversation: ReportConversation,
  anchor: string,
  notes: readonly PlacedNote[],
  sources: SourceList,
): Html {
  const { failure } = conversation
  const name = conversation.serverName ?? endpointText(conversation.server)
  const summary =
    failure === null
      ? ''
      : html`<p class="verdict">
          ${failure.summary}
          <span class="pill ${conversation.outcome === 'failed' ? 'fail' : 'wait'}"
            >${failure.confidence}</span
          >
        </p>`
  return html`<article id="${anchor}">
    <h3>
      ${glyph(conversation.outcome)}<span>${String(conversation.id)}.</span><span>${name}</span
      ><span>${verdictText(conversation)}</span>
    </h3>
    ${summary} ${noteLines(notes)} ${facts(conversation)} ${drawScore(conversation, sources)}
    ${drawFindings(conversation)} ${certificates(conversation)} ${attributes(conversation, sources)}
  </article> `
}

function facts(conversation: ReportConversation): Html {
  const { cipherSuite, alpn, group, parent } = conversation
  const suite = cipherSuite === null ? 'none chosen' : `${cipherSuite.code} ${cipherSuite.name}`
  const offered =
    alpn.offered === null || alpn.offered.length === 0 ? 'not offered' : `offered ${alpn.offered.join(', ')}`
  const protocolChoice = alpn.chosen ?? (alpn.visible ? offered : `${offered}, choice not visible`)
  const { tunnels } = conversation
  const through = html`<p class="q">Through ${tunnels.join(', ')}</p>`
  return html`<table class="facts">
      <tbody>
        <tr>
          <td>Client</td>
          <td class="d">${endpointText(conversation.client)}</td>
          <td>Server</td>
          <td class="d">${endpointText(conversation.server)}</td>
        </tr>
        <tr>
          <td>Version</td>
          <td>${conversation.protocol ?? 'none chosen'}</td>
          <td>Suite</td>
          <td class="${cipherSuite === null ? '' : 'd'}">${suite}</td>
        </tr>
        <tr>
          <td>Group</td>
          <td>${group ?? 'not visible'}</td>
          <td>ALPN</td>
          <td>${protocolChoice}</td>
        </tr>
        <tr>
          <td>Began</td>
          <td class="d">${conversation.start ?? 'unknown'}</td>
          <td>JA4</td>
          <td class="d">${conversation.ja4 ?? 'none'}</td>
        </tr>
      </tbody>
    </table>
    ${tunnels.length === 0 ? '' : through}
    ${parent === null ? '' : html`<p class="q">${withinText(conversation)}</p>`}
    ${join(saidSteps(conversation).map(({ by, step }) => html`<p class="${step.result === 'refused' ? 'fail' : 'q'}">${by}, ${step.from}: ${step.text} ${packetsText(step.packets)}</p>`))}`
}

function certificates(conversation: ReportConversation): Html | string {
  const { server, client } = conversation.certificates
  const chains = [
    ['Certificates of the server', server],
    ['Certificates of the client', client],
  ] as const
  return join(
    chains.map(([title, chain]) =>
      chain === null || chain.length === 0
        ? ''
        : html`<h4>${title}</h4>
            ${join(chain.map(certificateTable))}`,
    ),
  )
}

function attributes(conversation: ReportConversation, sources: SourceList): Html | string {
  const lines = attributeLines(conversation)
  if (lines.length === 0) return ''
  const rows = lines.map(
    ({ name, side, value, assumed, source }) =>
      html`<tr>
        <td class="d">${name}</td>
        <td>${side ?? 'both sides'}</td>
        <td class="d">${value}</td>
        <td>${assumed ? 'assumed ' : ''}${references(source, sources)}</td>
      </tr>`,
  )
  return html`<h4>QueryContextAttributes</h4>
    <table class="given">
      <tbody>
        ${join(rows)}
      </tbody>
    </table>`
}

const verdictMoods = { ok: 'ok', bad: 'fail', 'cannot-tell': 'part' } as const

function certificateTable(certificate: ReportCertificate): Html {
  const { checks, keyType, keyBits, san } = certificate
  const day = (time: string | null) => time?.slice(0, 19).replace('T', ' ') ?? 'unknown'
  return html`<table class="facts">
    <tbody>
      <tr>
        <td>Subject</td>
        <td>${certificate.subject}</td>
        <td>Issuer</td>
        <td>${certificate.issuer}${certificate.selfSigned ? ' (itself)' : ''}</td>
      </tr>
      <tr>
        <td>Valid</td>
        <td class="d">${day(certificate.notBefore)} to ${day(certificate.notAfter)}</td>
        <td>Serial</td>
        <td class="d">${certificate.serial}</td>
      </tr>
      <tr>
        <td>Names</td>
        <td>${san.length === 0 ? 'none' : san.join(', ')}</td>
        <td>Key</td>
        <td>${keyType}${keyBits === null ? '' : ` ${String(keyBits)}`}, ${certificate.signature}</td>
      </tr>
      <tr>
        <td>SHA-256</td>
        <td class="d" colspan="3">${certificate.sha256}</td>
      </tr>
      <tr>
        <td>Checks</td>
        <td class="judged" colspan="3">
          ${join(checks.map(({ verdict, text, status }) => html`<div>${statusMark(verdictMoods[verdict])}${text}${verdict === 'bad' && status !== null ? html` <span class="d fail">${status}</span>` : ''}</div>`))}
        </td>
      </tr>
    </tbody>
  </table>`
}
