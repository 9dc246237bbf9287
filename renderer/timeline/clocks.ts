// The score's times: when each line was, and how long after the one before. Pure.

import type { Beat } from './beats.ts'
import type { Box } from './box.ts'

export interface Clock extends Box {
  readonly key: string
  readonly at: number
  /** Since the line before; null at the first. */
  readonly delay: number | null
  /** Length of the delay's bar, 3 to 44 px on a log scale from 0.01 ms to 10 s. */
  readonly bar: number
}

/** A beat's own time; a run of calls has the time of its last below that of its first bytes. */
function timeOf(beat: Beat): number | null {
  if (beat.kind === 'call') return beat.until
  return 'at' in beat ? beat.at : null
}

/** A clock at every beat whose time differs from the one before. */
export function clocksOf(beats: readonly Beat[], boxes: readonly Box[]): Clock[] {
  const clocks: Clock[] = []
  let last: number | null = null
  beats.forEach((beat, index) => {
    const at = timeOf(beat)
    if (at === null) return
    const since = last === null ? null : at - last
    if (since !== null && since <= 0) return
    clocks.push({
      key: `at${String(index)}`,
      at,
      delay: beat.kind === 'event' ? null : since,
      bar: since === null ? 0 : delayBar(since),
      ...boxes[index]!,
    })
    last = at
  })
  return clocks
}

/** 3 px at 0.01 ms to 44 px at 10 s, on a log scale. */
export function delayBar(milliseconds: number): number {
  const decades = Math.log10(Math.max(0.01, Math.min(10_000, milliseconds))) + 2
  return Math.round(3 + (decades / 6) * 41)
}
