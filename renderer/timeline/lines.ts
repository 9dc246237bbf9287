// Bytes on the wire as lines, and the spines of tokens that came in several. Pure.

import type { Beat } from './beats.ts'
import type { Box } from './box.ts'
import type { Repair } from './repairs.ts'
import type { Piece, Side } from './steps.ts'

export interface Line extends Box {
  readonly key: string
  readonly from: Side
  readonly pieces: readonly Piece[]
  readonly repair: Repair | null
  /** The piece ends inside a record: its edge is torn. */
  readonly torn: boolean
}

export interface Spine extends Box {
  readonly key: string
  readonly side: Side
}

export function linesOf(beats: readonly Beat[], boxes: readonly Box[]): Line[] {
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
        repair: beat.repair,
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
export function spinesOf(lines: readonly Line[]): Spine[] {
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
