// FTP with AUTH TLS (RFC 4217 §4).

import type { Side } from '../conversation/facts.ts'
import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'

const words: DialogueWords = {
  command: 'AUTH TLS',
  greeting: /^220[ -]/,
  asksFeatures: /^FEAT\b/i,
  offers: /^\s*(211-)?\s*AUTH\b.*\b(TLS|SSL)\b/i,
  endsFeatures: /^(211 |[45]\d\d )/,
  fails: /^[45]\d\d /,
  asks: /^AUTH (TLS|SSL|TLS-C|TLS-P)\b/i,
  // 334 is the older drafts' answer.
  accepts: /^[23]34\b/,
  refuses: /^[45]\d\d\b/,
  goesOn: /^USER\b/i,
  leaves: /^QUIT\b/i,
  demands: /^(421|5\d\d)\b.*\b(TLS|SSL|secure|encrypt\w*)\b/i,
  masked: null,
  content: null,
  tells: (text, byClient) => {
    const announced = announcedIn(text)
    return announced === null || (announced.by === 'client') !== byClient ? null : announcementText(announced)
  },
}

export const ftp: Carrier = {
  name: 'ftp',
  recognises: ({ bytes }) =>
    converse(bytes, ['AUTH TLS', 'AUTH SSL'], ['FEAT', 'USER ', 'HOST ', 'SYST', 'OPTS '], ['220']),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}

/** Where a data connection will be opened to, as one side says it (RFC 959 §4.1.2, RFC 2428). */
export interface Announcement {
  /** Who listens there. */
  readonly by: Side
  /** null: the control connection's own (RFC 2428 §3). */
  readonly address: string | null
  readonly port: number
  /** The words of it: PASV, EPSV, PORT or EPRT. */
  readonly command: string
}

/** What a line of a control connection announces; null where it is another. */
export function announcedIn(text: string): Announcement | null {
  const [, given, list] = /^(227 |PORT )[^\d]*((?:\d{1,3},){5}\d{1,3})/i.exec(text) ?? []
  if (given !== undefined && list !== undefined) {
    const numbers = list.split(',').map(Number)
    if (numbers.some((number) => number > 255)) return null
    const port = numbers[4]! * 256 + numbers[5]!
    const by = given.startsWith('2') ? 'server' : 'client'
    return { by, address: numbers.slice(0, 4).join('.'), port, command: by === 'server' ? 'PASV' : 'PORT' }
  }
  const passive = /^229 .*\(\|\|\|(\d{1,5})\|\)/.exec(text)?.[1]
  if (passive !== undefined) return { by: 'server', address: null, port: Number(passive), command: 'EPSV' }
  const [, address, port] = /^EPRT \|[12]\|([0-9a-f.:]+)\|(\d{1,5})\|/i.exec(text) ?? []
  return address === undefined ? null : { by: 'client', address, port: Number(port), command: 'EPRT' }
}

/** As a step says it: an address in it would be nobody's to redact. */
function announcementText({ command, port }: Announcement): string {
  return `${command}: data connection to port ${String(port)}`
}

/** A step in those words again. */
export function readAnnouncement(text: string, by: Side): Announcement | null {
  const [, command, port] = /^(PASV|EPSV|PORT|EPRT): data connection to port (\d{1,5})$/.exec(text) ?? []
  return command === undefined ? null : { by, address: null, port: Number(port), command }
}
