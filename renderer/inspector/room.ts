// How the height of the inspector is shared between a call's detail, the fields and the bytes. Pure; all in CSS px.

import type { CallShare } from '../preferences.ts'

/** Rows of the field tree and of the bytes (--h-tree, --h-hex). */
export const fieldRow = 22
export const bytesRow = 20
/** Above and below the rows, both together. */
const fieldsEdge = 6
const bytesEdge = 8
const bar = 1
/** Of a call's detail this much is always seen: what the status means and the state. */
const leastDetail = 66

/** What stands below a call's detail. */
export interface Below {
  /** Px of the lines above the fields. */
  readonly above: number
  /** How many fields and bytes there are. */
  readonly fields: number
  readonly bytes: number
}

/** Rows of fields and bytes that a call's detail leaves in view, and those it leaves where all of it is asked for. */
const left = { brief: { fields: 6, bytes: 4 }, whole: { fields: 3, bytes: 2 } }

/** How many bytes a row of so many px holds with their offset and characters. */
export function bytesPerRow(width: number): number {
  return width === 0 || width >= 470 ? 16 : width >= 290 ? 8 : 4
}

/**
 * Share of a call's detail in per cent of `body`: no more than all of it, and what leaves fields and bytes their rows.
 *
 * @param body - size of detail, fields and bytes together
 * @param below - null: there are no fields
 * @param whole - height of the whole detail; 0: not known yet
 */
export function detailShare(
  body: { width: number; height: number },
  below: Below | null,
  whole: number,
  wanted: CallShare,
): number {
  const { height } = body
  if (height === 0) return 30
  const most = whole === 0 ? 90 : Math.min(90, percent(whole, height))
  if (typeof wanted === 'number') return Math.min(most, wanted)
  const room = below === null ? 0 : roomOf(below, left[wanted], bytesPerRow(body.width))
  return Math.min(most, percent(Math.max(leastDetail, height - room), height))
}

function roomOf(below: Below, rows: { fields: number; bytes: number }, perRow: number): number {
  const fields = Math.min(rows.fields, Math.max(1, below.fields)) * fieldRow + fieldsEdge
  const bytes = Math.min(rows.bytes, Math.ceil(below.bytes / perRow)) * bytesRow + bytesEdge
  return bar + below.above + fields + bar + bytes
}

/** The share of the bytes (in per cent of `height`) next to the `wanted` one at which rows are whole, and that of all `rows`. */
export function bytesShare(height: number, wanted: number, rows: number): { now: number; most: number } {
  if (height === 0) return { now: wanted, most: 100 }
  const of = (count: number): number =>
    Math.min(85, percent(Math.max(1, count) * bytesRow + bytesEdge, height))
  const next = Math.round(((wanted / 100) * height - bytesEdge) / bytesRow)
  return { now: of(Math.min(next, rows)), most: of(rows) }
}

/** Of two panes both give of their share to the bar between them. */
function percent(pane: number, both: number): number {
  return (pane / (both - bar)) * 100
}
