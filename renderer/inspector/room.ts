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

function roomOf(rows: { fields: number; bytes: number }): number {
  return rows.fields * fieldRow + fieldsEdge + bar + rows.bytes * bytesRow + bytesEdge
}
/** What a call's detail leaves to fields and bytes, and what it leaves where all of it is asked for. */
const room = { brief: roomOf({ fields: 6, bytes: 4 }), whole: roomOf({ fields: 3, bytes: 2 }) }

/**
 * Share of a call's detail in per cent of `body`: no more than all of it, and what leaves fields and bytes their rows.
 *
 * @param body - height of detail, fields and bytes together
 * @param above - height of the lines between detail and fields; null: there are no fields
 * @param whole - height of the whole detail; 0: not known yet
 */
export function detailShare(body: number, above: number | null, whole: number, wanted: CallShare): number {
  if (body === 0) return 30
  const most = whole === 0 ? 90 : Math.min(90, percent(whole, body))
  if (typeof wanted === 'number') return Math.min(most, wanted)
  const rows = above === null ? 0 : above + bar + room[wanted]
  return Math.min(most, percent(Math.max(leastDetail, body - rows), body))
}

/** The share of the bytes next to the `wanted` one (both in per cent of `height`) at which their rows are whole. */
export function bytesShare(height: number, wanted: number): number {
  if (height === 0) return wanted
  const rows = Math.max(1, Math.round(((wanted / 100) * height - bytesEdge) / bytesRow))
  return percent(rows * bytesRow + bytesEdge, height)
}

/** Of two panes both give of their share to the bar between them. */
function percent(pane: number, both: number): number {
  return (pane / (both - bar)) * 100
}
