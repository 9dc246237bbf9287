// Nothing jumps while a capture is read: rows that come in above the ones in view push nothing out of its place.

import { nextTick, watch, type Ref } from 'vue'
import type { Session } from '../session.ts'
import type { Lines } from './grouping.ts'

interface Ground {
  readonly scroller: Ref<HTMLElement | null>
  readonly lines: Ref<Lines>
  /** Pixels. */
  readonly rowHeight: number
}

/** Holds the chosen row where it is on the screen, else the topmost one; a list at its beginning stays there. */
export function useStillness({ state }: Session, { scroller, lines, rowHeight }: Ground): void {
  watch(
    lines,
    async (now, before) => {
      const element = scroller.value
      if (element === null || state.phase !== 'reading' || element.scrollTop === 0) return
      const top = Math.floor(element.scrollTop / rowHeight)
      const held = heldLine(before, top, Math.ceil(element.clientHeight / rowHeight))
      if (held === null) return
      const moved = now.indexOf(held.id) - held.at
      if (moved === 0 || now.indexOf(held.id) < 0) return
      // The list has its new height first.
      await nextTick()
      element.scrollTop += moved * rowHeight
    },
    { flush: 'pre' },
  )

  function heldLine(before: Lines, top: number, shown: number): { id: number; at: number } | null {
    const chosen = state.selected === null ? -1 : before.indexOf(state.selected)
    const line = before.at(chosen >= top && chosen < top + shown ? chosen : top)
    return line?.kind === 'row' ? line : null
  }
}
