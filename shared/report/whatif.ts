// "What if" and "explain" to be read in a terminal.

import { endpointText } from '../contract/endpoint.ts'
import type { Explanation } from '../contract/explain.ts'
import type { WhatIf, WhatIfCell, WhatIfRow } from '../contract/whatif.ts'
import { SourceList } from '../sspi/sources.ts'
import { fitColumns, pad, wrapText, type Column } from './columns.ts'
import type { Paint } from './text.ts'
import { printable } from './words.ts'

const verdictWords: Readonly<Record<WhatIfRow['verdict'], string>> = {
  accepts: 'goes on',
  retries: 'asks for a retry',
  'peer-refuses': 'client refuses',
  refuses: 'refuses',
  unknown: 'not visible',
}

const offerWords: Readonly<Record<WhatIfRow['verdict'], string>> = {
  ...verdictWords,
  accepts: 'offered',
  refuses: 'not offered',
}

/** The matrix as a table, one sentence for each row that would not go on, and what it rests on. */
export function whatIfText(answer: WhatIf, paint: Paint, width: number): string {
  const { conversation, side, rows } = answer
  const name = conversation.serverName ?? endpointText(conversation.server)
  const question =
    side === 'server'
      ? 'its ClientHello against Windows servers'
      : "the server's choice against Windows clients"
  const packet = conversation.packet === null ? '' : ` (packet ${String(conversation.packet)})`
  const lines = [
    `${paint.strong(`${String(conversation.id)}. ${printable(name)}`)}  ${question}${packet}`,
    ...wrapText(answer.summary, width),
  ]
  if (rows.length === 0) return `${lines.join('\n')}\n`
  if (answer.serverKey !== null && side === 'server')
    lines.push(`Server key: ${printable(answer.serverKey.text)} (${answer.serverKey.from})`)
  lines.push('', ...table(answer, paint, width))
  const told = sentences(answer)
  if (told.size > 0) lines.push('')
  for (const [sentence, names] of told) lines.push(...hanging(`${namesText(names)}: `, sentence, width))
  lines.push('', paint.faint('It rests on'))
  for (const { text, source } of answer.assumptions)
    lines.push(...bullet(`${printable(text)} (${source})`, width))
  const called = rows.flatMap(({ call }) => (call === null ? [] : [call.source]))
  lines.push(...sourceLines([...called, ...answer.assumptions.map(({ source }) => source)], paint, width))
  return `${lines.join('\n')}\n`
}

/** What is to be said of versions that would not simply go on, once for all that share it. */
function sentences({ rows, side }: WhatIf): Map<string, string[]> {
  const told = new Map<string, string[]>()
  for (const row of rows) {
    if (row.profile === null || row.verdict === 'accepts') continue
    const sentence = `${printable(row.because)}${endingText(row, side)}`
    told.set(sentence, [...(told.get(sentence) ?? []), row.name])
  }
  return told
}

function namesText(names: readonly string[]): string {
  const [first, ...others] = names
  if (others.length < 3) return printable(names.join('; '))
  return `${printable(first!)} and ${String(others.length)} more, down to ${printable(others.at(-1)!)}`
}

function table(answer: WhatIf, paint: Paint, width: number): string[] {
  const { rows, side } = answer
  const words = side === 'server' ? verdictWords : offerWords
  const column = (title: string, least: number, read: (row: WhatIfRow) => string): Column => ({
    title,
    least,
    right: false,
    cells: rows.map((row) => printable(read(row))),
  })
  const columns = [
    column(side === 'server' ? 'Server' : 'Client', 14, ({ name }) => name),
    column('Version', 8, ({ cells }) => cellText(cells.version)),
    column('Cipher suite', 16, ({ cells }) => cellText(cells.cipherSuite).replace(/^TLS_/, '')),
    column('Group', 9, ({ cells }) => cellText(cells.group)),
    ...(width < 110 ? [] : [column('Signature', 10, ({ cells }) => cellText(cells.signature))]),
    column('Verdict', 11, ({ verdict, profile }) => (profile === null ? verdictWords : words)[verdict]),
    column('Returns', 12, ({ call }) => call?.status.replace(/^SEC_[EI]_/, '') ?? '-'),
  ]
  const widths = fitColumns(columns, width)
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => pad(cell, widths[at]!))
      .join('  ')
      .trimEnd()
  return [
    paint.faint(line(columns.map(({ title }) => title))),
    ...rows.map((row, at) => {
      const text = line(columns.map(({ cells }) => cells[at]!))
      if (row.profile === null) return paint.strong(text)
      return row.verdict === 'accepts' || row.verdict === 'retries' ? text : paint.fail(text)
    }),
  ]
}

function cellText({ value, text, state }: WhatIfCell): string {
  if (state === 'ok') return value ?? text
  return state === 'not-reached' ? '-' : text
}

/** Status, alert and events of a refusal. */
function endingText({ call, alert, events }: WhatIfRow, side: WhatIf['side']): string {
  const parts = [
    call === null || call.status === 'SEC_I_CONTINUE_NEEDED'
      ? null
      : `${side === 'client' ? 'If the server chose it all the same: ' : ''}${call.function === 'AcceptSecurityContext' ? 'ASC' : 'ISC'}${call.ordinal === null ? '' : ` #${String(call.ordinal)}`} ${call.status} ${call.code} (${call.basis}, ${call.source})`,
    alert === null ? null : `alert ${String(alert.code)} ${alert.name}`,
    ...events.map(({ id, on }) => `event ${String(id)} on the ${on}`),
  ].filter((part) => part !== null)
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`
}

/** What a pasted error means, and the filter that finds it. */
export function explanationText(explanation: Explanation, paint: Paint, width: number): string {
  const { meanings, candidates, filter } = explanation
  if (meanings.length === 0 && candidates.length === 0)
    return 'Nothing in this text is known: no status, alert, Schannel event or known wording.\n'
  const lines: string[] = []
  for (const { name, code, meaning, source } of meanings) {
    const title = code === null || name.includes(code) ? name : `${name} ${code}`
    lines.push(
      paint.strong(title),
      ...wrapText(`${meaning} (${source})`, width - 2).map((line) => `  ${line}`),
    )
  }
  if (candidates.length > 0) lines.push('', paint.faint('May have been caused by'))
  for (const { cause, text } of candidates) lines.push(...hanging(`  ${cause}  `, text, width))
  if (filter !== null) lines.push('', ...hanging('Filter  ', filter, width))
  lines.push(
    ...sourceLines(
      meanings.map(({ source }) => source),
      paint,
      width,
    ),
  )
  return `${lines.join('\n')}\n`
}

/** What the named sections are about and rest on, each once; nothing where none is named. */
function sourceLines(sources: readonly string[], paint: Paint, width: number): string[] {
  const list = new SourceList()
  for (const source of sources) list.numbersOf(source)
  if (list.entries.length === 0) return []
  return ['', paint.faint('Sources'), ...list.entries.flatMap((entry) => bullet(entry, width))]
}

function bullet(text: string, width: number): string[] {
  return wrapText(`- ${text}`, width - 2).map((line, at) => (at === 0 ? line : `  ${line}`))
}

/** A label and a text whose further lines are set in. */
function hanging(label: string, text: string, width: number): string[] {
  return wrapText(label + text, width - 4).map((line, at) => (at === 0 ? line : `    ${line}`))
}
