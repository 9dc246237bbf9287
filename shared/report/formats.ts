// The formats a report can have, by the names that --format and the export dialog use.

import { csvPrinter } from './csv.ts'
import { htmlPrinter } from './html.ts'
import { jsonLinesPrinter, jsonPrinter } from './json.ts'
import { markdownPrinter } from './markdown.ts'
import type { Printer } from './printer.ts'
import { textPrinter, type Paint } from './text.ts'

export const reportFormats = ['text', 'json', 'jsonl', 'html', 'md', 'csv'] as const

export type ReportFormat = (typeof reportFormats)[number]

export interface FormatOptions {
  /** Heading of HTML and Markdown; null: their own. */
  readonly title: string | null
  /** Everything about every conversation, where the format has it only for failed ones (or, JSON lines, for none). */
  readonly full: boolean
  /** Colours and characters a line, of text. */
  readonly paint: Paint
  readonly width: number
}

export function printerFor(format: ReportFormat, { title, full, paint, width }: FormatOptions): Printer {
  switch (format) {
    case 'text':
      return textPrinter({ paint, width, all: full })
    case 'json':
      return jsonPrinter()
    case 'jsonl':
      return jsonLinesPrinter(full)
    case 'html':
      return htmlPrinter({ title, all: full })
    case 'md':
      return markdownPrinter({ title, all: full })
    case 'csv':
      return csvPrinter()
  }
}
