// One conversation as a line of a list.

import type { Analysis } from '../analyse.ts'
import type { ReportRow } from '../contract/report.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { headOf, type ViewHost } from './head.ts'
import { Shared } from '../bytes/shared.ts'
import { clipped } from '../bytes/text.ts'
import { maxSentenceLength } from '../limits.ts'

/**
 * A row is kept for every conversation: it is one literal, because each object made by spreading another one of this size would
 * have a hidden class of its own, and what rows have in common is shared.
 */
export function rowView(analysis: Analysis, host: ViewHost): ReportRow {
  const { replay, findings } = analysis
  const head = headOf(analysis, host)
  return {
    id: head.id,
    key: head.key,
    parent: head.parent,
    transport: head.transport,
    client: head.client,
    server: head.server,
    start: head.start,
    durationMs: head.durationMs,
    packets: head.packets,
    carrier: head.carrier,
    tunnels: head.tunnels,
    inside: head.inside,
    handshakes: head.handshakes,
    protocol: head.protocol,
    serverName: head.serverName,
    cipherSuite: head.cipherSuite,
    group: head.group,
    alpn: head.alpn,
    resumed: head.resumed,
    ja3: head.ja3,
    ja4: head.ja4,
    ja3s: head.ja3s,
    history: head.history,
    outcome: head.outcome,
    failure: head.failure,
    alerts: head.alerts,
    uninspectedRecords: head.uninspectedRecords,
    contexts: finalsOf(replay.client.final, replay.server.final),
    statuses: statusesOf(replay.client.statuses, replay.server.statuses),
    calls: replay.client.made + replay.server.made,
    findings: findings.length === 0 ? none : findings.map(findingRow),
    events: eventsOf(findings),
  }
}

type Finals = ReportRow['contexts']

const finals = new Shared<Finals>()
const statusLists = new Shared<ReportRow['statuses']>()
const none: ReportRow['findings'] = []
const noEvents: ReportRow['events'] = []

function finalsOf(client: Finals['client']['final'], server: Finals['server']['final']): Finals {
  return finals.get(`${client ?? ''} ${server ?? ''}`, () => ({
    client: { final: client },
    server: { final: server },
  }))
}

/** Each status once, in order of its first call. */
function statusesOf(client: readonly string[], server: readonly string[]): ReportRow['statuses'] {
  const names = [...client]
  for (const status of server) if (!names.includes(status)) names.push(status)
  return statusLists.get(names.join(), () => names)
}

function findingRow(finding: Finding): ReportRow['findings'][number] {
  const { id, rule, scenario, severity, side, confidence, title } = finding
  return {
    id,
    rank: id,
    rule,
    scenario,
    severity,
    side,
    confidence,
    title: clipped(title, maxSentenceLength),
  }
}

function eventsOf(findings: readonly Finding[]): ReportRow['events'] {
  const ids: number[] = []
  for (const { events } of findings) for (const id of events) if (!ids.includes(id)) ids.push(id)
  return ids.length === 0 ? noEvents : ids
}
