// SMTP, IMAP and POP3 after TLS has begun: the answers with which the server refuses (RFC 5321 §4.2, RFC 9051 §7.1, RFC 1939 §3).

import { printable } from '../bytes/text.ts'
import { linesOf } from '../carriers/lines.ts'
import type { Told } from '../conversation/facts.ts'
import type { OpenedData } from './opened.ts'
import { type InsideProtocol, openingOf, type Step } from './protocol.ts'

/** Of a server's words: behind them come mails, which may say anything. */
const readBytes = 1 << 14
const maxRefusals = 16

const refusals: Readonly<Record<string, RegExp>> = {
  smtp: /^[45]\d\d[ -]/,
  imap: /^(?:\S+ (?:NO|BAD)|\* BYE)\b/,
  pop3: /^-ERR\b/,
}
const greetings: readonly (readonly [string, RegExp])[] = [
  ['smtp', /^220[ -]/],
  ['imap', /^\* (OK|PREAUTH)/],
  ['pop3', /^\+OK/],
]

export const mail: InsideProtocol = {
  name: 'mail',
  recognises: (data, carrier) => protocolOf(data, carrier) !== null,
  *read(data, { carrier }) {
    const protocol = protocolOf(data, carrier.name)
    const pattern = refusals[protocol ?? '']
    if (pattern === undefined) return
    let read = 0
    const server = data.pieces.filter(({ dir, bytes }) => dir === 1 && (read += bytes.length) <= readBytes)
    const found: Step[] = []
    for (const { text, piece } of linesOf(server)) {
      if (!pattern.test(text)) continue
      found.push({
        piece: server[piece]!,
        text,
        result: 'refused',
        tells: { kind: 'reply', about: aboutOf(text) },
      })
    }
    yield* found.slice(0, maxRefusals)
  },
}

/** By what carried TLS, or by the greeting where TLS came first. */
function protocolOf(data: OpenedData, carrier: string): string | null {
  const named = carrier.split('+').at(-1) ?? ''
  if (refusals[named] !== undefined) return named
  if (carrier !== 'none') return null
  const opening = printable(openingOf(data, 1))
  return greetings.find(([, pattern]) => pattern.test(opening))?.[0] ?? null
}

function aboutOf(text: string): Extract<Told, { kind: 'reply' }>['about'] {
  if (/certificate|\bTLS\b|\b5\.7\.(4|10)\b|^454\b/i.test(text)) return 'certificate'
  return /^53[0458]\b|auth|log ?in|credential|password/i.test(text) ? 'log-in' : 'other'
}
