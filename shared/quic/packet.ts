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

/** The first packet of a connection in a version that cannot be read. */
export interface UnknownOpening {
  readonly version: number
  readonly destination: Uint8Array
  readonly source: Uint8Array
}

/** RFC 9000 §17.2: connection ids of the versions known here have at most 20 bytes. */
const maxConnectionId = 20
/** RFC 9000 §7.2: the destination id of a client's first packets has at least 8 bytes. */
const leastFirstId = 8
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

/**
 * Both connection ids of a datagram that may open a connection of a version not known here: a long header in at least 1200
 * bytes with a destination id that a client may have chosen (RFC 8999 §5.1, RFC 9000 §7.2, §14.1). Only a Version
 * Negotiation packet that returns both ids proves it.
 */
export function unknownOpening(b: Uint8Array, start: number, end: number): UnknownOpening | null {
  if (end - start < 1200 || (b[start]! & 0xc0) !== 0xc0 || b[start + 5]! < leastFirstId) return null
  const version = versionAt(b, start)
  if (version === 0 || quicVersion(version) !== null) return null
  const read = parse(
    b,
    (r) => {
      r.skip(5, 'first byte and version')
      const destination = connectionId(r, 'destination connection id').slice()
      return { version, destination, source: connectionId(r, 'source connection id').slice() }
    },
    null,
    start,
    end,
  )
  return read.ok ? read.value : null
}

/** Whether this datagram is the Version Negotiation packet that answers `opening` (RFC 9000 §17.2.1). */
export function refusesVersion(
  { destination, source }: UnknownOpening,
  b: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (!looksLikeLongHeader(b, start, end) || versionAt(b, start) !== 0) return false
  const read = readLongPacket(b, start, end)
  return read.ok && sameId(read.value.destination, source) && sameId(read.value.source, destination)
}

export function sameId(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
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
