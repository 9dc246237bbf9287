// Prologues that are lines of text: who said which line, in which packet.

import { printable } from '../bytes/text.ts'
import type { PrologueBytes } from './carrier.ts'

export interface Line {
  readonly dir: 0 | 1
  /** Without its line end; control characters escaped. */
  readonly text: string
  readonly packet: number
  readonly time: number
}

const maxLineBytes = 4096

/** The lines of a prologue in capture order; a line spread over packets belongs to its last one. */
export function linesOf(prologue: readonly PrologueBytes[]): Line[] {
  const lines: Line[] = []
  const rest: [number[], number[]] = [[], []]
  for (const { dir, bytes, packet, time } of prologue) {
    for (const octet of bytes) {
      if (octet !== 10) {
        if (rest[dir].length < maxLineBytes) rest[dir].push(octet)
        continue
      }
      if (rest[dir].at(-1) === 13) rest[dir].pop()
      lines.push({ dir, text: printable(Uint8Array.from(rest[dir])), packet, time })
      rest[dir] = []
    }
  }
  return lines
}

/** Whether `bytes` begin with `text`, letters of either case. */
export function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && printable(bytes, 0, text.length).toUpperCase() === text.toUpperCase()
}
