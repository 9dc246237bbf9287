// Which density, folding and zoom suit a score: by its calls, by the pane, step by step. Pure.

import type { ReportConversation } from '../../shared/contract/report.ts'
import type { Density } from '../preferences.ts'
import type { Folding } from './steps.ts'

/** Above this many calls the score opens compact. */
const fullUpTo = 24
/** Text smaller than this share of its size is not read. */
export const leastZoom = 0.4
/** What is tried in turn to bring a score into a view, each as long as it is drawn at this share of its size. */
const tried = [
  { density: 'full', folding: 'runs', downTo: 0.8 },
  { density: 'compact', folding: 'runs', downTo: 0.7 },
  { density: 'full', folding: 'flights', downTo: 0.8 },
] as const
/** A fitted score shows its shape at least: what needs bytes, what failed and where. Smaller than this not even that can be told. */
const leastFit = 0.15
const zoomSteps = [leastZoom, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2]

/** The density a conversation opens in. */
export function densityFor(calls: number): Density {
  return calls > fullUpTo ? 'compact' : 'full'
}

/** How many calls a conversation has on both sides. */
export function callsOf({ contexts }: ReportConversation): number {
  return contexts.client.calls.length + contexts.server.calls.length
}

export interface Fit {
  readonly density: Density
  readonly folding: Folding
  readonly zoom: number
}

/** Density, folding and zoom that bring a score into a view of so many px; never larger than life. `height` tells a score's. */
export function fitOf(height: (density: Density, folding: Folding) => number, view: number): Fit {
  for (const { density, folding, downTo } of tried) {
    const share = view / height(density, folding)
    if (share >= downTo) return { density, folding, zoom: Math.min(1, share) }
  }
  const share = view / height('compact', 'flights')
  return { density: 'compact', folding: 'flights', zoom: Math.min(1, Math.max(leastFit, share)) }
}

/** The next step from a zoom, up or down. */
export function stepFrom(zoom: number, direction: 1 | -1): number {
  const next =
    direction > 0
      ? zoomSteps.find((step) => step > zoom + 0.001)
      : zoomSteps.findLast((step) => step < zoom - 0.001)
  return next ?? zoom
}
