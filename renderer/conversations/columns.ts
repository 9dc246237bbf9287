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
  readonly right?: boolean
  readonly meaning: string
}

type Own = Omit<Column, 'meaning'>

const own: readonly Own[] = [
  { id: 'number', head: '#', field: 'id', least: 24, share: 0, right: true },
  { id: 'time', head: 'Time', field: 'time', least: 84, share: 0 },
  { id: 'outcome', head: 'Outcome', field: 'outcome', least: 98, share: 0 },
  { id: 'name', head: 'Server name', field: 'tls.sni', least: 104, share: 1.5 },
  { id: 'client', head: 'Client', field: 'ip.src', least: 116, share: 1 },
  { id: 'server', head: 'Server', field: 'ip.dst', least: 116, share: 0.98 },
  { id: 'version', head: 'Version', field: 'tls.version', least: 58, share: 0 },
  { id: 'cipher', head: 'Cipher suite', field: 'cipher', least: 84, share: 1.05 },
  { id: 'side', head: 'Failing side', field: 'side', least: 82, share: 0 },
  { id: 'status', head: 'Final status there', field: 'status', least: 176, share: 1.15 },
  { id: 'alert', head: 'Alert or event', field: 'alert', least: 108, share: 0.95 },
  { id: 'duration', head: 'ms', field: 'duration', least: 50, share: 0, right: true },
]

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

/** The grid template of a row, and the width under which the list scrolls sideways. `largest` id and time texts widen theirs. */
export function templateOf(
  columns: readonly Laid[],
  largest: number,
  timeWidth: number,
): { readonly template: string; readonly least: number } {
  const widths = columns.map((column) => {
    const least =
      column.id === 'number'
        ? 18 + Math.max(2, String(largest).length) * 7
        : column.id === 'time'
          ? timeWidth
          : column.least
    return { least: column.width ?? least, share: column.width === null ? column.share : 0 }
  })
  return {
    template: widths
      .map(({ least, share }) =>
        share === 0 ? `${String(least)}px` : `minmax(${String(least)}px, ${String(share)}fr)`,
      )
      .join(' '),
    least: widths.reduce((sum, { least }) => sum + least, rowPadding + (columns.length - 1) * 9),
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
