// The chosen conversation as the page holds it: everything about it, the inspected token's bytes, and what of them is marked.

import { computed, ref, shallowRef, watch } from 'vue'
import type { Bridge, Fault, Output } from '../../shared/contract/bridge.ts'
import type { ReportConversation } from '../../shared/contract/report.ts'
import { evidenceIn, openingOf, type ByteRange, type Selection } from '../selection.ts'
import type { State } from '../state.ts'

export type TokenDetail = Output<'token.inspect'>
export type Inspecting = ReturnType<typeof createInspecting>

export function createInspecting(bridge: Bridge, state: State) {
  const conversation = shallowRef<ReportConversation | null>(null)
  /** A fault that does not end the capture: shown in the place it happened. */
  const conversationFault = shallowRef<Fault | null>(null)
  const tokenDetail = shallowRef<(TokenDetail & { id: number }) | null>(null)
  const hovered = ref<ByteRange | null>(null)
  const kept = ref<ByteRange | null>(null)
  /** The token the inspector shows: the selected one, or the one the selected call took in or put out. */
  const inspectedToken = computed(() => {
    const chosen = state.selection
    if (chosen === null || conversation.value === null) return null
    if (chosen.kind === 'token') return chosen.token
    const call = conversation.value.contexts[chosen.side].calls.find((each) => each.n === chosen.n)
    return call === undefined ? null : (call.tokens.at(-1)?.token ?? call.outToken)
  })

  let inspectTurn = 0
  let tokenTurn = 0
  let detailOf: ReportConversation | null = null
  /** What is to be marked of a token once its bytes are there. */
  let pending: { token: number; range: ByteRange | null; packet: number | null } | null = null

  watch(
    () => [state.selected, state.replay] as const,
    () => void inspect(),
    { deep: true },
  )
  watch([inspectedToken, conversation], () => void loadToken())

  function forgetConversation(): void {
    conversationFault.value = null
    conversation.value = null
    tokenDetail.value = null
    hovered.value = null
    kept.value = null
  }

  /** Asks for the chosen conversation again; `quietly`: the timeline stays where it is. */
  async function inspect(quietly = false): Promise<void> {
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
    if (again && quietly) return
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
    const of = conversation.value
    const token = inspectedToken.value
    const turn = ++tokenTurn
    if (capture === null || of === null || token === null) {
      tokenDetail.value = null
      return
    }
    const same = tokenDetail.value?.id === token && detailOf?.id === of.id
    if (same && detailOf === of) return
    const answer = await bridge.request('token.inspect', { capture, id: of.id, token })
    if (turn !== tokenTurn || conversation.value === null) return
    const asked = pending?.token === token ? pending : null
    pending = null
    // The token that is shown already, read again with other keys, keeps its mark.
    if (!same) {
      hovered.value = null
      kept.value =
        asked?.range ??
        (answer.ok && asked !== null ? runOf(answer.value, asked.packet) : null) ??
        evidenceIn(of, token)
    }
    detailOf = of
    tokenDetail.value = answer.ok ? { ...answer.value, id: token } : null
  }

  /** The bytes that a packet brought of a token; null where it brought none. */
  function runOf({ packets }: TokenDetail, packet: number | null): ByteRange | null {
    const run = packets.find((each) => each.packet === packet)
    return run === undefined ? null : { start: run.start, end: run.end }
  }

  /** Selects the token that holds a piece of evidence and marks its bytes; those of its packet where there is no TLS in them. */
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
    const plain = token.kind === 'not-tls' ? packet : null
    if (tokenDetail.value?.id === token.id) kept.value = range ?? runOf(tokenDetail.value, plain)
    else pending = { token: token.id, range, packet: plain }
    state.selection = { kind: 'token', token: token.id, piece: 0 }
    state.reveal++
  }

  return {
    conversation,
    conversationFault,
    tokenDetail,
    inspectedToken,
    hovered,
    kept,
    forgetConversation,
    inspect,
    showEvidence,
  }
}
