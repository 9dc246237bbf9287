// The geometry of the score: every beat has a height from the tokens, so all places are sums. Pure; pixels from the top.

import type { ReportConversation } from '../../shared/contract/report.ts'
import { beatsOf, type Beat } from './beats.ts'
import type { Box } from './box.ts'
import { type Card, cardsOf, type Carry, hasSecondLine } from './cards.ts'
import { type Clock, clocksOf } from './clocks.ts'
import { type Line, linesOf, type Spine, spinesOf } from './lines.ts'
import type { Folding, Side } from './steps.ts'
import type { GlyphName } from '../status.ts'
import type { Density } from '../preferences.ts'

/** Heights of beats in px (the tokens `--beat-*`). */
const heights = {
  full: {
    event: 22,
    carrier: 38,
    call: 30,
    wire: 44,
    fail: 48,
    fold: 28,
    carry: 30,
    gap: 30,
    end: 40,
    foot: 12,
  },
  compact: {
    event: 22,
    carrier: 24,
    call: 26,
    wire: 28,
    fail: 44,
    fold: 26,
    carry: 26,
    gap: 26,
    end: 40,
    foot: 12,
  },
} as const

/** A row without cards or tokens: events, waits, data, gaps, the end. */
export interface Mark extends Box {
  readonly key: string
  readonly beat: Exclude<Beat, { kind: 'wire' | 'call' | 'carry' }>
}

export interface OverviewMark {
  readonly glyph: GlyphName
  /** Share of the height, 0 to 1. */
  readonly at: number
}

/** What the keyboard walks, in beat order. */
export type Stop =
  | {
      readonly kind: 'call'
      readonly side: Side
      readonly n: number
      readonly top: number
      readonly height: number
    }
  | {
      readonly kind: 'token'
      readonly token: number
      readonly piece: number
      readonly top: number
      readonly height: number
    }

export interface Score {
  readonly density: Density
  readonly height: number
  readonly beats: number
  readonly cards: readonly Card[]
  readonly lines: readonly Line[]
  readonly spines: readonly Spine[]
  readonly carries: readonly Carry[]
  readonly marks: readonly Mark[]
  readonly clocks: readonly Clock[]
  readonly stops: readonly Stop[]
  readonly overview: readonly OverviewMark[]
  /** Middle of the failing beat, where the hairline runs; null without a failure. */
  readonly failure: number | null
  readonly life: Readonly<Record<Side, Box | null>>
}

/** Places of everything in a conversation's score. */
export function layoutOf(
  conversation: ReportConversation,
  density: Density,
  opened: ReadonlySet<string>,
  folding: Folding = 'runs',
): Score {
  const beats = beatsOf(conversation, opened, folding)
  const tops: number[] = []
  let y = 4
  for (const beat of beats) {
    tops.push(y)
    y += heightOf(beat, density)
  }
  const boxes = beats.map((beat, index): Box => ({ top: tops[index]!, height: heightOf(beat, density) }))
  const { cards, carries } = cardsOf(beats, boxes)
  const lines = linesOf(beats, boxes)
  const height = y + heights[density].foot
  const failure = failureOf(beats, boxes)
  return {
    density,
    height,
    beats: beats.length,
    cards,
    lines,
    carries,
    spines: spinesOf(lines),
    marks: beats.flatMap((beat, index) =>
      beat.kind === 'wire' || beat.kind === 'call' || beat.kind === 'carry'
        ? []
        : [{ key: `mark${String(index)}`, beat, ...boxes[index]! }],
    ),
    clocks: clocksOf(beats, boxes),
    stops: stopsOf(cards, lines, beats, boxes),
    overview: cards
      .filter((card) => card.glyph !== 'wait')
      .map((card) => ({ glyph: card.glyph, at: (card.top + card.call.top + card.call.height / 2) / height })),
    failure,
    life: { client: lifeOf('client', cards, beats, boxes), server: lifeOf('server', cards, beats, boxes) },
  }
}

function heightOf(beat: Beat, density: Density): number {
  const table = heights[density]
  switch (beat.kind) {
    case 'call':
      return hasSecondLine(beat) ? table.fail : beat.group.calls.length > 1 ? table.fold : table.call
    case 'wire':
    case 'again':
      return table.wire
    case 'carrier':
      return table.carrier
    case 'wait':
      return waitHeight(beat.milliseconds)
    case 'carry':
      return table.carry
    case 'gap':
      return table.gap
    case 'data':
    case 'opened':
      return table.fold
    case 'event':
      return table.event
    case 'end':
      return table.end
  }
}

/** 24 px up to 1 s, 32 up to 10 s, 40 above. */
export function waitHeight(milliseconds: number): number {
  return milliseconds <= 1000 ? 24 : milliseconds <= 10_000 ? 32 : 40
}

function stopsOf(
  cards: readonly Card[],
  lines: readonly Line[],
  beats: readonly Beat[],
  boxes: readonly Box[],
): Stop[] {
  const deletions = beats.flatMap((beat, index) =>
    beat.kind !== 'event'
      ? []
      : (['client', 'server'] as const).flatMap((side) => {
          const call = beat.lanes[side]
          return call === undefined ? [] : [{ kind: 'call' as const, side, n: call.n, ...boxes[index]! }]
        }),
  )
  const stops: Stop[] = [
    ...cards.map((card) => ({
      kind: 'call' as const,
      side: card.side,
      n: card.calls[0]?.n ?? 0,
      top: card.top + card.call.top,
      height: card.call.height,
    })),
    ...lines.map((line) => ({
      kind: 'token' as const,
      token: line.pieces[0]!.token.id,
      piece: line.pieces[0]!.index,
      top: line.top,
      height: line.height,
    })),
    ...deletions,
  ]
  return stops.sort((one, two) => one.top - two.top)
}

function failureOf(beats: readonly Beat[], boxes: readonly Box[]): number | null {
  const index = beats.findIndex((beat) => (beat.kind === 'call' || beat.kind === 'end') && beat.failing)
  return index < 0 ? null : boxes[index]!.top + boxes[index]!.height / 2
}

/** From a context's first call to its deletion, or to the end of the score. */
function lifeOf(
  side: Side,
  cards: readonly Card[],
  beats: readonly Beat[],
  boxes: readonly Box[],
): Box | null {
  const own = cards.filter((card) => card.side === side)
  const first = own[0]
  if (first === undefined) return null
  const deletion = beats.findLastIndex((beat) => beat.kind === 'event' && beat.lanes[side] !== undefined)
  const end = deletion < 0 ? boxes.at(-1)! : boxes[deletion]!
  return { top: first.top, height: end.top + end.height - (deletion < 0 ? 0 : end.height / 2) - first.top }
}
