// What a carrier is: a protocol that negotiates in the clear before its TLS begins, told from both sides' first bytes.

import type { CarrierStep, Time } from '../conversation/facts.ts'

/** In-order bytes of one direction before TLS, as one packet brought them. Direction 0 is the connection's opener. */
export interface PrologueBytes {
  readonly dir: 0 | 1
  readonly bytes: Uint8Array
  readonly packet: number
  readonly time: Time
}

/** The first captured bytes of each direction, at most 64, and the ports: content decides, ports are only a hint. */
export interface Openings {
  readonly bytes: readonly [Uint8Array, Uint8Array]
  readonly ports: readonly [number, number]
}

/** What a carrier read in the clear. */
export interface CarrierReading {
  /** Which direction is the client's; null where the carrier cannot tell. */
  readonly clientDir: 0 | 1 | null
  /** `from` is filled in by the reader, who knows the roles. */
  readonly steps: readonly (Omit<CarrierStep, 'from'> & { readonly dir: 0 | 1 })[]
  /** TLS was asked for and will not come, or was never offered although the client wanted it. */
  readonly refused: boolean
}

/** One protocol. Adding one means one file and one row in list.ts. */
export interface Carrier {
  readonly name: string
  /** Whether these openings are this protocol's. Called again as openings grow, until one carrier says yes. */
  recognises(openings: Openings): boolean
  /** Reads the prologue in capture order; called once, when TLS has begun or the conversation has ended. */
  read(prologue: readonly PrologueBytes[]): CarrierReading
}
