// FTP's control connection over TLS: refusals, and the data connections it announces (RFC 959 §4.1.2, RFC 2428, RFC 4217).

import { announcedIn, type Announcement, readAnnouncement } from '../carriers/ftp.ts'
import { type Line, linesOf } from '../carriers/lines.ts'
import type { Conversation, Told } from '../conversation/facts.ts'
import { type OpenedData, openedData, type OpenedPiece } from './opened.ts'
import { type InsideProtocol, openingOf, type Step } from './protocol.ts'

const maxRefusals = 16
const maxPerControl = 256

/** An announcement, and when it was made. */
export interface Announced extends Announcement {
  readonly packet: number
  readonly time: number
}

export const ftp: InsideProtocol = {
  name: 'ftp',
  recognises: (data, carrier) => {
    if (carrier.split('+').at(-1) === 'ftp') return true
    const client = String.fromCharCode(...openingOf(data, 0))
    const server = String.fromCharCode(...openingOf(data, 1))
    return (
      carrier === 'none' && server.startsWith('220') && /^(USER|FEAT|PBSZ|HOST|OPTS|SYST) ?/i.test(client)
    )
  },
  *read(data) {
    const steps: Step[] = []
    for (const line of linesOf(data.pieces)) {
      const piece = data.pieces[line.piece]!
      const said = line.dir === 0 ? asked(line, piece) : answered(line, piece)
      if (said !== null) steps.push(said)
    }
    yield* steps.slice(0, 2 * maxRefusals)
  },
}

/** How data connections are protected and opened; names, files and passwords stay out. */
function asked({ text }: Line, piece: OpenedPiece): Step | null {
  const command = /^(PROT [CPSE]|PASV|EPSV|PORT|EPRT|CCC)\b/i.exec(text)?.[1]
  return command === undefined ? null : { piece, text: command.toUpperCase(), result: 'info' }
}

function answered({ text }: Line, piece: OpenedPiece): Step | null {
  const announced = announcedIn(text)
  if (announced !== null)
    return { piece, text: `data connection to port ${String(announced.port)}`, result: 'info' }
  if (!/^[45]\d\d /.test(text)) return null
  return { piece, text, result: 'refused', tells: { kind: 'reply', about: aboutOf(text) } }
}

/** vsftpd, ProFTPD and FileZilla Server demand the control connection's session for the data connection. */
function aboutOf(text: string): Extract<Told, { kind: 'reply' }>['about'] {
  if (/session reuse|session resumption|TLS session of data connection/i.test(text)) return 'session-reuse'
  if (/certificate|\bTLS\b|\bSSL\b|^53[34]\b|^52[12]\b/i.test(text)) return 'certificate'
  return /^53\d\b/.test(text) ? 'log-in' : 'other'
}

/** The data connections that a control connection announced: in the clear before its TLS, and inside where keys opened it. */
export function announcedBy(conversation: Conversation): readonly Announced[] {
  if (!isControl(conversation)) return []
  const found: Announced[] = []
  for (const { from, text, packets, time } of conversation.carrier.steps) {
    const said = readAnnouncement(text, from)
    if (said !== null) found.push({ ...said, packet: packets[0] ?? 0, time })
  }
  const data: OpenedData = openedData(conversation)
  for (const { dir, text, packet, time } of linesOf(data.pieces)) {
    const announced = announcedIn(text)
    if (announced === null || (dir === 0) !== (announced.by === 'client')) continue
    if (found.length < maxPerControl) found.push({ ...announced, packet, time })
  }
  return found
}

/** Whether this is FTP's control connection: by its words before TLS, or inside. */
export function isControl({ carrier, inside }: Conversation): boolean {
  return inside?.name === 'ftp' || carrier.name.split('+').at(-1) === 'ftp'
}
