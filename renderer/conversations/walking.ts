// The keyboard and the pointer in the list: from line to line, marks, groups that close and open, chords.

import { computed, nextTick, ref, watch, type Ref } from 'vue'
import { columnChoices, columnSets } from '../preferences.ts'
import type { Session } from '../session.ts'
import { ownSets } from './columns.ts'
import type { Lines } from './grouping.ts'

/** What walking needs of the list on the screen. */
export interface Ground {
  readonly lines: Ref<Lines>
  /** Values of the groups that are folded away. */
  readonly closed: Ref<ReadonlySet<string>>
  /** Brings a line into view. */
  scrollTo(line: number): void
  /** Lines that a page key passes over. */
  page(): number
  /** Opens the timeline of the chosen conversation. */
  open(): void
  copy(): void
  askCopy(): void
}

export function useWalking(session: Session, ground: Ground) {
  const { state } = session
  const { lines, closed } = ground
  /** The group whose head the keyboard stands on; null: on the chosen conversation. */
  const onGroup = ref<string | null>(null)
  const active = computed(() => {
    if (onGroup.value !== null) return `group-${String(lines.value.indexOfGroup(onGroup.value))}`
    return state.selected === null ? undefined : `row-${String(state.selected)}`
  })

  watch(
    () => state.selected,
    async (id) => {
      if (id === null) return
      onGroup.value = null
      await nextTick()
      const at = lines.value.indexOf(id)
      if (at >= 0) ground.scrollTo(at)
    },
  )
  watch(
    () => state.group,
    () => {
      closed.value = new Set()
      onGroup.value = null
    },
  )

  function fold(value: string, shut = !closed.value.has(value)): void {
    const next = new Set(closed.value)
    if (shut) next.add(value)
    else next.delete(value)
    closed.value = next
  }

  function pickGroup(value: string): void {
    onGroup.value = value
    fold(value)
  }

  function pick(id: number, event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey) session.mark(id)
    else if (event.shiftKey && state.selected !== null) markTo(id)
    session.select(id)
  }

  /** Marks everything listed between the chosen conversation and this one. */
  function markTo(id: number): void {
    const order = session.ids.value
    const [from, to] = [order.indexOf(state.selected ?? id), order.indexOf(id)].sort((a, b) => a - b)
    for (const each of order.subarray(from, (to ?? 0) + 1)) session.mark(each, true)
  }

  function here(): number {
    if (onGroup.value !== null) return lines.value.indexOfGroup(onGroup.value)
    return state.selected === null ? -1 : lines.value.indexOf(state.selected)
  }

  function goTo(index: number): void {
    const line = lines.value.at(Math.min(lines.value.count - 1, Math.max(0, index)))
    if (line === null) return
    if (line.kind === 'row') {
      onGroup.value = null
      session.select(line.id)
    } else onGroup.value = line.group.value
    ground.scrollTo(line.at)
  }

  /** Left closes the group of the line and stands on its head, right opens it. */
  function sideways(shut: boolean): boolean {
    const group = lines.value.groupOf(here())
    if (group === null) return false
    if (shut || onGroup.value !== null) {
      onGroup.value = group.value
      fold(group.value, shut)
    }
    return true
  }

  function mark(): void {
    const at = here()
    if (onGroup.value !== null) {
      fold(onGroup.value)
      return
    }
    if (state.selected === null) return
    session.mark(state.selected)
    goTo(at + 1)
  }

  function act(): void {
    if (onGroup.value === null) ground.open()
    else fold(onGroup.value)
  }

  function step(to: number, marking: boolean): void {
    const before = state.selected
    goTo(to)
    if (!marking || before === null) return
    session.mark(before, true)
    if (state.selected !== null) session.mark(state.selected, true)
  }

  function onKey(event: KeyboardEvent): void {
    if (event.altKey) return
    if (event.ctrlKey || event.metaKey) {
      if (onChord(event)) event.preventDefault()
      return
    }
    const at = here()
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + ground.page(),
      PageUp: at - ground.page(),
      Home: 0,
      End: lines.value.count - 1,
    }
    const to = steps[event.key]
    if (to !== undefined) step(to, event.shiftKey)
    else if (event.key === 'Enter') act()
    else if (event.key === ' ') mark()
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      if (!sideways(event.key === 'ArrowLeft')) return
    } else return
    event.preventDefault()
  }

  /** Ctrl C copies, Ctrl Shift C asks how, Ctrl A marks all, Ctrl 1 … 9 takes a column set. */
  function onChord(event: KeyboardEvent): boolean {
    const key = event.key.toLowerCase()
    const set = /^[1-9]$/.test(key) ? [...ownSets, ...columnSets.value][Number(key) - 1] : undefined
    if (set !== undefined) columnChoices.value = set.columns
    else if (key === 'c' && event.shiftKey) ground.askCopy()
    else if (key === 'c') ground.copy()
    else if (key === 'a') for (const id of session.ids.value) session.mark(id, true)
    else return false
    return true
  }

  return { onGroup, active, pick, pickGroup, onKey }
}
