// Rows as text for other programs: TSV, Markdown, JSON, and filters for Wireshark and Network Monitor. Pure.

import type { ReportRow } from '../../shared/contract/report.ts'
import { markdownText, tabbedCell } from '../../shared/report/escaping.ts'
import type { Column } from './columns.ts'
import { textOf } from './cells.ts'

export type CopyFormat = 'tsv' | 'markdown' | 'json' | 'wireshark' | 'netmon'

export const copyFormats: readonly { readonly format: CopyFormat; readonly text: string }[] = [
  { format: 'tsv', text: 'Copy as TSV' },
  { format: 'markdown', text: 'Copy as Markdown' },
  { format: 'json', text: 'Copy as JSON' },
  { format: 'wireshark', text: 'Copy Wireshark filter' },
  { format: 'netmon', text: 'Copy Network Monitor filter' },
]

export interface Copied {
  readonly row: ReportRow
  /** The row's time as the list shows it. */
  readonly time: string
}

/** The rows in a format; tables have the columns of the list. */
export function copyOf(format: CopyFormat, rows: readonly Copied[], columns: readonly Column[]): string {
  switch (format) {
    case 'tsv':
      return table(rows, columns)
        .map((cells) => cells.map(tabbedCell).join('\t'))
        .join('\n')
    case 'markdown': {
      const [head = [], ...body] = table(rows, columns)
      const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`
      return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...body.map(line)].join('\n')
    }
    case 'json':
      return JSON.stringify(
        rows.map(({ row }) => row),
        null,
        2,
      )
    case 'wireshark':
      return rows.map(({ row }) => wiresharkFilter(row)).join(' || ')
    case 'netmon':
      return rows.map(({ row }) => netmonFilter(row)).join(' OR ')
  }
}

function table(rows: readonly Copied[], columns: readonly Column[]): string[][] {
  return [
    columns.map((column) => column.head),
    ...rows.map(({ row, time }) => columns.map((column) => textOf(column.id, row, time))),
  ]
}

/** Both ends of the conversation: streams are numbered anew in every file, addresses are not. */
export function wiresharkFilter({ client, server, transport }: ReportRow): string {
  const family = client.address.includes(':') ? 'ipv6' : 'ip'
  const ends = `${family}.addr == ${client.address} && ${family}.addr == ${server.address}`
  if (transport === 'eapol' || transport === 'radius') return `(${ends})`
  const port = transport === 'tcp' ? 'tcp.port' : 'udp.port'
  return `(${ends} && ${port} == ${String(client.port)} && ${port} == ${String(server.port)})`
}

/** The same in the language of Network Monitor and Message Analyzer's successors. */
export function netmonFilter({ client, server, transport }: ReportRow): string {
  const family = client.address.includes(':') ? 'IPv6' : 'IPv4'
  const ends = `${family}.Address == ${client.address} AND ${family}.Address == ${server.address}`
  if (transport === 'eapol' || transport === 'radius') return `(${ends})`
  const port = transport === 'tcp' ? 'TCP.Port' : 'UDP.Port'
  return `(${ends} AND ${port} == ${String(client.port)} AND ${port} == ${String(server.port)})`
}
