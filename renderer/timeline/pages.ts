// Where a score is cut for paper: between beats, never through a line, a mark or what a card says. Pure.

import type { Box } from './box.ts'
import type { Card } from './cards.ts'
import type { Score } from './layout.ts'

/** Stretches of a score, top to bottom, each at most `height` high unless something on it is higher. */
export function pagesOf(score: Score, height: number): readonly Box[] {
  const whole = [
    ...score.cards.map(saying),
    ...score.lines,
    ...score.marks,
    ...score.carries.map((carry) => ({
      top: carry.top + carry.height / 2 - carry.reach,
      height: carry.reach + carry.height / 2,
    })),
  ].sort((one, two) => one.top - two.top)
  const pages: Box[] = []
  let top = 0
  let end = 0
  // The last place that nothing crosses.
  let cut = 0
  for (const box of whole) {
    if (box.top >= end) cut = Math.max(end, cut)
    if (box.top + box.height - top > height && cut > top) {
      pages.push({ top, height: cut - top })
      top = cut
    }
    end = Math.max(end, box.top + box.height)
  }
  pages.push({ top, height: score.height - top })
  return pages
}

/** A card down to its output's text: a token in many deliveries draws it long and empty below. */
function saying({ top, height, output }: Card): Box {
  const port = output?.ports[0]
  return { top, height: port === undefined ? height : Math.min(height, port.y + textBelow) }
}

const textBelow = 24
