// Where two conversations part: the first call that ends otherwise, and the difference that most likely led to it.

import type { CompareRow } from '../contract/compare.ts'
import type { ReportConversation } from '../contract/report.ts'

export interface RowGroup {
  readonly title: string
  readonly rows: readonly CompareRow[]
}

export interface Parting {
  /** The first call that differs; null where all calls are alike. */
  readonly call: CompareRow | null
  /** The row that most likely explains it; null where no row does. */
  readonly cause: CompareRow | null
  readonly rows: readonly CompareRow[]
}

/** Causes by a part of their name, with the rows that may explain them, nearest first. */
const causeRows: readonly (readonly [RegExp, readonly string[]])[] = [
  [/cipher/, ['Cipher suites', 'Groups', 'Signature algorithms', 'Versions offered']],
  [/version|fallback/, ['Versions offered']],
  [/group|curve|key-share/, ['Groups', 'Key shares']],
  [/signature/, ['Signature algorithms']],
  [/alpn|application-protocol/, ['Application protocols']],
  [/name|sni|host/, ['Server name', 'Subject']],
  [/root|issuer|chain|intermediate|authority/, ['Issuer', 'Certificates sent', 'Subject']],
  [/certificate|expired|revoked|key-usage|revocation/, ['Fingerprint', 'Subject', 'Issuer']],
  [/resum|session|ticket|psk/, ['Session id', 'Extensions']],
]

/** What the server decides on, in the order in which it does. */
const decisive = [
  'Versions offered',
  'Cipher suites',
  'Groups',
  'Signature algorithms',
  'Application protocols',
  'Server name',
]

export function partingOf(
  groups: readonly RowGroup[],
  left: ReportConversation,
  right: ReportConversation,
): Parting {
  const call =
    groups.find(({ title }) => title === 'Calls')?.rows.find(({ mark }) => mark !== 'equal') ?? null
  if (call === null) return { call, cause: null, rows: [] }
  const differing = groups
    .filter(({ title }) => title === 'ClientHello' || title === 'Certificates')
    .flatMap(({ rows }) => rows)
    .filter(({ mark }) => mark !== 'equal')
  const failed = [left, right].filter(({ outcome }) => outcome === 'failed')
  const causes = failed.map(({ failure }) => failure?.cause ?? '')
  const named = causeRows
    .filter(([pattern]) => causes.some((cause) => pattern.test(cause)))
    .flatMap(([, labels]) => labels)
  const candidates = named.length > 0 ? named : failed.length === 1 ? decisive : []
  const cause =
    candidates
      .map((label) => differing.find((row) => row.label === label))
      .find((row) => row !== undefined) ?? null
  return { call, cause, rows: cause === null ? [call] : [call, cause] }
}
