// What the page remembers between starts: theme, layout, density. Kept by the browser under this program's origin.

import { useLocalStorage } from '@vueuse/core'
import { watch, type Ref } from 'vue'

export type Theme = 'system' | 'light' | 'dark' | 'contrast'
export type Density = 'full' | 'compact'

interface Layout {
  /** Height of the list and width of the inspector in per cent of their pane. */
  readonly list: number
  readonly inspector: number
  readonly hex: number
}

export const theme: Ref<Theme> = useLocalStorage<Theme>('theme', 'system')
export const layout: Ref<Layout> = useLocalStorage<Layout>(
  'layout',
  { list: 28, inspector: 37, hex: 40 },
  { mergeDefaults: true },
)
/** The analyst's choice per file name; without one the number of calls decides. */
export const densities: Ref<Record<string, Density>> = useLocalStorage<Record<string, Density>>(
  'densities',
  {},
)
export const diagnosisOpen: Ref<boolean> = useLocalStorage('diagnosis', true)

/** Puts the theme on the document and keeps it there. */
export function applyTheme(): void {
  watch(
    theme,
    (chosen) => {
      if (chosen === 'system') delete document.documentElement.dataset['theme']
      else document.documentElement.dataset['theme'] = chosen
    },
    { immediate: true },
  )
}

/** Light, dark, contrast, system, light … */
export function nextTheme(): void {
  const order: readonly Theme[] = ['system', 'light', 'dark', 'contrast']
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'system'
}
