// The record layer of TLS and DTLS as plain functions on bytes, for the hot path (RFC 8446 §5.1, RFC 6347 §4.1).

/** Octets of a record header. */
export const recordHeaderLength = 5
export const dtlsRecordHeaderLength = 13

/** RFC 5246 §6.2.3: 2^14 bytes of content and 2048 of expansion. */
export const maxRecordLength = (1 << 14) + 2048

/** `unknown`: the bytes at hand could still become one; more are needed. */
export type Likeness = 'yes' | 'no' | 'unknown'

/** Whether a TLS record may begin at `at`; `end` bounds the bytes at hand. */
export function looksLikeRecordHeader(b: Uint8Array, at: number, end: number): Likeness {
  if (at >= end) return 'unknown'
  if (!isContentType(b[at]!)) return 'no'
  if (at + 1 >= end) return 'unknown'
  if (b[at + 1] !== 3) return 'no'
  if (at + 2 >= end) return 'unknown'
  if (b[at + 2]! > 4) return 'no'
  if (at + 3 >= end) return 'unknown'
  if (b[at + 3]! > maxRecordLength >> 8) return 'no'
  if (at + 4 >= end) return 'unknown'
  return recordLength(b, at) <= maxRecordLength ? 'yes' : 'no'
}

/** Whether a DTLS record may begin at `at` (plaintext header of RFC 6347 §4.1, as DTLS 1.3 has it until its keys). */
export function looksLikeDtlsRecordHeader(b: Uint8Array, at: number, end: number): Likeness {
  if (at >= end) return 'unknown'
  if (!isContentType(b[at]!) && b[at] !== 25 && b[at] !== 26) return 'no'
  if (at + 1 >= end) return 'unknown'
  if (b[at + 1] !== 0xfe && b[at + 1] !== 1) return 'no'
  if (at + 2 >= end) return 'unknown'
  const version = (b[at + 1]! << 8) | b[at + 2]!
  if (version !== 0xfeff && version !== 0xfefd && version !== 0xfefc && version !== 0x0100) return 'no'
  if (at + dtlsRecordHeaderLength > end) return 'unknown'
  return dtlsRecordLength(b, at) <= maxRecordLength ? 'yes' : 'no'
}

/**
 * Whether an SSLv2-format ClientHello may begin at `at` (RFC 5246 appendix E.2): a two-octet header with its high
 * bit set, type 1, version 2.0 or 3.x, and lengths that fill the record.
 */
export function looksLikeSslv2ClientHello(b: Uint8Array, at: number, end: number): Likeness {
  if (at >= end) return 'unknown'
  if ((b[at]! & 0x80) === 0) return 'no'
  if (at + 2 >= end) return 'unknown'
  if (b[at + 2] !== 1) return 'no'
  if (at + 3 >= end) return 'unknown'
  if (b[at + 3] !== 3 && b[at + 3] !== 0) return 'no'
  if (at + 4 >= end) return 'unknown'
  if (b[at + 3] === 3 ? b[at + 4]! > 4 : b[at + 4] !== 2) return 'no'
  if (at + 11 > end) return 'unknown'
  const kinds = u16(b, at + 5)
  const sessionId = u16(b, at + 7)
  const challenge = u16(b, at + 9)
  const fills = 9 + kinds + sessionId + challenge === sslv2RecordLength(b, at)
  return fills && kinds > 0 && kinds % 3 === 0 && challenge >= 16 && challenge <= 32 ? 'yes' : 'no'
}

/** Length of the fragment behind the header at `at`. */
export function recordLength(b: Uint8Array, at: number): number {
  return u16(b, at + 3)
}

export function recordVersion(b: Uint8Array, at: number): number {
  return u16(b, at + 1)
}

export function dtlsRecordLength(b: Uint8Array, at: number): number {
  return u16(b, at + 11)
}

export function dtlsEpoch(b: Uint8Array, at: number): number {
  return u16(b, at + 3)
}

/** The 48-bit sequence number. */
export function dtlsSequence(b: Uint8Array, at: number): number {
  return u16(b, at + 5) * 2 ** 32 + u16(b, at + 7) * 2 ** 16 + u16(b, at + 9)
}

/** Length of the message behind the two-octet SSLv2 header. */
export function sslv2RecordLength(b: Uint8Array, at: number): number {
  return u16(b, at) & 0x7fff
}

function isContentType(value: number): boolean {
  return value >= 20 && value <= 24
}

function u16(b: Uint8Array, at: number): number {
  return (b[at]! << 8) | b[at + 1]!
}
