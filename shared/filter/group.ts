// Rows in groups of one value: the server, the outcome, the cause, or any field of the registry.

import { endpointText } from '../contract/endpoint.ts'
import type { ReportRow } from '../contract/report.ts'
import { findField } from './fields.ts'

export interface RowGroup {
  /** The value its rows share; '' where they have none. */
  readonly value: string
  readonly rows: number
  readonly failed: number
}

export interface GroupedRows {
  /** All rows, those of one group side by side, otherwise in the order given. */
  readonly rows: ReportRow[]
  /** In the same order: most failures first, then most rows, then by value. */
  readonly groups: RowGroup[]
}

/** Groups `rows` by `server`, or by the first value of a field; an unknown field makes one group. */
export function groupRows(rows: readonly ReportRow[], field: string): GroupedRows {
  const read = readerOf(field)
  const members = new Map<string, ReportRow[]>()
  for (const row of rows) {
    const value = read(row)
    const group = members.get(value)
    if (group === undefined) members.set(value, [row])
    else group.push(row)
  }
  const groups = [...members]
    .map(([value, own]) => ({
      value,
      rows: own.length,
      failed: own.filter((row) => row.outcome === 'failed').length,
    }))
    .sort((one, two) => two.failed - one.failed || two.rows - one.rows || (one.value < two.value ? -1 : 1))
  return { rows: groups.flatMap((group) => members.get(group.value) ?? []), groups }
}

function readerOf(name: string): (row: ReportRow) => string {
  if (name === 'server') return serverOf
  const field = findField(name)
  return field === null ? () => '' : (row) => String(field.read(row)[0] ?? '')
}

/** The name the client asked for, else the address: two names behind one address are two servers. */
function serverOf({ serverName, server }: ReportRow): string {
  return serverName ?? endpointText(server)
}
