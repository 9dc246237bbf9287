// Two conversations side by side: hellos, answer, calls, transport; where they part, and what differs in one paragraph.

import type { CompareCell, CompareRow, Comparison, Hello, Hellos } from '../contract/compare.ts'
import type { ReportConversation } from '../contract/report.ts'
import { countText } from '../report/words.ts'
import { callRows } from './calls.ts'
import { type Evidence, listRow, textRow } from './cells.ts'
import { partingOf } from './parting.ts'
import { readingOf, relationOf, verdictOf } from './reading.ts'
import { transportRows } from './transport.ts'

/** One of the two: a conversation and its hellos. */
export interface Compared {
  readonly conversation: ReportConversation
  readonly hellos: Hellos
}

/** Compares `left` with `right`; the order only decides who stands where. */
export function compare(left: Compared, right: Compared): Comparison {
  const sameConnection = left !== right && isSameConnection(left.conversation, right.conversation)
  const plain = [
    { title: 'ClientHello', rows: clientRows(left, right) },
    { title: 'Answer', rows: answerRows(left, right) },
    { title: 'Certificates', rows: certificateRows(left, right) },
    { title: 'Calls', rows: callRows(left.conversation, right.conversation) },
    { title: 'Transport', rows: transportRows(left.conversation, right.conversation, sameConnection) },
  ].filter(({ rows }) => rows.length > 0)
  const parting = partingOf(plain, left.conversation, right.conversation)
  const groups = plain.map(({ title, rows }) => ({
    title,
    rows: rows.map((row) => (parting.rows.includes(row) ? { ...row, parting: true } : row)),
  }))
  const rows = groups.flatMap((group) => group.rows)
  const equal = rows.filter(({ mark }) => mark === 'equal').length
  return {
    relation: relationOf(left.conversation, right.conversation, sameConnection),
    sameConnection,
    verdict: verdictOf(left, right, parting, sameConnection),
    reading: readingOf(left, right, groups, sameConnection),
    groups,
    differences: rows.length - equal,
    equal,
  }
}

/** The same client random, 32 bytes of chance: one connection, captured at two places. */
function isSameConnection(left: ReportConversation, right: ReportConversation): boolean {
  const [one, two] = [left, right].map(({ handshakes }) => handshakes[0]?.clientRandom ?? null)
  return one !== null && one !== undefined && one === two
}

function clientRows(left: Compared, right: Compared): CompareRow[] {
  const one = left.hellos.client
  const two = right.hellos.client
  if (one === null && two === null) return []
  const at = [evidenceOf(one, 'client'), evidenceOf(two, 'client')] as const
  const list = (label: string, of: (hello: Hello) => readonly string[] | null): CompareRow | null =>
    listRow(label, one === null ? null : of(one), two === null ? null : of(two), at)
  return present([
    textRow('Size', bytesText(one), bytesText(two), at),
    list('Versions offered', (hello) => hello.versions),
    list('Cipher suites', (hello) => hello.cipherSuites),
    list('Signals', (hello) => (hello.signals.length === 0 ? null : hello.signals)),
    list('Groups', (hello) => hello.groups),
    list('Key shares', (hello) => hello.keyShares),
    list('Signature algorithms', (hello) => hello.signatureAlgorithms),
    list('Application protocols', (hello) => hello.alpn),
    textRow('Server name', one?.serverName ?? null, two?.serverName ?? null, at),
    textRow('Session id', sessionText(one), sessionText(two), at),
    list('Extensions', (hello) => hello.extensions),
    list('Compression', (hello) => hello.compression),
    textRow('JA4', left.conversation.ja4, right.conversation.ja4, at),
  ])
}

function answerRows(left: Compared, right: Compared): CompareRow[] {
  const one = left.hellos.server
  const two = right.hellos.server
  const at = [answerEvidence(left), answerEvidence(right)] as const
  const hello = [evidenceOf(one, 'server'), evidenceOf(two, 'server')] as const
  const choice = (label: string, of: (hello: Hello) => readonly string[] | null): CompareRow | null =>
    textRow(
      label,
      one === null ? null : (of(one)?.join(', ') ?? null),
      two === null ? null : (of(two)?.join(', ') ?? null),
      hello,
    )
  return present([
    answerRow(left, right, at),
    choice('Version chosen', (server) => server.versions),
    choice('Cipher suite chosen', (server) => server.cipherSuites),
    choice('Group chosen', (server) => server.groups),
    choice('Protocol chosen', (server) => server.alpn),
    choice('Extensions answered', (server) => server.extensions),
    textRow('HelloRetryRequest', retryText(left.hellos), retryText(right.hellos)),
    textRow('Resumed', yesNo(left.conversation.resumed), yesNo(right.conversation.resumed)),
  ])
}

function certificateRows(left: Compared, right: Compared): CompareRow[] {
  const one = left.conversation.certificates.server
  const two = right.conversation.certificates.server
  if ((one?.length ?? 0) === 0 && (two?.length ?? 0) === 0) return []
  const of = (chain: typeof one, what: 'subject' | 'issuer' | 'sha256'): string | null =>
    chain?.[0]?.[what] ?? null
  const key = (chain: typeof one): string | null =>
    chain?.[0] === undefined
      ? null
      : [chain[0].keyType, chain[0].keyBits === null ? '' : String(chain[0].keyBits), chain[0].signature]
          .filter((text) => text !== '')
          .join(', ')
          .replace(/, (?=\d)/, ' ')
  return present([
    textRow('Subject', of(one, 'subject'), of(two, 'subject')),
    textRow('Issuer', of(one, 'issuer'), of(two, 'issuer')),
    textRow('Certificates sent', countOf(one), countOf(two)),
    textRow('Key', key(one), key(two)),
    textRow('Fingerprint', of(one, 'sha256')?.slice(0, 32) ?? null, of(two, 'sha256')?.slice(0, 32) ?? null),
  ])
}

function countOf(chain: readonly unknown[] | null): string | null {
  return chain === null || chain.length === 0 ? null : String(chain.length)
}

function evidenceOf(hello: Hello | null, from: 'client' | 'server'): Evidence {
  return hello === null ? null : { packet: hello.packet, from, stream: hello.stream }
}

function answerEvidence({ conversation }: Compared): Evidence {
  const first = conversation.messages.find(({ from }) => from === 'server')
  return first === undefined
    ? null
    : { packet: first.packets[0] ?? null, from: 'server', stream: first.stream }
}

/** What the server said first; an alert stands out. */
function answerRow(left: Compared, right: Compared, at: readonly [Evidence, Evidence]): CompareRow | null {
  const row = textRow('First message', answerText(left), answerText(right), at)
  const marked = (cell: CompareCell | null, { conversation }: Compared): CompareCell | null =>
    cell && {
      ...cell,
      failing: conversation.messages.find(({ from }) => from === 'server')?.contentType === 21,
    }
  return row && { ...row, left: marked(row.left, left), right: marked(row.right, right) }
}

/** The server's first message, or how the answer stayed away. */
function answerText({ conversation }: Compared): string {
  const first = conversation.messages.find(({ from }) => from === 'server')
  if (first !== undefined) return first.name
  if (conversation.tokens.some(({ from, kind }) => from === 'server' && kind === 'not-tls')) return 'not TLS'
  const end = conversation.transportEvents.find(
    ({ from, kind }) => from === 'server' && (kind === 'rst' || kind === 'fin'),
  )
  return end === undefined ? 'no answer' : end.kind === 'rst' ? 'reset' : 'closed without an answer'
}

function retryText({ retry }: Hellos): string | null {
  return retry === null ? null : `asks for ${retry.groups?.join(', ') ?? 'another hello'}`
}

function bytesText(hello: Hello | null): string | null {
  return hello === null ? null : `${countText(hello.bytes)} bytes`
}

function sessionText(hello: Hello | null): string | null {
  if (hello === null) return null
  return hello.sessionId === 0 ? 'empty' : `${String(hello.sessionId)} bytes`
}

function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? 'yes' : 'no'
}

function present(rows: readonly (CompareRow | null)[]): CompareRow[] {
  return rows.filter((row) => row !== null)
}
