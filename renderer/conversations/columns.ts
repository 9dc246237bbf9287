// The list's columns: head, width, and the filter field each shows and sorts by. Every field of the registry can be one.

import { fields } from '../../shared/filter/fields.ts'
import type { ColumnChoice, ColumnSet, Times } from '../preferences.ts'

export interface Column {
  readonly id: string
  readonly head: string
  /** Name in the registry of shared/filter. */
  readonly field: string
  /** Pixels it has at least, and its share of what is left. */
  readonly least: number
  readonly share: number
  /** Where there is no room for all, the columns with a rank give way, the lowest first. */
  readonly yields?: number
  readonly right?: boolean
  readonly meaning: string
}

type Own = Omit<Column, 'meaning'>

// Least widths hold the longest usual text: a status, an IPv4 address with its port, an alert as the RFCs name it.
const own: readonly Own[] = [
  { id: 'number', head: '#', field: 'id', least: 24, share: 0, right: true },
  { id: 'time', head: 'Time', field: 'time', least: 76, share: 0 },
  { id: 'outcome', head: 'Outcome', field: 'outcome', least: 103, share: 0 },
  { id: 'name', head: 'Server name', field: 'tls.sni', least: 104, share: 1.5 },
  { id: 'client', head: 'Client', field: 'ip.src', least: 132, share: 0.65 },
  { id: 'server', head: 'Server', field: 'ip.dst', least: 132, share: 0.65 },
  { id: 'version', head: 'Version', field: 'tls.version', least: 54, share: 0, yields: 3 },
  { id: 'cipher', head: 'Cipher suite', field: 'cipher', least: 150, share: 1.3, yields: 1 },
  { id: 'side', head: 'Failing side', field: 'side', least: 73, share: 0 },
  { id: 'status', head: 'Final status there', field: 'status', least: 221, share: 1.4 },
  { id: 'alert', head: 'Alert or event', field: 'alert', least: 163, share: 1 },
  { id: 'duration', head: 'ms', field: 'duration', least: 44, share: 0, right: true, yields: 2 },
]
/** Pixels of a status with its number behind it. */
const statusWithCode = 290

const shown = new Set([...own.map((column) => column.field), 'failed', 'established', 'incomplete'])

/** Every column there is, those of the program first. */
export const allColumns: readonly Column[] = [
  ...own.map((column) => ({
    ...column,
    meaning: fields.find((field) => field.name === column.field)?.meaning ?? '',
  })),
  ...fields
    .filter((field) => !shown.has(field.name))
    .map((field) => ({
      id: field.name,
      head: field.title,
      field: field.name,
      least: 72,
      share: 0.6,
      right: field.kind === 'number' || field.kind === 'duration',
      meaning: field.meaning,
    })),
]

const byId = new Map(allColumns.map((column) => [column.id, column]))

function chosen(...ids: string[]): readonly ColumnChoice[] {
  return ids.map((id) => ({ id, width: null }))
}

/** The sets every analyst has; the first is the one the program begins with. */
export const ownSets: readonly ColumnSet[] = [
  { name: 'Standard', columns: chosen(...own.map((column) => column.id)) },
  {
    name: 'Windows',
    columns: chosen(
      'number',
      'time',
      'outcome',
      'name',
      'server',
      'side',
      'status',
      'event',
      'cause',
      'finding',
    ),
  },
  {
    name: 'Fingerprints',
    columns: chosen(
      'number',
      'time',
      'outcome',
      'name',
      'client',
      'version',
      'alpn',
      'ja3',
      'ja4',
      'history',
    ),
  },
]

/** What the list can be grouped by. */
export const groupings = [
  { value: '', text: 'None' },
  { value: 'server', text: 'Server' },
  { value: 'outcome', text: 'Outcome' },
  { value: 'cause', text: 'Cause' },
]

export interface Laid extends Column {
  readonly width: number | null
}

/** Columns as chosen; an empty or unknown choice is the standard set. */
export function laidOut(choices: readonly ColumnChoice[]): readonly Laid[] {
  const known = choices.flatMap(({ id, width }) => {
    const column = byId.get(id)
    return column === undefined ? [] : [{ ...column, width }]
  })
  return known.length > 0 ? known : laidOut(ownSets[0]?.columns ?? [])
}

/** The columns of the list as they are headed: that of times says how it counts. */
export function headed(choices: readonly ColumnChoice[], times: Times): readonly Laid[] {
  return laidOut(choices).map((column) =>
    column.id === 'time' ? { ...column, head: timeHead(times) } : column,
  )
}

function timeHead({ zone, format }: Times): string {
  if (format === 'relative') return 'From start s'
  if (format === 'delta') return 'After row s'
  return zone === 'utc' ? 'Time UTC' : 'Time local'
}

const rowPadding = 20
const dateWidth = 145

/** The columns a list has room for, and how a row lays them out. */
export interface Grid {
  readonly columns: readonly Laid[]
  /** Those that gave way. */
  readonly without: readonly Laid[]
  /** A grid template, pixels between columns, and the width under which the list scrolls sideways. */
  readonly template: string
  readonly gap: number
  readonly least: number
  /** Statuses stand with their numbers. */
  readonly codes: boolean
}

/** Lays the columns out in `room` pixels. `largest` id and times with their dates widen theirs; a width of the analyst's own always counts. */
export function gridOf(chosen: readonly Laid[], room: number, largest: number, dates: boolean): Grid {
  const gap = room < 1340 ? 9 : 12
  const widthOf = (column: Laid): number => {
    if (column.width !== null) return column.width
    if (column.id === 'number') return 18 + Math.max(2, String(largest).length) * 7
    return column.id === 'time' && dates ? dateWidth : column.least
  }
  const leastOf = (columns: readonly Laid[]): number =>
    columns.reduce((sum, column) => sum + widthOf(column), rowPadding + (columns.length - 1) * gap)

  let columns = chosen
  const yielding = chosen
    .filter((column) => column.width === null && column.yields !== undefined)
    .sort((one, two) => (one.yields ?? 0) - (two.yields ?? 0))
  for (const next of yielding) {
    if (leastOf(columns) <= room || columns.length === 1) break
    columns = columns.filter((column) => column !== next)
  }
  const least = leastOf(columns)
  const status = columns.find((column) => column.id === 'status')
  const codes =
    status !== undefined && (status.width ?? status.least + Math.max(0, room - least)) >= statusWithCode
  const track = (column: Laid): string => {
    const width = codes && column === status ? Math.max(statusWithCode, widthOf(column)) : widthOf(column)
    return column.width !== null || column.share === 0
      ? `${String(width)}px`
      : `minmax(${String(width)}px, ${String(column.share)}fr)`
  }
  return {
    columns,
    without: chosen.filter((column) => !columns.includes(column)),
    template: columns.map(track).join(' '),
    gap,
    least,
    codes,
  }
}

/** The choices with one column moved before another (null: to the end). */
export function moved(choices: readonly ColumnChoice[], id: string, before: string | null): ColumnChoice[] {
  const column = choices.find((each) => each.id === id)
  const others = choices.filter((each) => each.id !== id)
  if (column === undefined || id === before) return [...choices]
  const at = before === null ? others.length : others.findIndex((each) => each.id === before)
  return [...others.slice(0, at), column, ...others.slice(at)]
}
