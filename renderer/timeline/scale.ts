// How large the score is drawn: its density and a zoom. `fit` chooses both, and what shares a card, so that the whole handshake is on one screen.

import { computed, type Ref } from 'vue'
import type { ReportConversation } from '../../shared/contract/report.ts'
import { densities, scoreZoom, type Density, type Scale } from '../preferences.ts'
import { callsOf, densityFor, fitOf, leastZoom, stepFrom } from './fitting.ts'
import { layoutOf } from './layout.ts'

/** Both lanes have 240 px beside times and wire; in a narrower pane the score is drawn smaller. */
const leastWidth = 766

/** To be called in a component's setup. `view` is the pane in px; `zoom` is how it is drawn, `percent` what was asked for. */
export function useScale(
  conversation: () => ReportConversation,
  file: Readonly<Ref<string>>,
  opened: Readonly<Ref<ReadonlySet<string>>>,
  view: Readonly<{ height: Ref<number>; width: Ref<number> }>,
) {
  const chosen = computed<Scale>(() => densities.value[file.value] ?? densityFor(callsOf(conversation())))
  const fit = computed(() => {
    if (chosen.value !== 'fit' || view.height.value === 0) return null
    return fitOf(
      (density, folding) => layoutOf(conversation(), density, opened.value, folding).height,
      view.height.value,
    )
  })
  const density = computed<Density>(
    () => fit.value?.density ?? (chosen.value === 'fit' ? 'compact' : chosen.value),
  )
  const folding = computed(() => fit.value?.folding ?? 'runs')
  const narrow = computed(() =>
    view.width.value === 0 ? 1 : Math.min(1, Math.max(leastZoom, view.width.value / leastWidth)),
  )
  const asked = computed(() => fit.value?.zoom ?? scoreZoom.value)
  const zoom = computed(() =>
    fit.value === null ? asked.value * narrow.value : Math.min(asked.value, narrow.value),
  )
  const percent = computed(() => Math.round(asked.value * 100))

  function choose(scale: Scale): void {
    densities.value = { ...densities.value, [file.value]: scale }
  }

  /** One step larger or smaller, or back to 100 %; what was fitted stays in its density. */
  function zoomBy(direction: 1 | 0 | -1): void {
    const from = asked.value
    if (chosen.value === 'fit') choose(density.value)
    scoreZoom.value = direction === 0 ? 1 : stepFrom(from, direction)
  }

  return { density, folding, zoom, percent, choose, zoomBy }
}
