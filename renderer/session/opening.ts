// Captures on their way in and out of the page: opened, read, followed, stopped, closed, with the keys they are read with.

import { computed, shallowRef } from 'vue'
import type { Bridge, BridgeEvent, Fault, HostSettings } from '../../shared/contract/bridge.ts'
import type { CaptureSummary } from '../../shared/contract/report.ts'
import { defaultLimits } from '../../shared/limits.ts'
import { baseName, plural } from '../format.ts'
import { freshState, type State } from '../state.ts'
import type { Inspecting } from './inspecting.ts'
import type { Listing } from './listing.ts'

/** Reading that took this long, in milliseconds, is told when it ends. */
const longRead = 5000

type RowsEvent = Extract<BridgeEvent, { kind: 'rows' }>

export type Opening = ReturnType<typeof createOpening>

export function createOpening(bridge: Bridge, state: State, listing: Listing, inspecting: Inspecting) {
  const summary = shallowRef<CaptureSummary | null>(null)
  const otherFlows = shallowRef<readonly { looksLike: string; flows: number }[]>([])
  const fault = shallowRef<Fault | null>(null)
  const settings = shallowRef<HostSettings>({
    roots: null,
    keylog: null,
    rememberRecent: true,
    limits: defaultLimits,
  })
  const fileName = computed(() => (state.path === null ? '' : baseName(state.path)))
  /** The file's name, or that of the first with their number. */
  const captureName = computed(() =>
    state.chain.length === 0
      ? fileName.value
      : `${fileName.value}, ${plural(state.chain.length + 1, 'file')}`,
  )
  /** Counts openings and closings: an answer to an earlier one comes too late. */
  let openings = 0
  let loads = 0
  let changes = 0
  const settled = bridge.settings().then((now) => {
    if (changes === 0) settings.value = now
  })

  bridge.on(heard)

  function heard(event: BridgeEvent): void {
    if (event.kind === 'worker-lost') {
      fail(event.fault)
      return
    }
    if (event.capture !== state.capture) return
    switch (event.kind) {
      case 'rows':
        listing.take(event.rows, event.others)
        // What its neighbours say of the open conversation is known when all has been read.
        if (isAmong(event, inspecting.conversation.value?.id)) void inspecting.inspect(true)
        break
      case 'progress':
        Object.assign(state.progress, {
          bytes: event.bytes,
          total: event.total,
          packets: event.packets,
        })
        break
      case 'done':
        summary.value = event.summary
        otherFlows.value = event.otherFlows
        state.milliseconds = event.milliseconds
        state.cancelled = event.cancelled
        state.phase = event.conversations === 0 ? 'nothing' : 'ready'
        void listing.refresh().then(() => {
          if (event.capture !== state.capture) return
          listing.selectFirst()
          if (event.milliseconds > longRead && !state.following) tellRead()
          state.following = false
        })
        break
      case 'failed':
        fail(event.fault)
        break
    }
  }

  function tellRead(): void {
    const { all = 0, failed = 0 } = listing.overview.value ?? {}
    bridge.notify(
      'Capture read',
      `${captureName.value}: ${plural(all, 'conversation')}, ${String(failed)} failed`,
    )
  }

  function fail(what: Fault): void {
    fault.value = what
    state.phase = 'fault'
  }

  function forget(): void {
    Object.assign(state, { ...freshState(), sort: state.sort, group: state.group, dialog: state.dialog })
    summary.value = null
    fault.value = null
    listing.forgetRows()
    inspecting.forgetConversation()
  }

  /** Opens a capture by path, closing the one that is open; `chain` are more files of it, read as one. */
  async function open(path: string, chain: readonly string[] = [], following = false): Promise<void> {
    const closed = close()
    const mine = openings
    await closed
    if (mine !== openings) return
    state.path = path
    state.chain = chain
    state.following = following
    state.phase = 'reading'
    state.progress = { bytes: 0, total: null, packets: 0, since: performance.now() }
    const early: BridgeEvent[] = []
    const stop = bridge.on((event) => early.push(event))
    await settled
    const { keylog, roots, limits } = settings.value
    const answer = await bridge.request('capture.open', {
      path,
      chain: [...chain],
      keylog,
      roots,
      follow: following,
      limits: { ...limits },
    })
    stop()
    if (mine !== openings) {
      if (answer.ok) await bridge.request('capture.close', answer.value)
      return
    }
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

  async function close(): Promise<void> {
    const capture = state.capture
    openings++
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

  /**
   * Changes what the host remembers; roots and key log count from the next opening on. The change is shown at
   * once, and what the host kept when it has answered the last of several: an earlier answer lacks the later ones.
   */
  async function changeSettings(change: Partial<HostSettings>): Promise<void> {
    const turn = ++changes
    settings.value = { ...settings.value, ...change }
    const kept = await bridge.changeSettings(change)
    if (turn === changes) settings.value = kept
  }

  /** Shows a sentence, or what went wrong, until the reader closes it. */
  function tell(text: string, why: Fault | null = null): void {
    state.notice = { text, fault: why }
  }

  /** Asks for a key log and loads it. */
  async function chooseKeys(): Promise<void> {
    if (state.capture === null) return
    const path = await bridge.chooseKeylog()
    if (path !== null) await loadKeys(path)
  }

  /** Loads a key log for the open capture, or forgets it. */
  async function loadKeys(path: string | null): Promise<void> {
    const { capture } = state
    if (capture === null) return
    const mine = ++loads
    const answer = await bridge.request('keys.load', { capture, keylog: path })
    if (mine !== loads || capture !== state.capture) return
    if (answer.ok) {
      state.keylog =
        path === null ? null : { path, secrets: answer.value.secrets, matched: answer.value.matched }
    } else tell(answer.fault.message, answer.fault)
    await listing.refresh()
    await inspecting.inspect()
  }

  return {
    summary,
    otherFlows,
    fault,
    settings,
    fileName,
    captureName,
    open,
    choose,
    close,
    follow,
    stop,
    changeSettings,
    tell,
    chooseKeys,
    loadKeys,
  }
}

function isAmong({ rows, others }: RowsEvent, id: number | undefined): boolean {
  return id !== undefined && (others.includes(id) || rows.some((row) => row.id === id))
}
