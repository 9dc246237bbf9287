// A trail through what a value was whenever it had settled: back and forward, as a browser does with pages.

import { useManualRefHistory, watchDebounced } from '@vueuse/core'
import { computed, type ComputedRef, type Ref } from 'vue'

export interface Trail {
  readonly back: () => void
  readonly forward: () => void
  readonly canBack: ComputedRef<boolean>
  readonly canForward: ComputedRef<boolean>
  /** Begins anew with the value as it is. */
  clear(): void
}

const stepsKept = 100

/** Follows `value`, a plain one; it counts as settled after `milliseconds` without a change. `nothing` is no step of the trail. */
export function trailOf<T extends string | number | null>(
  value: Ref<T>,
  milliseconds: number,
  nothing?: T,
): Trail {
  const history = useManualRefHistory<T>(value, { capacity: stepsKept })

  function settle(): void {
    const before = history.last.value.snapshot
    if (value.value === before || value.value === nothing) return
    history.commit()
    if (before === nothing) history.clear()
  }

  watchDebounced(value, settle, { debounce: milliseconds })
  return {
    back() {
      settle()
      history.undo()
    },
    forward() {
      settle()
      history.redo()
    },
    canBack: computed(() => history.canUndo.value || value.value !== history.last.value.snapshot),
    canForward: computed(() => history.canRedo.value),
    clear() {
      history.commit()
      history.clear()
    },
  }
}
