// The one registry of fields that columns, filters, completion and the command line share.
// Names are Wireshark's and Zeek's where those have one (Zeek: ssl.log and conn.log), others are this program's words.

import type { ReportRow } from '../contract/report.ts'
import type { Kind, Value } from './kinds.ts'

export interface Field {
  /** The name that completion offers. */
  readonly name: string
  /** Other names that mean the same: Wireshark's, Zeek's, short forms. */
  readonly aliases: readonly string[]
  readonly kind: Kind
  /** Title of a column. */
  readonly title: string
  readonly meaning: string
  /** All values the row has; none where it is unknown. */
  readonly read: (row: ReportRow) => readonly Value[]
  /** Values worth offering before any row has them. */
  readonly known?: readonly string[]
}

export const fields: readonly Field[] = [
  {
    name: 'id',
    aliases: [],
    kind: 'number',
    title: '#',
    meaning: 'Number of the conversation in this capture, from 1',
    read: (row) => [row.id],
  },
  {
    name: 'time',
    aliases: ['frame.time', 'ts'],
    kind: 'time',
    title: 'Time UTC',
    meaning: 'When the conversation began, UTC: a date, a time of day, or both',
    read: (row) => present(row.start),
  },
  {
    name: 'duration',
    aliases: ['duration_ms', 'durationMs'],
    kind: 'duration',
    title: 'ms',
    meaning: 'From its first to its last packet, in milliseconds; 1.5s is understood',
    read: (row) => present(row.durationMs),
  },
  {
    name: 'outcome',
    aliases: [],
    kind: 'text',
    title: 'Outcome',
    meaning: 'established, failed, incomplete (the capture cannot tell) or none',
    read: (row) => [row.outcome],
    known: ['established', 'failed', 'incomplete', 'none'],
  },
  {
    name: 'failed',
    aliases: [],
    kind: 'flag',
    title: 'Failed',
    meaning: 'The handshake failed',
    read: (row) => [row.outcome === 'failed'],
  },
  {
    name: 'established',
    aliases: [],
    kind: 'flag',
    title: 'Established',
    meaning: 'The handshake was completed',
    read: (row) => [row.outcome === 'established'],
  },
  {
    name: 'incomplete',
    aliases: [],
    kind: 'flag',
    title: 'Incomplete',
    meaning: 'The capture cannot tell how it ended',
    read: (row) => [row.outcome === 'incomplete'],
  },
  {
    name: 'tls.sni',
    aliases: [
      'server_name',
      'sni',
      'tls.handshake.extensions_server_name',
      'ssl.handshake.extensions_server_name',
    ],
    kind: 'text',
    title: 'Server name',
    meaning: 'Server name the client asked for (SNI)',
    read: (row) => present(row.serverName),
  },
  {
    name: 'ip.addr',
    aliases: ['ipv6.addr'],
    kind: 'address',
    title: 'Address',
    meaning: 'Address of either side; 10.0.0.0/8 means a network',
    read: (row) => [row.client.address, row.server.address],
  },
  {
    name: 'ip.src',
    aliases: ['client.ip', 'ipv6.src', 'id.orig_h'],
    kind: 'address',
    title: 'Client',
    meaning: 'Address of the client',
    read: (row) => [row.client.address],
  },
  {
    name: 'ip.dst',
    aliases: ['server.ip', 'ipv6.dst', 'id.resp_h'],
    kind: 'address',
    title: 'Server',
    meaning: 'Address of the server',
    read: (row) => [row.server.address],
  },
  {
    name: 'tcp.port',
    aliases: ['udp.port', 'port'],
    kind: 'number',
    title: 'Port',
    meaning: 'Port of either side',
    read: (row) => [row.client.port, row.server.port],
  },
  {
    name: 'tcp.srcport',
    aliases: ['client.port', 'udp.srcport', 'id.orig_p'],
    kind: 'number',
    title: 'Client port',
    meaning: 'Port of the client',
    read: (row) => [row.client.port],
  },
  {
    name: 'tcp.dstport',
    aliases: ['server.port', 'udp.dstport', 'id.resp_p'],
    kind: 'number',
    title: 'Server port',
    meaning: 'Port of the server',
    read: (row) => [row.server.port],
  },
  {
    name: 'transport',
    aliases: ['proto'],
    kind: 'text',
    title: 'Transport',
    meaning: 'What carries it: tcp, udp, quic, eapol, radius, rdp-udp',
    read: (row) => [row.transport],
    known: ['tcp', 'udp', 'quic', 'eapol', 'radius', 'rdp-udp'],
  },
  {
    name: 'carrier',
    aliases: [],
    kind: 'text',
    title: 'Carrier',
    meaning: 'Protocol TLS travels in: none, smtp, ldap, tds, rdp …',
    read: (row) => [row.carrier.name],
    known: ['none'],
  },
  {
    name: 'tunnel',
    aliases: [],
    kind: 'text',
    title: 'Tunnel',
    meaning: 'Tunnel its packets came through: VXLAN, GRE, PPPoE …',
    read: (row) => row.tunnels,
    known: ['VXLAN', 'GRE', 'Geneve', 'PPPoE'],
  },
  {
    name: 'inside',
    aliases: [],
    kind: 'text',
    title: 'Inside',
    meaning: 'Protocol that keys opened inside TLS: http, ldap, credssp, ftp …',
    read: (row) => (row.inside === null ? [] : [row.inside.name]),
  },
  {
    name: 'parent',
    aliases: [],
    kind: 'number',
    title: 'Parent',
    meaning: 'Conversation that this one lies in, or that announced it',
    read: (row) => (row.parent === null ? [] : [row.parent]),
  },
  {
    name: 'tls.version',
    aliases: ['version', 'protocol', 'tls.handshake.version', 'ssl.handshake.version'],
    kind: 'version',
    title: 'Version',
    meaning: 'Version in use: "TLS 1.2", TLSv12 or 0x0303; older ones are smaller',
    read: (row) => present(row.protocol),
    known: ['TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3', 'DTLS 1.2'],
  },
  {
    name: 'cipher',
    aliases: ['ciphersuite', 'tls.handshake.ciphersuite', 'ssl.handshake.ciphersuite'],
    kind: 'text',
    title: 'Cipher suite',
    meaning: 'Cipher suite the server chose, by name or number (0xc030)',
    read: (row) => (row.cipherSuite === null ? [] : [row.cipherSuite.name, row.cipherSuite.code]),
  },
  {
    name: 'group',
    aliases: ['curve', 'tls.handshake.extensions_supported_group'],
    kind: 'text',
    title: 'Group',
    meaning: 'Key exchange group in use',
    read: (row) => present(row.group),
  },
  {
    name: 'alpn',
    aliases: ['next_protocol', 'tls.handshake.extensions_alpn_str'],
    kind: 'text',
    title: 'ALPN',
    meaning: 'Application protocol: the chosen one, else those offered',
    read: (row) => (row.alpn.chosen === null ? (row.alpn.offered ?? []) : [row.alpn.chosen]),
  },
  {
    name: 'resumed',
    aliases: ['tls.resumed'],
    kind: 'flag',
    title: 'Resumed',
    meaning: 'An earlier session was resumed',
    read: (row) => present(row.resumed),
  },
  {
    name: 'side',
    aliases: [],
    kind: 'text',
    title: 'Failing side',
    meaning: 'Which side gave up: client, server or transport',
    read: (row) => present(row.failure?.side ?? null),
    known: ['client', 'server', 'transport'],
  },
  {
    name: 'by',
    aliases: [],
    kind: 'text',
    title: 'Failed by',
    meaning: 'What refused: schannel, the application, or the transport',
    read: (row) => present(row.failure?.by ?? null),
    known: ['schannel', 'application', 'transport'],
  },
  {
    name: 'status',
    aliases: [],
    kind: 'status',
    title: 'Status',
    meaning: 'Any status: final on either side or of any call; by name, 0x80090326 or decimal',
    read: (row) => [
      ...new Set([
        ...present(row.failure?.status ?? null),
        ...present(row.contexts.client.final),
        ...present(row.contexts.server.final),
        ...row.statuses,
      ]),
    ],
  },
  {
    name: 'client.status',
    aliases: [],
    kind: 'status',
    title: 'Client final',
    meaning: 'Status of the client’s last call of the handshake',
    read: (row) => present(row.contexts.client.final),
  },
  {
    name: 'server.status',
    aliases: [],
    kind: 'status',
    title: 'Server final',
    meaning: 'Status of the server’s last call of the handshake',
    read: (row) => present(row.contexts.server.final),
  },
  {
    name: 'alert',
    aliases: ['tls.alert_message.desc', 'ssl.alert_message.desc', 'last_alert'],
    kind: 'alert',
    title: 'Alert',
    meaning: 'Any alert that was read, by number or name',
    read: (row) => row.alerts.map((alert) => alert.code),
  },
  {
    name: 'cause',
    aliases: [],
    kind: 'text',
    title: 'Cause',
    meaning: 'Why it failed or stayed incomplete',
    read: (row) => present(row.failure?.cause ?? null),
  },
  {
    name: 'candidate',
    aliases: [],
    kind: 'text',
    title: 'Candidates',
    meaning: 'Any cause that the capture leaves possible',
    read: (row) => row.failure?.candidates.map((candidate) => candidate.cause) ?? [],
  },
  {
    name: 'confidence',
    aliases: [],
    kind: 'text',
    title: 'Confidence',
    meaning: 'How sure the cause is: observed, likely, possible',
    read: (row) => present(row.failure?.confidence ?? null),
    known: ['observed', 'likely', 'possible'],
  },
  {
    name: 'event',
    aliases: ['windows.event'],
    kind: 'number',
    title: 'Event',
    meaning: 'Windows event id that a finding names, for instance 36888',
    read: (row) => row.events,
  },
  {
    name: 'finding',
    aliases: ['rule'],
    kind: 'text',
    title: 'Findings',
    meaning: 'Rule or title of any finding',
    read: (row) => row.findings.flatMap((finding) => [finding.rule, finding.title]),
  },
  {
    name: 'severity',
    aliases: [],
    kind: 'text',
    title: 'Severity',
    meaning: 'Severity of any finding: error, warning, info',
    read: (row) => [...new Set(row.findings.map((finding) => finding.severity))],
    known: ['error', 'warning', 'info'],
  },
  {
    name: 'frame.number',
    aliases: ['packet'],
    kind: 'number',
    title: 'Packet',
    meaning: 'Packet of the failure or of an alert',
    read: (row) => [
      ...new Set([
        ...present(row.failure?.packet ?? null),
        ...present(row.failure?.trigger.packet ?? null),
        ...row.alerts.map((alert) => alert.packet),
      ]),
    ],
  },
  {
    name: 'packets',
    aliases: [],
    kind: 'number',
    title: 'Packets',
    meaning: 'How many packets the conversation has',
    read: (row) => [row.packets],
  },
  {
    name: 'calls',
    aliases: [],
    kind: 'number',
    title: 'Calls',
    meaning: 'How many calls both sides made',
    read: (row) => [row.calls],
  },
  {
    name: 'renegotiated',
    aliases: [],
    kind: 'flag',
    title: 'Renegotiated',
    meaning: 'It holds more than one handshake',
    read: (row) => [row.handshakes.length > 1],
  },
  {
    name: 'ja3',
    aliases: ['tls.handshake.ja3'],
    kind: 'text',
    title: 'JA3',
    meaning: 'JA3 fingerprint of the ClientHello',
    read: (row) => present(row.ja3),
  },
  {
    name: 'ja3s',
    aliases: ['tls.handshake.ja3s'],
    kind: 'text',
    title: 'JA3S',
    meaning: 'JA3S fingerprint of the ServerHello',
    read: (row) => present(row.ja3s),
  },
  {
    name: 'ja4',
    aliases: ['tls.handshake.ja4'],
    kind: 'text',
    title: 'JA4',
    meaning: 'JA4 fingerprint of the ClientHello',
    read: (row) => present(row.ja4),
  },
  {
    name: 'history',
    aliases: ['ssl_history'],
    kind: 'text',
    title: 'History',
    meaning: 'Messages in order, in the letters of Zeek’s ssl.log',
    read: (row) => present(row.history === '' ? null : row.history),
  },
  {
    name: 'random',
    aliases: ['tls.handshake.random', 'client.random'],
    kind: 'text',
    title: 'Client random',
    meaning: 'Client random of any handshake: the first word of a key log line',
    read: (row) => row.handshakes.flatMap((handshake) => present(handshake.clientRandom)),
  },
  {
    name: 'key',
    aliases: [],
    kind: 'text',
    title: 'Key',
    meaning: 'Stable name of the conversation, the same in every run',
    read: (row) => [row.key],
  },
]

const byName = new Map<string, Field>(
  fields.flatMap((field) =>
    [field.name, ...field.aliases].map((name) => [name.toLowerCase(), field] as const),
  ),
)

/** The field of this name or alias; case does not count. */
export function findField(name: string): Field | null {
  return byName.get(name.toLowerCase()) ?? null
}

function present<T extends Value>(value: T | null): readonly T[] {
  return value === null ? [] : [value]
}
