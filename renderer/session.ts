// The page's one store: the capture that is open, its rows, the chosen conversation and what of it is selected.

import { computed, inject, reactive, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { InjectionKey } from 'vue'
import type { Bridge, BridgeEvent, Fault, Output } from '../shared/contract/bridge.ts'
import type { CaptureSummary, ReportConversation, ReportRow } from '../shared/contract/report.ts'
import { parseFilter } from '../shared/filter/parse.ts'
import { baseName } from './format.ts'
import { nextTheme } from './preferences.ts'
import { evidenceIn, openingOf, type ByteRange, type Selection } from './selection.ts'
import { freshState, type State } from './state.ts'

export type OverviewPoint = Output<'rows.overview'>[number]
export type TokenDetail = Output<'token.inspect'>

const cachedRows = 4000
const refreshEvery = 300

export type Session = ReturnType<typeof createSession>
export const sessionKey: InjectionKey<Session> = Symbol('session')

/** The session of the page; throws where no App provided one. */
export function useSession(): Session {
  const session = inject(sessionKey)
  if (session === undefined) throw new Error('No session was provided')
  return session
}

/** Wires the store to a bridge. One per page. */
export function createSession(bridge: Bridge) {
  const state = reactive<State>(freshState())
  const summary = shallowRef<CaptureSummary | null>(null)
  const otherFlows = shallowRef<readonly { looksLike: string; flows: number }[]>([])
  const fault = shallowRef<Fault | null>(null)
  /** A fault that does not end the capture: shown in the place it happened. */
  const conversationFault = shallowRef<Fault | null>(null)
  const ids = shallowRef<readonly number[]>([])
  const overview = shallowRef<readonly OverviewPoint[]>([])
  const rows = shallowReactive(new Map<number, ReportRow>())
  const conversation = shallowRef<ReportConversation | null>(null)
  const tokenDetail = shallowRef<(TokenDetail & { id: number }) | null>(null)
  const hovered = ref<ByteRange | null>(null)
  const kept = ref<ByteRange | null>(null)

  const outcomes = computed(() => new Map(overview.value.map((point) => [point.id, point.outcome])))
  const fileName = computed(() => (state.path === null ? '' : baseName(state.path)))
  /** The token the inspector shows: the selected one, or the one the selected call took in or put out. */
  const inspectedToken = computed(() => {
    const chosen = state.selection
    if (chosen === null || conversation.value === null) return null
    if (chosen.kind === 'token') return chosen.token
    const call = conversation.value.contexts[chosen.side].calls.find((each) => each.n === chosen.n)
    return call === undefined ? null : (call.tokens.at(-1)?.token ?? call.outToken)
  })

  let queryTurn = 0
  let inspectTurn = 0
  let tokenTurn = 0
  let refreshTimer: ReturnType<typeof setTimeout> | null = null
  let wanted = new Set<number>()
  let fetching = false

  bridge.on(heard)
  bridge.onCommand((command) => {
    if (command.kind === 'open') void open(command.path)
    else if (command.id === 'open') void choose()
    else if (command.id === 'export') state.dialog = state.phase === 'ready' ? 'report' : state.dialog
    else if (command.id === 'close') void close()
    else if (command.id === 'keys') state.dialog = 'keys'
    else if (command.id === 'keylog') void chooseKeys()
    else if (command.id === 'theme') nextTheme()
    else if (command.id === 'next-failure') selectFailed(1)
    else if (command.id === 'previous-failure') selectFailed(-1)
    else if (command.id === 'find') state.find++
  })

  watch(
    () => [state.filter, state.outcome, state.sort] as const,
    () => void query(),
    { deep: true },
  )
  watch(
    () => [state.selected, state.replay] as const,
    () => void inspect(),
    { deep: true },
  )
  watch([inspectedToken, conversation], () => void loadToken())

  function heard(event: BridgeEvent): void {
    if (event.kind === 'worker-lost') {
      fail(event.fault)
      return
    }
    if (event.capture !== state.capture) return
    switch (event.kind) {
      case 'rows':
        for (const row of event.rows) if (rows.size < cachedRows || rows.has(row.id)) rows.set(row.id, row)
        refreshSoon()
        break
      case 'progress':
        Object.assign(state.progress, {
          bytes: event.bytes,
          total: event.total,
          packets: event.packets,
          conversations: event.conversations,
        })
        break
      case 'done':
        summary.value = event.summary
        otherFlows.value = event.otherFlows
        state.milliseconds = event.milliseconds
        state.cancelled = event.cancelled
        state.phase = event.conversations === 0 ? 'nothing' : 'ready'
        void refresh().then(selectFirst)
        break
      case 'failed':
        fail(event.fault)
        break
    }
  }

  function fail(what: Fault): void {
    fault.value = what
    state.phase = 'fault'
  }

  function forget(): void {
    if (refreshTimer !== null) clearTimeout(refreshTimer)
    refreshTimer = null
    Object.assign(state, { ...freshState(), sort: state.sort, dialog: state.dialog })
    summary.value = null
    fault.value = null
    conversationFault.value = null
    ids.value = []
    overview.value = []
    rows.clear()
    conversation.value = null
    tokenDetail.value = null
    hovered.value = null
    kept.value = null
  }

  /** Opens a capture by path, closing the one that is open. */
  async function open(path: string): Promise<void> {
    await close()
    state.path = path
    state.phase = 'reading'
    state.progress = { bytes: 0, total: null, packets: 0, conversations: 0, since: performance.now() }
    const early: BridgeEvent[] = []
    const stop = bridge.on((event) => early.push(event))
    const answer = await bridge.request('capture.open', { path, keylog: null })
    stop()
    if (!answer.ok) {
      fail(answer.fault)
      return
    }
    state.capture = answer.value.capture
    for (const event of early) heard(event)
  }

  /** Asks the user for a file and opens it. */
  async function choose(): Promise<void> {
    const path = await bridge.chooseCapture()
    if (path !== null) await open(path)
  }

  /** Opens a file dropped on the window. */
  async function openDropped(file: unknown): Promise<void> {
    const path = await bridge.pathOf(file)
    if (path !== null) await open(path)
  }

  async function close(): Promise<void> {
    const capture = state.capture
    forget()
    if (capture !== null) await bridge.request('capture.close', { capture })
  }

  /** Stops reading and keeps what was read. */
  async function stop(): Promise<void> {
    if (state.capture !== null && state.phase === 'reading') {
      await bridge.request('capture.cancel', { capture: state.capture })
    }
  }

  function refreshSoon(): void {
    refreshTimer ??= setTimeout(() => {
      refreshTimer = null
      void refresh()
    }, refreshEvery)
  }

  async function refresh(): Promise<void> {
    const capture = state.capture
    if (capture === null) return
    const [points] = await Promise.all([bridge.request('rows.overview', { capture }), query()])
    if (points.ok && capture === state.capture) overview.value = points.value
  }

  /** Asks for the ids that the filter, the outcome and the sort give; of an unfinished filter the last that parsed stays. */
  async function query(): Promise<void> {
    const capture = state.capture
    if (capture === null) return
    const turn = ++queryTurn
    const typed = state.filter.trim()
    const parsed = parseFilter(typed)
    state.problem = parsed.ok ? null : parsed.problem
    if (parsed.ok) state.applied = typed
    const filter = state.applied
    const sort = state.sort.map((key) => ({ ...key }))
    const answer = await bridge.request('rows.query', { capture, filter, sort })
    if (turn !== queryTurn || !answer.ok || answer.value.problem !== null) return
    state.counts = answer.value.counts
    if (state.outcome === 'all') {
      ids.value = answer.value.ids
      return
    }
    const narrowed = await bridge.request('rows.query', {
      capture,
      filter: filter === '' ? state.outcome : `(${filter}) && ${state.outcome}`,
      sort,
    })
    if (turn === queryTurn && narrowed.ok && narrowed.value.problem === null) ids.value = narrowed.value.ids
  }

  /** Makes sure the rows on screen are in the cache; far more may scroll by than are ever fetched. */
  function wantRows(visible: readonly number[]): void {
    wanted = new Set(visible.filter((id) => !rows.has(id)))
    if (!fetching && wanted.size > 0) void fetchRows()
  }

  async function fetchRows(): Promise<void> {
    fetching = true
    while (wanted.size > 0 && state.capture !== null) {
      const asked = [...wanted]
      const answer = await bridge.request('rows.get', { capture: state.capture, ids: asked })
      for (const id of asked) wanted.delete(id)
      if (!answer.ok) break
      for (const row of answer.value) rows.set(row.id, row)
      if (rows.size > cachedRows) {
        for (const id of [...rows.keys()].slice(0, rows.size - cachedRows)) {
          if (id !== state.selected) rows.delete(id)
        }
      }
    }
    fetching = false
  }

  function selectFirst(): void {
    if (state.selected !== null || state.phase !== 'ready') return
    const failed = ids.value.find((id) => outcomes.value.get(id) === 'failed')
    const first = failed ?? ids.value[0]
    if (first !== undefined) select(first)
  }

  function select(id: number): void {
    if (state.selected === id) return
    state.selected = id
  }

  /** The next (1) or previous (-1) failed conversation in the order of the list. */
  function selectFailed(step: 1 | -1): void {
    const order = ids.value
    const from = state.selected === null ? (step === 1 ? -1 : order.length) : order.indexOf(state.selected)
    for (let at = from + step; at >= 0 && at < order.length; at += step) {
      const id = order[at]
      if (id !== undefined && outcomes.value.get(id) === 'failed') {
        select(id)
        return
      }
    }
  }

  function selectStep(step: number): void {
    const order = ids.value
    if (order.length === 0) return
    const at = state.selected === null ? -1 : order.indexOf(state.selected)
    const next = order[Math.min(order.length - 1, Math.max(0, at + step))]
    if (next !== undefined) select(next)
  }

  async function inspect(): Promise<void> {
    const { capture, selected: id } = state
    const turn = ++inspectTurn
    if (capture === null || id === null) {
      conversation.value = null
      return
    }
    const replay = { ...state.replay, profile: { ...state.replay.profile } }
    const answer = await bridge.request('conversation.inspect', { capture, id, replay })
    if (turn !== inspectTurn) return
    const again = conversation.value?.id === id
    if (!answer.ok) {
      conversationFault.value = answer.fault
      conversation.value = null
      return
    }
    conversationFault.value = null
    conversation.value = answer.value
    state.selection = again ? keepSelection(answer.value) : openingOf(answer.value)
    kept.value = null
    hovered.value = null
    state.reveal++
  }

  function keepSelection(now: ReportConversation): Selection | null {
    const chosen = state.selection
    if (chosen === null) return openingOf(now)
    if (chosen.kind === 'token')
      return now.tokens.some((token) => token.id === chosen.token) ? chosen : openingOf(now)
    return now.contexts[chosen.side].calls.some((call) => call.n === chosen.n) ? chosen : openingOf(now)
  }

  async function loadToken(): Promise<void> {
    const { capture } = state
    const id = conversation.value?.id
    const token = inspectedToken.value
    const turn = ++tokenTurn
    if (capture === null || id === undefined || token === null) {
      tokenDetail.value = null
      return
    }
    if (tokenDetail.value?.id === token && detailOf === id) return
    const answer = await bridge.request('token.inspect', { capture, id, token })
    if (turn !== tokenTurn || conversation.value === null) return
    hovered.value = null
    kept.value = pendingRange ?? evidenceIn(conversation.value, token)
    pendingRange = null
    detailOf = id
    tokenDetail.value = answer.ok ? { ...answer.value, id: token } : null
  }
  let detailOf: number | null = null
  let pendingRange: ByteRange | null = null

  /** Selects the token that holds a piece of evidence and marks its bytes. */
  function showEvidence(
    packet: number | null,
    stream: ByteRange | null,
    from: 'client' | 'server' | null,
  ): void {
    const now = conversation.value
    if (now === null) return
    const token = now.tokens.find(
      (each) =>
        (from === null || each.from === from) &&
        (stream === null
          ? packet !== null && each.packets.includes(packet)
          : each.stream[0] <= stream.start && stream.start < each.stream[1]),
    )
    if (token === undefined) return
    state.tab = 'timeline'
    const range =
      stream === null
        ? null
        : {
            start: stream.start - token.stream[0],
            end: Math.min(stream.end, token.stream[1]) - token.stream[0],
          }
    if (tokenDetail.value?.id === token.id) kept.value = range
    else pendingRange = range
    state.selection = { kind: 'token', token: token.id, piece: 0 }
    state.reveal++
  }

  /** Asks for a key log and loads it. */
  async function chooseKeys(): Promise<void> {
    if (state.capture === null) return
    const path = await bridge.chooseKeylog()
    if (path !== null) await loadKeys(path)
  }

  /** Loads a key log for the open capture, or forgets it. */
  async function loadKeys(path: string | null): Promise<void> {
    if (state.capture === null) return
    const answer = await bridge.request('keys.load', { capture: state.capture, keylog: path })
    if (answer.ok) {
      state.keylog =
        path === null ? null : { path, secrets: answer.value.secrets, matched: answer.value.matched }
    }
    await refresh()
    await inspect()
  }

  return {
    bridge,
    state,
    summary,
    otherFlows,
    fault,
    conversationFault,
    ids,
    overview,
    outcomes,
    rows,
    conversation,
    tokenDetail,
    inspectedToken,
    hovered,
    kept,
    fileName,
    open,
    choose,
    openDropped,
    close,
    stop,
    wantRows,
    select,
    selectFailed,
    selectStep,
    showEvidence,
    chooseKeys,
    loadKeys,
  }
}
