// The beginning of the report as it will be written, asked for while the choices are made.

import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import type { Output } from '../../shared/contract/bridge.ts'
import type { RedactionKind } from '../../shared/contract/redaction.ts'
import { baseName } from '../format.ts'
import type { Session } from '../session.ts'
import type { HandingOn } from './handing-on.ts'
import { isCapture } from './report-choices.ts'

/** Longer originals, hashes for instance, say nothing to a reader. */
const tellableLength = 60

export interface Replaced {
  readonly many: number
  /** `server.example becomes server-1`; null where the original says nothing to a reader. */
  readonly first: string | null
}

export function usePreview({ bridge, state }: Session, { choices, fault, reportQuestion }: HandingOn) {
  const preview = shallowRef<Output<'report.preview'> | null>(null)
  let looks = 0

  const standIns = computed(
    () => new Map(preview.value?.replacements.map(({ standIn, original }) => [standIn, original]) ?? []),
  )
  const replaced = computed(() => {
    const found = new Map<RedactionKind, { many: number; first: string | null }>()
    for (const { kind, original, standIn } of preview.value?.replacements ?? []) {
      // Keys of conversations are hashes of addresses: replaced, but nobody knows them.
      if (standIn.startsWith('conversation-')) continue
      const known = found.get(kind)
      if (known !== undefined) known.many++
      else {
        const told = kind === 'files' ? baseName(original) : original
        const short = told.length <= tellableLength
        found.set(kind, { many: 1, first: short ? `${told} becomes ${standIn}` : null })
      }
    }
    return found
  })

  watchDebounced(choices, () => void look(), { debounce: 120, immediate: true })

  async function look(): Promise<void> {
    const { format } = choices
    if (isCapture(format) || state.capture === null) {
      preview.value = null
      return
    }
    const turn = ++looks
    const answer = await bridge.request('report.preview', reportQuestion(format))
    if (turn !== looks) return
    if (answer.ok) preview.value = answer.value
    else fault.value = answer.fault
  }

  return { preview, standIns, replaced }
}
