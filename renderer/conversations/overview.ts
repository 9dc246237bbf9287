// Geometry of the overview strip: outcomes over time as blocks, or as bars where a slice of time holds many. Pure.

import type { OverviewPoint } from '../session.ts'

export interface Block {
  readonly key: string
  /** Per cent of the width. */
  readonly x: number
  readonly y: number
  readonly height: number
  readonly kind: 'established' | 'failed' | 'incomplete'
  /** The conversations it stands for: one for a block, all of its slice for a bar. */
  readonly ids: readonly number[]
  readonly title: string
}

/** Outcomes of one slice of time, for the pointer that rests on it. */
export interface Slice {
  readonly from: number
  readonly to: number
  readonly established: number
  readonly failed: number
  readonly incomplete: number
}

export interface Tick {
  readonly x: number
  readonly at: number
}

export interface Overview {
  readonly blocks: readonly Block[]
  readonly ticks: readonly Tick[]
  readonly slices: number
  readonly first: number
  readonly last: number
}

/** Slices of time; above this many conversations in one, blocks become bars. */
const slices = 97
const stackUpTo = 4
export const middle = 26
/** Highest bar, the same above and below. */
const barHeight = 13
const margin = 0.6

/** Blocks and ticks for points that have a time; `pad` milliseconds of a still growing capture are left empty at the right. */
export function overviewOf(points: readonly OverviewPoint[]): Overview {
  const timed = points.filter((point) => point.startMs !== null && point.outcome !== 'none')
  const first = timed.reduce((low, point) => Math.min(low, point.startMs ?? low), Infinity)
  const last = timed.reduce((high, point) => Math.max(high, point.startMs ?? high), -Infinity)
  if (timed.length === 0) return { blocks: [], ticks: [], slices, first: 0, last: 0 }
  const range = Math.max(1, last - first)
  const cells = new Map<string, OverviewPoint[]>()
  for (const point of timed) {
    const slice = Math.min(
      slices - 1,
      Math.floor((((point.startMs ?? first) - first) / range) * (slices - 1)),
    )
    const key = `${String(slice)}:${point.outcome}`
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, [point])
    else cell.push(point)
  }
  const most = Math.max(...[...cells.values()].map((cell) => cell.length))
  const blocks = [...cells].flatMap(([key, cell]) => cellBlocks(key, cell, most, cells))
  return { blocks, ticks: ticksOf(first, range), slices, first, last }
}

/** The slice at a place from 0 to 1 of the strip's width, with what began in it. */
export function sliceAt(points: readonly OverviewPoint[], strip: Overview, place: number): Slice {
  const range = Math.max(1, strip.last - strip.first)
  const share = (place * 100 - margin) / (100 - 2 * margin)
  const slice = Math.min(slices - 1, Math.max(0, Math.floor(share * slices)))
  const from = strip.first + (slice * range) / (slices - 1)
  const to = strip.first + ((slice + 1) * range) / (slices - 1)
  const within = points.filter(({ startMs }) => startMs !== null && startMs >= from && startMs < to)
  const count = (outcome: string): number => within.filter((point) => point.outcome === outcome).length
  return {
    from,
    to,
    established: count('established'),
    failed: count('failed'),
    incomplete: count('incomplete'),
  }
}

const rangeTerm = /\s*&&\s*time >= \S+ && time <= \S+$|^time >= \S+ && time <= \S+$/

/** The filter with the range of time that was dragged over, in place of one dragged before. */
export function withRange(filter: string, from: number, to: number): string {
  const kept = withoutRange(filter)
  const range = `time >= ${new Date(Math.floor(from)).toISOString()} && time <= ${new Date(Math.ceil(to)).toISOString()}`
  if (kept === '') return range
  return `${/\|\|| or /.test(kept) && !/^\(.*\)$/.test(kept) ? `(${kept})` : kept} && ${range}`
}

/** The filter without a range of time that was dragged over. */
export function withoutRange(filter: string): string {
  return filter.trim().replace(rangeTerm, '')
}

/** The range of time in the filter, as `withRange` writes it; null without one. */
export function rangeIn(filter: string): { readonly from: number; readonly to: number } | null {
  const parts = /time >= (\S+) && time <= (\S+)$/.exec(filter.trim())
  if (parts === null) return null
  const [from, to] = [Date.parse(parts[1] ?? ''), Date.parse(parts[2] ?? '')]
  return Number.isNaN(from) || Number.isNaN(to) ? null : { from, to }
}

/** Where a time stands on the strip, in per cent of its width. */
export function placeOf(strip: Overview, at: number): number {
  const range = Math.max(1, strip.last - strip.first)
  const slice = ((at - strip.first) / range) * (slices - 1)
  return Math.min(100, Math.max(0, margin + (slice * (100 - 2 * margin)) / slices))
}

/** The time at a place from 0 to 1 of the strip's width. */
export function timeAt(strip: Overview, place: number): number {
  const range = Math.max(1, strip.last - strip.first)
  const slice = ((place * 100 - margin) / (100 - 2 * margin)) * slices
  return strip.first + Math.min(1, Math.max(0, slice / (slices - 1))) * range
}

/** Where a slice begins, in per cent of the width. */
export function xOf(slice: number): number {
  return margin + (slice * (100 - 2 * margin)) / slices
}

function cellBlocks(
  key: string,
  cell: readonly OverviewPoint[],
  most: number,
  cells: ReadonlyMap<string, readonly OverviewPoint[]>,
): Block[] {
  const [slice = '0', outcome = ''] = key.split(':')
  const kind = outcome === 'established' || outcome === 'failed' ? outcome : 'incomplete'
  const x = xOf(Number(slice))
  const up = kind !== 'failed'
  const below = kind === 'incomplete' ? (cells.get(`${slice}:established`)?.length ?? 0) : 0
  if (most > stackUpTo) {
    const scale = (count: number): number => Math.max(2, (Math.log1p(count) / Math.log1p(most)) * barHeight)
    const height = scale(cell.length)
    const lift = below === 0 ? 0 : scale(below) + 1
    return [
      {
        key,
        x,
        y: up ? middle - 2 - lift - height : middle + 2,
        height: Math.min(height, middle - 4 - lift),
        kind,
        ids: cell.map((point) => point.id),
        title: `${String(cell.length)} ${kind}`,
      },
    ]
  }
  const pitch = most > 2 ? 4 : 7
  return cell.map((point, index) => ({
    key: `${key}:${String(point.id)}`,
    x,
    y: up ? middle - 1 - pitch - (index + below) * pitch : middle + 2 + index * pitch,
    height: pitch - 1,
    kind,
    ids: [point.id],
    title: `conversation ${String(point.id)}, ${kind}`,
  }))
}

function ticksOf(first: number, range: number): readonly Tick[] {
  return Array.from({ length: range > 1 ? 5 : 1 }, (_, index) => ({
    x: xOf(0) + (index * (100 - 2 * margin)) / 5,
    at: first + (index * range) / 5,
  }))
}
