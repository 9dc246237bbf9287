// Rows as CSV (RFC 4180): for spreadsheets, so no cell may begin as a formula.

import type { ReportRow } from '../contract/report.ts'
import { harmlessCell, quotedCell } from './escaping.ts'
import type { Printer } from './printer.ts'

/** One line a conversation, each with its `file`; the heading comes once, however many reports follow. */
export function csvPrinter(): Printer {
  return {
    details: 'none',
    open: () => lineOf(columns.map(([title]) => title)),
    *begin({ capture }, rows) {
      for (const row of rows) yield lineOf(columns.map(([, read]) => read(row, capture.file)))
    },
    conversation: () => '',
    end: () => '',
    close: () => '',
  }
}

type Cell = string | number | boolean | null | undefined

const columns: readonly (readonly [string, (row: ReportRow, file: string) => Cell])[] = [
  ['file', (_, file) => file],
  ['id', (row) => row.id],
  ['key', (row) => row.key],
  ['start', (row) => row.start],
  ['durationMs', (row) => row.durationMs],
  ['packets', (row) => row.packets],
  ['transport', (row) => row.transport],
  ['carrier', (row) => row.carrier.name],
  ['tunnels', (row) => row.tunnels.join(' ')],
  ['clientAddress', (row) => row.client.address],
  ['clientPort', (row) => row.client.port],
  ['serverAddress', (row) => row.server.address],
  ['serverPort', (row) => row.server.port],
  ['serverName', (row) => row.serverName],
  ['protocol', (row) => row.protocol],
  ['cipherSuite', (row) => row.cipherSuite?.name],
  ['cipherSuiteCode', (row) => row.cipherSuite?.code],
  ['group', (row) => row.group],
  ['alpn', (row) => row.alpn.chosen],
  ['resumed', (row) => row.resumed],
  ['outcome', (row) => row.outcome],
  ['side', (row) => row.failure?.side],
  ['by', (row) => row.failure?.by],
  ['cause', (row) => row.failure?.cause],
  ['confidence', (row) => row.failure?.confidence],
  ['status', (row) => row.failure?.status],
  ['code', (row) => row.failure?.code],
  ['packet', (row) => row.failure?.packet],
  ['clientFinal', (row) => row.contexts.client.final],
  ['serverFinal', (row) => row.contexts.server.final],
  ['alerts', (row) => row.alerts.map(({ from, code, name }) => `${from} ${String(code)} ${name}`).join('; ')],
  ['findings', (row) => row.findings.map(({ title }) => title).join('; ')],
  ['summary', (row) => row.failure?.summary],
  ['ja3', (row) => row.ja3],
  ['ja3s', (row) => row.ja3s],
  ['ja4', (row) => row.ja4],
  ['history', (row) => row.history],
]

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`
}

/** Unknown is an empty cell. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  const harmless = harmlessCell(cell)
  return /["\r\n,]/.test(harmless) ? quotedCell(harmless) : harmless
}
