// Whether two runs of bytes are the same.

/** Shorter ones are compared byte by byte: two views cost more than they save. */
const worthViews = 64

/** Equal in length and content. Four bytes at a time, as certificates are compared with remembered ones all the time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a
  if (length !== b.length) return false
  const words = length < worthViews ? 0 : length & ~3
  if (words > 0) {
    const x = new DataView(a.buffer, a.byteOffset, length)
    const y = new DataView(b.buffer, b.byteOffset, length)
    for (let i = 0; i < words; i += 4) if (x.getInt32(i) !== y.getInt32(i)) return false
  }
  for (let i = words; i < length; i++) if (a[i] !== b[i]) return false
  return true
}
