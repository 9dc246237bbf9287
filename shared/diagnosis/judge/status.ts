// Statuses of local failures, taken from the rows of schannel §6.3.

import type { Verdict } from '../../schannel/model.ts'
import { failureRow } from '../../sspi/failures.ts'

/** The status row `row` names first; null where the reference says it is not documented. */
export function statusOfRow(row: number): Verdict['status'] {
  const { status, basis } = failureRow(row)
  return status === null ? null : { name: status, basis, source: `schannel §6.3 row ${String(row)}` }
}

/** The same status where the row describes a neighbouring situation: the reference does not name this one. */
export function inferredFromRow(row: number): Verdict['status'] {
  const status = statusOfRow(row)
  return status === null ? null : { ...status, basis: 'inferred' }
}
