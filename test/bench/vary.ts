// A session made different: host name, random, order of extensions, and a chain of three that names the host.

import type { Play } from './sessions.ts'
import type { Chains } from './chains.ts'

const hello = 1
const certificate = 11

/** The same plays with fresh content for session `n`; handshake records that one segment holds whole are changed. */
export function vary(plays: readonly Play[], n: number, chains: Chains): Play[] {
  return plays.map((play) => {
    const { payload } = play
    if (payload.length < 10 || payload[0] !== 22) return play
    const parts: Uint8Array[] = []
    let at = 0
    while (at + 9 <= payload.length && payload[at] === 22) {
      const length = (payload[at + 3]! << 8) | payload[at + 4]!
      if (at + 5 + length > payload.length) break
      parts.push(...record(payload.slice(at, at + 5 + length), play.fromClient, n, chains))
      at += 5 + length
    }
    return { ...play, payload: joined([...parts, payload.subarray(at)]) }
  })
}

/** One handshake record with its messages changed; its length follows them. */
function record(b: Uint8Array, fromClient: boolean, n: number, chains: Chains): Uint8Array[] {
  const messages: Uint8Array[] = []
  let at = 5
  while (at + 4 <= b.length) {
    const end = at + 4 + ((b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!)
    if (end > b.length) break
    const message = b.slice(at, end)
    if (b[at] === hello) varyHello(message, n, chains.hostOf(n))
    messages.push(b[at] === certificate && !fromClient ? chains.messageOf(n) : message)
    at = end
  }
  messages.push(b.slice(at))
  const body = joined(messages)
  return [Uint8Array.of(b[0]!, b[1]!, b[2]!, body.length >> 8, body.length & 0xff), body]
}

/** Random, server name and extension order (pre_shared_key stays last, RFC 8446 §4.2.11). */
function varyHello(b: Uint8Array, n: number, host: string): void {
  for (let i = 0; i < 4; i++) b[6 + i] = (n >>> (8 * i)) & 0xff
  let at = 38
  at += 1 + b[at]!
  at += 2 + ((b[at]! << 8) | b[at + 1]!)
  at += 1 + b[at]!
  if (at + 2 > b.length) return
  at += 2
  const extensions: Uint8Array[] = []
  let last: Uint8Array | null = null
  const start = at
  while (at + 4 <= b.length) {
    const length = 4 + ((b[at + 2]! << 8) | b[at + 3]!)
    const extension = b.slice(at, at + length)
    const type = (b[at]! << 8) | b[at + 1]!
    if (type === 0 && length === 9 + host.length) extension.set(Buffer.from(host), 9)
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
  b.set(joined(extensions), start)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
