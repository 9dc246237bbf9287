// The row that belongs to a conversation in full, for tests that have only the latter.

import { row, type ReportConversation, type ReportRow } from '../../shared/contract/report.ts'

/** The row of `conversation`, as the scan would have kept it. The row's schema drops what a row does not have. */
export function rowOf(conversation: ReportConversation): ReportRow {
  const calls = [...conversation.contexts.client.calls, ...conversation.contexts.server.calls]
  return row.parse({
    ...conversation,
    statuses: [...new Set(calls.map((call) => call.status))],
    calls: calls.length,
    events: [
      ...new Set(conversation.findings.flatMap((finding) => finding.windows.events.map((event) => event.id))),
    ],
  })
}
