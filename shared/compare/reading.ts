// The words over a comparison: how two conversations are related, where they part, and what differs, in one paragraph.

import type { CompareRow, Comparison } from '../contract/compare.ts'
import type { ReportConversation } from '../contract/report.ts'
import type { Compared } from './compare.ts'
import type { Parting, RowGroup } from './parting.ts'

/** `same server name, 55 s apart`. */
export function relationOf(left: ReportConversation, right: ReportConversation, same: boolean): string {
  if (same) return 'one connection, captured at two places'
  const parts = [
    left.serverName !== null && left.serverName === right.serverName
      ? 'same server name'
      : sameEnd(left.server, right.server)
        ? 'same server'
        : 'different servers',
    ...(left.client.address === right.client.address ? ['same client'] : []),
    apart(left.start, right.start),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** The one sentence: where they part and why; confidence is that of the failure it rests on. */
export function verdictOf(
  left: Compared,
  right: Compared,
  { call, cause }: Parting,
  same: boolean,
): Comparison['verdict'] {
  if (call === null) {
    const text = same
      ? 'Both places saw the same handshake'
      : 'The two handshakes take the same course: every call ends alike'
    return { text, confidence: null, differs: false }
  }
  const bad = [left, right].find(({ conversation }) => conversation.outcome === 'failed')?.conversation
  const at = (call.left ?? call.right)!.text
  const where = same ? `The two places disagree from ${at} on` : `They part at ${at}`
  if (cause !== null) return { text: `${where}: ${difference(cause)}`, confidence: 'likely', differs: true }
  const failure = bad?.failure ?? null
  if (failure === null) return { text: where, confidence: null, differs: true }
  return {
    text: `${where}: ${lowerFirst(failure.summary).replace(/\.$/, '')}`,
    confidence: failure.confidence,
    differs: true,
  }
}

/** What differs, in one paragraph: offers, answers, calls, transport, and how each one ended. */
export function readingOf(
  left: Compared,
  right: Compared,
  groups: readonly RowGroup[],
  same: boolean,
): string {
  const of = (title: string): readonly CompareRow[] =>
    (groups.find((group) => group.title === title)?.rows ?? []).filter(({ mark }) => mark !== 'equal')
  const hello = [left, right].some(({ hellos }) => hellos.client !== null)
  const offers = of('ClientHello').filter(({ label }) => label !== 'Size' && label !== 'JA4')
  const answers = of('Answer')
  const sentences = [
    ...(same
      ? ['Both captures hold this connection: the client random is the same.']
      : offers.length === 0
        ? [hello ? 'The two clients offer the same.' : 'Neither client sent a ClientHello.']
        : [`In what they offer, the clients differ in ${enumerated(offers)}.`]),
    ...(answers.length === 0
      ? ['The server answers alike.']
      : answers[0]!.label === 'First message'
        ? [`The server answers ${quoted(answers[0]!)}.`]
        : [`The server answers alike at first, but chooses otherwise: ${enumerated(answers)}.`]),
    ...certificateSentences(of('Certificates')),
    ...transportSentences(of('Transport'), same),
    endOf(left.conversation, 'On the left'),
    endOf(right.conversation, 'On the right'),
  ]
  return sentences.join(' ')
}

function certificateSentences(rows: readonly CompareRow[]): string[] {
  if (rows.length === 0) return []
  const subject = rows.find(({ label }) => label === 'Fingerprint')
  if (subject === undefined) return [`The certificates differ in ${enumerated(rows)}.`]
  if (subject.mark !== 'different') return ['Only one of the servers shows a certificate.']
  return ['The servers show different certificates.']
}

function transportSentences(rows: readonly CompareRow[], same: boolean): string[] {
  const events = rows.filter(({ label }) => !/Packets|sent$/.test(label))
  const amounts = rows.filter(({ label }) => label.endsWith('sent'))
  return [
    ...events.map((row) =>
      row.mark === 'different'
        ? `${row.label}: ${row.left?.text ?? ''} on the left, ${row.right?.text ?? ''} on the right.`
        : `${row.label} ${(row.left ?? row.right)?.text ?? ''}, on the ${row.left === null ? 'right' : 'left'} only.`,
    ),
    ...(same && amounts.length > 0
      ? ['The two places saw different bytes: something between them answers, drops or rewrites.']
      : []),
  ]
}

function endOf({ id, outcome, failure }: ReportConversation, where: string): string {
  const what = `${where}, conversation ${String(id)}`
  if (outcome === 'established') return `${what} is established.`
  if (failure !== null) return `${what} ends: ${lowerFirst(failure.summary).replace(/\.?$/, '.')}`
  return `${what} is ${outcome === 'none' ? 'without a handshake' : outcome}.`
}

/** `cipher suites: 30 on the left, 1 on the right`. */
function difference(row: CompareRow): string {
  const name = lowerFirst(row.label)
  const [left, right] = [row.left, row.right]
  if (left === null) return `${name} only on the right, ${right?.text ?? ''}`
  if (right === null) return `${name} only on the left, ${left.text}`
  if (left.items.length > 0 || right.items.length > 0) {
    const [one, two] = [left, right].map(({ items }) => items.length)
    const lone = name.replace(/s(?= |$)/, '')
    if (one === two && common(row) === one) return `the same ${String(one)} ${name} in another order`
    if (one === 1 && two === 1)
      return `${lone} ${left.items[0]!.text} on the left, ${right.items[0]!.text} on the right`
    if (two === 1)
      return `the right one has one ${lone}, ${right.items[0]!.text}; the left one ${String(one)}`
    if (one === 1) return `the left one has one ${lone}, ${left.items[0]!.text}; the right one ${String(two)}`
    return `${String(one)} ${name} on the left, ${String(two)} on the right, ${common(row) === 0 ? 'none' : String(common(row))} in common`
  }
  return `${name} ${left.text} on the left, ${right.text} on the right`
}

function common(row: CompareRow): number {
  return row.left?.items.filter(({ only }) => !only).length ?? 0
}

function quoted(row: CompareRow): string {
  return `${row.left?.text ?? 'nothing'} on the left and ${row.right?.text ?? 'nothing'} on the right`
}

function enumerated(rows: readonly CompareRow[]): string {
  const names = rows.map(({ label }) => (label === 'HelloRetryRequest' ? label : lowerFirst(label)))
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

function sameEnd(one: ReportConversation['server'], two: ReportConversation['server']): boolean {
  return one.address === two.address && one.port === two.port
}

function apart(one: string | null, two: string | null): string {
  if (one === null || two === null) return ''
  const seconds = Math.abs(Date.parse(one) - Date.parse(two)) / 1000
  if (Number.isNaN(seconds)) return ''
  if (seconds < 1) return 'less than a second apart'
  if (seconds < 120) return `${seconds.toFixed(0)} s apart`
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min apart`
  return seconds < 172_800
    ? `${(seconds / 3600).toFixed(0)} h apart`
    : `${(seconds / 86_400).toFixed(0)} days apart`
}
