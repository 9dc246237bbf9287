// The field tree of a token as a flat list: which rows show, which field a byte belongs to. Pure.

import type { ByteRange } from '../selection.ts'
import type { TokenDetail } from '../session.ts'

export type Field = TokenDetail['fields'][number]

export interface TreeRow {
  readonly field: Field
  /** Index in the token's fields. */
  readonly index: number
  readonly parent: boolean
  readonly open: boolean
}

/** Fields from this depth on start closed when they have children. */
const openDepth = 2
/** Trees with fewer fields than this start wholly open. */
const smallTree = 28
/** What carries messages: seldom what one looks for. */
const closedAlways: ReadonlySet<string> = new Set(['record header'])
/** Values of a group's members shown beside its name. */
const digestLength = 4

function hasChildren(fields: readonly Field[], index: number): boolean {
  const next = fields[index + 1]
  return next !== undefined && next.depth > fields[index]!.depth
}

/**
 * Indexes of the fields that start closed. Of several large messages one is open: the one that holds the field `kept`,
 * else the first.
 */
export function closedAtFirst(fields: readonly Field[], kept = -1): ReadonlySet<number> {
  const small = fields.length <= smallTree
  const open = kept < 0 ? 0 : (ancestors(fields, kept)[0] ?? kept)
  return new Set(
    fields.flatMap((field, index) => {
      if (!hasChildren(fields, index)) return []
      const deep = field.depth === 0 ? index !== open : field.depth >= openDepth || isFlat(fields, index)
      return closedAlways.has(field.name) || (!small && deep) ? [index] : []
    }),
  )
}

/** A group of single values, such as the cipher suites: its digest says enough. */
function isFlat(fields: readonly Field[], index: number): boolean {
  const { depth, value } = fields[index]!
  if (value !== '') return false
  for (let at = index + 1; at < fields.length && fields[at]!.depth > depth; at++)
    if (fields[at]!.depth > depth + 1) return false
  return true
}

/** A field's value; a group without one is told by the first of its members. */
export function valueOf(fields: readonly Field[], index: number): string {
  const field = fields[index]!
  if (field.value !== '') return field.value
  const parts = groupsIn(fields, index)
  if (parts.length > 0) return digestOf(parts)
  const members: string[] = []
  for (let at = index + 1; at < fields.length && fields[at]!.depth > field.depth; at++) {
    const { name, value } = fields[at]!
    if (hasChildren(fields, at) || value === '' || / (?:length|type)$/.test(name) || isHex(value)) continue
    members.push(value.replace(/ \((?:0x)?[0-9a-f]+\)$/, ''))
    if (members.length > digestLength) break
  }
  return digestOf(members)
}

/** Names of the groups right below one. */
function groupsIn(fields: readonly Field[], index: number): string[] {
  const names: string[] = []
  const { depth } = fields[index]!
  for (let at = index + 1; at < fields.length && fields[at]!.depth > depth; at++)
    if (fields[at]!.depth === depth + 1 && hasChildren(fields, at)) names.push(fields[at]!.name)
  return names.length > 1 ? names : []
}

function digestOf(parts: readonly string[]): string {
  return `${parts.slice(0, digestLength).join(', ')}${parts.length > digestLength ? ' …' : ''}`
}

function isHex(value: string): boolean {
  return /^[0-9a-f]{2}(?: [0-9a-f]{2})+(?: …)?$/.test(value)
}

/** The rows that show, given the closed ones. */
export function rowsOf(fields: readonly Field[], closed: ReadonlySet<number>): readonly TreeRow[] {
  const rows: TreeRow[] = []
  let hiddenBelow = Infinity
  fields.forEach((field, index) => {
    if (field.depth > hiddenBelow) return
    hiddenBelow = Infinity
    const parent = hasChildren(fields, index)
    const open = parent && !closed.has(index)
    if (parent && !open) hiddenBelow = field.depth
    rows.push({ field, index, parent, open })
  })
  return rows
}

/** Indexes of the fields above one, nearest last. */
export function ancestors(fields: readonly Field[], index: number): readonly number[] {
  const above: number[] = []
  let depth = fields[index]?.depth ?? 0
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const field = fields[at]!
    if (field.depth < depth) {
      above.unshift(at)
      depth = field.depth
    }
  }
  return above
}

/** The innermost field that covers a byte; -1 where none does. */
export function fieldAt(fields: readonly Field[], offset: number): number {
  let best = -1
  fields.forEach((field, index) => {
    if (field.start > offset || offset >= field.end) return
    const held = fields[best]
    if (held === undefined || field.end - field.start <= held.end - held.start) best = index
  })
  return best
}

/** The field that is exactly a range, else the innermost one that covers it; -1 where none does. */
export function fieldOf(fields: readonly Field[], range: ByteRange): number {
  const exact = fields.findLastIndex((field) => field.start === range.start && field.end === range.end)
  if (exact >= 0) return exact
  let best = -1
  fields.forEach((field, index) => {
    if (field.start > range.start || field.end < range.end) return
    const held = fields[best]
    if (held === undefined || field.end - field.start <= held.end - held.start) best = index
  })
  return best
}
