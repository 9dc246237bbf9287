// What the list has no room for in this window: columns that gave way, and the texts of the chosen row that end in dots.

import { shallowRef } from 'vue'

export interface Unseen {
  readonly head: string
  readonly text: string
}

/** Ids of columns that gave way to the others. */
export const columnsWithoutRoom = shallowRef<readonly string[]>([])
/** Texts of the chosen row that cannot be read whole in the list, in the order of its columns. */
export const unseenTexts = shallowRef<readonly Unseen[]>([])

/** Whether a cell, or what stands in it, is cut by its width. */
export function isCut(cell: Element): boolean {
  return [cell, ...cell.children].some((each) => each.scrollWidth > each.clientWidth && each.clientWidth > 0)
}
