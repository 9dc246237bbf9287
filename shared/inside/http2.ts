// HTTP/2 over TLS: requests and what they were answered, stream by stream, and streams or connections given up (RFC 9113).

import { joined } from '../bytes/joined.ts'
import { parse } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'
import { type Answer, authorizationOf, type Request } from './http-messages.ts'
import { answerStep, requestText, service } from './http.ts'
import { type Field, HpackDecoder } from './hpack.ts'
import type { OpenedData, OpenedPiece } from './opened.ts'
import { type InsideProtocol, openingOf, SideBytes, type Step } from './protocol.ts'

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const types = { data: 0, headers: 1, reset: 3, pushPromise: 5, goAway: 7, continuation: 9 } as const
const flags = { padded: 8, priority: 0x20, endHeaders: 4 } as const
const maxBodyBytes = 4096
const maxStreams = 256

/** Error codes that say something of TLS or of the log-in (RFC 9113 §7). */
const errors: Readonly<Record<number, string>> = {
  0: 'NO_ERROR',
  1: 'PROTOCOL_ERROR',
  2: 'INTERNAL_ERROR',
  7: 'REFUSED_STREAM',
  8: 'CANCEL',
  0xb: 'ENHANCE_YOUR_CALM',
  0xc: 'INADEQUATE_SECURITY',
  0xd: 'HTTP_1_1_REQUIRED',
}
const telling: readonly number[] = [0xc, 0xd]

interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly body: Uint8Array
  /** Where it ends in its side's bytes. */
  readonly end: number
}

interface Exchange {
  request: Request | null
  answer: (Answer & { body: string }) | null
  requestPiece: OpenedPiece | null
  answerPiece: OpenedPiece | null
  /** Error code of the side that gave the stream up. */
  reset: { readonly code: number; readonly piece: OpenedPiece } | null
}

export const http2: InsideProtocol = {
  name: 'http2',
  recognises: (data) => String.fromCharCode(...openingOf(data, 0)).startsWith('PRI * HTTP/2.0'),
  *read(data) {
    const exchanges = new Map<number, Exchange>()
    const steps: Step[] = []
    for (const dir of [0, 1] as const) readSide(data, dir, exchanges, steps)
    for (const [i, exchange] of [...exchanges.values()].entries()) steps.push(...stepsOf(exchange, i === 0))
    yield* steps.sort((a, b) => a.piece.order - b.piece.order)
  },
}

function readSide(data: OpenedData, dir: 0 | 1, exchanges: Map<number, Exchange>, steps: Step[]): void {
  const side = new SideBytes(data, dir)
  const decoder = new HpackDecoder()
  const at = (stream: number): Exchange => {
    const known = exchanges.get(stream)
    if (known !== undefined) return known
    const made = { request: null, answer: null, requestPiece: null, answerPiece: null, reset: null }
    if (exchanges.size < maxStreams) exchanges.set(stream, made)
    return made
  }
  let block: Uint8Array[] = []
  let goneAway = false
  for (const frame of framesOf(side.bytes, dir === 0 ? preface.length : 0)) {
    const { type, stream, body, end } = frame
    if (type === types.headers || type === types.continuation || type === types.pushPromise) {
      block.push(fragmentOf(frame))
      if ((frame.flags & flags.endHeaders) === 0) continue
      const fields = decoder.decode(joined(block))
      block = []
      if (fields === null) return
      if (type !== types.pushPromise) take(at(stream), dir, fields, side.pieceAt(end), end)
    } else if (type === types.data && dir === 1) {
      const { answer } = at(stream)
      if (answer !== null && answer.body.length < maxBodyBytes)
        answer.body += printable(contentOf(frame).subarray(0, maxBodyBytes))
    } else if (type === types.reset && body.length === 4) {
      at(stream).reset ??= { code: numberAt(body, 0), piece: side.pieceAt(end) }
    } else if (type === types.goAway && !goneAway && body.length >= 8 && numberAt(body, 4) !== 0) {
      goneAway = true
      const code = numberAt(body, 4)
      const reason = body.length > 8 ? `: ${printable(body.subarray(8, 120))}` : ''
      steps.push({
        piece: side.pieceAt(end),
        text: `GOAWAY ${errorName(code)}${reason}`,
        result: 'refused',
        ...tells(code),
      })
    }
  }
}

/** A header block is a request, an answer, or what follows one: interim answers and trailers. */
function take(
  exchange: Exchange,
  dir: 0 | 1,
  fields: readonly Field[],
  piece: OpenedPiece,
  end: number,
): void {
  const valueOf = (name: string) => fields.find(([own]) => own === name)?.[1]
  if (dir === 0) {
    if (exchange.request !== null) return
    exchange.request = {
      method: valueOf(':method') ?? '',
      path: (valueOf(':path') ?? '').replace(/[?#].*$/, '?…'),
      host: valueOf(':authority') ?? valueOf('host') ?? null,
      authorization: authorizationOf(valueOf('authorization')),
      end,
    }
    exchange.requestPiece = piece
    return
  }
  const status = Number(valueOf(':status') ?? 0)
  if (!(status >= 200 && status < 600) || exchange.answer !== null) return
  const schemes = fields
    .filter(([name]) => name === 'www-authenticate')
    .flatMap(([, value]) => /^[\w-]+/.exec(value)?.[0] ?? [])
  exchange.answer = { status, reason: '', schemes, body: '', end }
  exchange.answerPiece = piece
}

/** The first exchange, and those that were refused or given up for a reason. */
function* stepsOf(exchange: Exchange, first: boolean): Generator<Step> {
  const { request, answer, requestPiece, answerPiece, reset } = exchange
  if (request === null || requestPiece === null) return
  const gaveUp = reset !== null && telling.includes(reset.code)
  if (!first && !gaveUp && (answer === null || answer.status < 400)) return
  yield { piece: requestPiece, text: requestText(request), result: 'info', ...service(request) }
  if (answer !== null && answerPiece !== null) yield { piece: answerPiece, ...answerStep(answer, request) }
  if (gaveUp)
    yield {
      piece: reset.piece,
      text: `RST_STREAM ${errorName(reset.code)}`,
      result: 'refused',
      ...tells(reset.code),
    }
}

function tells(error: number): Pick<Step, 'tells'> {
  return telling.includes(error) ? { tells: { kind: 'http2', error } } : {}
}

function errorName(code: number): string {
  return `${errors[code] ?? 'error'} (${String(code)})`
}

function* framesOf(bytes: Uint8Array, from: number): Generator<Frame> {
  for (let at = from; at + 9 <= bytes.length;) {
    const read = parse(
      bytes,
      (r) => {
        const length = r.u24('frame length')
        const type = r.u8('frame type')
        const set = r.u8('frame flags')
        const stream = r.u32('stream') & 0x7fffffff
        return { type, flags: set, stream, body: r.raw(length, 'frame'), end: r.at }
      },
      null,
      at,
    )
    if (!read.ok) return
    yield read.value
    at = read.value.end
  }
}

/** DATA or HEADERS without padding (RFC 9113 §6.1, §6.2). */
function contentOf({ flags: set, body }: Frame): Uint8Array {
  if ((set & flags.padded) === 0) return body
  return body.subarray(1, Math.max(1, body.length - (body[0] ?? 0)))
}

function fragmentOf(frame: Frame): Uint8Array {
  if (frame.type === types.continuation) return frame.body
  const content = contentOf(frame)
  if (frame.type === types.pushPromise) return content.subarray(4)
  return (frame.flags & flags.priority) === 0 ? content : content.subarray(5)
}

function numberAt(b: Uint8Array, at: number): number {
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0
}
