// The page's one store: the capture that is open, its rows, the chosen conversation and what of it is selected.

import { computed, inject, reactive, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { InjectionKey } from 'vue'
import type { Bridge, BridgeEvent, Fault, HostSettings, MenuId, Output } from '../shared/contract/bridge.ts'
import type { CaptureSummary, ReportConversation, ReportRow } from '../shared/contract/report.ts'
import type { RowGroup } from '../shared/filter/group.ts'
import { parseFilter } from '../shared/filter/parse.ts'
import { dropping } from './dropping.ts'
import { baseName, plural } from './format.ts'
import { diagnosisOpen, nextTheme } from './preferences.ts'
import { evidenceIn, openingOf, type ByteRange, type Selection } from './selection.ts'
import { freshState, type State } from './state.ts'

export type OverviewPoint = Output<'rows.overview'>[number]
export type TokenDetail = Output<'token.inspect'>

const cachedRows = 4000
const refreshEvery = 300
/** Reading that took this long, in milliseconds, is told when it ends. */
const longRead = 5000

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
  const groups = shallowRef<readonly RowGroup[] | null>(null)
  /** Conversations marked in the list, for copying and comparing. */
  const marked = shallowReactive(new Set<number>())
  const settings = shallowRef<HostSettings>({ roots: null, keylog: null, rememberRecent: true })
  const overview = shallowRef<readonly OverviewPoint[]>([])
  const rows = shallowReactive(new Map<number, ReportRow>())
  const conversation = shallowRef<ReportConversation | null>(null)
  const tokenDetail = shallowRef<(TokenDetail & { id: number }) | null>(null)
  const hovered = ref<ByteRange | null>(null)
  const kept = ref<ByteRange | null>(null)

  const outcomes = computed(() => new Map(overview.value.map((point) => [point.id, point.outcome])))
  const fileName = computed(() => (state.path === null ? '' : baseName(state.path)))
  /** The file's name, or that of the first with their number. */
  const captureName = computed(() =>
    state.chain.length === 0
      ? fileName.value
      : `${fileName.value}, ${plural(state.chain.length + 1, 'file')}`,
  )
  /** The token the inspector shows: the selected one, or the one the selected call took in or put out. */
  const inspectedToken = computed(() => {
    const chosen = state.selection
    if (chosen === null || conversation.value === null) return null
    if (chosen.kind === 'token') return chosen.token
    const call = conversation.value.contexts[chosen.side].calls.find((each) => each.n === chosen.n)
    return call === undefined ? null : (call.tokens.at(-1)?.token ?? call.outToken)
  })

  let queryTurn = 0
  let asking = Promise.resolve()
  let inspectTurn = 0
  let tokenTurn = 0
  let refreshTimer: ReturnType<typeof setTimeout> | null = null
  let wanted = new Set<number>()
  let fetching = false

  bridge.on(heard)
  bridge.onCommand((command) => {
    if (command.kind === 'open') void open(command.path, command.chain)
    else menuActions[command.id]()
  })
  const settled = bridge.settings().then((now) => (settings.value = now))

  const menuActions: Readonly<Record<MenuId, () => void>> = {
    open: () => void choose(),
    export: () => void (state.dialog = state.phase === 'ready' ? 'report' : state.dialog),
    close: () => void close(),
    find: () => (state.find += 1),
    keys: () => void (state.dialog = 'keys'),
    keylog: () => void chooseKeys(),
    theme: nextTheme,
    commands: () => void (state.dialog = 'commands'),
    'next-failure': () => selectFailed(1),
    'previous-failure': () => selectFailed(-1),
    settings: () => void (state.dialog = 'settings'),
    about: () => void (state.dialog = 'about'),
    diagnosis: () => void (diagnosisOpen.value = !diagnosisOpen.value),
    follow: () => void follow(),
    list: () => void (state.expanded = !state.expanded),
  }

  watch(
    () => [state.filter, state.outcome, state.sort, state.group] as const,
    () => void query(),
    { deep: true },
  )
  watch(
    () => [state.selected, state.replay] as const,
    () => void inspect(),
    { deep: true },
  )
  watch([inspectedToken, conversation], () => void loadToken())
  // A filter typed while the capture was read may have left nothing to choose from.
  watch(ids, () => {
    if (overview.value.length > 0) selectFirst()
  })

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
        // What its neighbours say of the open conversation is known when all has been read.
        if (event.rows.some(({ id }) => id === conversation.value?.id)) void inspect()
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
        if (event.milliseconds > longRead && !state.following) {
          const found = plural(event.conversations, 'conversation')
          bridge.notify(
            'Capture read',
            `${captureName.value}: ${found}, ${String(state.counts.failed)} failed`,
          )
        }
        state.following = false
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
    Object.assign(state, { ...freshState(), sort: state.sort, group: state.group, dialog: state.dialog })
    summary.value = null
    fault.value = null
    conversationFault.value = null
    ids.value = []
    groups.value = null
    marked.clear()
    overview.value = []
    rows.clear()
    conversation.value = null
    tokenDetail.value = null
    hovered.value = null
    kept.value = null
  }

  /** Opens a capture by path, closing the one that is open; `chain` are more files of it, read as one. */
  async function open(path: string, chain: readonly string[] = [], following = false): Promise<void> {
    await close()
    state.path = path
    state.chain = chain
    state.following = following
    state.phase = 'reading'
    state.progress = { bytes: 0, total: null, packets: 0, conversations: 0, since: performance.now() }
    const early: BridgeEvent[] = []
    const stop = bridge.on((event) => early.push(event))
    await settled
    const { keylog, roots } = settings.value
    const answer = await bridge.request('capture.open', {
      path,
      chain: [...chain],
      keylog,
      roots,
      follow: following,
    })
    stop()
    if (!answer.ok) {
      fail(answer.fault)
      return
    }
    state.capture = answer.value.capture
    for (const event of early) heard(event)
    if (keylog !== null) state.keylog = { path: keylog, secrets: 0, matched: 0 }
  }

  /** Asks the user for a file, or several of one capture, and opens them. */
  async function choose(): Promise<void> {
    const [path, ...chain] = await bridge.chooseCaptures()
    if (path !== undefined) await open(path, chain)
  }

  const openDropped = dropping({ bridge, state, open, loadKeys, tell })

  /** Shows a sentence, or what went wrong, until the reader closes it. */
  function tell(text: string, why: Fault | null = null): void {
    state.notice = { text, fault: why }
  }

  /** Changes what the host remembers; roots and key log count from the next opening on. */
  async function changeSettings(change: Partial<HostSettings>): Promise<void> {
    settings.value = await bridge.changeSettings(change)
  }

  async function close(): Promise<void> {
    const capture = state.capture
    forget()
    if (capture !== null) await bridge.request('capture.close', { capture })
  }

  /** Reads the open file again and on as it grows; where it is followed already, ends that. */
  async function follow(): Promise<void> {
    if (state.following) await stop()
    else if (state.path !== null && state.chain.length === 0) await open(state.path, [], true)
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
    const filter = state.applied
    const sort = state.sort.map((key) => ({ ...key }))
    const { group } = state
    const answer = await bridge.request('rows.query', { capture, filter, sort, group })
    if (turn !== queryTurn || !answer.ok || answer.value.problem !== null) return
    state.counts = answer.value.counts
    if (state.outcome === 'all') {
      groups.value = answer.value.groups
      ids.value = answer.value.ids
      return
    }
    const narrowed = await bridge.request('rows.query', {
      capture,
      filter: filter === '' ? state.outcome : `(${filter}) && ${state.outcome}`,
      sort,
      group,
    })
    if (turn !== queryTurn || !narrowed.ok || narrowed.value.problem !== null) return
    groups.value = narrowed.value.groups
    ids.value = narrowed.value.ids
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

  /** Marks a conversation, or takes its mark away. */
  function mark(id: number, on = !marked.has(id)): void {
    if (on) marked.add(id)
    else marked.delete(id)
  }

  /** What copies and menus work on: the marked conversations that are listed, else the chosen one. */
  function chosenIds(): readonly number[] {
    const listed = marked.size === 0 ? [] : ids.value.filter((id) => marked.has(id))
    return listed.length > 0 ? listed : state.selected === null ? [] : [state.selected]
  }

  /** Opens the report dialog on a capture of these conversations: the marked ones, or the chosen one. */
  function saveCapture(chosen: readonly number[]): void {
    if (state.phase !== 'ready' || chosen.length === 0) return
    state.savesCapture = chosen.some((id) => marked.has(id)) ? 'marked' : 'selected'
    state.dialog = 'report'
  }

  /** These rows, in this order, from the cache or the worker. */
  async function rowsOf(wantedIds: readonly number[]): Promise<ReportRow[]> {
    if (state.capture === null) return []
    const missing = wantedIds.filter((id) => !rows.has(id))
    const answer =
      missing.length === 0
        ? null
        : await bridge.request('rows.get', { capture: state.capture, ids: [...missing] })
    const got = new Map(answer?.ok === true ? answer.value.map((row) => [row.id, row]) : [])
    return wantedIds.flatMap((id) => rows.get(id) ?? got.get(id) ?? [])
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
    } else tell(answer.fault.message, answer.fault)
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
    groups,
    marked,
    settings,
    overview,
    outcomes,
    rows,
    conversation,
    tokenDetail,
    inspectedToken,
    hovered,
    kept,
    fileName,
    captureName,
    open,
    choose,
    openDropped,
    close,
    stop,
    wantRows,
    select,
    mark,
    chosenIds,
    saveCapture,
    rowsOf,
    tell,
    changeSettings,
    menuActions,
    selectFailed,
    selectStep,
    showEvidence,
    chooseKeys,
    loadKeys,
  }
}
