// The geometry of the score: every beat has a height from the tokens, so all places are sums. Pure; pixels from the top.

import type { ReportCall, ReportConversation } from '../../shared/contract/report.ts'
import { beatsOf, type Beat } from './beats.ts'
import { type Clock, clocksOf } from './clocks.ts'
import { areRounds, type Piece, type Side } from './steps.ts'
import { glyphOf, type GlyphName } from '../status.ts'

export type Density = 'full' | 'compact'

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

/** Above this many calls the score opens compact. */
export const fullUpTo = 24

export interface Box {
  readonly top: number
  readonly height: number
}

/** One part of a card, on one beat: `in` and `out` hold a port at the beat's middle. */
export interface Port {
  /** From the card's top to the line's middle. */
  readonly y: number
  readonly token: number
}

export interface Card extends Box {
  readonly key: string
  readonly side: Side
  readonly calls: readonly ReportCall[]
  readonly glyph: GlyphName
  readonly failing: boolean
  /** Parts from the card's top; `in` may span several wire beats, `out` reaches to its token's first line. */
  readonly input: (Box & { readonly carried: boolean; readonly ports: readonly Port[] }) | null
  readonly call: Box
  readonly output: (Box & { readonly ports: readonly Port[] }) | null
  /** Sizes of the pieces the output token was delivered in. */
  readonly deliveries: readonly number[]
}

export interface Line extends Box {
  readonly key: string
  readonly from: Side
  readonly pieces: readonly Piece[]
  /** The piece ends inside a record: its edge is torn. */
  readonly torn: boolean
}

export interface Spine extends Box {
  readonly key: string
  readonly side: Side
}

/** A row without cards or tokens: events, waits, data, gaps, the end. */
export interface Mark extends Box {
  readonly key: string
  readonly beat: Exclude<Beat, { kind: 'wire' | 'call' | 'carry' }>
}

export interface Carry extends Box {
  readonly key: string
  readonly side: Side
  readonly bytes: number
  /** How far above its middle the bytes left the earlier card. */
  readonly reach: number
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

/** The density a conversation opens in. */
export function densityFor(calls: number): Density {
  return calls > fullUpTo ? 'compact' : 'full'
}

/** Places of everything in a conversation's score. */
export function layoutOf(
  conversation: ReportConversation,
  density: Density,
  opened: ReadonlySet<string>,
): Score {
  const beats = beatsOf(conversation, opened)
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
      return beat.failing ? table.fail : beat.group.calls.length > 1 ? table.fold : table.call
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

function cardsOf(beats: readonly Beat[], boxes: readonly Box[]): { cards: Card[]; carries: Carry[] } {
  const cards: Card[] = []
  const carries: Carry[] = []
  const lastInput: Record<Side, number | null> = { client: null, server: null }
  beats.forEach((beat, index) => {
    if (beat.kind !== 'call') return
    const { side, calls } = beat.group
    const first = index - beat.inputs
    const outs = outputBeats(beat, index, beats, side)
    const last = outs.at(-1) ?? index
    const top = boxes[first]!.top + 3
    const bottom = boxes[last]!.top + boxes[last]!.height - 3
    const middle = (at: number): number => boxes[at]!.top + boxes[at]!.height / 2 - top
    const key = `${side}${String(calls[0]?.n ?? 0)}`
    const inputs = Array.from({ length: beat.inputs }, (_, step) => first + step)
    for (const at of inputs) {
      const carry = beats[at]!
      if (carry.kind !== 'carry') continue
      const from = lastInput[side] ?? boxes[at]!.top
      const y = boxes[at]!.top + boxes[at]!.height / 2
      carries.push({ key: `carry${key}`, side, bytes: carry.bytes, reach: y - from, ...boxes[at]! })
    }
    cards.push({
      key,
      side,
      calls,
      glyph: glyphOf((areRounds(calls) ? calls.at(-1) : calls[0])?.status ?? ''),
      failing: beat.failing,
      top,
      height: bottom - top,
      input:
        first < index
          ? {
              top: 0,
              height: boxes[index]!.top - top,
              carried: inputs.every((at) => beats[at]!.kind === 'carry'),
              ports: inputs.flatMap((at) => portsAt(beats[at]!, middle(at))),
            }
          : null,
      call: {
        top: boxes[index]!.top - (first < index ? top : boxes[index]!.top),
        height: boxes[index]!.height - (first < index ? 0 : 3) - (outs.length > 0 ? 0 : 3),
      },
      output:
        outs.length > 0
          ? {
              top: boxes[index]!.top + boxes[index]!.height - top,
              height: bottom - boxes[index]!.top - boxes[index]!.height,
              ports: outs.slice(0, 1).flatMap((at) => portsAt(beats[at]!, middle(at))),
            }
          : null,
      deliveries: deliveriesOf(beat, beats),
    })
    lastInput[side] =
      inputs.length > 0 ? boxes[inputs.at(-1)!]!.top + boxes[inputs.at(-1)!]!.height / 2 : boxes[index]!.top
  })
  return { cards, carries }
}

function portsAt(beat: Beat, y: number): readonly Port[] {
  return beat.kind === 'wire' ? [{ y, token: beat.pieces[0]?.token.id ?? 0 }] : []
}

/** Beats on which a call's output leaves: the first line of its token, as far as the same side's next card leaves room. */
function outputBeats(
  beat: Extract<Beat, { kind: 'call' }>,
  index: number,
  beats: readonly Beat[],
  side: Side,
): readonly number[] {
  const out = beat.group.calls.at(-1)?.outToken ?? null
  if (out === null) return []
  const found: number[] = []
  for (let at = index + 1; at < beats.length; at++) {
    const next = beats[at]!
    const below = beats.slice(at, at + 3).find((each) => each.kind === 'call')
    if (below?.kind === 'call' && below.group.side === side && at >= beats.indexOf(below) - below.inputs)
      return found
    if (next.kind === 'wire' && next.pieces[0]?.token.id === out) found.push(at)
  }
  return found
}

function deliveriesOf(beat: Extract<Beat, { kind: 'call' }>, beats: readonly Beat[]): readonly number[] {
  const out = beat.group.calls.at(-1)?.outToken ?? null
  if (out === null) return []
  return beats.flatMap((each) =>
    each.kind === 'wire'
      ? each.pieces.filter((piece) => piece.token.id === out).map((piece) => piece.end - piece.start)
      : [],
  )
}

function linesOf(beats: readonly Beat[], boxes: readonly Box[]): Line[] {
  return beats.flatMap((beat, index) => {
    if (beat.kind !== 'wire') return []
    const [first] = beat.pieces
    if (first === undefined) return []
    const end = beat.pieces.at(-1)!.end
    const whole = first.token.stream[1] - first.token.stream[0]
    return [
      {
        key: `line${String(first.token.id)}.${String(first.index)}`,
        from: first.token.from,
        pieces: beat.pieces,
        torn: end < whole && !recordEnds(first).has(end),
        ...boxes[index]!,
      },
    ]
  })
}

function recordEnds(piece: Piece): ReadonlySet<number> {
  let at = 0
  return new Set(piece.token.records.map((record) => (at += record.bytes)))
}

/** A token that arrived in pieces on several beats keeps one spine on its sender's lifeline. */
function spinesOf(lines: readonly Line[]): Spine[] {
  const byToken = new Map<number, Line[]>()
  for (const line of lines) {
    const token = line.pieces[0]!.token.id
    byToken.set(token, [...(byToken.get(token) ?? []), line])
  }
  return [...byToken].flatMap(([token, parts]) => {
    const [first] = parts
    const last = parts.at(-1)
    if (first === undefined || last === undefined || first === last) return []
    const top = first.top + first.height / 2 - 3
    return [
      { key: `spine${String(token)}`, side: first.from, top, height: last.top + last.height / 2 + 3 - top },
    ]
  })
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
