// While the window is drawn for paper.

import { useEventListener } from '@vueuse/core'
import { ref, type Ref } from 'vue'

/** True from the moment printing begins until it ends. */
export function usePrinting(): Ref<boolean> {
  const printing = ref(false)
  useEventListener('beforeprint', () => (printing.value = true))
  useEventListener('afterprint', () => (printing.value = false))
  return printing
}
