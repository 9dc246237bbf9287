// How reports write things: sizes, times, names of calls and buffers, in the words of docs/report.md.

import type { Note } from '../contract/notes.ts'
import type {
  CaptureSummary,
  ModelOptions,
  ReportCall,
  ReportConversation,
  ReportRow,
} from '../contract/report.ts'
import { isFailure, statusNames } from '../sspi/status.ts'

/** Everything of a report but its conversations. */
export interface ReportHead {
  readonly tool: { readonly name: string; readonly version: string }
  readonly capture: CaptureSummary
  /** Where several files were read as one capture: each of them. */
  readonly files?: readonly CaptureSummary[]
  readonly model: ModelOptions
  /** The analyst's; left out: none go into the report. */
  readonly notes?: readonly Note[]
}

/** Text from a capture, safe to print: control characters and marks that turn the writing direction become visible escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\u00ad' ? '' : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** `1 233 bytes` below 10 kB, then `1.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 10_000) return `${countText(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]!}`
}

/** Thousands apart by a narrow no-break space. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}

/** `10:14:03.595` of an ISO time; `-` where there is none. */
export function timeOfDay(time: string | null): string {
  return time === null ? '-' : time.slice(11, 23)
}

/** `2026-11-22 10:12:44.213 to 10:15:32.411 UTC`. */
export function periodText(first: string | null, last: string | null): string {
  if (first === null || last === null) return 'no times in the capture'
  const sameDay = first.slice(0, 10) === last.slice(0, 10)
  const end = sameDay ? timeOfDay(last) : `${last.slice(0, 10)} ${timeOfDay(last)}`
  return `${first.slice(0, 10)} ${timeOfDay(first)} to ${end} UTC`
}

/** Milliseconds from `start` to `time`, as `4.279`; empty where one is unknown. */
export function sinceText(start: string | null, time: string | null): string {
  if (start === null || time === null) return ''
  return (milliseconds(time) - milliseconds(start)).toFixed(3)
}

export function durationText(milliseconds: number | null): string {
  if (milliseconds === null) return '-'
  return milliseconds < 100 ? milliseconds.toFixed(1) : countText(Math.round(milliseconds))
}

const shortNames: Readonly<Record<ReportCall['function'], string>> = {
  InitializeSecurityContext: 'ISC',
  AcceptSecurityContext: 'ASC',
  DecryptMessage: 'DM',
  ApplyControlToken: 'ApplyControlToken',
  DeleteSecurityContext: 'DeleteSecurityContext',
}

/** `ISC #2`; closing calls are made once and have no number. */
export function callText(call: ReportCall): string {
  const name = shortNames[call.function]
  return name === call.function ? name : `${name} #${String(call.ordinal)}`
}

const basisTexts: Readonly<Record<ReportCall['basis'], string>> = {
  documented: '',
  'seen-on-windows': 'seen on Windows',
  'seen-in-apps': 'seen in apps',
  rfc: 'from the RFC',
  inferred: 'inferred',
}

/** Where a status comes from, in words; empty where Microsoft documents it. */
export function basisText(basis: ReportCall['basis']): string {
  return basisTexts[basis]
}

/** The same where it is news: waiting and success are what everybody expects, unless they are inferred. */
export function notableBasis(call: ReportCall): string {
  const mood = moodOf(call.status)
  return (mood === 'ok' || mood === 'wait') && call.basis !== 'inferred' ? '' : basisText(call.basis)
}

type Buffers = ReportCall['input']['before']

/** What the peer's bytes looked like to the call, and what it left: `TOKEN 1 233`, `TOKEN 281 › MISSING 81`; empty without input. */
export function inputText(call: ReportCall): string {
  const before = buffersText(call.input.before)
  const left = buffersText(call.input.after.filter(({ type }) => /_(EXTRA|MISSING)$/.test(type)))
  return left === '' ? before : `${before} › ${left}`
}

/** What the call put out: `TOKEN 320`; empty where nothing was. */
export function outputText(call: ReportCall): string {
  return buffersText(call.output.after.filter(({ bytes }) => bytes !== null))
}

function buffersText(buffers: Buffers): string {
  return buffers
    .filter(({ bytes }) => bytes !== 0)
    .map(
      ({ type, bytes }) => `${type.replace('SECBUFFER_', '')}${bytes === null ? '' : ` ${countText(bytes)}`}`,
    )
    .join(', ')
}

export type Mood = 'ok' | 'wait' | 'need' | 'fail' | 'note'

/** How a status is drawn: done, the peer's turn, needs bytes, failed, or a notice. */
export function moodOf(status: string): Mood {
  if (status === 'SEC_E_OK') return 'ok'
  if (status === 'SEC_I_CONTINUE_NEEDED') return 'wait'
  if (status === 'SEC_E_INCOMPLETE_MESSAGE') return 'need'
  const known = statusNames.find((name) => name === status)
  return known !== undefined && !isFailure(known) ? 'note' : 'fail'
}

/** Counts of outcomes: `35 conversations: 20 established, 14 failed, 1 incomplete`. */
export function countsText(rows: readonly ReportRow[]): string {
  const outcomes = ['established', 'failed', 'incomplete', 'none'] as const
  const counts = outcomes.flatMap((outcome) => {
    const count = rows.filter((row) => row.outcome === outcome).length
    return count === 0 ? [] : [`${countText(count)} ${outcome === 'none' ? 'without a handshake' : outcome}`]
  })
  const all = plural(rows.length, 'conversation')
  return counts.length === 0 ? all : `${all}: ${counts.join(', ')}`
}

/** `failed at the client, ISC #2`; of conversations that did not fail: their outcome. */
export function verdictText(conversation: ReportConversation): string {
  const { failure, outcome } = conversation
  if (outcome !== 'failed' || failure === null) return outcome === 'none' ? 'without a handshake' : outcome
  const call = failingCall(conversation)
  const place = failure.side === 'transport' ? 'in the transport' : `at the ${failure.side ?? 'unknown side'}`
  const by = failure.by === 'application' ? ' by the application' : ''
  return `failed ${place}${by}${call === null ? '' : `, ${callText(call)}`}`
}

/** The call at which a side gave up; null where the transport ended it. */
export function failingCall(conversation: ReportConversation): ReportCall | null {
  const { failure, contexts } = conversation
  if (failure?.call == null || failure.side === null || failure.side === 'transport') return null
  return contexts[failure.side].calls.find(({ n }) => n === failure.call) ?? null
}

/** What to look at next, said once. */
export function lookNextTexts(conversation: ReportConversation): string[] {
  const texts = conversation.failure?.candidates.flatMap(({ lookNext }) => lookNext ?? []) ?? []
  return [...new Set(texts)]
}

/** Other causes that no finding speaks of. */
export function bareCandidates(conversation: ReportConversation) {
  const { failure } = conversation
  return failure?.candidates.filter(({ cause, finding }) => cause !== failure.cause && finding === null) ?? []
}

/** Whether the failure's sentence already says what the finding explains. */
export function isSaid(explanation: string, conversation: ReportConversation): boolean {
  return explanation === '' || (conversation.failure?.summary.includes(explanation) ?? false)
}

/** Delivery, readings and keys the replay was made with. */
export function modelText(model: ReportHead['model']): string {
  const parts = [
    `${model.delivery} delivery`,
    `${model.statuses} statuses`,
    ...(model.partial === 'retain' ? ['partial input retained'] : []),
    ...(model.profile.client === null ? [] : [`client profile ${model.profile.client}`]),
    ...(model.profile.server === null ? [] : [`server profile ${model.profile.server}`]),
    model.keys === 'none' ? 'no keys' : `opened with ${model.keys === 'rsa' ? 'an RSA key' : 'a key log'}`,
  ]
  return parts.join(', ')
}

/** Format, size, packets and flows of a capture. */
export function captureText(capture: ReportHead['capture']): string {
  return [
    capture.format,
    ...(capture.bytes === null ? [] : [sizeText(capture.bytes)]),
    plural(capture.packets, 'packet'),
    plural(capture.flows, 'flow'),
  ].join(', ')
}

export function warningText(warning: ReportHead['capture']['warnings'][number]): string {
  const places = [
    ...(warning.packet === null ? [] : [`packet ${String(warning.packet)}`]),
    ...(warning.offset === null ? [] : [`byte ${countText(warning.offset)}`]),
  ]
  return `${printable(warning.text)} (${[warning.code, ...places].join(', ')})`
}

function milliseconds(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) + Number(`0${/\.\d+/.exec(time)?.[0] ?? ''}`) * 1000
}

/** What the carrier said before TLS and the application inside it, each with the name of its protocol. */
export function saidSteps({ carrier, inside }: ReportConversation): readonly {
  readonly by: string
  readonly step: ReportConversation['carrier']['steps'][number]
}[] {
  const told = (name: string, { steps }: ReportConversation['carrier']) =>
    steps.map((step) => ({ by: name, step }))
  return [
    ...told(carrier.name, carrier),
    ...(inside === null ? [] : told(`inside TLS, ${inside.name}`, inside)),
  ]
}

/** Where a conversation came from, for one that another carries or announced. */
export function withinText({ parent, carrier }: ReportConversation): string {
  if (carrier.name !== 'ftp-data') return `inside conversation ${String(parent)}`
  const [said] = carrier.steps
  return said?.result === 'info' ? said.text : `data connection of conversation ${String(parent)}`
}

/** A file's name without the folders it lies in: those are nothing for a report that is handed on. */
export function fileName(path: string): string {
  return path.replace(/^.*[\\/]/, '')
}
