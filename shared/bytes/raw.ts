// Integers read in place, for the few loops that run once per packet; everything later uses `Reader`.

/** Big-endian, as on the wire. The caller has checked that the bytes are there. */
export function u16(b: Uint8Array, at: number): number {
  return (b[at]! << 8) | b[at + 1]!
}

/** As a signed 32-bit integer, which stays a small integer in the engine. */
export function i32(b: Uint8Array, at: number): number {
  return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
}

export function u32(b: Uint8Array, at: number): number {
  return i32(b, at) >>> 0
}

/** In the byte order of a file. */
export function orderedU16(b: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? b[at]! | (b[at + 1]! << 8) : u16(b, at)
}

export function orderedU32(b: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian
    ? (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0
    : i32(b, at) >>> 0
}
