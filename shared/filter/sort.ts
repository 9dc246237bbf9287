// Sorting of rows by several fields. Rows without a value come last in either direction; ties keep the order of the capture.

import type { ReportRow } from '../contract/report.ts'
import { parseAddress } from './address.ts'
import { findField, type Field } from './fields.ts'
import { codeOfStatus, type Value } from './kinds.ts'

export interface SortKey {
  /** Name or alias of a field; unknown ones are passed over. */
  readonly field: string
  readonly descending: boolean
}

/** A sorted copy. Each row's keys are read once, so that 100,000 rows take a fraction of a second. */
export function sortRows(rows: readonly ReportRow[], keys: readonly SortKey[]): ReportRow[] {
  const columns = keys.flatMap((key) => {
    const field = findField(key.field)
    return field === null
      ? []
      : [{ values: rows.map((row) => sortable(field, row)), sign: key.descending ? -1 : 1 }]
  })
  const order = rows.map((_, index) => index)
  order.sort((left, right) => {
    for (const { values, sign } of columns) {
      const difference = compareSortable(values[left]!, values[right]!, sign)
      if (difference !== 0) return difference
    }
    return left - right
  })
  return order.map((index) => rows[index]!)
}

type Sortable = string | number

/** NaN stands for "none". */
function sortable(field: Field, row: ReportRow): Sortable {
  const value: Value | undefined = field.read(row)[0]
  if (value === undefined) return NaN
  if (field.kind === 'address') return addressKey(String(value))
  if (field.kind === 'status') return Number.isNaN(codeOfStatus(value)) ? String(value) : codeOfStatus(value)
  if (typeof value === 'string') return value.toLowerCase()
  return Number(value)
}

function compareSortable(left: Sortable, right: Sortable, sign: number): number {
  const leftMissing = Number.isNaN(left)
  const rightMissing = Number.isNaN(right)
  if (leftMissing || rightMissing) return Number(leftMissing) - Number(rightMissing)
  if (typeof left === typeof right) return left < right ? -sign : left > right ? sign : 0
  return typeof left === 'number' ? -sign : sign
}

/** IPv4 before IPv6, each in the order of its bytes. */
function addressKey(text: string): string {
  const bytes = parseAddress(text)
  if (bytes === null) return `~${text}`
  const width = bytes.length === 4 ? '4' : '6'
  return width + bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
