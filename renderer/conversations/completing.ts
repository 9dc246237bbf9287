// What may follow in the filter box, asked with every key: fields, operators and values with the rows that have them.

import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { Completion, Suggestion } from '../../shared/contract/bridge.ts'
import { findField } from '../../shared/filter/fields.ts'
import { cutFilter } from '../../shared/filter/tokens.ts'
import { filterHistory } from '../preferences.ts'
import type { Session } from '../session.ts'

/** A suggestion of the program, or a filter used before. */
export type Offer = Suggestion | { readonly kind: 'used'; readonly text: string }

/** Lines of completion shown at once. */
export const shownOffers = 6
const keptOffers = 40

const shortestQuestion = 4

/** A text with an operator, or of nothing but fields, is a filter; any other one asks what it means. */
export function isQuestion(text: string): boolean {
  const { tokens } = cutFilter(text.trim())
  return (
    text.trim().length >= shortestQuestion &&
    !tokens.some((token) => token.kind === 'operator') &&
    tokens.some((token) => token.kind === 'word' && findField(token.text) === null)
  )
}

export function useCompleting({ bridge, state }: Session, cursor: Ref<number>) {
  const completion = shallowRef<Completion>({ start: 0, end: 0, suggestions: [] })
  const chosen = ref(0)
  let turn = 0
  let asking = Promise.resolve()

  const typed = computed(() => state.filter.slice(completion.value.start, completion.value.end))
  const offers = computed<readonly Offer[]>(() => {
    const used =
      state.filter.trim() === ''
        ? filterHistory.value.slice(0, shownOffers - 1).map((text) => ({ kind: 'used' as const, text }))
        : []
    const fitting = completion.value.suggestions.filter((each) => each.text !== typed.value)
    return [...used, ...fitting].slice(0, keptOffers)
  })
  /** The lines in view, each with its place among all. */
  const shown = computed(() => {
    const first = Math.max(0, Math.min(chosen.value - shownOffers + 1, offers.value.length - shownOffers))
    return offers.value
      .slice(first, first + shownOffers)
      .map((offer, index) => ({ offer, index: first + index }))
  })

  async function ask(): Promise<void> {
    const { capture, filter: text } = state
    const mine = ++turn
    if (capture === null) return
    const answer = await bridge.request('filter.complete', { capture, text, cursor: cursor.value })
    if (mine !== turn || !answer.ok || text !== state.filter) return
    completion.value = answer.value
    chosen.value = 0
  }

  watch(
    () => [state.filter, cursor.value, state.capture],
    () => void (asking = ask()),
    { immediate: true },
  )

  function step(by: number): void {
    chosen.value = (chosen.value + by + offers.value.length) % offers.value.length
  }

  /** Puts an offer into the filter; returns where the cursor belongs then, and whether more may follow. */
  function take(offer: Offer): { readonly cursor: number; readonly more: boolean } {
    if (offer.kind === 'used') {
      state.filter = offer.text
      return { cursor: offer.text.length, more: false }
    }
    const { start, end } = completion.value
    const text = `${offer.text} `
    state.filter = state.filter.slice(0, start) + text + state.filter.slice(end)
    return { cursor: start + text.length, more: offer.kind !== 'value' }
  }

  /** The chosen offer for what is typed by now; none where nothing fits. */
  async function newest(): Promise<Offer | undefined> {
    for (let mine = asking; ; mine = asking) {
      await mine
      if (mine === asking) return offers.value[chosen.value]
    }
  }

  return { typed, offers, shown, chosen, step, take, newest }
}
