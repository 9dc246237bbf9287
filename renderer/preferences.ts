// What the page remembers between starts: theme, layout, density. Kept by the browser under this program's origin.

import { useLocalStorage, usePreferredContrast } from '@vueuse/core'
import { watch, type Ref } from 'vue'
import { usePrinting } from './printing.ts'
import { isFurther } from './window-kind.ts'

export type Theme = 'system' | 'light' | 'dark' | 'contrast'
export type Density = 'full' | 'compact'
/** How large the score is drawn; `fit`: so that all of it is on the screen. */
export type Scale = Density | 'fit'

/** Of the height for a call's detail, fields and bytes: what leaves the others their rows, as much of it as can be, or per cent. */
export type CallShare = 'brief' | 'whole' | number

interface Layout {
  /** Height of the list and width of the inspector in per cent of their pane. */
  readonly list: number
  readonly inspector: number
  /** Height of the bytes under the fields, and of a call's detail over both. */
  readonly hex: number
  readonly call: CallShare
}

export const theme: Ref<Theme> = useLocalStorage<Theme>('theme', 'system')
/** At first the inspector is wide enough for sixteen bytes of hex a row, and no wider: the score has the rest. */
const inspectorAtFirst = Math.round(Math.min(37, Math.max(29, 47_400 / globalThis.innerWidth)))
/** Each kind of window has its own, and none follows another while it is dragged. */
export const layout: Ref<Layout> = useLocalStorage<Layout>(
  isFurther ? 'layout-further' : 'layout',
  { list: 28, inspector: inspectorAtFirst, hex: 40, call: 'brief' },
  { mergeDefaults: true, listenToStorageChanges: false },
)
/** The analyst's choice per file name; without one the number of calls decides. */
export const densities: Ref<Record<string, Scale>> = useLocalStorage<Record<string, Scale>>('densities', {})
/** The score's size where it is not fitted: 1 is life size. */
export const scoreZoom: Ref<number> = useLocalStorage('score-zoom', 1)
export interface ColumnChoice {
  readonly id: string
  /** Pixels; null: its share of the room there is. */
  readonly width: number | null
}
export interface ColumnSet {
  readonly name: string
  readonly columns: readonly ColumnChoice[]
}
/** The columns of the list, in order; none: those the program begins with. */
export const columnChoices: Ref<readonly ColumnChoice[]> = useLocalStorage<readonly ColumnChoice[]>(
  'columns',
  [],
)
/** Column sets that the analyst named. */
export const columnSets: Ref<readonly ColumnSet[]> = useLocalStorage<readonly ColumnSet[]>('column-sets', [])

export interface SavedFilter {
  readonly name: string
  readonly filter: string
}
export const savedFilters: Ref<readonly SavedFilter[]> = useLocalStorage<readonly SavedFilter[]>(
  'saved-filters',
  [],
)
/** Filters used, the latest first. */
export const filterHistory: Ref<readonly string[]> = useLocalStorage<readonly string[]>('filter-history', [])
const filtersKept = 20

/** Puts a filter on top of the history. */
export function rememberFilter(filter: string): void {
  if (filter === '') return
  filterHistory.value = [filter, ...filterHistory.value.filter((each) => each !== filter)].slice(
    0,
    filtersKept,
  )
}

export interface Times {
  readonly zone: 'utc' | 'local'
  /** Time of day, date and time, seconds since the capture began, seconds since the row above. */
  readonly format: 'clock' | 'date' | 'relative' | 'delta'
}
export const times: Ref<Times> = useLocalStorage<Times>(
  'times',
  { zone: 'utc', format: 'clock' },
  { mergeDefaults: true },
)
/** Whether certificates are judged at the time of the capture only, or today as well. */
export const certificatesJudged: Ref<'both' | 'captured'> = useLocalStorage<'both' | 'captured'>(
  'certificates-judged',
  'both',
)
export const diagnosisOpen: Ref<boolean> = useLocalStorage('diagnosis', true)

/** Puts the theme on the document and keeps it there; paper is always light, and who asks the system for contrast has it. */
export function applyTheme(): void {
  const contrast = usePreferredContrast()
  const printing = usePrinting()
  watch(
    [theme, contrast, printing],
    () => {
      const chosen = theme.value === 'system' && contrast.value === 'more' ? 'contrast' : theme.value
      const shown = printing.value ? 'light' : chosen
      if (shown === 'system') delete document.documentElement.dataset['theme']
      else document.documentElement.dataset['theme'] = shown
    },
    // Before the page is drawn for the printer.
    { immediate: true, flush: 'sync' },
  )
}

/** Light, dark, contrast, system, light … */
export function nextTheme(): void {
  const order: readonly Theme[] = ['system', 'light', 'dark', 'contrast']
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'system'
}
