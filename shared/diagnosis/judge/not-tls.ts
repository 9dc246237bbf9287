// Bytes that are no TLS where TLS was due: which side sent them, and what they look like.

import { u16 } from '../../bytes/raw.ts'
import type { Side } from '../../conversation/facts.ts'
import { streamOf } from '../../conversation/facts.ts'
import type { FailurePoint } from '../../schannel/model.ts'
import type { Candidate } from '../candidate.ts'
import { recordLimit } from '../rules/records.ts'
import { atPacket, atStream } from '../view.ts'
import type { HandshakeView } from '../view.ts'
import { refusedStep } from './carriers.ts'
import { statusOfRow } from './status.ts'

/** Empty where both sides spoke TLS, or where the failure has another, later reason. */
export function judgeNotTls(view: HandshakeView, failure: FailurePoint): readonly Candidate[] {
  const sides: readonly Side[] = failure.side === 'client' ? ['server', 'client'] : ['client', 'server']
  const side = sides.find((candidate) => speaksOtherwise(view, candidate))
  if (side === undefined) return []
  const stream = streamOf(view.conversation, side)
  const announced = longRecord(stream.opening)
  if (announced !== null) return [tooLong(view, side, announced)]
  const kind = describeOpening(stream.opening)
  const packet = stream.chunks[0]?.packet ?? null
  const what = kind ?? 'bytes that are no TLS record'
  const said = refusedStep(view.conversation)
  return [
    {
      cause: 'not-tls',
      confidence: 'observed',
      status: statusOfRow(side === 'client' ? (kind === null ? 21 : 22) : 23),
      summary:
        side === 'client'
          ? `The client sent ${what} where the server expected a ClientHello${said === null ? '' : `, and the server says so: ${said.text}`}.`
          : `The server answered with ${what} instead of TLS.`,
      evidence: [
        atStream(
          side,
          0,
          stream.opening.length,
          packet,
          `the ${side}'s first bytes: ${printable(stream.opening)}`,
        ),
        ...(said === null ? [] : [atPacket(said.packets[0] ?? 0, said.from, said.text)]),
      ],
      lookNext:
        side === 'client'
          ? 'Look at the port and scheme in the client configuration: this port expects TLS from the first byte.'
          : 'Look at which service listens on this port and whether it expects a plain start (STARTTLS) or no TLS at all.',
    },
  ]
}

/** The length in a record header that is TLS but for its length; null for anything else. */
function longRecord(opening: Uint8Array): number | null {
  if (opening.length < 5 || opening[0]! < 20 || opening[0]! > 23 || opening[1] !== 3) return null
  const length = u16(opening, 3)
  return length > recordLimit.tls12 ? length : null
}

function tooLong(view: HandshakeView, side: Side, announced: number): Candidate {
  const packet = streamOf(view.conversation, side).chunks[0]?.packet ?? null
  return {
    cause: 'malformed-message',
    confidence: 'observed',
    status: statusOfRow(26),
    summary: `The ${side}'s first record announces ${String(announced)} bytes, more than TLS allows (${String(recordLimit.tls12)}).`,
    evidence: [atStream(side, 0, 5, packet, 'record header')],
    lookNext: `Look at what the ${side} sends: a fault of its library, or bytes that are no TLS.`,
  }
}

/**
 * What the first bytes of a stream look like, where that is no TLS: a protocol's own words, named; null where unknown.
 */
export function describeOpening(opening: Uint8Array): string | null {
  if (opening.length > 4 && opening[0]! >= 0x80 && opening[2] === 4 && opening[3]! <= 1)
    return 'an SSL 2.0 server hello'
  const text = printable(opening)
  if (/^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PRI) /.test(text)) return 'a plain HTTP request'
  if (text.startsWith('HTTP/')) return 'a plain HTTP answer'
  if (text.startsWith('SSH-')) return 'an SSH banner'
  if (/^220[ -]/.test(text)) return 'an SMTP or FTP greeting (220)'
  if (/^[45]\d\d[ -]/.test(text)) return `a text error answer (${text.slice(0, 3)})`
  if (text.startsWith('* OK')) return 'an IMAP greeting'
  if (text.startsWith('+OK')) return 'a POP3 greeting'
  if (/^(<\?xml|<stream:stream)/.test(text)) return 'an XMPP or XML start'
  if (/^\s*<(!doctype|html)/i.test(text)) return 'an HTML page'
  if (/^(EHLO|HELO|USER|AUTH|QUIT|NOOP) ?/i.test(text)) return 'a text command'
  return null
}

function speaksOtherwise(view: HandshakeView, side: Side): boolean {
  // A server that greets in clear is answered by a client that begins with TLS: only the client's own words make it a dialogue.
  if (view.conversation.carrier.steps.some(({ from }) => from === 'client')) return false
  const stream = streamOf(view.conversation, side)
  if (stream.notTls !== null) return stream.records.length === 0
  return stream.records.length === 0 && stream.length > 0 && describeOpening(stream.opening) !== null
}

/** ASCII with everything else as dots: safe in a report. */
function printable(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes.subarray(0, 48))
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
  return text
}
