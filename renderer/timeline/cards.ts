// Calls as cards: which beats hold a card's input, call and output, and where its lines dock. Pure.

import type { ReportCall } from '../../shared/contract/report.ts'
import { glyphOf, type GlyphName } from '../status.ts'
import type { Beat } from './beats.ts'
import type { Box } from './box.ts'
import { areRounds, type Side, statusesOf } from './steps.ts'

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
  /** The name of the fold, where it holds several calls. */
  readonly fold: string | null
  readonly glyph: GlyphName
  readonly failing: boolean
  /** It has a second line. */
  readonly secondLine: boolean
  /** Parts from the card's top; `in` may span several wire beats, `out` reaches to its token's first line. */
  readonly input: (Box & { readonly carried: boolean; readonly ports: readonly Port[] }) | null
  readonly call: Box
  readonly output: (Box & { readonly ports: readonly Port[] }) | null
  /** Sizes of the pieces the output token was delivered in. */
  readonly deliveries: readonly number[]
}

export interface Carry extends Box {
  readonly key: string
  readonly side: Side
  readonly bytes: number
  /** How far above its middle the bytes left the earlier card. */
  readonly reach: number
}

/** A longer status name has no room beside the name of its call in a narrow lane. */
export const longestName = 25

/**
 * Whether a card has a second line, for why its call returned what it did: where the handshake failed, and under a
 * long name; or for the other statuses of a flight.
 */
export function hasSecondLine({ failing, group: { calls } }: Extract<Beat, { kind: 'call' }>): boolean {
  if (failing) return true
  return calls.length === 1
    ? calls[0]!.status.length > longestName
    : !areRounds(calls) && statusesOf(calls).size > 1
}

/** The cards of both lanes, and the bytes that turn back into a card. */
export function cardsOf(beats: readonly Beat[], boxes: readonly Box[]): { cards: Card[]; carries: Carry[] } {
  const cards: Card[] = []
  const carries: Carry[] = []
  const lastInput: Record<Side, number | null> = { client: null, server: null }
  beats.forEach((beat, index) => {
    if (beat.kind !== 'call') return
    const { side, calls, fold } = beat.group
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
      fold,
      glyph: glyphOf(calls.at(-1)?.status ?? ''),
      failing: beat.failing,
      secondLine: hasSecondLine(beat),
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
