// Days in sentences.

/** `2026-11-22`. */
export function dayText(milliseconds: number): string {
  return Number.isFinite(milliseconds) && Math.abs(milliseconds) < 8.64e15
    ? new Date(milliseconds).toISOString().slice(0, 10)
    : 'an unreadable date'
}
