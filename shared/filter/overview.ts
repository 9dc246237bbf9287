// Outcomes over time, counted in slices: what the overview strip draws, the same few numbers for 30 rows and for 100,000. Pure.

import type { RowsOverview } from '../contract/bridge.ts'
import type { ReportRow } from '../contract/report.ts'

/** Slices of time on the strip. */
export const overviewSlices = 97
/** Conversations of one outcome that are named in a slice; beyond, the first stands for all. */
export const namedInSlice = 4

type Slice = RowsOverview['slices'][number]

/** Counts rows by outcome, and those with a time by slice. */
export function overviewOf(rows: Iterable<ReportRow>): RowsOverview {
  const counts = { all: 0, established: 0, failed: 0, incomplete: 0 }
  const timed: { id: number; at: number; outcome: keyof Slice }[] = []
  let first = Infinity
  let last = -Infinity
  for (const { id, start, outcome } of rows) {
    counts.all++
    if (outcome === 'none') continue
    counts[outcome]++
    const at = start === null ? NaN : Date.parse(start)
    if (Number.isNaN(at)) continue
    first = Math.min(first, at)
    last = Math.max(last, at)
    timed.push({ id, at, outcome })
  }
  if (timed.length === 0) return { ...counts, first: null, last: null, slices: [] }
  const slices = Array.from({ length: overviewSlices }, emptySlice)
  for (const { id, at, outcome } of timed) {
    const cell = slices[sliceOf({ first, last }, at)]?.[outcome]
    if (cell === undefined) continue
    cell.count++
    if (cell.ids.length < namedInSlice) cell.ids.push(id)
  }
  return { ...counts, first, last, slices }
}

function emptySlice(): Slice {
  return {
    established: { count: 0, ids: [] },
    failed: { count: 0, ids: [] },
    incomplete: { count: 0, ids: [] },
  }
}

/** The slice a time falls into. */
export function sliceOf(
  { first, last }: { readonly first: number; readonly last: number },
  at: number,
): number {
  const range = Math.max(1, last - first)
  return Math.min(overviewSlices - 1, Math.max(0, Math.floor(((at - first) / range) * (overviewSlices - 1))))
}
