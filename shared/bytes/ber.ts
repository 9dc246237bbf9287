// Lengths and integers of BER (X.690 §8.1.3, §8.3), for protocols that are written in it.

import type { Reader } from './reader.ts'

/** A definite length of up to four bytes. */
export function berLength(r: Reader): number {
  const first = r.u8('length')
  if (first < 0x80) return first
  const size = first & 0x7f
  if (size < 1 || size > 4) r.fail('length')
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + r.u8('length')
  return value
}

/** An INTEGER with its tag, of up to five bytes, taken as unsigned in 32 bits. */
export function berInteger(r: Reader, what: string): number {
  if (r.u8(what) !== 0x02) r.fail(what)
  const size = r.u8(`${what} length`)
  if (size < 1 || size > 5) r.fail(`${what} length`)
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + r.u8(what)
  return value % 2 ** 32
}
