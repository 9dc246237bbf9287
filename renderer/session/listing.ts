// The list as the page holds it: ids in their order, the rows in view, marks, and the ways from one conversation to another.

import { computed, shallowReactive, shallowRef, toRef, watch } from 'vue'
import type { Bridge, RowsOverview } from '../../shared/contract/bridge.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import type { RowGroup } from '../../shared/filter/group.ts'
import { parseFilter } from '../../shared/filter/parse.ts'
import type { State } from '../state.ts'
import { trailOf } from './trail.ts'

const cachedRows = 4000
/** Rows fetched with those in view on either side, once a quarter of them is no longer there. */
const fetchedAround = 200
/** Milliseconds between two looks at the rows of a capture that is being read, and how much of the time they may take. */
const refreshEvery = 300
const refreshShare = 0.1
/** A filter that stood for so long, in milliseconds, is a step of its own to undo; likewise a conversation to come back to. */
const filterSettles = 600
const choiceSettles = 400

export type Listing = ReturnType<typeof createListing>

export function createListing(bridge: Bridge, state: State) {
  const ids = shallowRef(new Uint32Array())
  /** For each of `ids`: 1 where it failed. */
  const failed = shallowRef(new Uint8Array())
  const groups = shallowRef<readonly RowGroup[] | null>(null)
  /** Conversations marked in the list, for copying and comparing. */
  const marked = shallowReactive(new Set<number>())
  const overview = shallowRef<RowsOverview | null>(null)
  const rows = shallowReactive(new Map<number, ReportRow>())

  const narrowing = computed({
    get: () => JSON.stringify([state.applied, state.outcome]),
    set: (text) => {
      const [filter, outcome] = JSON.parse(text) as [string, State['outcome']]
      Object.assign(state, { filter, outcome })
    },
  })
  /** Filters as they were: what undo and redo walk. */
  const filterTrail = trailOf(narrowing, filterSettles)
  /** Conversations that were looked at. */
  const choiceTrail = trailOf(toRef(state, 'selected'), choiceSettles, null)

  let queryTurn = 0
  let asking = Promise.resolve()
  let refreshTimer: ReturnType<typeof setTimeout> | null = null
  let refreshTook = 0
  let wanted = new Set<number>()
  /** Rows in view, and those that scrolling comes to next. */
  let near: ReadonlySet<number> = new Set()
  let fetching = false

  watch(
    () => [state.filter, state.outcome, state.sort, state.group] as const,
    () => void query(),
    { deep: true },
  )
  // A filter typed while the capture was read may have left nothing to choose from.
  watch(ids, () => {
    if (overview.value !== null) selectFirst()
  })

  function forgetRows(): void {
    if (refreshTimer !== null) clearTimeout(refreshTimer)
    refreshTimer = null
    refreshTook = 0
    ids.value = new Uint32Array()
    failed.value = new Uint8Array()
    groups.value = null
    marked.clear()
    overview.value = null
    rows.clear()
    wanted.clear()
    filterTrail.clear()
    choiceTrail.clear()
  }

  /** Rows that came in while a capture is read: the first ones are shown at once. Of `others` those that are cached have changed. */
  function take(more: readonly ReportRow[], others: readonly number[]): void {
    for (const row of more) if (rows.size < cachedRows || rows.has(row.id)) rows.set(row.id, row)
    const revised = others.filter((id) => rows.has(id))
    if (revised.length > 0) void fetch(revised)
    const wait = ids.value.length === 0 ? 0 : Math.max(refreshEvery, refreshTook / refreshShare)
    refreshTimer ??= setTimeout(() => {
      refreshTimer = null
      void refresh()
    }, wait)
  }

  async function refresh(): Promise<void> {
    const capture = state.capture
    if (capture === null) return
    const began = performance.now()
    const [points] = await Promise.all([bridge.request('rows.overview', { capture }), query()])
    if (points.ok && capture === state.capture) overview.value = points.value
    refreshTook = performance.now() - began
  }

  /** Asks for the listed ids; ends when the newest question is answered, for an older one's answer is dropped. */
  async function query(): Promise<void> {
    for (let mine = (asking = ask()); ; mine = asking) {
      await mine
      if (mine === asking) return
    }
  }

  /** The ids that the filter, the outcome and the sort give; of an unfinished filter the last that parsed stays. */
  async function ask(): Promise<void> {
    const capture = state.capture
    if (capture === null) return
    const turn = ++queryTurn
    const typed = state.filter.trim()
    const parsed = parseFilter(typed)
    state.problem = parsed.ok ? null : parsed.problem
    if (parsed.ok) state.applied = typed
    const { outcome, group } = state
    const sort = state.sort.map((key) => ({ ...key }))
    const answer = await bridge.request('rows.query', {
      capture,
      filter: state.applied,
      outcome,
      sort,
      group,
    })
    if (turn !== queryTurn || capture !== state.capture || !answer.ok || answer.value.problem !== null) return
    state.counts = answer.value.counts
    state.found = answer.value.found
    groups.value = answer.value.groups
    failed.value = answer.value.failed
    ids.value = answer.value.ids
  }

  /** Makes sure the rows on screen are in the cache, and those that scrolling comes to next; far more may scroll by than are ever fetched. */
  function wantRows(visible: readonly number[]): void {
    const at = visible.length === 0 ? 0 : ids.value.indexOf(visible[0]!)
    const around = (count: number) => [
      ...visible,
      ...ids.value.subarray(Math.max(0, at - count), at + visible.length + count),
    ]
    const complete = around(fetchedAround / 4).every((id) => rows.has(id))
    near = new Set(around(fetchedAround))
    wanted = new Set(complete ? [] : [...near].filter((id) => !rows.has(id)))
    if (!fetching && wanted.size > 0) void fetchRows()
  }

  async function fetchRows(): Promise<void> {
    fetching = true
    while (wanted.size > 0 && state.capture !== null) {
      const { capture } = state
      const asked = [...wanted]
      const got = await fetch(asked)
      // What is wanted now is of another capture.
      if (capture !== state.capture) continue
      for (const id of asked) wanted.delete(id)
      if (!got) break
      forgetFar()
    }
    fetching = false
  }

  /** Makes room in the cache: rows that have been there longest go first, but none in view or near it. */
  function forgetFar(): void {
    const far = [...rows.keys()].filter((id) => id !== state.selected && !near.has(id))
    for (const id of far.slice(0, Math.max(0, rows.size - cachedRows))) rows.delete(id)
  }

  /** Puts these rows into the cache, in place of what it has of them. */
  async function fetch(asked: number[]): Promise<boolean> {
    const { capture } = state
    if (capture === null) return false
    const answer = await bridge.request('rows.get', { capture, ids: asked })
    if (!answer.ok || capture !== state.capture) return false
    for (const row of answer.value) rows.set(row.id, row)
    return true
  }

  /** These rows, in this order, from the cache or the worker. */
  async function rowsOf(wantedIds: Iterable<number>): Promise<ReportRow[]> {
    if (state.capture === null) return []
    const order = [...wantedIds]
    const missing = order.filter((id) => !rows.has(id))
    const answer =
      missing.length === 0 ? null : await bridge.request('rows.get', { capture: state.capture, ids: missing })
    const got = new Map(answer?.ok === true ? answer.value.map((row) => [row.id, row]) : [])
    return order.flatMap((id) => rows.get(id) ?? got.get(id) ?? [])
  }

  /** Marks a conversation, or takes its mark away. */
  function mark(id: number, on = !marked.has(id)): void {
    if (on) marked.add(id)
    else marked.delete(id)
  }

  /** What copies and menus work on: the marked conversations that are listed, else the chosen one. */
  function chosenIds(): readonly number[] {
    const listed = marked.size === 0 ? [] : [...ids.value].filter((id) => marked.has(id))
    return listed.length > 0 ? listed : state.selected === null ? [] : [state.selected]
  }

  /** Of a capture that was read, or one that is followed, whose reading has no end: the first failed conversation, else the first. */
  function selectFirst(): void {
    if (state.selected !== null || (state.phase !== 'ready' && !state.following)) return
    const first = ids.value[Math.max(0, failed.value.indexOf(1))]
    if (first !== undefined) select(first)
  }

  function select(id: number): void {
    state.selected = id
  }

  /** Selects a conversation wherever it is: a filter that hides it is taken away. */
  function show(id: number): void {
    if (!ids.value.includes(id)) Object.assign(state, { filter: '', outcome: 'all' })
    select(id)
  }

  /** The next (1) or previous (-1) failed conversation in the order of the list. */
  function selectFailed(step: 1 | -1): void {
    const from = state.selected === null ? -1 : ids.value.indexOf(state.selected)
    const before = from < 0 ? failed.value.length : from
    const found =
      step === 1
        ? failed.value.indexOf(1, from + 1)
        : before === 0
          ? -1
          : failed.value.lastIndexOf(1, before - 1)
    const id = ids.value[found]
    if (id !== undefined) select(id)
  }

  function selectStep(step: number): void {
    const at = state.selected === null ? -1 : ids.value.indexOf(state.selected)
    const next = ids.value[Math.min(ids.value.length - 1, Math.max(0, at + step))]
    if (next !== undefined) select(next)
  }

  return {
    ids,
    groups,
    marked,
    overview,
    rows,
    filterTrail,
    choiceTrail,
    forgetRows,
    take,
    refresh,
    wantRows,
    rowsOf,
    mark,
    chosenIds,
    selectFirst,
    select,
    show,
    selectFailed,
    selectStep,
  }
}
