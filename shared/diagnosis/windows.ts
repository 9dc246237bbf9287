// What Windows would have said: the failing status, the Schannel events on each side, and what must be switched on to see them.

import type { Side } from '../conversation/facts.ts'
import { peerOf } from '../conversation/facts.ts'
import type { ReportFinding } from '../contract/report.ts'
import { alertRow } from '../sspi/alerts.ts'
import { eventLoggingKey, events } from '../sspi/events.ts'
import { failures } from '../sspi/failures.ts'
import type { StatusName } from '../sspi/status.ts'
import type { Cause } from './candidate.ts'
import type { Context, FindingDraft } from './finding.ts'
import { appWordings } from './wording.ts'

export type WindowsWords = ReportFinding['windows']

/** The events that go with a finding: Schannel's where it is about the failure itself, else those of its application. */
export function windowsEvents(context: Context, draft: FindingDraft): readonly WindowsEvent[] {
  const { cause, events: own } = draft
  if (cause === null || context.failure === null) return own ?? noEvents
  const schannel = eventsOf(cause, sideOfFailure(context), context.alert?.body.description ?? null)
  return own === undefined ? schannel : [...own, ...schannel]
}

type WindowsEvent = WindowsWords['events'][number]
const noEvents: readonly WindowsEvent[] = []

function sideOfFailure({ alert, failure }: Context): Side | null {
  if (alert !== null) return alert.message.from
  return failure === null || failure.side === 'transport' ? null : failure.side
}

/** Words for a finding about the failure itself; a remark has none. */
export function windowsWords(context: Context, draft: FindingDraft): WindowsWords {
  const { failure } = context
  const found = [...windowsEvents(context, draft)]
  if (draft.cause === null || failure === null)
    return { status: draft.status, events: found, apps: appsOf(draft) }
  const alert = context.alert?.body.description ?? null
  const by = sideOfFailure(context)
  const received = alert === null ? null : alertRow(alert).documented
  const clientStatus: StatusName | null = by === 'server' ? received : draft.status
  return {
    status: draft.status ?? received,
    events: found,
    apps:
      draft.apps !== undefined
        ? appsOf(draft)
        : appWordings(
            clientStatus,
            by === 'server' ? alert : null,
            failure.ending === 'reset' ? 'reset' : failure.ending === 'closed' ? 'closed' : 'other',
            draft.cause,
          ).map((text) => ({ ...text })),
  }
}

function appsOf({ apps = [] }: FindingDraft): WindowsWords['apps'] {
  return apps.map((text) => ({ ...text }))
}

/** Schannel's events that a finding names itself. */
export function schannelEvents(on: Side, ...ids: readonly number[]): WindowsWords['events'] {
  return ids.flatMap((id) => {
    const row = events[id]
    return row === undefined
      ? []
      : [{ id, on, alert: null, logging: loggingText(row.logging), text: row.meaning }]
  })
}

/** Schannel §10: the sender of an alert logs 36888, its receiver 36887; the validating side adds the event of the cause. */
export function eventsOf(cause: Cause, by: Side | null, alert: number | null): WindowsWords['events'] {
  const found: WindowsWords['events'] = []
  const add = (id: number, on: Side, code: number | null) => {
    const row = events[id]
    if (row === undefined || found.some((event) => event.id === id && event.on === on)) return
    found.push({ id, on, alert: code, logging: loggingText(row.logging), text: row.meaning })
  }
  if (by !== null) for (const id of causeEvents(cause, by)) add(id, sideOfEvent(id, by), null)
  if (by !== null && alert !== null && alert !== 0) {
    add(36888, by, alert)
    add(36887, peerOf(by), alert)
  }
  return found
}

function causeEvents(cause: Cause, by: Side): readonly number[] {
  const own = extraEvents[cause]
  if (own !== undefined) return own
  const row =
    failures.find((candidate) => candidate.cause === cause && candidate.side === by) ??
    failures.find((candidate) => candidate.cause === cause && candidate.side === 'either')
  return (row?.events ?? []).filter((id) => id !== 36887 && id !== 36888)
}

/** Causes of this room that the reference's table does not name. */
const extraEvents: Partial<Record<Cause, readonly number[]>> = {
  'incomplete-chain': [36882],
  'not-yet-valid-certificate': [36881],
  'key-reused': [36882],
  'client-certificate-missing': [36875],
  'client-certificate-refused': [36877],
  'private-key-unusable': [36870],
  'no-credential': [36871],
}

function sideOfEvent(id: number, by: Side): Side {
  const side = events[id]?.side
  return side === 'client' || side === 'server' ? side : by
}

/** Field §0.4: EventLogging 1 logs errors only, which is the default. */
export function loggingText(bit: 1 | 2 | 4): string {
  if (bit === 1) return 'logged by default (EventLogging 1)'
  return `logged only with EventLogging ${bit === 2 ? '3 or 7' : '7'} in ${eventLoggingKey}`
}
