// Nothing jumps while a capture is read: rows that come in above the ones in view push nothing out of its place.

import { nextTick, watch, type Ref } from 'vue'
import type { Session } from '../session.ts'
import type { Lines } from './grouping.ts'

interface Ground {
  readonly scroller: Ref<HTMLElement | null>
  readonly lines: Ref<Lines>
  /** Pixels. */
  readonly rowHeight: number
  /** Pixels of the list that are in view, its head among them. */
  readonly height: Ref<number>
}

/**
 * Holds the chosen row where it is on the screen, else the topmost one; a list at its beginning stays there. Where the list
 * becomes lower, the chosen row stays in it.
 */
export function useStillness(session: Session, { scroller, lines, rowHeight, height }: Ground): void {
  const { state } = session
  let listed = asked()

  /** What the list shows: with the same question, other lines are conversations that came in. */
  function asked(): { question: string; ids: Uint32Array } {
    const { applied, outcome, sort, group } = state
    return { question: JSON.stringify([applied, outcome, sort, group]), ids: session.ids.value }
  }

  watch(
    lines,
    async (now, before) => {
      const element = scroller.value
      const last = listed
      listed = asked()
      const cameIn = last.question === listed.question && last.ids !== listed.ids
      if (element === null || !cameIn || element.scrollTop === 0) return
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

  watch(height, (now, before) => {
    const element = scroller.value
    if (element === null || now >= before || state.selected === null) return
    // The head takes the first line of the view.
    const top = (lines.value.indexOf(state.selected) + 1) * rowHeight - element.scrollTop
    const below = top + rowHeight - now
    if (top <= 0 || top >= before || below <= 0) return
    // The topmost row is a whole one.
    element.scrollTop = Math.ceil((element.scrollTop + below) / rowHeight) * rowHeight
  })

  function heldLine(before: Lines, top: number, shown: number): { id: number; at: number } | null {
    const chosen = state.selected === null ? -1 : before.indexOf(state.selected)
    const line = before.at(chosen >= top && chosen < top + shown ? chosen : top)
    return line?.kind === 'row' ? line : null
  }
}
