// Prologues that are lines of text: who said which line, in which packet.

import { printable } from '../bytes/text.ts'
import type { PrologueBytes } from './carrier.ts'

export interface Line {
  readonly dir: 0 | 1
  /** Without its line end; control characters escaped. */
  readonly text: string
  readonly packet: number
  readonly time: number
  /** Where the prologue goes on behind it: index of the piece, and offset in it. */
  readonly piece: number
  readonly next: number
  /** What its direction said right before is missing from the capture. */
  readonly afterHole: boolean
}

const maxLineBytes = 4096
const lineFeed = 10
const carriageReturn = 13

/** The lines of a prologue in capture order; a line spread over packets belongs to its last one, one cut by a hole is left out. */
export function linesOf(prologue: readonly PrologueBytes[], end = lineFeed): Line[] {
  const lines: Line[] = []
  const rest: [number[], number[]] = [[], []]
  const holes: [boolean, boolean] = [false, false]
  for (const [piece, { dir, bytes, packet, time, afterHole }] of prologue.entries()) {
    if (afterHole === true) {
      rest[dir] = []
      holes[dir] = true
    }
    for (const [i, octet] of bytes.entries()) {
      if (octet !== end) {
        if (rest[dir].length < maxLineBytes) rest[dir].push(octet)
        continue
      }
      if (rest[dir].at(-1) === carriageReturn) rest[dir].pop()
      const text = printable(Uint8Array.from(rest[dir]))
      lines.push({ dir, text, packet, time, piece, next: i + 1, afterHole: holes[dir] })
      holes[dir] = false
      rest[dir] = []
    }
  }
  return lines
}

/** What was said behind a place in the prologue, by both sides. */
export function restOf(
  prologue: readonly PrologueBytes[],
  { piece, next }: Pick<Line, 'piece' | 'next'>,
): PrologueBytes[] {
  const last = prologue[piece]
  if (last === undefined) return []
  const rest = { ...last, bytes: last.bytes.subarray(next) }
  return [rest, ...prologue.slice(piece + 1)].filter(({ bytes }) => bytes.length > 0)
}

/** Whether `bytes` begin with `text`, letters of either case. */
export function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && matches(bytes, 0, text)
}

/** Whether `text` stands somewhere in the first `limit` bytes, letters of either case. */
export function contains(bytes: Uint8Array, text: string, limit: number): boolean {
  const end = Math.min(bytes.length, limit) - text.length
  for (let at = 0; at <= end; at++) if (matches(bytes, at, text)) return true
  return false
}

function matches(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (lower(bytes[at + i]!) !== lower(text.charCodeAt(i))) return false
  }
  return true
}

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet
}

/**
 * Whether one direction begins with one of `client` and the other with one of `server`. Words of `telling` are enough where the
 * server has not spoken.
 */
export function converse(
  bytes: readonly [Uint8Array, Uint8Array],
  telling: readonly string[],
  client: readonly string[],
  server: readonly string[],
): boolean {
  return bytes.some((asked, dir) => {
    const answered = bytes[dir === 0 ? 1 : 0]
    const begins = (text: string) => startsWith(asked, text)
    if (answered.length === 0) return telling.some(begins)
    return (telling.some(begins) || client.some(begins)) && server.some((text) => startsWith(answered, text))
  })
}
