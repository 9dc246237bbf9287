// Times and numbers as the report writes them.

import type { CaptureClock, Time } from '../conversation/facts.ts'

/** ISO 8601 UTC with nanoseconds; null where the capture holds no time or an impossible one. */
export function isoTime(clock: CaptureClock, time: Time): string | null {
  if (!Number.isFinite(time)) return null
  const whole = Math.floor(time / 1e9)
  const nanoseconds = Math.round(time - whole * 1e9)
  const seconds = clock.baseSeconds + whole
  if (seconds !== lastSeconds) {
    const date = new Date(seconds * 1000)
    if (Number.isNaN(date.getTime())) return null
    lastSeconds = seconds
    lastText = date.toISOString().slice(0, -4)
  }
  // Joined, not appended: rows keep many of these, and an appended text keeps its parts.
  return [lastText, String(nanoseconds + 1e9).slice(1), 'Z'].join('')
}

// Times come in runs of the same second: its text is made once.
let lastSeconds = NaN
let lastText = ''

/** Milliseconds between two times, to the nanosecond; null where one is unknown. */
export function millisecondsBetween(start: Time, end: Time): number | null {
  const duration = end - start
  return Number.isFinite(duration) ? Math.round(duration) / 1e6 : null
}

/** `0xc02f`. */
export function hexCode(code: number, digits = 4): string {
  return `0x${code.toString(16).padStart(digits, '0')}`
}
