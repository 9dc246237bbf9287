// QUIC packets in a datagram: long headers, Version Negotiation, and what is left over (RFC 8999, RFC 9000 §17).

import type { Reader } from '../bytes/reader.ts'
import { type Parsed, parse } from '../bytes/reader.ts'
import { type LongKind, quicVersion } from './versions.ts'

/** A packet with a long header; positions are those of the buffer it was read from. */
export interface LongPacket {
  readonly kind: LongKind
  readonly version: number
  /** Destination and source connection id, as views. */
  readonly destination: Uint8Array
  readonly source: Uint8Array
  readonly start: number
  /** Where the protected packet number begins; for Retry, where the token does. */
  readonly numberAt: number
  readonly end: number
}

export interface VersionNegotiation {
  readonly kind: 'version-negotiation'
  readonly destination: Uint8Array
  readonly source: Uint8Array
  readonly versions: readonly number[]
  readonly end: number
}

/** RFC 9000 §17.2: connection ids of the versions known here have at most 20 bytes. */
const maxConnectionId = 20
/** RFC 9000 §17.2.5: the integrity tag behind a Retry token. */
export const retryTagLength = 16

/**
 * Whether `b[start, end)` may begin with a long header of a version known here, or with a Version Negotiation packet. The
 * fixed bit is not asked for: sides that agree may set it as they like (RFC 9287). Allocates nothing.
 */
export function looksLikeLongHeader(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < 7 || (b[start]! & 0x80) === 0 || b[start + 5]! > maxConnectionId) return false
  const version = versionAt(b, start)
  return version === 0 || quicVersion(version) !== null
}

/** Whether a datagram may open a QUIC connection: an Initial packet in a datagram of at least 1200 bytes (RFC 9000 §14.1). */
export function beginsConnection(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < 1200 || (b[start]! & 0xc0) !== 0xc0 || b[start + 5]! > maxConnectionId) return false
  return quicVersion(versionAt(b, start))?.kinds[(b[start]! >> 4) & 3] === 'initial'
}

/** Reads the packet that begins at `start`; what follows it in the datagram begins at its `end` (RFC 9000 §12.2). */
export function readLongPacket(
  b: Uint8Array,
  start: number,
  end: number,
): Parsed<LongPacket | VersionNegotiation> {
  return parse(b, (r) => longPacket(r, start), null, start, end)
}

/** RFC 9000 §16: a variable-length integer. Values above 2^53 lose precision, which no length can have. */
export function variableInteger(r: Reader, what: string): number {
  const first = r.u8(what)
  let value = first & 0x3f
  for (let more = (1 << (first >> 6)) - 1; more > 0; more--) value = value * 256 + r.u8(what)
  return value
}

function longPacket(r: Reader, start: number): LongPacket | VersionNegotiation {
  const first = r.u8('first byte')
  const version = r.u32('version')
  const destination = connectionId(r, 'destination connection id')
  const source = connectionId(r, 'source connection id')
  if (version === 0) {
    const versions: number[] = []
    while (r.left >= 4) versions.push(r.u32('supported version'))
    return { kind: 'version-negotiation', destination, source, versions, end: r.end }
  }
  const kind = quicVersion(version)?.kinds[(first >> 4) & 3]
  if (kind === undefined || (first & 0x80) === 0) return r.fail('no long header of a known version', start)
  if (kind === 'retry') {
    if (r.left < retryTagLength) r.fail('Retry integrity tag')
    return { kind, version, destination, source, start, numberAt: r.at, end: r.end }
  }
  if (kind === 'initial') r.skip(variableInteger(r, 'token length'), 'token')
  const length = variableInteger(r, 'packet length')
  const numberAt = r.at
  r.skip(length, 'protected packet')
  return { kind, version, destination, source, start, numberAt, end: r.at }
}

function connectionId(r: Reader, what: string): Uint8Array {
  const length = r.u8(what)
  if (length > maxConnectionId) r.fail(what)
  return r.raw(length, what)
}

function versionAt(b: Uint8Array, start: number): number {
  return ((b[start + 1]! << 24) | (b[start + 2]! << 16) | (b[start + 3]! << 8) | b[start + 4]!) >>> 0
}
