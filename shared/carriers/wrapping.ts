// Carriers that wrap TLS in packets of their own for a while: what they need of the conversation, and which they are.

import type { CarrierReading, Place } from './carrier.ts'
import { beginsTds, Tds } from './tds.ts'
import { beginsWinrm, Winrm } from './winrm.ts'

/** TLS bytes as one packet brought them. */
export interface CarriedPart {
  readonly bytes: Uint8Array
  readonly packet: number
}

/** Takes what a wrapping carrier unpacks. */
export interface Unwrapped {
  /** The TLS bytes of one whole message of the carrier. */
  message(dir: 0 | 1, parts: readonly CarriedPart[]): void
}

/** One connection of such a carrier. Wire offsets count each direction's bytes from 0. */
export interface Wrapping {
  readonly name: string
  readonly reading: CarrierReading
  /** The first bytes of both directions as they came. */
  readonly openings: readonly [Uint8Array, Uint8Array]
  /** TLS is wrapped still; comes bare, from the byte at which this begins; or will not come any more in this direction. */
  readonly states: readonly ['wrapped' | 'bare' | 'clear', 'wrapped' | 'bare' | 'clear']
  /** Bytes of memory that an unfinished message holds, by estimate. */
  readonly held: number
  /** Bare TLS may be followed by the carrier's own words again. */
  readonly endsBare: boolean
  /** Takes in-order bytes; returns where in them bare TLS begins, `end` where none does. */
  feed(dir: 0 | 1, b: Uint8Array, start: number, end: number, place: Place, sink: Unwrapped): number
  /** How far bare TLS goes in these bytes before the carrier speaks in clear again. */
  bareUntil(dir: 0 | 1, b: Uint8Array, start: number, end: number, place: Place): number
  /** Bytes are missing: the next packet must be found again. */
  lose(dir: 0 | 1): void
}

/** Every such carrier over TCP: whether a connection begins with it, and its reader. */
const wrappings: readonly (readonly [
  begins: (b: Uint8Array, start: number, end: number) => boolean,
  make: () => Wrapping,
])[] = [
  [beginsTds, () => new Tds()],
  [beginsWinrm, () => new Winrm()],
]

/** The carrier that begins with these bytes, the first of a connection; null for none of them. */
export function beginWrapping(b: Uint8Array, start: number, end: number): Wrapping | null {
  for (const [begins, make] of wrappings) if (begins(b, start, end)) return make()
  return null
}
