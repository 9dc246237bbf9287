// Which density and zoom suit a score: by its calls, by the pane, step by step. Pure.

import type { ReportConversation } from '../../shared/contract/report.ts'
import type { Density } from '../preferences.ts'

/** Above this many calls the score opens compact. */
const fullUpTo = 24
/** Text smaller than this share of its size is not read. */
export const leastZoom = 0.4
/** A fitted score shows its shape: what needs bytes, what failed and where. Smaller than this not even that can be told. */
const leastFit = 0.15
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

/** Density and zoom that bring a score of these heights into a view; never larger than life. Of many calls only the shape can be read. */
export function fitOf(
  heights: Readonly<Record<Density, number>>,
  view: number,
): { density: Density; zoom: number } {
  if (heights.full * fullDownTo <= view) return { density: 'full', zoom: Math.min(1, view / heights.full) }
  return { density: 'compact', zoom: Math.min(1, Math.max(leastFit, view / heights.compact)) }
}

/** The next step from a zoom, up or down. */
export function stepFrom(zoom: number, direction: 1 | -1): number {
  const next =
    direction > 0
      ? zoomSteps.find((step) => step > zoom + 0.001)
      : zoomSteps.findLast((step) => step < zoom - 0.001)
  return next ?? zoom
}
