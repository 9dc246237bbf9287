// Cells and rows of a comparison: how two values are put side by side.

import type { CompareCell, CompareRow } from '../contract/compare.ts'

export type Evidence = CompareCell['evidence']

/** Members of a set that are shown beside its count. */
const shownItems = 6

export function plainCell(text: string, evidence: Evidence = null): CompareCell {
  return { text, items: [], failing: false, status: null, aside: null, evidence }
}

/** A row of two words; null: that side has none. A row that neither side has is null. */
export function textRow(
  label: string,
  left: string | null,
  right: string | null,
  at: readonly [Evidence, Evidence] = [null, null],
): CompareRow | null {
  if (left === null && right === null) return null
  return {
    label,
    mark: markOf(left, right),
    left: left === null ? null : plainCell(left, at[0]),
    right: right === null ? null : plainCell(right, at[1]),
    parting: false,
  }
}

/** A row of two lists. Equal means the same members in the same order; `what` names one member and many. */
export function listRow(
  label: string,
  left: readonly string[] | null,
  right: readonly string[] | null,
  at: readonly [Evidence, Evidence],
): CompareRow | null {
  if (left === null && right === null) return null
  const same = left !== null && right !== null && left.join('\n') === right.join('\n')
  const reordered =
    !same && left !== null && right !== null && sorted(left).join('\n') === sorted(right).join('\n')
  return {
    label,
    mark: left === null ? 'right-only' : right === null ? 'left-only' : same ? 'equal' : 'different',
    left: left === null ? null : listCell(left, right ?? [], null, at[0]),
    right:
      right === null
        ? null
        : listCell(
            right,
            left ?? [],
            same && right.length > 1
              ? `same ${String(right.length)}, same order`
              : reordered
                ? `same ${String(right.length)} in another order`
                : null,
            at[1],
          ),
    parting: false,
  }
}

function listCell(
  list: readonly string[],
  other: readonly string[],
  instead: string | null,
  evidence: Evidence,
): CompareCell {
  const others = new Set(other)
  const items = list.map((text) => ({ text, only: !others.has(text) }))
  const rest = list.length - shownItems
  const text =
    instead ??
    (list.length === 0
      ? 'none'
      : rest > 0
        ? `${list.slice(0, shownItems).join(', ')} +${String(rest)}`
        : list.join(', '))
  return { text, items, failing: false, status: null, aside: null, evidence }
}

function sorted(list: readonly string[]): string[] {
  return [...list].sort()
}

function markOf(left: string | null, right: string | null): CompareRow['mark'] {
  if (left === null) return 'right-only'
  if (right === null) return 'left-only'
  return left === right ? 'equal' : 'different'
}
