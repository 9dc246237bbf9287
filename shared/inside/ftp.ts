// FTP's control connection over TLS: refusals, and the data connections it announces (RFC 959 §4.1.2, RFC 2428, RFC 4217).

import { type Line, linesOf } from '../carriers/lines.ts'
import type { Conversation, Side, Told } from '../conversation/facts.ts'
import { type OpenedData, openedData, type OpenedPiece } from './opened.ts'
import { type InsideProtocol, openingOf, type Step } from './protocol.ts'

const maxRefusals = 16
const maxPerControl = 256

/** Where a data connection will be opened to, as one side said it. */
export interface Announced {
  /** Who listens there. */
  readonly by: Side
  /** null: the control connection's own (RFC 2428 §3). */
  readonly address: string | null
  readonly port: number
  readonly packet: number
  readonly time: number
  /** The words of it: PASV, EPSV, PORT or EPRT. */
  readonly command: string
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

/** The data connections that a control connection announced, where keys opened it. */
export function announcedBy(conversation: Conversation): readonly Announced[] {
  if (conversation.inside?.name !== 'ftp') return []
  const data: OpenedData = openedData(conversation)
  const found: Announced[] = []
  for (const { dir, text, packet, time } of linesOf(data.pieces)) {
    const announced = announcedIn(text)
    if (announced === null || (dir === 0) !== (announced.by === 'client')) continue
    if (found.length < maxPerControl) found.push({ ...announced, packet, time })
  }
  return found
}

type Place = Pick<Announced, 'by' | 'address' | 'port' | 'command'>

function announcedIn(text: string): Place | null {
  const [, given, list] = /^(227 |PORT )[^\d]*((?:\d{1,3},){5}\d{1,3})/i.exec(text) ?? []
  if (given !== undefined && list !== undefined) {
    const numbers = list.split(',').map(Number)
    const port = numbers[4]! * 256 + numbers[5]!
    const by = given.startsWith('2') ? 'server' : 'client'
    return { by, address: numbers.slice(0, 4).join('.'), port, command: by === 'server' ? 'PASV' : 'PORT' }
  }
  const passive = /^229 .*\(\|\|\|(\d{1,5})\|\)/.exec(text)?.[1]
  if (passive !== undefined) return { by: 'server', address: null, port: Number(passive), command: 'EPSV' }
  const [, address, port] = /^EPRT \|[12]\|([0-9a-f.:]+)\|(\d{1,5})\|/i.exec(text) ?? []
  return address === undefined ? null : { by: 'client', address, port: Number(port), command: 'EPRT' }
}
