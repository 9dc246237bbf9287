// The internet checksum (RFC 1071): ones' complement sums of 16-bit words.

/** The folded sum of `b[start, end)` on top of `sum`; the checksum is its complement. An odd last byte counts as the upper one. */
export function sumOf(b: Uint8Array, start: number, end: number, sum: number): number {
  let total = sum
  for (let p = start; p < end; p += 2) total += (b[p]! << 8) | (p + 1 < end ? b[p + 1]! : 0)
  return folded(total)
}

/** Of the pseudo-header: both addresses, protocol and length (RFC 9293 §3.1, RFC 8200 §8.1). */
export function pseudoHeaderSum(addresses: Uint8Array, protocol: number, length: number): number {
  return sumOf(addresses, 0, addresses.length, protocol + folded(length))
}

/** A checksum after the words `before` became `after` (RFC 1624 §3, equation 3). */
export function updated(checksum: number, before: Uint8Array, after: Uint8Array): number {
  const gone = ~sumOf(before, 0, before.length, 0) & 0xffff
  return ~folded((~checksum & 0xffff) + gone + sumOf(after, 0, after.length, 0)) & 0xffff
}

function folded(sum: number): number {
  let total = sum
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000)
  return total
}
