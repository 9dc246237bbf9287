// How large the score is drawn: its density and a zoom. `fit` chooses both so that the whole handshake is on one screen.

import { computed, type Ref } from 'vue'
import type { ReportConversation } from '../../shared/contract/report.ts'
import { densities, scoreZoom, type Density, type Scale } from '../preferences.ts'
import { layoutOf } from './layout.ts'

/** Above this many calls the score opens compact. */
const fullUpTo = 24
/** Text smaller than this share of its size is not read. */
const leastZoom = 0.4
/** The full density is kept as long as it is still drawn at this share of its size. */
const fullDownTo = 0.8
const zoomSteps = [leastZoom, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2]

/** The density a conversation opens in. */
export function densityFor(calls: number): Density {
  return calls > fullUpTo ? 'compact' : 'full'
}

/** How many calls a conversation has on both sides. */
export function callsOf({ contexts }: ReportConversation): number {
  return contexts.client.calls.length + contexts.server.calls.length
}

/** Density and zoom that bring a score of these heights into a view; never larger than life, never too small to read. */
export function fitOf(
  heights: Readonly<Record<Density, number>>,
  view: number,
): { density: Density; zoom: number } {
  if (heights.full * fullDownTo <= view) return { density: 'full', zoom: Math.min(1, view / heights.full) }
  return { density: 'compact', zoom: Math.min(1, Math.max(leastZoom, view / heights.compact)) }
}

/** The next step from a zoom, up or down. */
export function stepFrom(zoom: number, direction: 1 | -1): number {
  const next =
    direction > 0
      ? zoomSteps.find((step) => step > zoom + 0.001)
      : zoomSteps.findLast((step) => step < zoom - 0.001)
  return next ?? zoom
}

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
    const height = (density: Density): number => layoutOf(conversation(), density, opened.value).height
    return fitOf({ full: height('full'), compact: height('compact') }, view.height.value)
  })
  const density = computed<Density>(
    () => fit.value?.density ?? (chosen.value === 'fit' ? 'compact' : chosen.value),
  )
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

  return { density, zoom, percent, choose, zoomBy }
}
