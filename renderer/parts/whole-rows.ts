// A list at rest is scrolled by whole rows. Its height is whole rows by .whole-rows (base.css), so none is cut at either edge.

import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'

/** Lets `scroller` rest at multiples of `rowHeight` px only. */
export function restAtRows(scroller: Readonly<Ref<HTMLElement | null>>, rowHeight: number): void {
  useEventListener(scroller, 'scrollend', () => {
    const it = scroller.value
    if (it === null) return
    const top = Math.round(it.scrollTop / rowHeight) * rowHeight
    if (Math.abs(top - it.scrollTop) >= 1) it.scrollTop = top
  })
}
