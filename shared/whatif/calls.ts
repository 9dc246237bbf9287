// The call that goes on or fails, the alert in its output and the events, for each row of the matrix.

import type { WhatIfRow } from '../contract/whatif.ts'
import type { Side } from '../conversation/facts.ts'
import type { Cause } from '../diagnosis/candidate.ts'
import { eventsOf } from '../diagnosis/windows.ts'
import { nameOf } from '../registries/registry.ts'
import { alertDescriptions } from '../registries/tls.ts'
import type { Basis } from '../sspi/calls.ts'
import { type FailureRow, failures } from '../sspi/failures.ts'
import { type StatusName, statusCode } from '../sspi/status.ts'

export type Ending = Pick<WhatIfRow, 'call' | 'alert' | 'events'>

type Call = NonNullable<WhatIfRow['call']>

/** A call that goes on: SEC_I_CONTINUE_NEEDED. */
export function goesOn(side: Side, ordinal: number, basis: Basis, source: string): Ending {
  return { call: callOf(side, ordinal, 'SEC_I_CONTINUE_NEEDED', basis, source, []), alert: null, events: [] }
}

/** A refusal as a row of schannel §6.3 has it. `likened`: the row is the nearest one, not this very case. */
export function refusedBy(side: Side, ordinal: number, row: number, cause: Cause, likened = false): Ending {
  const found = failures.find((each) => each.row === row)!
  const basis = likened ? 'inferred' : found.basis
  const call = callOfRow(
    side,
    ordinal,
    found,
    basis,
    likened ? 'schannel §6.3, nearest row ' : 'schannel §6.3 row ',
  )
  return { call, ...told(side, found.alert, cause) }
}

/** A refusal that only an RFC describes. */
export function refusedByRfc(
  side: Side,
  ordinal: number,
  status: StatusName,
  alert: number,
  source: string,
): Ending {
  return { call: callOf(side, ordinal, status, 'inferred', source, []), ...told(side, alert, 'peer-alert') }
}

/** The alert `side` sends, and what both sides log (schannel §10). */
export function told(side: Side, alert: number | null, cause: Cause): Pick<Ending, 'alert' | 'events'> {
  return {
    alert: alert === null ? null : { from: side, code: alert, name: nameOf(alertDescriptions, alert) },
    events: eventsOf(cause, side, alert),
  }
}

export function callOf(
  side: Side,
  ordinal: number | null,
  status: StatusName,
  basis: Basis,
  source: string,
  alternatives: readonly StatusName[],
): Call {
  return {
    function: side === 'client' ? 'InitializeSecurityContext' : 'AcceptSecurityContext',
    ordinal,
    status,
    code: statusCode(status),
    basis,
    source,
    alternatives: alternatives.map((name) => ({ status: name, code: statusCode(name) })),
  }
}

function callOfRow(side: Side, ordinal: number, row: FailureRow, basis: Basis, source: string): Call | null {
  if (row.status === null) return null
  return callOf(side, ordinal, row.status, basis, source + String(row.row), row.alternatives)
}
