// What is compared with what: finds a partner for a conversation, opens a second capture, asks for the comparison.

import { computed, inject, reactive, ref, shallowRef, watch, type InjectionKey } from 'vue'
import type { Comparison } from '../../shared/contract/compare.ts'
import type { BridgeEvent, Fault } from '../../shared/contract/bridge.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { baseName } from '../format.ts'
import type { Session } from '../session.ts'

/** A conversation of one of the open captures. */
export interface Place {
  readonly capture: number
  readonly id: number
}

export type Which = 'left' | 'right'

export type Comparing = ReturnType<typeof createComparing>
export const comparingKey: InjectionKey<Comparing> = Symbol('comparing')

/** The comparison of the page; throws where no App provided one. */
export function useComparing(): Comparing {
  const comparing = inject(comparingKey)
  if (comparing === undefined) throw new Error('No comparison was provided')
  return comparing
}

/** Rows that the choice of a partner shows at most. */
const shownRows = 200

/** One per page, beside the session. */
export function createComparing(session: Session) {
  const { bridge, state } = session
  const pair = ref<Readonly<Record<Which, Place>> | null>(null)
  const comparison = shallowRef<Comparison | null>(null)
  const fault = shallowRef<Fault | null>(null)
  const rows = reactive<Record<Which, ReportRow | null>>({ left: null, right: null })
  /** The second capture, where one is open. */
  const other = ref<{ capture: number; name: string } | null>(null)
  const opening = ref(false)
  const isOpen = computed(() => pair.value !== null)
  let turn = 0
  let chosenTurn = 0

  watch(
    () => state.capture,
    () => void close(),
  )
  watch(
    () => [pair.value, state.replay] as const,
    () => void load(),
    { deep: true },
  )

  async function load(): Promise<void> {
    const now = pair.value
    const mine = ++turn
    if (now === null) {
      comparison.value = null
      return
    }
    const replay = { ...state.replay, profile: { ...state.replay.profile } }
    const [answer, left, right] = await Promise.all([
      bridge.request('conversation.compare', { left: now.left, right: now.right, replay }),
      rowOf(now.left),
      rowOf(now.right),
    ])
    if (mine !== turn) return
    Object.assign(rows, { left, right })
    comparison.value = answer.ok ? answer.value : null
    fault.value = answer.ok ? null : answer.fault
  }

  async function rowOf({ capture, id }: Place): Promise<ReportRow | null> {
    const answer = await bridge.request('rows.get', { capture, ids: [id] })
    return answer.ok ? (answer.value[0] ?? null) : null
  }

  /** Compares two conversations of the open capture: two given ids, or one with the partner that fits it best. */
  async function compare(ids: readonly number[]): Promise<void> {
    const { capture } = state
    const [first = state.selected, second] = ids
    if (capture === null || first === null) return
    const mine = ++chosenTurn
    const partner = second ?? (await partnerOf(capture, first))
    if (partner === null || mine !== chosenTurn || capture !== state.capture) return
    pair.value = { left: { capture, id: partner }, right: { capture, id: first } }
    if (second !== undefined) pair.value = { left: { capture, id: first }, right: { capture, id: second } }
  }

  /** The nearest established conversation to the same server; for an established one the nearest failed one; else the next. */
  async function partnerOf(capture: number, id: number): Promise<number | null> {
    const row = await rowOf({ capture, id })
    if (row === null) return null
    const wanted = row.outcome === 'failed' ? 'established' : 'failed'
    const server = `ip.dst == ${row.server.address} && tcp.dstport == ${String(row.server.port)}`
    const name = row.serverName === null ? null : `tls.sni == "${row.serverName}"`
    const filters = [
      ...(name === null ? [] : [`${wanted} && ${name}`]),
      `${wanted} && ${server}`,
      ...(name === null ? [] : [name]),
      server,
      '',
    ]
    for (const filter of filters) {
      const found = [...(await idsOf(capture, filter))].filter((each) => each !== id)
      if (found.length > 0)
        return found.reduce((best, each) => (Math.abs(each - id) < Math.abs(best - id) ? each : best))
    }
    return null
  }

  async function idsOf(capture: number, filter: string): Promise<Uint32Array> {
    const answer = await bridge.request('rows.query', { capture, filter, sort: [] })
    return answer.ok && answer.value.problem === null ? answer.value.ids : new Uint32Array()
  }

  /** Rows to choose a partner from: those of a capture that hold the typed text, or match it as a filter. */
  async function offers(capture: number, typed: string): Promise<readonly ReportRow[]> {
    const text = typed.trim()
    const ids = await idsOf(capture, /[=<>!&|]|^(failed|established|incomplete)$/.test(text) ? text : '')
    const answer = await bridge.request('rows.get', {
      capture,
      ids: [...ids.subarray(0, text === '' ? shownRows : 5000)],
    })
    if (!answer.ok) return []
    if (/[=<>!&|]/.test(text) || text === '') return answer.value
    const low = text.toLowerCase()
    return answer.value
      .filter((row) =>
        [String(row.id), row.serverName, row.client.address, row.server.address, row.outcome]
          .join(' ')
          .toLowerCase()
          .includes(low),
      )
      .slice(0, shownRows)
  }

  function change(which: Which, place: Place): void {
    if (pair.value !== null) pair.value = { ...pair.value, [which]: place }
  }

  function swap(): void {
    if (pair.value !== null) pair.value = { left: pair.value.right, right: pair.value.left }
  }

  /** Opens a second capture beside the first; where it holds the same connection, that one is compared. */
  async function openOther(which: Which): Promise<void> {
    const path = await bridge.chooseCapture()
    if (path === null || pair.value === null) return
    opening.value = true
    fault.value = null
    const ended = await readWhole(path)
    opening.value = false
    if (ended === null) return
    // The comparison was closed while the capture was read.
    if (!isOpen.value) {
      await bridge.request('capture.close', { capture: ended })
      return
    }
    const before = other.value
    other.value = { capture: ended, name: baseName(path) }
    const standing = await rowOf(pair.value[which === 'left' ? 'right' : 'left'])
    if (before !== null) await bridge.request('capture.close', { capture: before.capture })
    const random = standing?.handshakes[0]?.clientRandom ?? null
    const same = random === null ? [] : await idsOf(ended, `random == ${random}`)
    const id = same[0] ?? (await idsOf(ended, ''))[0]
    if (id !== undefined) change(which, { capture: ended, id })
  }

  /** Reads a capture to its end; its number, or null with the reason in `fault`. */
  async function readWhole(path: string): Promise<number | null> {
    const heard: BridgeEvent[] = []
    let tell: () => void = () => undefined
    const stop = bridge.on((event) => {
      heard.push(event)
      tell()
    })
    const answer = await bridge.request('capture.open', { path, keylog: null })
    if (!answer.ok) {
      stop()
      fault.value = answer.fault
      return null
    }
    const { capture } = answer.value
    const last = await new Promise<BridgeEvent>((resolve) => {
      tell = () => {
        const end = heard.find(
          (event) =>
            event.kind === 'worker-lost' ||
            ((event.kind === 'done' || event.kind === 'failed') && event.capture === capture),
        )
        if (end !== undefined) resolve(end)
      }
      tell()
    })
    stop()
    if (last.kind === 'done') return capture
    if (last.kind === 'failed' || last.kind === 'worker-lost') fault.value = last.fault
    return null
  }

  async function close(): Promise<void> {
    pair.value = null
    fault.value = null
    const second = other.value
    other.value = null
    if (second !== null) await bridge.request('capture.close', { capture: second.capture })
  }

  return {
    pair,
    comparison,
    fault,
    rows,
    other,
    opening,
    isOpen,
    compare,
    offers,
    change,
    swap,
    openOther,
    close,
  }
}
