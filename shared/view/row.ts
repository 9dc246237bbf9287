// One conversation as a line of a list.

import type { Analysis } from '../analyse.ts'
import type { ReportRow } from '../contract/report.ts'
import { headOf, type ViewHost } from './head.ts'

export function rowView(analysis: Analysis, host: ViewHost): ReportRow {
  const { replay, findings } = analysis
  const calls = [...replay.client.calls, ...replay.server.calls]
  return {
    ...headOf(analysis, host),
    contexts: { client: { final: replay.client.final }, server: { final: replay.server.final } },
    statuses: [...new Set(calls.map((call) => call.status))],
    calls: calls.length,
    findings: findings.map(({ id, rank, rule, scenario, severity, side, confidence, title }) => ({
      id,
      rank,
      rule,
      scenario,
      severity,
      side,
      confidence,
      title,
    })),
    events: [...new Set(findings.flatMap((finding) => finding.windows.events.map((event) => event.id)))],
  }
}
