// Timestamps of a capture as nanoseconds since its clock's base.

import type { Clock } from './capture.ts'

/** The clock of one capture: set by its first packet with a time, and the span of times seen. */
export class CaptureTimes implements Clock {
  baseSeconds = 0
  first = NaN
  last = NaN
  private begun = false

  /** Nanoseconds since the base for `seconds` since 1970 and `nanoseconds` in that second; takes part in first and last. */
  mark(seconds: number, nanoseconds: number): number {
    if (!this.begun) this.begin(seconds)
    const time = (seconds - this.baseSeconds) * 1e9 + nanoseconds
    if (time < this.first) this.first = time
    if (time > this.last) this.last = time
    return time
  }

  /** The same for a packet read again. */
  of(seconds: number, nanoseconds: number): number {
    return (seconds - this.baseSeconds) * 1e9 + nanoseconds
  }

  private begin(seconds: number): void {
    this.begun = true
    this.baseSeconds = seconds
    this.first = Infinity
    this.last = -Infinity
  }
}

/** Splits 64-bit ticks into seconds and nanoseconds. One object serves all packets of an interface. */
export class TickScale {
  seconds = 0
  nanoseconds = 0
  private readonly offset: number
  private readonly perSecond: bigint
  /** Ticks per second where it divides a thousand million, else 0. */
  private readonly units: number
  private readonly nanosecondsPerTick: number

  constructor(ticksPerSecond: bigint, offsetSeconds: number) {
    this.perSecond = ticksPerSecond
    this.offset = offsetSeconds
    const simple = ticksPerSecond <= 1_000_000_000n && 1_000_000_000n % ticksPerSecond === 0n
    this.units = simple ? Number(ticksPerSecond) : 0
    this.nanosecondsPerTick = simple ? 1e9 / this.units : 0
  }

  /** `high` and `low` are the unsigned halves of the tick count. The result is exact, whole nanoseconds rounded down. */
  split(high: number, low: number): void {
    if (this.units !== 0) this.splitSimple(high, low)
    else this.splitWide(high, low)
  }

  private splitSimple(high: number, low: number): void {
    const units = this.units
    if (high < 0x200000) {
      const ticks = high * 0x100000000 + low
      const seconds = Math.floor(ticks / units)
      this.seconds = seconds + this.offset
      this.nanoseconds = (ticks - seconds * units) * this.nanosecondsPerTick
      return
    }
    // Long division, sixteen bits a step: every product stays below 2^53.
    const q2 = Math.floor(high / units)
    const upper = (high - q2 * units) * 0x10000 + (low >>> 16)
    const q1 = Math.floor(upper / units)
    const lower = (upper - q1 * units) * 0x10000 + (low & 0xffff)
    const q0 = Math.floor(lower / units)
    this.seconds = q2 * 0x100000000 + q1 * 0x10000 + q0 + this.offset
    this.nanoseconds = (lower - q0 * units) * this.nanosecondsPerTick
  }

  private splitWide(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low)
    this.seconds = Number(ticks / this.perSecond) + this.offset
    this.nanoseconds = Number(((ticks % this.perSecond) * 1_000_000_000n) / this.perSecond)
  }
}
