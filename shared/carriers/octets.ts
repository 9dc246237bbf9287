// Prologues that are binary messages: one direction's bytes in one piece, with the packet each came in.

import type { Place, PrologueBytes, Step } from './carrier.ts'

/** What one direction said, in stream order, up to the first hole. */
export class Octets {
  readonly bytes: Uint8Array
  private readonly dir: 0 | 1
  private readonly pieces: readonly PrologueBytes[]
  private readonly prologue: readonly PrologueBytes[]

  constructor(prologue: readonly PrologueBytes[], dir: 0 | 1) {
    this.dir = dir
    this.prologue = prologue
    const own = prologue.filter((piece) => piece.dir === dir)
    const hole = own.findIndex((piece) => piece.afterHole === true)
    this.pieces = hole < 0 ? own : own.slice(0, hole)
    this.bytes = new Uint8Array(this.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0))
    let at = 0
    for (const { bytes } of this.pieces) {
      this.bytes.set(bytes, at)
      at += bytes.length
    }
  }

  /** In which packet the byte before `end` came: the one that completed a message ending there. */
  place(end: number): Place {
    const piece = this.pieceOf(end)
    return { dir: this.dir, packet: piece?.packet ?? 0, time: piece?.time ?? NaN }
  }

  /** What both sides said behind the byte before `end` of this direction and the byte before `peerEnd` of the other. */
  rest(end: number, peer: Octets, peerEnd: number): PrologueBytes[] {
    const left: [number, number] = this.dir === 0 ? [end, peerEnd] : [peerEnd, end]
    return peer.prologue.flatMap((piece) => {
      const passed = Math.min(left[piece.dir], piece.bytes.length)
      left[piece.dir] -= passed
      return passed === piece.bytes.length ? [] : [{ ...piece, bytes: piece.bytes.subarray(passed) }]
    })
  }

  private pieceOf(end: number): PrologueBytes | undefined {
    let passed = 0
    for (const piece of this.pieces) {
      passed += piece.bytes.length
      if (passed >= end) return piece
    }
    return this.pieces.at(-1)
  }
}

/** Steps of both directions in the order of their packets; within a packet as they were found. */
export function inOrder(steps: Step[]): void {
  steps.sort((a, b) => (a.packets[0] ?? 0) - (b.packets[0] ?? 0))
}
