// The report in pieces: printer, redaction and notes put together. Conversations are inspected as a format needs them.

import { version } from '../../package.json' with { type: 'json' }
import type { Note, Notebook } from '../../shared/contract/notes.ts'
import type { RedactionKind, Replacement } from '../../shared/contract/redaction.ts'
import type { ReportConversation, ReportRow } from '../../shared/contract/report.ts'
import { Redactor } from '../../shared/redact/redactor.ts'
import { printerFor, type ReportFormat } from '../../shared/report/formats.ts'
import { printReport, type Printer } from '../../shared/report/printer.ts'
import { plainPaint } from '../../shared/report/text.ts'
import type { ReportHead } from '../../shared/report/words.ts'
import type { ReplayOptions } from '../../shared/schannel/model.ts'
import type { OpenCapture } from './analyse.ts'

/** Columns of a text report that is written to a file. */
const textWidth = 120
/** Characters that fill the first page of any format. */
const previewLength = 60_000
/** Conversations a preview looks into for names. */
const previewConversations = 25
const program: ReportHead['tool'] = { name: 'Handshake Inspector', version }

export interface ReportOptions {
  readonly format: ReportFormat
  /** Lanes for all conversations, not only the failed ones. */
  readonly full: boolean
  readonly title: string | null
  readonly redact: readonly RedactionKind[]
  /** Null: they stay out. */
  readonly notes: Notebook | null
  readonly replay: ReplayOptions
}

export interface Preview {
  readonly text: string
  readonly cut: boolean
  readonly replacements: Replacement[]
}

/** What is printed of one capture: its head, its rows, and how to get a conversation, all as redacted. */
export interface Reported {
  readonly head: ReportHead
  readonly rows: readonly ReportRow[]
  inspect(id: number): ReportConversation
  /** A text of the analyst's own. */
  text(text: string): string
  replacements(): Replacement[]
}

/**
 * A capture's part of a report. With names or certificates to replace, the first `looked` conversations are read before
 * anything is printed: a row's texts quote certificates that only the conversation holds.
 */
export function reported(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  options: Pick<ReportOptions, 'redact' | 'notes' | 'replay'>,
  tool: ReportHead['tool'],
  looked = Infinity,
): Reported {
  const { redact, notes, replay } = options
  const keys = new Set(rows.map(({ key }) => key))
  const notebook = notes === null ? [] : notes.notes.filter(({ key }) => key === null || keys.has(key))
  const model = { ...replay, keys: capture.model.keys }
  const inspect = (id: number) => capture.inspect(id, replay)
  if (redact.length === 0) {
    const head = {
      tool,
      capture: capture.summary,
      ...(capture.files.length > 1 ? { files: capture.files } : {}),
      model,
      ...(notes === null ? {} : { notes: notebook }),
    }
    return { head, rows, inspect, text: (text) => text, replacements: () => [] }
  }
  const redactor = new Redactor(redact)
  for (const row of rows) redactor.learnRow(row)
  if (redactor.needsConversations) for (const { id } of rows.slice(0, looked)) redactor.learn(inspect(id))
  const ids = new Map(rows.map(({ key, id }) => [key, id]))
  const cleaned = (note: Note): Note => ({
    ...note,
    key: note.key === null ? null : redactor.key(note.key),
    text: redactor.text(note.text, ids.get(note.key ?? '') ?? 0),
  })
  return {
    head: {
      tool,
      capture: redactor.capture(capture.summary),
      ...(capture.files.length > 1 ? { files: capture.files.map((file) => redactor.capture(file)) } : {}),
      model,
      ...(notes === null ? {} : { notes: notebook.map(cleaned) }),
    },
    rows: rows.map((row) => redactor.row(row)),
    inspect: (id) => redactor.conversation(inspect(id)),
    text: (text) => redactor.text(text, 0),
    replacements: () => redactor.replacements(),
  }
}

/** One whole report of one capture. */
export function* reportPieces(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  options: ReportOptions,
): Generator<string> {
  const report = reported(capture, rows, options, program)
  yield* whole(printerOf(options, report), report)
}

/** How that report begins. */
export function previewOf(capture: OpenCapture, rows: readonly ReportRow[], options: ReportOptions): Preview {
  // Where rows are printed with their texts, no more of them than are known.
  const ofRows = options.format === 'csv' || (options.format === 'jsonl' && !options.full)
  const shown = ofRows ? rows.slice(0, previewConversations) : rows
  const report = reported(capture, shown, options, program, previewConversations)
  let text = ''
  let cut = shown.length < rows.length
  for (const piece of whole(printerOf(options, report), report)) {
    text += piece
    if (text.length > previewLength) {
      cut = true
      break
    }
  }
  return { text: text.slice(0, previewLength), cut, replacements: report.replacements() }
}

function printerOf({ format, full, title }: ReportOptions, report: Reported): Printer {
  const named = title === null ? null : report.text(title)
  return printerFor(format, { title: named, full, paint: plainPaint, width: textWidth })
}

function* whole(printer: Printer, report: Reported): Generator<string> {
  yield printer.open(1)
  yield* printReport(printer, report.head, report.rows, (id) => report.inspect(id))
  yield printer.close()
}
