// Where group heads and rows lie in the list: arithmetic over counts, so that 100,000 rows cost as little as 30. Pure.

import type { RowGroup } from '../../shared/filter/group.ts'

export type Line =
  | { readonly kind: 'group'; readonly group: RowGroup; readonly at: number }
  | { readonly kind: 'row'; readonly id: number; readonly at: number }

export interface Lines {
  readonly count: number
  /** The line at an index; null beyond the end. */
  at(index: number): Line | null
  /** Index of a conversation's line; of its group's head where that is closed; -1 where it is not listed. */
  indexOf(id: number): number
  /** Index of a group's head; -1 for an unknown one. */
  indexOfGroup(value: string): number
  /** The group a line belongs to; null without groups. */
  groupOf(index: number): RowGroup | null
}

interface Placed {
  readonly group: RowGroup
  /** Index of its head among the lines, and of its first row among the ids. */
  readonly line: number
  readonly first: number
  readonly open: boolean
}

/** Ids in the order of the list. */
export interface IdList {
  readonly length: number
  readonly [at: number]: number
  indexOf(id: number): number
}

/** Lines of `ids` without groups, or below the heads of `groups`; rows of closed groups have none. */
export function linesOf(ids: IdList, groups: readonly RowGroup[] | null, closed: ReadonlySet<string>): Lines {
  if (groups === null) {
    return {
      count: ids.length,
      at: (index) => rowAt(ids[index], index),
      indexOf: (id) => ids.indexOf(id),
      indexOfGroup: () => -1,
      groupOf: () => null,
    }
  }
  const placed: Placed[] = []
  let line = 0
  let first = 0
  for (const group of groups) {
    const open = !closed.has(group.value)
    placed.push({ group, line, first, open })
    line += 1 + (open ? group.rows : 0)
    first += group.rows
  }
  const count = line
  const holding = (index: number): Placed | undefined =>
    index < 0 || index >= count ? undefined : placed[lastAtMost(placed, (each) => each.line, index)]
  return {
    count,
    at(index) {
      const place = holding(index)
      if (place === undefined) return null
      if (index === place.line) return { kind: 'group', group: place.group, at: index }
      return rowAt(ids[place.first + index - place.line - 1], index)
    },
    indexOf(id) {
      const at = ids.indexOf(id)
      const place = at < 0 ? undefined : placed[lastAtMost(placed, (each) => each.first, at)]
      if (place === undefined) return -1
      return place.open ? place.line + 1 + at - place.first : place.line
    },
    indexOfGroup: (value) => placed.find((each) => each.group.value === value)?.line ?? -1,
    groupOf: (index) => holding(index)?.group ?? null,
  }
}

function rowAt(id: number | undefined, at: number): Line | null {
  return id === undefined ? null : { kind: 'row', id, at }
}

/** Index of the last element whose key is at most `wanted`; keys rise. */
function lastAtMost(placed: readonly Placed[], key: (each: Placed) => number, wanted: number): number {
  let low = 0
  let high = placed.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const each = placed[middle]
    if (each !== undefined && key(each) <= wanted) low = middle
    else high = middle - 1
  }
  return low
}
