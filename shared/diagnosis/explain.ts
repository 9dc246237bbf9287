// The reverse way: from a pasted error, status, event or alert to its meaning, its causes and the conversations.

import { explainSchemaName } from '../contract/explain.ts'
import type { Explanation, Meaning } from '../contract/explain.ts'
import { type ArgumentRule, argumentRules } from '../schannel/arguments.ts'
import { alertRow, alerts } from '../sspi/alerts.ts'
import { events } from '../sspi/events.ts'
import { failures } from '../sspi/failures.ts'
import { directoryData, directoryErrors, type LogonError, logonEvents, ntStatuses } from '../sspi/logon.ts'
import { isFailure, statusCode, statuses, statusNames } from '../sspi/status.ts'
import type { StatusName } from '../sspi/status.ts'
import type { Cause } from './candidate.ts'
import { loggingText } from './windows.ts'
import { systemTexts } from './wording.ts'
import { phrases } from './phrases.ts'

/** Statuses, alerts, events and known wordings found in `text`; any text is answered, nothing is thrown. */
export function explain(text: string): Explanation {
  const found = {
    statuses: statusesIn(text),
    alerts: alertsIn(text),
    events: eventsIn(text),
    phrases: phrases.filter(({ pattern }) => pattern.test(text)),
  }
  const named = phraseStatuses(found.phrases)
  const all = [...new Set([...found.statuses, ...textStatuses(text), ...named])]
  const meanings: Meaning[] = [
    ...all.map(statusMeaning),
    ...argumentRules.filter(({ status }) => all.includes(status)).map(callMeaning),
    ...found.alerts.map(alertMeaning),
    ...found.events.map(eventMeaning),
    ...logonMeanings(text),
    ...found.phrases.map(({ app, meaning }): Meaning => ({
      kind: 'wording',
      name: app,
      code: null,
      meaning,
      source: 'field §2',
    })),
  ]
  return {
    schema: explainSchemaName,
    text,
    meanings,
    candidates: candidatesFor(all, found),
    filter: filterFor(all, found),
  }
}

function callMeaning({ function: name, situation, source }: ArgumentRule): Meaning {
  return { kind: 'call', name, code: null, meaning: `An application's mistake: ${situation}.`, source }
}

interface Found {
  readonly alerts: readonly number[]
  readonly events: readonly number[]
  readonly phrases: readonly (typeof phrases)[number][]
}

/** By name, as hex with or without 0x, as unsigned or as signed decimal. */
function statusesIn(text: string): readonly StatusName[] {
  const found = new Set<StatusName>()
  for (const [word] of text.matchAll(/\b(SEC|CRYPT|NTE|TRUST|CERT)_[EI]?_?[A-Z0-9_]+\b/gi)) {
    const name = word.toUpperCase()
    if (isStatusName(name)) found.add(name)
  }
  for (const [, digits] of text.matchAll(/\b(?:0x)?([0-9a-f]{8})\b/gi)) addCode(parseInt(digits!, 16), found)
  for (const [digits] of text.matchAll(/[-−]?\b\d{6,10}\b/g))
    addCode(Number(digits.replace('−', '-')) >>> 0, found)
  // Active Directory begins every refused bind with this number; "data" says what it was.
  if (directoryData(text) !== null) found.delete('SEC_E_INVALID_TOKEN')
  return [...found]
}

function isStatusName(name: string): name is StatusName {
  return Object.hasOwn(statuses, name)
}

const byCode = new Map(statusNames.map((name) => [statuses[name].code, name]))

function addCode(code: number, found: Set<StatusName>): void {
  const name = code === 0 ? undefined : byCode.get(code)
  if (name !== undefined) found.add(name)
}

/** By the system's own message for a status. */
function textStatuses(text: string): readonly StatusName[] {
  const plain = normal(text)
  return statusNames.filter((name) => {
    const known = systemTexts[name]
    return known !== undefined && plain.includes(normal(known))
  })
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[.,;:'"’“”]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Numbers near the word alert, the event texts' wording, alert names, or the bare number as the whole text. */
function alertsIn(text: string): readonly number[] {
  const found = new Set<number>()
  const patterns = [
    /\balert(?:\s*(?:number|code|description|desc|is|:|=|==|\(|fatal|level|protocol|received))*\s*(\d{1,3})\b/gi,
    /\bAlertDesc\W{0,4}(\d{1,3})\b/gi,
    /fatal alert (?:code|was)[^0-9]{0,60}(\d{1,3})\b/gi,
    /alert code is (\d{1,3})\b/gi,
    /^\s*(\d{1,3})\s*$/g,
  ]
  for (const pattern of patterns)
    for (const [, digits] of text.matchAll(pattern))
      if (Object.hasOwn(alerts, Number(digits))) found.add(Number(digits))
  const words = text.toLowerCase().replaceAll(/[ -]/g, '_')
  for (const [number, { name }] of Object.entries(alerts))
    if (new RegExp(`(^|[^a-z])${name}([^a-z]|$)`).test(words)) found.add(Number(number))
  return [...found]
}

function eventsIn(text: string): readonly number[] {
  const found = new Set<number>()
  for (const [digits] of text.matchAll(/\b36[89]\d\d\b/g))
    if (Object.hasOwn(events, Number(digits))) found.add(Number(digits))
  for (const [id, pattern] of eventTexts) if (pattern.test(text)) found.add(id)
  return [...found]
}

/** Beginnings of the event texts as the System log shows them (schannel §10, field §0.4). */
const eventTexts: readonly (readonly [number, RegExp])[] = [
  [36870, /access(ing)? the (TLS|SSL)[^.]*private key/i],
  [36871, /creating (a|an) (TLS|SSL) (client|server) credential/i],
  [36873, /no supported cipher suites were found when initiating/i],
  [36874, /none of the cipher suites supported by the client/i],
  [36875, /requested client authentication.*no suitable/i],
  [36881, /certificate.*(expired or is not yet valid)/i],
  [
    36882,
    /issued by an? (untrusted|authority that is not trusted)|issued by an untrusted certificate authority/i,
  ],
  [36884, /does not contain the expected name/i],
  [36885, /list of trusted (certificate )?(authorities|issuers).*too long/i],
  [36887, /fatal alert was received/i],
  [36888, /fatal alert was generated/i],
]

function statusMeaning(name: StatusName): Meaning {
  const { meaning, seenIn } = statuses[name]
  const system = systemTexts[name]
  return {
    kind: 'status',
    name,
    code: statusCode(name),
    meaning: `${meaning}.${system === undefined ? '' : ` Windows says: “${system}”`}${seenIn === '' ? ' Not returned by Schannel itself.' : ''}`,
    source: 'schannel §1',
  }
}

function alertMeaning(number: number): Meaning {
  const row = alertRow(number)
  return {
    kind: 'alert',
    name: row.name,
    code: String(number),
    meaning: `TLS alert ${String(number)}. A Windows side that receives it returns ${row.documented} (${statusCode(row.documented)})${row.observed === row.documented ? '' : `; current versions return ${row.observed} during a handshake`}.`,
    source: 'schannel §6.1',
  }
}

function eventMeaning(id: number): Meaning {
  const row = events[id]!
  const sides = { none: '', both: ', on both sides', dtls: ', with DTLS on both sides' } as const
  const side = row.side === 'client' || row.side === 'server' ? `, on the ${row.side}` : sides[row.side]
  const text = `${row.meaning}${side}. ${loggingText(row.logging)}.`
  return {
    kind: 'event',
    name: `Schannel ${String(id)}`,
    code: String(id),
    meaning: text.replace(/(^|\. )[a-z]/g, (start) => start.toUpperCase()),
    source: 'schannel §10',
  }
}

/** Log-ins inside TLS: NTSTATUS in hex, Active Directory's "data", and events outside Schannel named as such. */
function logonMeanings(text: string): Meaning[] {
  const found = new Map<string, Meaning>()
  const add = (error: LogonError | undefined, code: string, source: string) => {
    if (error === undefined) return
    const meaning = `The server says that ${error.meaning}. ${error.remedy}`
    found.set(error.name, { kind: 'status', name: error.name, code, meaning, source })
  }
  for (const [, digits] of text.matchAll(/\b0x(c[0-9a-f]{7})\b/gi)) {
    const code = parseInt(digits!, 16)
    add(ntStatuses[code], `0x${digits!.toUpperCase()}`, 'MS-ERREF §2.3.1')
  }
  const data = directoryData(text)
  if (data !== null) add(directoryErrors[data], `data ${data.toString(16)}`, 'MS-ADTS §5.1.1.3')
  for (const [, digits] of text.matchAll(/\bevent(?:\s+id)?:?\s+(\d{2,5})\b/gi)) {
    const row = Object.entries(logonEvents).find(([id]) => id === digits)?.[1]
    if (row === undefined) continue
    const meaning = `${row.meaning.charAt(0).toUpperCase()}${row.meaning.slice(1)}. ${row.log}.`
    found.set(digits!, {
      kind: 'event',
      name: `Event ${digits!}`,
      code: digits!,
      meaning,
      source: 'field §2',
    })
  }
  return [...found.values()]
}

function phraseStatuses(found: Found['phrases']): readonly StatusName[] {
  return found.flatMap(({ status }) => (status === null ? [] : [status]))
}

function candidatesFor(names: readonly StatusName[], found: Found): Explanation['candidates'] {
  const result = new Map<string, string>()
  const add = (cause: string, text: string) => {
    if (!result.has(cause)) result.set(cause, text)
  }
  for (const { causes, meaning } of found.phrases) for (const cause of causes) add(cause, meaning)
  for (const number of found.alerts)
    for (const cause of alertCauses[number] ?? []) add(cause, causeText(cause))
  for (const id of found.events)
    for (const row of failures)
      if (row.cause !== null && row.events.includes(id)) add(row.cause, row.situation)
  for (const name of names) {
    for (const row of failures) if (row.cause !== null && row.status === name) add(row.cause, row.situation)
    for (const [number, row] of Object.entries(alerts))
      if (row.documented === name && isFailure(name))
        for (const cause of alertCauses[Number(number)] ?? [])
          add(cause, `${causeText(cause)}: the peer sends alert ${number} ${row.name}`)
    for (const row of failures)
      if (row.cause !== null && row.alternatives.includes(name)) add(row.cause, row.situation)
  }
  return [...result].map(([cause, text]) => ({ cause, text }))
}

/** Causes behind each alert (judge/alerts.ts reads the rest of the conversation; here the number is all there is). */
const alertCauses: Readonly<Record<number, readonly Cause[]>> = {
  10: ['malformed-message', 'not-tls'],
  20: ['bad-record-mac'],
  21: ['bad-record-mac'],
  22: ['malformed-message'],
  40: [
    'no-common-cipher',
    'no-common-group',
    'no-common-signature-algorithm',
    'client-certificate-missing',
    'unrecognized-name',
  ],
  42: ['name-mismatch', 'weak-key', 'weak-signature'],
  43: ['wrong-key-usage'],
  44: ['revoked-certificate'],
  45: ['expired-certificate', 'not-yet-valid-certificate'],
  46: ['untrusted-root', 'name-mismatch', 'client-certificate-missing'],
  47: ['malformed-message', 'downgrade-detected'],
  48: ['untrusted-root', 'incomplete-chain'],
  49: ['access-denied'],
  50: ['malformed-message'],
  51: ['bad-signature'],
  70: ['no-common-version'],
  71: ['no-common-cipher', 'weak-key'],
  80: ['private-key-unusable', 'peer-alert'],
  86: ['downgrade-detected'],
  90: ['user-canceled'],
  100: ['renegotiation-refused'],
  112: ['unrecognized-name'],
  113: ['stapling-missing'],
  115: ['resumption-refused'],
  116: ['client-certificate-missing'],
  120: ['alpn-mismatch'],
}

/** `no-common-cipher` as words. */
function causeText(cause: string): string {
  const words = cause.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function filterFor(names: readonly StatusName[], found: Found): string | null {
  const parts = [
    ...names.map((name) => `status == ${statusCode(name).toLowerCase()}`),
    ...found.alerts.map((number) => `alert == ${String(number)}`),
  ]
  if (parts.length === 0)
    parts.push(
      ...[...new Set(found.phrases.flatMap(({ causes }) => causes))].map((cause) => `cause == "${cause}"`),
      ...found.events.flatMap((id) =>
        failures
          .filter((row) => row.cause !== null && row.events.includes(id))
          .map((row) => `cause == "${row.cause ?? ''}"`),
      ),
    )
  return parts.length === 0 ? null : [...new Set(parts)].join(' or ')
}
