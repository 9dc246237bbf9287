// What a row costs in memory, so that a capture with more conversations than memory is told from one with many.

import type { ReportRow } from '../contract/report.ts'

/** What every row keeps, and what its neighbours ask of it; what finds it again in the capture lies outside V8's memory. */
const plainBytes = 1200
/** An object of a few fields. */
const objectBytes = 150
const handshakeBytes = 300

/** Bytes of V8's memory that the conversation of this row keeps, by estimate. What rows share is not counted. */
export function weightOf(row: ReportRow): number {
  let bytes = plainBytes + handshakeBytes * row.handshakes.length + objectBytes * row.alerts.length
  for (const { title } of row.findings) bytes += objectBytes + title.length
  for (const carrier of [row.carrier, row.inside])
    for (const step of carrier?.steps ?? []) bytes += objectBytes + step.text.length
  if (row.failure === null) return bytes
  bytes += row.failure.summary.length
  for (const { lookNext } of row.failure.candidates) bytes += objectBytes + (lookNext?.length ?? 0)
  return bytes
}
