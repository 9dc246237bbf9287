// What a session works with: the core's analysis, the filter room, the report printers, the key log reader, profiles, meanings.

import { readFile } from 'node:fs/promises'
import { version } from '../../package.json' with { type: 'json' }
import type { ReportRow, Warning } from '../../shared/contract/report.ts'
import { explain } from '../../shared/diagnosis/explain.ts'
import { compileFilter } from '../../shared/filter/evaluate.ts'
import { groupRows } from '../../shared/filter/group.ts'
import { parseFilter } from '../../shared/filter/parse.ts'
import { sortRows } from '../../shared/filter/sort.ts'
import { csvPrinter } from '../../shared/report/csv.ts'
import { htmlPrinter } from '../../shared/report/html.ts'
import { jsonLinesPrinter, jsonPrinter } from '../../shared/report/json.ts'
import { markdownPrinter } from '../../shared/report/markdown.ts'
import { printReport } from '../../shared/report/printer.ts'
import type { Printer } from '../../shared/report/printer.ts'
import { plainPaint, textPrinter } from '../../shared/report/text.ts'
import { parseKeyLog } from '../../shared/secrets/keylog.ts'
import { profileViews } from '../../shared/whatif/profiles.ts'
import { analyseFile } from './analyse.ts'
import type { OpenCapture } from './analyse.ts'
import { loadProfileFile, profileText } from './profile-file.ts'
import type { Found, ReportRequest, SortKeys, Tools } from './session.ts'

/** Columns of a text report that is written to a file. */
const textWidth = 120

export const tools: Tools = {
  analyse: analyseFile,
  query,
  report,
  keys,
  explain,
  profiles: profileViews,
  loadProfile: loadProfileFile,
  profileText,
}

function query(
  rows: readonly ReportRow[],
  filter: string,
  sort: SortKeys,
  group: string | null = null,
): Found {
  const parsed = parseFilter(filter)
  if (!parsed.ok) return { ids: [], problem: { ...parsed.problem } }
  const kept = rows.filter(compileFilter(parsed.filter))
  const sorted = sort.length === 0 ? kept : sortRows(kept, sort)
  if (group === null) return { ids: sorted.map((row) => row.id), problem: null, groups: null }
  const grouped = groupRows(sorted, group)
  return { ids: grouped.rows.map((row) => row.id), problem: null, groups: grouped.groups }
}

function* report(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  request: ReportRequest,
): Generator<string> {
  const printer = printerOf(request)
  const model = { ...request.replay, keys: capture.model.keys }
  const head = { tool: { name: 'Handshake Inspector', version }, capture: capture.summary, model }
  yield printer.open(1)
  yield* printReport(printer, head, rows, (id) => capture.inspect(id, request.replay))
  yield printer.close()
}

function printerOf({ format, scope, title }: ReportRequest): Printer {
  // Conversations that were picked are drawn whether they failed or not.
  const all = Array.isArray(scope) || scope === 'filtered'
  switch (format) {
    case 'json':
      return jsonPrinter()
    case 'jsonl':
      return jsonLinesPrinter(false)
    case 'csv':
      return csvPrinter()
    case 'md':
      return markdownPrinter({ title, all })
    case 'text':
      return textPrinter({ paint: plainPaint, width: textWidth, all })
    case 'html':
    case 'pdf':
      return htmlPrinter({ title, all })
  }
}

async function keys(
  path: string,
  rows: readonly ReportRow[],
): Promise<{ secrets: number; matched: number; warnings: Warning[] }> {
  const { log, warnings } = parseKeyLog(await readFile(path, 'utf8'))
  const opened = rows.filter(({ handshakes }) =>
    handshakes.some(
      ({ clientRandom }) =>
        clientRandom !== null && log.has(new Uint8Array(Buffer.from(clientRandom, 'hex'))),
    ),
  )
  return {
    secrets: log.size,
    matched: opened.length,
    warnings: warnings.map(({ code, text }) => ({ code, text, offset: null, packet: null })),
  }
}
