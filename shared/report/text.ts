// The report to be read in a terminal: a header, one line for each conversation, then each failed one as two lanes.

import { endpointText } from '../contract/endpoint.ts'
import type { Note } from '../contract/notes.ts'
import type { ReportConversation, ReportFinding, ReportRow } from '../contract/report.ts'
import { alertRow } from '../sspi/alerts.ts'
import { attributeLines } from './attributes.ts'
import { fitColumns, lengthOf, pad, wrapText, type Column } from './columns.ts'
import { conversationNotes, headNotes, type PlacedNote } from './notes.ts'
import type { Printer } from './printer.ts'
import {
  deliveryText,
  eventText,
  messagesText,
  packetsText,
  scoreOf,
  type Part,
  type ScoreLine,
  type Side,
  type Wire,
} from './score.ts'
import {
  callText,
  captureText,
  countsText,
  durationText,
  inputText,
  isSaid,
  lookNextTexts,
  modelText,
  moodOf,
  notableBasis,
  outputText,
  periodText,
  printable,
  timeOfDay,
  verdictText,
  warningText,
  type Mood,
  saidSteps,
  withinText,
} from './words.ts'

/** Colours of the terminal, or none. Each returns its text with nothing but colour added. */
export type Paint = Readonly<Record<'strong' | 'faint' | Mood, (text: string) => string>>

export const plainPaint: Paint = {
  strong: String,
  faint: String,
  ok: String,
  wait: String,
  need: String,
  fail: String,
  note: String,
}

export interface TextOptions {
  readonly paint: Paint
  /** Characters a line may have; below 72 lines grow longer instead of losing content. */
  readonly width: number
  /** Lanes for all conversations, not only the failed ones. */
  readonly all: boolean
}

export function textPrinter({ paint, width: wished, all }: TextOptions): Printer {
  const width = Math.max(72, wished)
  let reports = 0
  let notes: readonly Note[] = []
  return {
    details: all ? 'all' : 'failed',
    open: () => '',
    *begin(head, rows) {
      const { capture, model } = head
      notes = head.notes ?? []
      if (reports > 0) yield '\n'
      reports += 1
      const file = printable(capture.file)
      const facts = captureText(capture)
      const apart = lengthOf(file) + lengthOf(facts) + 2 > width ? '\n' : '  '
      yield `${paint.strong(wrapText(file, width).join('\n'))}${apart}${facts}\n`
      yield `${periodText(capture.first, capture.last)}\n`
      for (const warning of capture.warnings)
        yield hang(paint.need('warning  '), 9, warningText(warning), width)
      for (const note of headNotes(head, rows, (row) => all || row.outcome === 'failed'))
        yield noteText(note, width, paint)
      yield `${countsText(rows)}\n`
      yield `${paint.faint(`Replay: ${modelText(model)}`)}\n`
      yield* list(rows, width, paint)
    },
    conversation: (conversation) =>
      lanes(conversation, width, paint) +
      conversationNotes(notes, conversation)
        .map((note) => noteText(note, width, paint))
        .join(''),
    end: () => '',
    close: () => '',
  }
}

function noteText({ place, text }: PlacedNote, width: number, paint: Paint): string {
  const label = `${place}  `
  return hang(paint.strong(label), label.length, printable(text.replaceAll('\n', ' ')), width)
}

const outcomeGlyphs: Readonly<Record<ReportRow['outcome'], readonly [string, Mood]>> = {
  established: ['✓', 'ok'],
  failed: ['✗', 'fail'],
  incomplete: ['◌', 'wait'],
  none: ['·', 'wait'],
}

const statusGlyphs: Readonly<Record<Mood, string>> = { ok: '✓', wait: '○', need: '◒', fail: '✗', note: '◇' }

function* list(rows: readonly ReportRow[], width: number, paint: Paint): Generator<string> {
  if (rows.length === 0) return
  const column = (title: string, least: number, read: (row: ReportRow) => string, right = false): Column => ({
    title,
    least,
    right,
    cells: rows.map(read),
  })
  const columns = [
    column('#', 8, (row) => String(row.id), true),
    column('Time UTC', 12, (row) => timeOfDay(row.start)),
    column('Outcome', 11, (row) => row.outcome),
    column('Server', 14, (row) => printable(row.serverName ?? endpointText(row.server))),
    ...(width < 96 ? [] : [column('Client', 11, (row) => endpointText(row.client))]),
    column('Version', 8, (row) => row.protocol ?? '-'),
    column('Why', 20, whyText),
    ...(width < 110 ? [] : [column('ms', 5, (row) => durationText(row.durationMs), true)]),
  ]
  const widths = fitColumns(columns, width - 2)
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => pad(cell, widths[index]!, columns[index]!.right))
  yield `\n  ${paint.faint(
    line(columns.map(({ title }) => title))
      .join('  ')
      .trimEnd(),
  )}\n`
  for (const [index, row] of rows.entries()) {
    const [glyph, mood] = outcomeGlyphs[row.outcome]
    const cells = line(columns.map(({ cells: texts }) => texts[index]!))
    cells[2] = paint[mood](cells[2]!)
    yield `${paint[mood](glyph)} ${cells.join('  ').trimEnd()}\n`
  }
}

/** Of a failure: side and cause; of others what is worth knowing. */
function whyText(row: ReportRow): string {
  if (row.failure !== null) {
    const { side, cause } = row.failure
    return side === null ? cause : `${side}: ${cause}`
  }
  return row.cipherSuite?.name.replace(/^TLS_/, '') ?? ''
}

function lanes(conversation: ReportConversation, width: number, paint: Paint): string {
  const { failure } = conversation
  const [glyph, mood] = outcomeGlyphs[conversation.outcome]
  const name = printable(conversation.serverName ?? endpointText(conversation.server))
  const facts = [
    `${endpointText(conversation.client)} to ${endpointText(conversation.server)}`,
    conversation.protocol,
    conversation.cipherSuite?.name,
    conversation.carrier.name === 'none' ? null : `in ${conversation.carrier.name}`,
    conversation.tunnels.length === 0 ? null : `through ${conversation.tunnels.join(', ')}`,
    conversation.parent === null ? null : withinText(conversation),
  ].filter((fact) => fact != null)
  const lines = [
    '',
    paint.faint('─'.repeat(width)),
    `${paint[mood](glyph)} ${paint.strong(`${String(conversation.id)}. ${name}`)} ${verdictText(conversation)}`,
    ...wrapText(facts.join('  '), width - 2).map((fact) => `  ${paint.faint(fact)}`),
  ]
  if (failure !== null) {
    const sentence = `${printable(failure.summary)} (${failure.confidence})`
    lines.push(...wrapText(sentence, width - 2).map((line) => `  ${line}`))
  }
  for (const { by, step } of saidSteps(conversation)) {
    const text = `${step.from}: ${printable(step.text)}${step.result === 'refused' ? ', refused' : ''}`
    lines.push(...wrapText(`${by}  ${text}`, width - 2).map((line) => `  ${line}`))
  }
  return `${[...lines, '', ...drawScore(conversation, width, paint), ...diagnosis(conversation, width, paint), ...attributes(conversation, width, paint)].join('\n')}\n`
}

const timeWidth = 9

function drawScore(conversation: ReportConversation, width: number, paint: Paint): string[] {
  const wireWidth = width >= 96 ? 24 : 18
  const lane = Math.floor((width - timeWidth - wireWidth - 6) / 2)
  const score = scoreOf(conversation)
  const heads = [pad('Client', lane), pad('', wireWidth + 2), 'Server'].join(' ')
  const lines = [paint.faint(`${pad('ms', timeWidth, true)}  ${heads}`)]
  let shown = ''
  for (const line of score) {
    const times = line.since === shown || line.since === '' ? [] : [line.since]
    shown = line.since === '' ? shown : line.since
    if (line.failing) times.push('failure', 'point')
    const left = partLines(line.client, lane)
    const right = partLines(line.server, lane)
    const wire = wireLines(line, wireWidth)
    const height = Math.max(left.length, right.length, wire.length, times.length)
    for (let at = 0; at < height; at += 1) {
      const time = pad(times[at] ?? '', timeWidth, true)
      const timeColour = line.failing && times[at] !== line.since ? paint.fail : paint.faint
      const cells = [
        timeColour(time),
        ` ${colour(left[at] ?? '', lane, line, 'client', paint)}`,
        wirePainter(line.wire, paint)(wire[at] ?? `│${' '.repeat(wireWidth)}│`),
        colour(right[at] ?? '', lane, line, 'server', paint),
      ]
      lines.push(cells.join(' ').trimEnd())
    }
  }
  return lines
}

function partLines(part: Part | null, width: number): string[] {
  const call = part?.calls.at(-1)
  const first = part?.calls[0]
  if (part == null || call === undefined || first === undefined) return []
  if (part.role === 'in') return wrapText(`in  ${inputText(call)}`, width)
  if (part.role === 'out') return wrapText(`out ${outputText(call)}`, width)
  if (call.function === 'DeleteSecurityContext') return [callText(call)]
  const basis = notableBasis(call)
  const many = part.calls.length > 1 ? `${String(part.calls.length)} × ` : ''
  const name = first === call ? callText(call) : `${callText(first)}–#${String(call.ordinal)}`
  const status = `${statusGlyphs[moodOf(call.status)]} ${many}${call.status}`
  const extra = basis === '' ? [] : [`  (${basis})`]
  const oneLine = `${name} ${status}${extra.join('')}`
  if (lengthOf(oneLine) <= width) return [oneLine]
  return [name, ...[status, ...extra].flatMap((text) => wrapText(text, width))]
}

function colour(text: string, width: number, line: ScoreLine, side: Side, paint: Paint): string {
  // Nothing stands to the right of the server's lane.
  const padded = side === 'client' ? pad(text, width) : text
  const part = line[side]
  const call = part?.calls.at(-1)
  if (part?.role !== 'call' || call === undefined) return padded
  const mood = moodOf(call.status)
  if (call.function === 'DeleteSecurityContext' || mood === 'wait') return paint.faint(padded)
  return paint[mood](line.failing ? paint.strong(padded) : padded)
}

function wireLines(line: ScoreLine, width: number): string[] {
  const { wire } = line
  if (wire === null) return []
  const centred = (text: string) => {
    const space = width - lengthOf(text)
    return `│${' '.repeat(Math.floor(space / 2))}${text}${' '.repeat(Math.ceil(space / 2))}│`
  }
  if (wire.kind === 'event') return wrapText(eventText(wire), width).map(centred)
  if (wire.kind === 'end') return wrapText(wire.text, width).map(centred)
  const label = ` ${deliveryText(wire)} `
  const toServer = wire.token.from === 'client'
  const dashes = Math.max(2, width - lengthOf(label) - 1)
  const shaft = '─'.repeat(Math.floor(dashes / 2)) + label + '─'.repeat(Math.ceil(dashes / 2))
  const arrow = toServer ? `├${shaft}▶│` : `│◀${shaft}┤`
  const fits = lengthOf(label) + 3 <= width
  const bare = toServer ? `├${'─'.repeat(width - 1)}▶│` : `│◀${'─'.repeat(width - 1)}┤`
  const names = wrapText(printable(messagesText(wire)), width).map(centred)
  return fits ? [arrow, ...names] : [bare, ...names, ...wrapText(label.trim(), width).map(centred)]
}

function wirePainter(wire: Wire | null, paint: Paint): (text: string) => string {
  if (wire?.kind === 'end') return paint.fail
  if (wire?.kind === 'event') return wire.events[0]?.kind === 'fin' ? paint.faint : paint.need
  if (wire?.kind === 'token' && wire.token.kind === 'alert') return paint.fail
  return String
}

function diagnosis(conversation: ReportConversation, width: number, paint: Paint): string[] {
  const facts: (readonly [string, string])[] = []
  const { failure } = conversation
  if (failure !== null) {
    const others = failure.candidates.filter(({ cause }) => cause !== failure.cause)
    const also = others.map(({ cause, confidence }) => `${cause} (${confidence})`).join(', ')
    facts.push(['Cause', `${failure.cause}, ${failure.confidence}${also === '' ? '' : `; also ${also}`}`])
  }
  const [first, ...others] = conversation.findings
  if (first !== undefined) facts.push(...findingFacts(first, isSaid(first.explanation, conversation)))
  for (const { title, confidence } of others) facts.push(['Also', `${title} (${confidence})`])
  for (const text of lookNextTexts(conversation)) facts.push(['Look next', text])
  if (facts.length === 0) return []
  return [
    '',
    ...facts.map(([title, text]) =>
      hang(paint.faint(pad(`  ${title}`, 14)), 14, printable(text), width).trimEnd(),
    ),
  ]
}

function findingFacts(finding: ReportFinding, said: boolean): (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = [['Finding', finding.title]]
  if (!said) facts.push(['Why', finding.explanation])
  for (const { what, client, server, common } of finding.sets) {
    facts.push([
      'Offered',
      `${what}: client ${setText(client)}; server ${setText(server)}; in common ${setText(common)}`,
    ])
  }
  const evidence = finding.evidence.map(({ packet, text }) =>
    packet === null ? text : `${packetsText([packet])} ${text}`,
  )
  if (evidence.length > 0) facts.push(['Evidence', evidence.join('; ')])
  const events = finding.windows.events.map(
    ({ on, id, alert }) =>
      `${on} ${String(id)}${alert === null ? '' : ` (alert ${String(alert)} ${alertRow(alert).name})`}`,
  )
  if (events.length > 0) facts.push(['Event log', events.join(', ')])
  if (finding.remedy !== '') facts.push(['What to do', finding.remedy])
  return facts
}

function attributes(conversation: ReportConversation, width: number, paint: Paint): string[] {
  const lines = attributeLines(conversation)
  if (lines.length === 0) return []
  return [
    '',
    paint.faint('  QueryContextAttributes'),
    ...lines.flatMap(({ name, side, value, assumed }) =>
      wrapText(
        `${name}${side === null ? '' : ` (${side})`}  ${printable(value)}${assumed ? ' (assumed)' : ''}`,
        width - 4,
      ).map((line, at) => (at === 0 ? `  ${line}` : `    ${line}`)),
    ),
  ]
}

function setText(values: readonly string[] | null): string {
  if (values === null) return 'not visible'
  return values.length === 0 ? 'none' : values.join(' ')
}

/** A label and a text whose further lines hang under its first. */
function hang(label: string, indent: number, text: string, width: number): string {
  return `${label}${wrapText(text, width - indent).join(`\n${' '.repeat(indent)}`)}\n`
}
