// What may follow in the filter box, asked with every key: fields, operators and values with the rows that have them.

import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { Completion, Suggestion } from '../../shared/contract/bridge.ts'
import { findField } from '../../shared/filter/fields.ts'
import { cutFilter } from '../../shared/filter/tokens.ts'
import { filterHistory } from '../preferences.ts'
import type { Session } from '../session.ts'

/** A suggestion of the program, or a filter used before. */
export type Offer = Suggestion | { readonly kind: 'used'; readonly text: string }

/** Where the cursor belongs once an offer has been taken, and whether more may follow. */
export interface Taken {
  readonly cursor: number
  readonly more: boolean
}

/** What may follow, and the filter that it was asked for. */
interface Answered extends Completion {
  readonly text: string
}

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
  const completion = shallowRef<Answered>({ text: '', start: 0, end: 0, suggestions: [] })
  const chosen = ref(0)
  let turn = 0
  let asking: Promise<Answered | null> = Promise.resolve(null)

  const typed = computed(() => state.filter.slice(completion.value.start, completion.value.end))
  const offers = computed(() => offersOf(completion.value, state.filter))
  /** The lines in view, each with its place among all. */
  const shown = computed(() => {
    const first = Math.max(0, Math.min(chosen.value - shownOffers + 1, offers.value.length - shownOffers))
    return offers.value
      .slice(first, first + shownOffers)
      .map((offer, index) => ({ offer, index: first + index }))
  })

  async function ask(): Promise<Answered | null> {
    const { capture, filter: text } = state
    const mine = ++turn
    if (capture === null) return null
    const answer = await bridge.request('filter.complete', { capture, text, cursor: cursor.value })
    if (!answer.ok) return null
    const answered = { ...answer.value, text }
    if (mine === turn && text === state.filter) {
      completion.value = answered
      chosen.value = 0
    }
    return answered
  }

  function offersOf({ start, end, suggestions }: Answered, text: string): readonly Offer[] {
    const used =
      text.trim() === ''
        ? filterHistory.value.slice(0, shownOffers - 1).map((each) => ({ kind: 'used' as const, text: each }))
        : []
    const word = text.slice(start, end)
    return [...used, ...suggestions.filter((each) => each.text !== word)].slice(0, keptOffers)
  }

  watch(
    () => [state.filter, cursor.value, state.capture],
    () => void (asking = ask()),
    { immediate: true },
  )

  function step(by: number): void {
    chosen.value = (chosen.value + by + offers.value.length) % offers.value.length
  }

  /** Puts an offer in the place of the word it completes, with what was typed of that since the offers came. */
  function take(offer: Offer): Taken {
    const { text, start, end } = completion.value
    const [before, after] = [text.slice(0, start), text.slice(end)]
    const now = state.filter
    if (offer.kind !== 'used' && !(now.startsWith(before) && now.endsWith(after)))
      return { cursor: cursor.value, more: false }
    return put(offer, before, '', after)
  }

  /**
   * Completes the word as it is typed now by the chosen offer. What is typed on before that is known stays behind it;
   * null where nothing fits, or the filter became another one.
   */
  async function complete(): Promise<Taken | null> {
    const text = state.filter
    const at = cursor.value
    const answer = await asking
    if (answer?.text !== text) return null
    const offer = answer === completion.value ? offers.value[chosen.value] : offersOf(answer, text)[0]
    const [before, after] = [text.slice(0, at), text.slice(at)]
    const now = state.filter
    const isTypedOn = now.length >= text.length && now.startsWith(before) && now.endsWith(after)
    if (offer === undefined || !isTypedOn) return null
    const typedOn = now.slice(at, now.length - after.length)
    return put(offer, text.slice(0, answer.start), typedOn, text.slice(answer.end))
  }

  function put(offer: Offer, before: string, typedOn: string, after: string): Taken {
    const isUsed = offer.kind === 'used'
    const start = isUsed ? `${offer.text}${typedOn}` : `${before}${offer.text} ${typedOn}`
    state.filter = isUsed ? start : start + after
    return { cursor: start.length, more: !isUsed && offer.kind !== 'value' }
  }

  return { typed, offers, shown, chosen, step, take, complete }
}
