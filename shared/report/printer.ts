// What every report format is to its host: pieces of text, one conversation at a time, so that a report of any size can be streamed.

import type { ReportConversation, ReportRow } from '../contract/report.ts'
import type { ReportHead } from './words.ts'

export interface Printer {
  /** Which conversations the format wants in full. */
  readonly details: 'none' | 'failed' | 'all'
  /** Before everything; `reports` is how many may follow. */
  open(reports: number): string
  /** Before the conversations of one report. `rows` are all that the report covers. */
  begin(head: ReportHead, rows: readonly ReportRow[]): Iterable<string>
  conversation(conversation: ReportConversation): string
  end(): string
  /** After everything. */
  close(): string
}

/** The pieces of one report. `inspect` is asked for one conversation at a time and nothing is kept. */
export function* printReport(
  printer: Printer,
  head: ReportHead,
  rows: readonly ReportRow[],
  inspect: (id: number) => ReportConversation,
): Generator<string> {
  yield* printer.begin(head, rows)
  for (const row of rows) {
    if (printer.details === 'all' || (printer.details === 'failed' && row.outcome === 'failed'))
      yield printer.conversation(inspect(row.id))
  }
  yield printer.end()
}
