// What a row says in each column, as text: for the screen, for copies, for screen readers. Pure.

import { endpointText } from '../../shared/contract/endpoint.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { findField } from '../../shared/filter/fields.ts'
import { duration } from '../format.ts'
import { causeWords, outcomeOf } from '../status.ts'

/** The text of a cell; `time` is the row's time as the list shows it. */
export function textOf(column: string, row: ReportRow, time: string): string {
  switch (column) {
    case 'number':
      return String(row.id)
    case 'time':
      return time
    case 'outcome':
      return outcomeOf(row.outcome).word
    case 'name':
      return row.serverName ?? ''
    case 'client':
      return endpointText(row.client)
    case 'server':
      return endpointText(row.server)
    case 'version':
      return row.protocol ?? 'unknown'
    case 'cipher':
      return row.cipherSuite?.name ?? ''
    case 'side':
      return row.outcome === 'failed' ? (row.failure?.side ?? '') : ''
    case 'status':
      return statusOf(row) ?? ''
    case 'alert':
      return eventOf(row)
    case 'duration':
      return duration(row.durationMs)
    default:
      return (findField(column)?.read(row) ?? []).join(', ')
  }
}

/** The text of a cell with what the list leaves out: the number of a status. */
export function fullTextOf(column: string, row: ReportRow, time: string): string {
  const text = textOf(column, row, time)
  return column === 'status' ? `${text} ${codeOf(row)}`.trimEnd() : text
}

/** The number of a status that ended a conversation; '' elsewhere. */
export function codeOf(row: ReportRow): string {
  return row.outcome === 'failed' ? (row.failure?.code ?? '') : ''
}

/** The last status of the side that failed, else of the server. */
export function statusOf(row: ReportRow): string | null {
  const { client, server } = row.contexts
  const failing = row.failure?.side === 'server' ? server.final : client.final
  return row.failure?.status ?? failing ?? server.final
}

/** The alert that ended it, or what the transport did. */
export function eventOf(row: ReportRow): string {
  if (row.outcome === 'established') return ''
  const alert = row.alerts.find((each) => each.code !== 0)
  if (alert) return `${String(alert.code)} ${alert.name}${alert.protection === 'plain' ? '' : ', encrypted'}`
  return row.failure === null ? '' : causeWords(row.failure.cause)
}
