// Which carrier speaks, and what it said: also where one carrier goes through another (a proxy, then STARTTLS behind it).

import type { Carrier, CarrierReading, Openings, PrologueBytes } from './carrier.ts'
import { carriers } from './list.ts'

/** Carriers inside one another; more are left unread. */
const maxNesting = 4
const openingBytes = 64

/** The carrier whose openings these are; null where none is known. */
export function recogniseCarrier(openings: Openings): Carrier | null {
  return carriers.find((carrier) => carrier.recognises(openings)) ?? null
}

/** What `found` and the carriers inside it read; their names are joined by `+`, the outer one first. */
export function readCarriers(
  found: Carrier,
  prologue: readonly PrologueBytes[],
  ports: readonly [number, number],
  closer: 0 | 1 | null,
): { readonly name: string; readonly reading: CarrierReading } {
  let carrier = found
  let name = found.name
  let reading = found.read(prologue, closer)
  for (let depth = 1; depth < maxNesting && reading.inside.length > 0; depth++) {
    const said = reading.inside
    const inner = recogniseCarrier({ bytes: openingsOf(said), ports, said })
    if (inner === null || inner === carrier) break
    carrier = inner
    name = `${name}+${inner.name}`
    const own = inner.read(said, closer)
    reading = {
      ...own,
      steps: [...reading.steps, ...own.steps],
      clientDir: own.clientDir ?? reading.clientDir,
    }
  }
  return { name, reading }
}

function openingsOf(said: readonly PrologueBytes[]): readonly [Uint8Array, Uint8Array] {
  const first = (dir: 0 | 1): Uint8Array => {
    const octets: number[] = []
    for (const piece of said) {
      if (piece.dir !== dir || octets.length >= openingBytes) continue
      octets.push(...piece.bytes.subarray(0, openingBytes - octets.length))
    }
    return Uint8Array.from(octets)
  }
  return [first(0), first(1)]
}
