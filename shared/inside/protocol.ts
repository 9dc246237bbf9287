// What a protocol inside TLS is: told from what both sides said first, read into steps and what they mean.

import { joined } from '../bytes/joined.ts'
import type { Conversation, InsideFacts, InsideStep, Told } from '../conversation/facts.ts'
import type { OpenedData, OpenedPiece } from './opened.ts'

/** One protocol. Adding one means one file and one row in list.ts. */
export interface InsideProtocol {
  readonly name: string
  /** Whether this was said in it; `carrier` is the name of what carried TLS. */
  recognises(data: OpenedData, carrier: string): boolean
  /** Credentials never come into a step: names of schemes, numbers of errors. */
  read(data: OpenedData, conversation: Conversation): Iterable<Step>
}

export interface Step {
  /** The record that completed it. */
  readonly piece: OpenedPiece
  readonly text: string
  readonly result: InsideStep['result']
  readonly tells?: Told
}

const maxSteps = 64
const maxTextLength = 300

export function factsOf(protocol: InsideProtocol, data: OpenedData, conversation: Conversation): InsideFacts {
  const steps: InsideStep[] = []
  for (const { piece, text, result, tells } of protocol.read(data, conversation)) {
    if (steps.length === maxSteps) break
    const { dir, packet, time, start, end } = piece
    steps.push({
      time,
      packets: [packet],
      from: dir === 0 ? 'client' : 'server',
      text: text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text,
      result,
      tells: tells ?? null,
      stream: [start, end],
    })
  }
  return { name: protocol.name, steps }
}

/** The first bytes of a side, at most `length`. */
export function openingOf({ pieces }: OpenedData, dir: 0 | 1, length = 64): Uint8Array {
  const out = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    if (piece.dir !== dir || at === length) continue
    const part = piece.bytes.subarray(0, length - at)
    out.set(part, at)
    at += part.length
  }
  return out.subarray(0, at)
}

/** One side's bytes in one piece, and the record in which each lies. */
export class SideBytes {
  readonly bytes: Uint8Array
  private readonly pieces: readonly OpenedPiece[]

  constructor({ pieces }: OpenedData, dir: 0 | 1) {
    this.pieces = pieces.filter((piece) => piece.dir === dir)
    this.bytes = joined(this.pieces.map(({ bytes }) => bytes))
  }

  /** The piece with the byte before `end`. There is one wherever bytes were read. */
  pieceAt(end: number): OpenedPiece {
    let passed = 0
    for (const piece of this.pieces) {
      passed += piece.bytes.length
      if (passed >= end) return piece
    }
    return this.pieces.at(-1)!
  }
}
