// What a carrier is: a protocol that negotiates in the clear before its TLS begins, told from both sides' first bytes.

import { clipped } from '../bytes/text.ts'
import type { CarrierStep, Time } from '../conversation/facts.ts'

/** In-order bytes of one direction before TLS, as one packet brought them. Direction 0 is the connection's opener. */
export interface PrologueBytes {
  readonly dir: 0 | 1
  readonly bytes: Uint8Array
  readonly packet: number
  readonly time: Time
  /** The bytes of its direction right before these are missing from the capture. */
  readonly afterHole?: boolean
}

/** The first captured bytes of each direction, at most 64, and the ports: content decides, ports are only a hint. */
export interface Openings {
  readonly bytes: readonly [Uint8Array, Uint8Array]
  readonly ports: readonly [number, number]
  /** All that was said so far, for what 64 bytes cannot show. */
  readonly said: readonly PrologueBytes[]
}

/** `from` is filled in by the reader, who knows the roles. */
export type Step = Omit<CarrierStep, 'from'> & { readonly dir: 0 | 1 }

/** What a carrier read in the clear. */
export interface CarrierReading {
  /** Which direction is the client's; null where the carrier cannot tell. */
  readonly clientDir: 0 | 1 | null
  readonly steps: readonly Step[]
  /** TLS was asked for and will not come, or was never offered although the client wanted it. */
  readonly refused: boolean
  /** What both sides said behind a proxy's consent or header: perhaps another carrier's prologue. */
  readonly inside: readonly PrologueBytes[]
}

/** One protocol. Adding one means one file and one row in list.ts. */
export interface Carrier {
  readonly name: string
  /** Whether these openings are this protocol's. Called again as openings grow, until one carrier says yes. */
  recognises(openings: Openings): boolean
  /**
   * Reads the prologue in capture order, when TLS has begun or the conversation has ended. `closer` is the direction that
   * ended the connection; null where TLS began or the end was not captured.
   */
  read(prologue: readonly PrologueBytes[], closer: 0 | 1 | null): CarrierReading
}

/** Which part of a prologue something was said in. */
export interface Place {
  readonly dir: 0 | 1
  readonly packet: number
  readonly time: Time
}

type MutableStep = { -readonly [K in keyof Step]: Step[K] }

const maxSteps = 64
const maxTextLength = 300

/** Collects what a carrier's `read` finds. */
export class Account implements CarrierReading {
  clientDir: 0 | 1 | null = null
  refused = false
  inside: readonly PrologueBytes[] = []
  readonly steps: MutableStep[] = []

  info(place: Place, text: string): MutableStep {
    return this.add(place, text, 'info')
  }

  /** The way to TLS is open: refusals before it no longer count. */
  accept(place: Place, text: string): void {
    this.refused = false
    for (const step of this.steps) if (step.result === 'refused') step.result = 'info'
    this.add(place, text, 'ok')
  }

  refuse(place: Place, text: string): void {
    this.refused = true
    this.add(place, text, 'refused')
  }

  /** Takes back refusals: the client asks again, so they were steps on the way. */
  retry(): void {
    this.refused = false
    for (const step of this.steps) if (step.result === 'refused') step.result = 'info'
  }

  private add({ dir, packet, time }: Place, text: string, result: Step['result']): MutableStep {
    const step: MutableStep = { dir, time, packets: [packet], text: clipped(text, maxTextLength), result }
    if (this.steps.length < maxSteps) this.steps.push(step)
    return step
  }
}
