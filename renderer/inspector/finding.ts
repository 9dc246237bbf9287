// Finding in a token: field names and values that hold a text, bytes that are it or that it spells in hex. Pure.

import type { ByteRange } from '../selection.ts'
import type { Field } from './fields.ts'

/** More finds than this help nobody. */
const mostFinds = 2000

/** Ranges that match, in the order of their offset; each range once. */
export function findsOf(fields: readonly Field[], bytes: Uint8Array, typed: string): readonly ByteRange[] {
  const text = typed.trim().toLowerCase()
  if (text === '') return []
  const ranges = fields
    .filter(({ name, value }) => name.toLowerCase().includes(text) || value.toLowerCase().includes(text))
    .map(({ start, end }) => ({ start, end }))
  for (const pattern of patternsOf(typed.trim())) ranges.push(...occurrences(bytes, pattern))
  const seen = new Set<string>()
  return ranges
    .filter(({ start, end }) => {
      const key = `${String(start)} ${String(end)}`
      return !seen.has(key) && seen.add(key)
    })
    .sort((one, two) => one.start - two.start || one.end - two.end)
    .slice(0, mostFinds)
}

/** The typed text as ASCII, and as hex where it reads as whole bytes. */
function patternsOf(typed: string): Uint8Array[] {
  const patterns = typed.length > 1 ? [new TextEncoder().encode(typed)] : []
  const digits = typed.replace(/^0x/i, '').replace(/[\s:]/g, '')
  if (/^(?:[0-9a-f]{2})+$/i.test(digits))
    patterns.push(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))
  return patterns
}

function occurrences(bytes: Uint8Array, pattern: Uint8Array): ByteRange[] {
  const found: ByteRange[] = []
  const [first = 0] = pattern
  for (
    let at = bytes.indexOf(first);
    at >= 0 && found.length < mostFinds;
    at = bytes.indexOf(first, at + 1)
  ) {
    if (at + pattern.length > bytes.length) break
    if (pattern.every((byte, step) => bytes[at + step] === byte))
      found.push({ start: at, end: at + pattern.length })
  }
  return found
}
