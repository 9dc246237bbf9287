// Geometry of the overview strip: outcomes over time as blocks, or as bars where a slice of time holds many. Pure.

import type { RowsOverview } from '../../shared/contract/bridge.ts'
import { namedInSlice, overviewSlices as slices, sliceOf } from '../../shared/filter/overview.ts'

type Kind = 'established' | 'failed' | 'incomplete'
type Counted = RowsOverview['slices'][number]

export interface Block {
  readonly key: string
  /** Per cent of the width. */
  readonly x: number
  readonly y: number
  readonly height: number
  readonly kind: Kind
  readonly slice: number
  /** How many conversations it stands for: one for a block, all of its slice and outcome for a bar. */
  readonly count: number
  /** The first of them. */
  readonly id: number
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

export interface Strip {
  readonly blocks: readonly Block[]
  readonly ticks: readonly Tick[]
  /** Time of the first and the last conversation, in ms since 1970. */
  readonly first: number
  readonly last: number
}

const kinds: readonly Kind[] = ['established', 'failed', 'incomplete']
export const middle = 26
/** Highest bar, the same above and below. */
const barHeight = 11
const margin = 0.6

/** Blocks and ticks of the counted slices; nothing of a capture without times. */
export function stripOf(overview: RowsOverview | null): Strip {
  if (overview?.first == null || overview.last === null) return { blocks: [], ticks: [], first: 0, last: 0 }
  const { first, last } = overview
  const most = Math.max(...overview.slices.flatMap((slice) => kinds.map((kind) => slice[kind].count)))
  const blocks = overview.slices.flatMap((counted, slice) =>
    kinds.flatMap((kind) => blocksOf(counted, slice, kind, most)),
  )
  return { blocks, ticks: ticksOf(first, Math.max(1, last - first)), first, last }
}

/** The slice at a place from 0 to 1 of the strip's width. */
export function sliceAt(place: number): number {
  const share = (place * 100 - margin) / (100 - 2 * margin)
  return Math.min(slices - 1, Math.max(0, Math.floor(share * slices)))
}

/** What began in a slice, or in all up to another, and when that is. */
export function sliceCounts(overview: RowsOverview, slice: number, until = slice): Slice {
  const [first, last] = [Math.min(slice, until), Math.max(slice, until)]
  const counted = overview.slices.slice(first, last + 1)
  const times = (at: number) => sliceTimes(overview.first ?? 0, overview.last ?? 0, at)
  const count = (kind: Kind): number => counted.reduce((sum, each) => sum + each[kind].count, 0)
  return {
    from: times(first)[0],
    to: times(last)[1],
    established: count('established'),
    failed: count('failed'),
    incomplete: count('incomplete'),
  }
}

/** Where a slice begins and ends, in ms since 1970. */
export function sliceTimes(first: number, last: number, slice: number): readonly [number, number] {
  const width = Math.max(1, last - first) / (slices - 1)
  return [first + slice * width, first + (slice + 1) * width]
}

/** The block a conversation is part of; null where it has no time or no such outcome is drawn. */
export function blockOf(
  strip: Strip,
  row: { readonly id: number; readonly startMs: number; readonly outcome: string },
): Block | null {
  const slice = sliceOf(strip, row.startMs)
  const here = strip.blocks.filter((block) => block.slice === slice && block.kind === row.outcome)
  return here.find((block) => block.id === row.id) ?? here.find((block) => block.count > 1) ?? null
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
export function placeOf(strip: Strip, at: number): number {
  const range = Math.max(1, strip.last - strip.first)
  const slice = ((at - strip.first) / range) * (slices - 1)
  return Math.min(100, Math.max(0, margin + (slice * (100 - 2 * margin)) / slices))
}

/** The time at a place from 0 to 1 of the strip's width. */
export function timeAt(strip: Strip, place: number): number {
  const range = Math.max(1, strip.last - strip.first)
  const slice = ((place * 100 - margin) / (100 - 2 * margin)) * slices
  return strip.first + Math.min(1, Math.max(0, slice / (slices - 1))) * range
}

/** Where a slice begins, in per cent of the width. */
function xOf(slice: number): number {
  return margin + (slice * (100 - 2 * margin)) / slices
}

function blocksOf(counted: Counted, slice: number, kind: Kind, most: number): Block[] {
  const { count, ids } = counted[kind]
  if (count === 0) return []
  const x = xOf(slice)
  const up = kind !== 'failed'
  const below = kind === 'incomplete' ? counted.established.count : 0
  const key = `${String(slice)}:${kind}`
  if (most > namedInSlice) {
    const scale = (many: number): number => Math.max(2, (Math.log1p(many) / Math.log1p(most)) * barHeight)
    const lift = below === 0 ? 0 : scale(below) + 1
    const y = up ? middle - 2 - lift - scale(count) : middle + 2
    const height = Math.min(scale(count), middle - 4 - lift)
    return [{ key, x, y, height, kind, slice, count, id: ids[0] ?? 0 }]
  }
  const pitch = most > 2 ? 4 : 7
  return ids.map((id, index) => ({
    key: `${key}:${String(id)}`,
    x,
    y: up ? middle - 1 - pitch - (index + below) * pitch : middle + 2 + index * pitch,
    height: pitch - 1,
    kind,
    slice,
    count: 1,
    id,
  }))
}

function ticksOf(first: number, range: number): readonly Tick[] {
  return Array.from({ length: range > 1 ? 5 : 1 }, (_, index) => ({
    x: xOf(0) + (index * (100 - 2 * margin)) / 5,
    at: first + (index * range) / 5,
  }))
}
