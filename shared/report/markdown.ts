// The report as Markdown (CommonMark with tables), for tickets and wikis.

import { endpointText } from '../contract/endpoint.ts'
import type { Note } from '../contract/notes.ts'
import type { ReportConversation, ReportFinding, ReportRow } from '../contract/report.ts'
import { SourceList } from '../sspi/sources.ts'
import { attributeLines } from './attributes.ts'
import { markdownText } from './escaping.ts'
import { conversationNotes, headNotes, type PlacedNote } from './notes.ts'
import type { Printer } from './printer.ts'
import { deliveryText, eventText, messagesText, scoreOf, type Part, type ScoreLine } from './score.ts'
import {
  basisText,
  callText,
  captureText,
  countsText,
  durationText,
  fileName,
  inputText,
  isSaid,
  lookNextTexts,
  modelText,
  outputText,
  periodText,
  saidSteps,
  timeOfDay,
  verdictText,
  warningText,
  withinText,
} from './words.ts'

export interface MarkdownOptions {
  readonly title: string | null
  /** Lanes for all conversations, not only the failed ones. */
  readonly all: boolean
}

export function markdownPrinter({ title, all }: MarkdownOptions): Printer {
  let notes: readonly Note[] = []
  const sources = new SourceList()
  return {
    details: all ? 'all' : 'failed',
    open: () => `# ${markdownText(title ?? 'Handshake report')}\n`,
    *begin(head, rows) {
      const { tool, capture, model } = head
      notes = head.notes ?? []
      yield `\n## ${markdownText(fileName(capture.file))}\n\n`
      yield `${markdownText(captureText(capture))}, ${periodText(capture.first, capture.last)}.\n`
      yield `${markdownText(countsText(rows))}. Replay: ${markdownText(modelText(model))}. ${markdownText(tool.name)} ${markdownText(tool.version)}.\n`
      if (capture.warnings.length > 0) yield '\n'
      for (const warning of capture.warnings) yield `- Warning: ${markdownText(warningText(warning))}\n`
      yield noteLines(headNotes(head, rows, (row) => all || row.outcome === 'failed'))
      if (rows.length === 0) return
      yield `\n${tableHead(columns.map(([name]) => name))}`
      for (const row of rows) yield tableLine(columns.map(([, read]) => read(row)))
    },
    conversation: (conversation) => section(conversation, conversationNotes(notes, conversation), sources),
    end: () => '',
    close: () => sourceList(sources),
  }
}

const columns: readonly (readonly [string, (row: ReportRow) => string])[] = [
  ['#', (row) => String(row.id)],
  ['Time UTC', (row) => timeOfDay(row.start)],
  ['Outcome', (row) => row.outcome],
  ['Server name', (row) => row.serverName ?? ''],
  ['Client', (row) => endpointText(row.client)],
  ['Server', (row) => endpointText(row.server)],
  ['Version', (row) => row.protocol ?? ''],
  ['Cipher suite', (row) => row.cipherSuite?.name ?? ''],
  ['Failing side', (row) => row.failure?.side ?? ''],
  ['Status', (row) => row.failure?.status ?? ''],
  ['Cause', (row) => row.failure?.cause ?? ''],
  ['ms', (row) => durationText(row.durationMs)],
]

function noteLines(notes: readonly PlacedNote[]): string {
  return notes
    .map(
      ({ place, text }) =>
        `\n> **${markdownText(place)}.** ${text
          .split(/\r\n?|\n/)
          .map(markdownText)
          .join('\\\n> ')}\n`,
    )
    .join('')
}

function section(
  conversation: ReportConversation,
  notes: readonly PlacedNote[],
  sources: SourceList,
): string {
  const { failure, cipherSuite } = conversation
  const name = conversation.serverName ?? endpointText(conversation.server)
  const suite = cipherSuite === null ? '' : `, ${cipherSuite.code} ${cipherSuite.name}`
  const { tunnels } = conversation
  const through = tunnels.length === 0 ? '' : `, through ${tunnels.join(', ')}`
  const lines = [
    '',
    `### ${String(conversation.id)}. ${markdownText(name)} ${verdictText(conversation)}`,
    '',
    ...(failure === null ? [] : [`${markdownText(failure.summary)} (${failure.confidence})`, '']),
    markdownText(
      `Client ${endpointText(conversation.client)}, server ${endpointText(conversation.server)}, ${conversation.protocol ?? 'no version chosen'}${suite}${through}`,
    ),
    '',
    ...(conversation.parent === null ? [] : [`- ${withinText(conversation)}`]),
    ...saidSteps(conversation).map(
      ({ by, step }) => `- ${markdownText(`${by}, ${step.from}: ${step.text} (${step.result})`)}`,
    ),
    '',
  ]
  const score = scoreOf(conversation)
    .map((line) => scoreLine(line, sources))
    .join('')
  const [first, ...others] = conversation.findings
  const findings = [
    ...(first === undefined ? [] : [findingText(first, isSaid(first.explanation, conversation))]),
    ...others.map(
      ({ title, confidence, explanation, remedy }) =>
        `\n**${markdownText(title)}** (${confidence})\n\n${markdownText(explanation)} ${markdownText(remedy)}\n`,
    ),
    ...lookNextTexts(conversation).map((text) => `\nLook next: ${markdownText(text)}\n`),
  ].join('')
  return `${lines.join('\n')}${noteLines(notes)}${notes.length > 0 ? '\n' : ''}${tableHead(['ms', 'Client', 'Wire', 'Server'])}${score}${findings}${attributes(conversation, sources)}`
}

function attributes(conversation: ReportConversation, sources: SourceList): string {
  const lines = attributeLines(conversation)
  if (lines.length === 0) return ''
  const rows = lines.map(({ name, side, value, assumed, source }) =>
    tableLine([
      name,
      side ?? 'both',
      value,
      `${assumed ? 'assumed' : 'derived'}${references(source, sources)}`,
    ]),
  )
  return `\n${tableHead(['QueryContextAttributes', 'Side', 'Answer', 'Basis'])}${rows.join('')}`
}

function scoreLine(line: ScoreLine, sources: SourceList): string {
  const { wire } = line
  let middle = ''
  if (wire?.kind === 'event') middle = eventText(wire)
  if (wire?.kind === 'end') middle = wire.text
  if (wire?.kind === 'token') {
    const text = `${messagesText(wire)}, ${deliveryText(wire)}`
    middle = wire.token.from === 'client' ? `${text} →` : `← ${text}`
  }
  const mark = line.failing ? ' **failure point**' : ''
  return `| ${markdownText(line.since)}${mark} | ${partText(line.client, line, sources)} | ${markdownText(middle)} | ${partText(line.server, line, sources)} |\n`
}

function partText(part: Part | null, line: ScoreLine, sources: SourceList): string {
  const call = part?.calls.at(-1)
  const first = part?.calls[0]
  if (part == null || call === undefined || first === undefined) return ''
  if (part.role === 'in') return markdownText(`in ${inputText(call)}`)
  if (part.role === 'out') return markdownText(`out ${outputText(call)}`)
  if (call.function === 'DeleteSecurityContext') return callText(call)
  const name = first === call ? callText(call) : `${callText(first)}–#${String(call.ordinal)}`
  const basis = basisText(call.basis)
  const status = `${markdownText(call.status)} ${call.code}${basis === '' ? '' : ` (${basis})`}`
  return `${markdownText(name)} ${line.failing ? `**${status}**` : status}${markdownText(references(call.source, sources))}`
}

function findingText(finding: ReportFinding, said: boolean): string {
  const lines = [`\n**${markdownText(finding.title)}** (${finding.severity}, ${finding.confidence})\n\n`]
  if (!said) lines.push(`${markdownText(finding.explanation)}\n\n`)
  for (const { what, client, server, common } of finding.sets) {
    const values = [client, server, common].map((set) =>
      set === null ? 'not visible' : set.join(', ') || 'none',
    )
    lines.push(tableHead([what, 'Client', 'Server', 'In common']), tableLine(['', ...values]), '\n')
  }
  for (const { packet, text } of finding.evidence)
    lines.push(`- ${packet === null ? '' : `Packet ${String(packet)}: `}${markdownText(text)}\n`)
  for (const { on, id, alert, text } of finding.windows.events)
    lines.push(
      `- Event ${String(id)} on the ${on}${alert === null ? '' : `, alert ${String(alert)}`}: ${markdownText(text)}\n`,
    )
  if (finding.remedy !== '') lines.push(`\nWhat to do: ${markdownText(finding.remedy)}\n`)
  return lines.join('')
}

/** ` [2]`: numbers in the list at the end. */
function references(source: string, sources: SourceList): string {
  const numbers = sources.numbersOf(source)
  return numbers.length === 0 ? '' : ` [${numbers.join(', ')}]`
}

function sourceList({ entries }: SourceList): string {
  if (entries.length === 0) return ''
  return `\n## Sources\n\n${entries.map((entry, index) => `${String(index + 1)}. ${markdownText(entry)}\n`).join('')}`
}

function tableHead(titles: readonly string[]): string {
  return `${tableLine(titles)}|${' --- |'.repeat(titles.length)}\n`
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(' | ')} |\n`
}
