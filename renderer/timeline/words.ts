// What the score says about a token: message names, sizes, segments. Pure functions of the report.

import type {
  ReportConversation,
  ReportMessage,
  ReportToken,
  ReportTransportEvent,
} from '../../shared/contract/report.ts'
import { count } from '../format.ts'
import type { Repair } from './repairs.ts'
import type { Piece } from './steps.ts'

export interface Segment {
  readonly look: 'plain' | 'opened' | 'sealed' | 'alert' | 'app'
  /** Damped size. */
  readonly weight: number
  readonly title: string
}

export interface TokenWords {
  /** Before the names, quiet: `first bytes of`. */
  readonly lead: string
  /** `aside` is quiet: why a hello was sent. */
  readonly names: readonly { readonly text: string; readonly strong: boolean; readonly aside: string }[]
  readonly more: number
  readonly alert: boolean
}

/** What the transport did to a packet, in words beside its line. */
export const repairWords: Readonly<Record<Repair, string>> = {
  retransmission: 'sent again',
  reordered: 'late',
  overlap: 'overlaps',
}

/** Segments on one shaft; more records than this are joined. */
const maxSegments = 36

/** Bytes of a TLS record header: a message's bytes begin behind it. */
const recordHeader = 5

/** Messages whose bytes, with the header before them, lie at least in part in a piece of a token. */
export function messagesIn(conversation: ReportConversation, piece: Piece): readonly ReportMessage[] {
  const start = piece.token.stream[0] + piece.start
  const end = piece.token.stream[0] + piece.end
  return conversation.messages.filter((message) => {
    const header = message.token === piece.token.id ? recordHeader : 0
    return message.from === piece.token.from && message.stream[0] - header < end && start < message.stream[1]
  })
}

/** Sealed records in a piece that no message stands for. */
function sealedIn(messages: readonly ReportMessage[], piece: Piece): number {
  let at = 0
  return piece.token.records.filter((record) => {
    const start = at
    at += record.bytes
    const [low, high] = [piece.token.stream[0] + start, piece.token.stream[0] + at]
    return (
      record.protection === 'sealed' &&
      start < piece.end &&
      at > piece.start &&
      !messages.some((message) => message.stream[0] < high && low < message.stream[1])
    )
  }).length
}

/** Pieces of one token as one: a fold takes in bytes of one token or of several. */
function spansOf(pieces: readonly Piece[]): readonly Piece[] {
  return [...new Set(pieces.map(({ token }) => token))].map((token) => {
    const own = pieces.filter((piece) => piece.token === token)
    return { ...own[0]!, end: own.at(-1)!.end }
  })
}

/** `Alert 48 unknown_ca`, or the message's name. */
export function messageName(conversation: ReportConversation, message: ReportMessage): string {
  if (message.contentType !== 21 || message.type === null) return message.name
  const alert = conversation.alerts.find((each) => each.from === message.from && each.code === message.type)
  return `Alert ${String(message.type)} ${alert?.name ?? ''}`.trim()
}

/** The label over a shaft: first message and the weightiest, at most `most` of them, and how many more. */
export function wordsOf(conversation: ReportConversation, pieces: readonly Piece[], most = 2): TokenWords {
  const [piece] = pieces
  if (piece === undefined) return { lead: '', names: [], more: 0, alert: false }
  const { token } = piece
  const spans = spansOf(pieces)
  const last = spans.at(-1)!
  const all = [...new Set(spans.flatMap((span) => messagesIn(conversation, span)))]
  const sealed = token.kind === 'application' ? 0 : spans.reduce((sum, span) => sum + sealedIn(all, span), 0)
  const sealedName = sealed === 1 ? 'encrypted record' : `${String(sealed)} encrypted records`
  if (all.length === 0) {
    const text = sealed === 0 ? kindName(token) : sealedText(token, sealedName)
    const alert = token.kind === 'alert' && sealed === 0
    return { lead: '', names: [{ text, strong: true, aside: '' }], more: 0, alert }
  }
  const alert = all.some((message) => message.contentType === 21 && message.type !== 0)
  const lead = leadOf(all, token.stream[0] + piece.start, last.token.stream[0] + last.end, pieces.length > 1)
  const told = all.find((message) => message.note !== null)
  if (told !== undefined) {
    // What the hello is for says more than the ChangeCipherSpec beside it (RFC 8446 appendix D.4).
    const others = all.filter((message) => message !== told && message.contentType !== 20)
    const name = { text: messageName(conversation, told), strong: true, aside: told.note ?? '' }
    return { lead, names: [name], more: others.length + (sealed > 0 ? 1 : 0), alert }
  }
  const names = joined(all.map((message) => messageName(conversation, message)))
  const heaviest = all.reduce((one, two) => (two.bytes > one.bytes ? two : one))
  const heavy = messageName(conversation, heaviest)
  const shown = names.slice(0, 1)
  const second = names.find((name) => name.text === heavy) ?? names[1]
  if (most > 1 && second !== undefined && !shown.includes(second)) shown.push(second)
  if (sealed > 0) {
    names.push({ text: sealedName, times: 1 })
    if (shown.length < most) shown.push(names.at(-1)!)
  }
  return {
    lead,
    names: shown.map((name) => ({
      text: name.times > 1 ? `${name.text} ×${String(name.times)}` : name.text,
      strong: name.text === heavy || most === 1,
      aside: '',
    })),
    more: names.length - shown.length,
    alert,
  }
}

/** The same in a narrow place: an alert by its name alone, a sealed message without its kind, what a hello wants without the verb, shorter leads. */
export function terseWords(words: TokenWords): TokenWords {
  const names = words.names.map(({ text, strong, aside }) => ({
    text: text.replace(/^Alert \d+ (?=.)/, '').replace('Encrypted handshake message', 'Encrypted message'),
    strong,
    aside: aside.replace(/^wants /, ''),
  }))
  return { ...words, lead: words.lead.replace('first bytes of', 'start of'), names }
}

/** Closed records; of one taken for an alert only its size, or its content type, is known. */
function sealedText(token: ReportToken, records: string): string {
  if (token.kind !== 'alert') return records.replace(/^e/, 'E')
  return token.records.every(({ contentType }) => contentType === 21)
    ? 'Encrypted alert'
    : 'Encrypted record, alert-sized'
}

/** `first bytes of` or `rest of` where a single message is cut. */
function leadOf(
  all: readonly ReportMessage[],
  begins: number,
  ends: number,
  several: boolean,
): TokenWords['lead'] {
  const [first] = all
  if (first === undefined || several || all.length > 1) return ''
  if (first.stream[0] < begins) return 'rest of'
  return first.stream[1] > ends ? 'first bytes of' : ''
}

/** Messages whose bytes an event of the transport concerns, by name; empty where none was read. */
export function namesAt(conversation: ReportConversation, event: ReportTransportEvent): string {
  const { from, offset, bytes } = event
  const names = joined(
    conversation.messages
      .filter(
        (message) =>
          message.from === from &&
          message.stream[0] - recordHeader < offset + bytes &&
          offset < message.stream[1],
      )
      .map((message) => messageName(conversation, message)),
  )
  return `${names
    .slice(0, 1)
    .map(({ text }) => text)
    .join('')}${names.length > 1 ? ` +${String(names.length - 1)}` : ''}`
}

function joined(names: readonly string[]): { text: string; times: number }[] {
  const result: { text: string; times: number }[] = []
  for (const text of names) {
    const same = result.find((each) => each.text === text)
    if (same === undefined) result.push({ text, times: 1 })
    else same.times++
  }
  return result
}

function kindName(token: ReportToken): string {
  if (token.kind === 'application') return 'Application data'
  if (token.kind === 'not-tls') return 'Not TLS'
  return token.kind === 'alert' ? 'Alert' : 'Bytes without a record'
}

/** Under the shaft: `1 233 bytes`, or `3 bytes of 2 382` for one of several pieces. */
export function bytesOf(pieces: readonly Piece[]): { readonly bytes: string; readonly of: string | null } {
  const [piece] = pieces
  if (piece === undefined) return { bytes: '0', of: null }
  const bytes = pieces.reduce((sum, each) => sum + each.end - each.start, 0)
  const whole = spansOf(pieces).reduce((sum, { token }) => sum + token.stream[1] - token.stream[0], 0)
  return { bytes: count(bytes), of: bytes < whole ? count(whole) : null }
}

/** `#223`, `#326 #328`, `#402 to #519`. */
export function packetsOf(packets: readonly number[]): string {
  const all = [...new Set(packets)]
  if (all.length <= 2) return all.map((packet) => `#${String(packet)}`).join(' ')
  return `#${String(all[0])} to #${String(all.at(-1))}`
}

/** The records of a piece, left to right, as segments of its shaft; `alerted`: its alert is no mere close_notify. */
export function segmentsOf(pieces: readonly Piece[], alerted: boolean): readonly Segment[] {
  const [piece] = pieces
  if (piece === undefined) return []
  if (pieces.length > 1) {
    return pieces
      .slice(0, maxSegments)
      .map((each) => ({ look: 'plain', weight: 1, title: `${count(each.end - each.start)} bytes` }))
  }
  const segments: Segment[] = []
  let at = 0
  for (const record of piece.token.records) {
    const start = Math.max(at, piece.start)
    const end = Math.min(at + record.bytes, piece.end)
    at += record.bytes
    if (end <= start) continue
    const look =
      alerted && record.contentType === 21 && record.protection !== 'sealed'
        ? 'alert'
        : piece.token.kind === 'application'
          ? 'app'
          : record.protection
    segments.push({
      look,
      weight: damped(end - start),
      title: `${recordName(record.contentType)}, ${count(end - start)} bytes`,
    })
  }
  if (segments.length === 0)
    return [{ look: 'plain', weight: 1, title: `${count(piece.end - piece.start)} bytes` }]
  return thinned(segments)
}

function damped(bytes: number): number {
  return Math.max(6, Math.round(Math.sqrt(bytes) * 4))
}

function thinned(segments: readonly Segment[]): readonly Segment[] {
  if (segments.length <= maxSegments) return segments
  const per = Math.ceil(segments.length / maxSegments)
  return Array.from({ length: Math.ceil(segments.length / per) }, (_, index) => {
    const group = segments.slice(index * per, (index + 1) * per)
    return {
      look: group[0]!.look,
      weight: group.reduce((sum, each) => sum + each.weight, 0),
      title: `${String(group.length)} records`,
    }
  })
}

export function recordName(contentType: number): string {
  return (
    {
      20: 'ChangeCipherSpec',
      21: 'Alert',
      22: 'Handshake',
      23: 'ApplicationData',
      24: 'Heartbeat',
      128: 'SSLv2 hello',
    }[contentType] ?? `content type ${String(contentType)}`
  )
}
