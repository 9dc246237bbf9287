// Walking the score by key and mouse: what is chosen, where it leads, which folds are open.

import type { Ref } from 'vue'
import type { ReportConversation } from '../../shared/contract/report.ts'
import type { Selection } from '../selection.ts'
import { useSession } from '../session.ts'
import type { Score, Stop } from './layout.ts'

/** To be called in a component's setup. `opened` holds the names of the folds the reader opened. */
export function useWalking(
  conversation: () => ReportConversation,
  score: Readonly<Ref<Score>>,
  opened: Ref<ReadonlySet<string>>,
  show: (stop: Stop) => void,
) {
  const session = useSession()
  const { state } = session

  function stopOf(selection: Selection | null): Stop | undefined {
    return score.value.stops.find((stop) => same(stop, selection))
  }

  function same(stop: Stop, selection: Selection | null): boolean {
    if (selection === null) return false
    if (stop.kind === 'call' && selection.kind === 'call') {
      if (stop.side !== selection.side) return false
      const card = score.value.cards.find((each) => each.side === stop.side && each.calls[0]?.n === stop.n)
      return stop.n === selection.n || (card?.calls.some((call) => call.n === selection.n) ?? false)
    }
    return (
      stop.kind === 'token' &&
      selection.kind === 'token' &&
      stop.token === selection.token &&
      stop.piece === selection.piece
    )
  }

  function isCall(side: 'client' | 'server', n: number): boolean {
    return state.selection?.kind === 'call' && state.selection.side === side && state.selection.n === n
  }

  function choose(stop: Stop | Selection): void {
    state.selection =
      stop.kind === 'call'
        ? { kind: 'call', side: stop.side, n: stop.n }
        : { kind: 'token', token: stop.token, piece: stop.piece }
  }

  function walk(step: number): void {
    const { stops } = score.value
    const at = stops.findIndex((stop) => same(stop, state.selection))
    const next = stops[Math.min(stops.length - 1, Math.max(0, at + step))]
    if (next === undefined) return
    choose(next)
    show(next)
  }

  /** Follows a token to the call at its other end; from a call, its output or else its input. */
  function follow(direction: 'client' | 'server'): void {
    const now = state.selection
    if (now === null) return
    const { contexts } = conversation()
    if (now.kind === 'token') {
      const call = contexts[direction].calls.find(
        (each) => each.outToken === now.token || each.tokens.some((slice) => slice.token === now.token),
      )
      if (call !== undefined) choose({ kind: 'call', side: direction, n: call.n })
      return
    }
    const call = contexts[now.side].calls.find((each) => each.n === now.n)
    if (call === undefined || now.side === direction) return
    const token = call.outToken ?? call.tokens.at(-1)?.token
    const other = contexts[direction].calls.find(
      (each) => each.outToken === token || each.tokens.some((slice) => slice.token === token),
    )
    if (other !== undefined) choose({ kind: 'call', side: direction, n: other.n })
  }

  /** The fold of the application data that is chosen, open or not. */
  function dataFold(now: Selection | null): string | null {
    const top = score.value.stops.find((stop) => same(stop, now))?.top ?? null
    for (const { beat } of score.value.marks) {
      if (
        beat.kind === 'data' &&
        now?.kind === 'call' &&
        beat.calls[now.side].some((call) => call.n === now.n)
      )
        return beat.fold
    }
    const tokens = new Map(conversation().tokens.map((token) => [token.id, token]))
    const call =
      now?.kind === 'call'
        ? conversation().contexts[now.side].calls.find((each) => each.n === now.n)
        : undefined
    const token = now?.kind === 'token' ? now.token : (call?.tokens[0]?.token ?? -1)
    if (top === null || tokens.get(token)?.kind !== 'application') return null
    const above = score.value.marks.findLast(
      ({ beat, top: at }) => beat.kind === 'opened' && beat.group.fold.startsWith('data') && at < top,
    )
    return above?.beat.kind === 'opened' ? above.beat.group.fold : null
  }

  function toggle(name: string): void {
    const next = new Set(opened.value)
    if (!next.delete(name)) next.add(name)
    opened.value = next
  }

  /** Opens the fold that is selected, or folds the one the selected call came from. */
  function toggleSelected(): void {
    const now = state.selection
    const data = dataFold(now)
    if (data !== null) {
      toggle(data)
      return
    }
    if (now?.kind !== 'call') return
    const card = score.value.cards.find(
      (each) => each.side === now.side && each.calls.some((call) => call.n === now.n),
    )
    if (card?.fold != null) {
      toggle(card.fold)
      return
    }
    // Of folds within each other the inner one.
    const inner = score.value.marks.findLast(
      ({ beat }) =>
        beat.kind === 'opened' &&
        beat.group.side === now.side &&
        beat.group.calls.some((call) => call.n === now.n),
    )
    if (inner?.beat.kind === 'opened') toggle(inner.beat.group.fold)
  }

  /** The failure point; when it is selected already, the next failed conversation. */
  function toFailure(): void {
    const { failure } = conversation()
    const side = failure?.side
    if (failure?.call != null && (side === 'client' || side === 'server') && !isCall(side, failure.call)) {
      choose({ kind: 'call', side, n: failure.call })
      state.reveal++
      return
    }
    session.selectFailed(1)
  }

  return { stopOf, isCall, choose, walk, follow, toggle, toggleSelected, toFailure }
}
