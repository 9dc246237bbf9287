// The rows of one open capture: filtered, sorted, grouped, counted and completed here, so that the page holds ids and what is in view.

import type { Completion, Input, Output, RowsOverview } from '../../shared/contract/bridge.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { completeFilter, countValues } from '../../shared/filter/complete.ts'
import { compileFilter } from '../../shared/filter/evaluate.ts'
import { groupRows } from '../../shared/filter/group.ts'
import type { Value } from '../../shared/filter/kinds.ts'
import { overviewOf } from '../../shared/filter/overview.ts'
import { parseFilter, type ParsedFilter } from '../../shared/filter/parse.ts'
import { sortRows } from '../../shared/filter/sort.ts'

type Query = Omit<Input<'rows.query'>, 'capture'>
type Found = Output<'rows.query'>
type Problem = Extract<ParsedFilter, { ok: false }>['problem']

export interface CaptureRows {
  /** New rows, and revised ones in the place of their earlier selves. */
  add(rows: readonly ReportRow[]): void
  /** These are all rows from now on. */
  replace(rows: readonly ReportRow[]): void
  get(id: number): ReportRow | undefined
  query(query: Query): Found
  overview(): RowsOverview
  complete(text: string, cursor: number): Completion
}

/** No rows yet. */
export function openRows(): CaptureRows {
  const rows = new Map<number, ReportRow>()
  /** All rows in the order asked for last: a filter being typed asks for the same one with each key. */
  let ordered: { readonly sort: string; readonly rows: readonly ReportRow[] } | null = null
  /** Values counted so far, by field. */
  const counted = new Map<string, ReadonlyMap<Value, number>>()
  let tallied: Found['found'] | null = null

  function changed(): void {
    ordered = null
    tallied = null
    counted.clear()
  }

  function inOrder(sort: Query['sort']): readonly ReportRow[] {
    const asked = JSON.stringify(sort)
    if (ordered?.sort !== asked) ordered = { sort: asked, rows: sortRows([...rows.values()], sort) }
    return ordered.rows
  }

  function tally(): Found['found'] {
    let failed = 0
    for (const row of rows.values()) if (row.outcome === 'failed') failed++
    return { all: rows.size, failed }
  }

  return {
    add(more) {
      for (const row of more) rows.set(row.id, row)
      if (more.length > 0) changed()
    },
    replace(all) {
      rows.clear()
      for (const row of all) rows.set(row.id, row)
      changed()
    },
    get: (id) => rows.get(id),
    query({ filter, outcome = 'all', sort, group = null }) {
      const { rows: found, problem } = matching(inOrder(sort), filter)
      const counts = { all: found.length, failed: 0, established: 0, incomplete: 0 }
      for (const row of found) if (row.outcome !== 'none') counts[row.outcome]++
      const narrowed = outcome === 'all' ? found : found.filter((row) => row.outcome === outcome)
      const grouped = group === null ? { rows: narrowed, groups: null } : groupRows(narrowed, group)
      return {
        ids: Uint32Array.from(grouped.rows, (row) => row.id),
        failed: Uint8Array.from(grouped.rows, (row) => Number(row.outcome === 'failed')),
        groups: grouped.groups,
        counts,
        found: (tallied ??= tally()),
        problem,
      }
    },
    overview: () => overviewOf(rows.values()),
    complete: (text, cursor) =>
      completeFilter(text, cursor, (field) => {
        const known = counted.get(field.name)
        if (known !== undefined) return known
        const counts = countValues(field, rows.values())
        counted.set(field.name, counts)
        return counts
      }),
  }
}

/** The rows that a filter lets through, in their order; none where it is not finished. */
export function matching(
  rows: readonly ReportRow[],
  filter: string,
): { readonly rows: ReportRow[]; readonly problem: Problem | null } {
  const parsed = parseFilter(filter)
  if (!parsed.ok) return { rows: [], problem: { ...parsed.problem } }
  return { rows: rows.filter(compileFilter(parsed.filter)), problem: null }
}
