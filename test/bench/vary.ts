// A session made different without changing its length: server name, randoms, order of extensions, certificate bytes.

import type { Play } from './sessions.ts'

const hello = 1
const certificate = 11

/** The same plays with fresh content for session `n`; handshake records that one segment holds whole are changed. */
export function vary(plays: readonly Play[], n: number, distinctCertificates: number): Play[] {
  return plays.map((play) => {
    if (play.payload.length < 10 || play.payload[0] !== 22) return play
    const payload = play.payload.slice()
    let at = 0
    while (at + 9 <= payload.length && payload[at] === 22) {
      const length = (payload[at + 3]! << 8) | payload[at + 4]!
      const end = Math.min(payload.length, at + 5 + length)
      varyMessages(payload, at + 5, end, n, distinctCertificates)
      at = at + 5 + length
    }
    return { ...play, payload }
  })
}

function varyMessages(
  b: Uint8Array,
  from: number,
  to: number,
  n: number,
  distinctCertificates: number,
): void {
  let at = from
  while (at + 4 <= to) {
    const type = b[at]!
    const end = at + 4 + ((b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!)
    if (end > to) {
      if (type === certificate) varyTail(b, at, to, n % distinctCertificates)
      return
    }
    if (type === hello) varyHello(b, at + 4, end, n)
    if (type === certificate) varyTail(b, at, end, n % distinctCertificates)
    at = end
  }
}

/** Random, server name and extension order (pre_shared_key stays last, RFC 8446 §4.2.11). */
function varyHello(b: Uint8Array, from: number, to: number, n: number): void {
  for (let i = 0; i < 4; i++) b[from + 2 + i] = (n >>> (8 * i)) & 0xff
  let at = from + 34
  at += 1 + b[at]!
  at += 2 + ((b[at]! << 8) | b[at + 1]!)
  at += 1 + b[at]!
  if (at + 2 > to) return
  at += 2
  const extensions: Uint8Array[] = []
  let last: Uint8Array | null = null
  const start = at
  while (at + 4 <= to) {
    const length = 4 + ((b[at + 2]! << 8) | b[at + 3]!)
    const extension = b.slice(at, at + length)
    const type = (b[at]! << 8) | b[at + 1]!
    if (type === 0) rename(extension, n)
    if (type === 41) last = extension
    else extensions.push(extension)
    at += length
  }
  // Fisher-Yates with a small generator: the same session is the same bytes in every run.
  let state = (n * 2654435761 + 12345) >>> 0
  for (let i = extensions.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = state % (i + 1)
    ;[extensions[i], extensions[j]] = [extensions[j]!, extensions[i]!]
  }
  if (last !== null) extensions.push(last)
  let to2 = start
  for (const extension of extensions) {
    b.set(extension, to2)
    to2 += extension.length
  }
}

/** Another host name of the same length. */
function rename(extension: Uint8Array, n: number): void {
  const name = `h${(n % 50000).toString(36)}`
  for (let i = 0; i < name.length && 9 + i < extension.length - 4; i++) extension[9 + i] = name.charCodeAt(i)
}

/** The last bytes of a Certificate message are a signature's: another certificate for whoever compares. */
function varyTail(b: Uint8Array, from: number, to: number, variant: number): void {
  if (to - from < 400) return
  for (let i = 0; i < 3; i++) b[to - 40 + i] = (variant >>> (8 * i)) & 0xff
  b[from + 4 + 3 + 3 + 20] = 0x40 | (variant & 0x3f)
}
