// Inside the tunnel of PEAP, EAP-TTLS, EAP-FAST and TEAP: EAP without its header, Diameter attributes, or TLVs.

import { joined } from '../bytes/joined.ts'
import { parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'
import type { Conversation } from '../conversation/facts.ts'
import { eapCodes, type EapPacket, eapTypes, methodName, readEap, readTlsFragment } from '../eap/packet.ts'
import { maxMessageBytes } from '../limits.ts'
import type { OpenedData, OpenedPiece } from './opened.ts'
import type { InsideProtocol, Step } from './protocol.ts'

/** One thing said in the tunnel. */
interface Said {
  readonly piece: OpenedPiece
  readonly eap: EapPacket | null
  /** A log-in of TTLS that is no EAP; null for EAP. */
  readonly attribute: string | null
}

const extensions = 33
const msChapV2 = 26
const eapTls = 13

export const eap: InsideProtocol = {
  name: 'eap',
  recognises: (_data, carrier) => carrier === 'eap',
  *read(data, conversation) {
    for (const said of spoken(conversation, data)) yield* stepsOf(said)
  },
}

/** The inner TLS of PEAP-EAP-TLS and EAP-TTLS-EAP-TLS, fragments joined; null where the tunnel holds none. */
export function tunnelled(outer: Conversation, data: OpenedData): OpenedData | null {
  if (outer.carrier.name !== 'eap') return null
  const pieces: OpenedPiece[] = []
  const pending: [Uint8Array[], Uint8Array[]] = [[], []]
  for (const { piece, eap } of spoken(outer, data)) {
    if (eap?.type !== eapTls) continue
    const read = readTlsFragment(eapTls, eap.data)
    if (!read.ok) continue
    const parts = pending[piece.dir]
    parts.push(read.value.bytes)
    const bytes = joined(parts)
    if (read.value.more && bytes.length <= maxMessageBytes) continue
    parts.length = 0
    if (bytes.length > 0) pieces.push({ ...piece, bytes })
  }
  return { pieces, cut: data.cut }
}

/** The tunnel's method, as the carrier's steps name it. */
function methodOf({ carrier }: Conversation): string {
  const start = carrier.steps.findLast(({ text }) => text.endsWith(' Start'))
  return start?.text.slice(0, -' Start'.length) ?? ''
}

function spoken(outer: Conversation, data: OpenedData): readonly Said[] {
  const method = methodOf(outer)
  return data.pieces.flatMap((piece): readonly Said[] => {
    if (method === 'EAP-TTLS') return attributesOf(piece)
    const eap = method === 'PEAP' ? peap(piece) : payload(piece)
    return eap === null ? [] : [{ piece, eap, attribute: null }]
  })
}

/** PEAPv0 leaves code, identifier and length out, but for extensions (MS-PEAP §2.2.2); v1 sends whole packets. */
function peap({ bytes, dir }: OpenedPiece): EapPacket | null {
  const whole = bytes.length >= 4 && ((bytes[2]! << 8) | bytes[3]!) === bytes.length ? readEap(bytes) : null
  if (whole?.ok === true) return whole.value
  if (bytes.length === 0) return null
  const code = dir === 0 ? eapCodes.response : eapCodes.request
  return { code, id: 0, type: bytes[0]!, data: bytes.subarray(1) }
}

const eapPayload = 9

/** RFC 4851 §4.2, RFC 7170 §4.2: the EAP-Payload TLV among the others. */
function payload({ bytes }: OpenedPiece): EapPacket | null {
  const read = parse(bytes, (r) => {
    while (r.left >= 4) {
      const type = r.u16('TLV type') & 0x3fff
      const value = r.sub(r.u16('TLV length'), 'TLV')
      if (type === eapPayload) return value.rest('EAP-Payload')
    }
    return null
  })
  const found = read.ok ? read.value : null
  const eap = found === null ? null : readEap(found)
  return eap?.ok === true ? eap.value : null
}

const eapMessage = 79
const microsoft = 311

/** RFC 5281 §10.1: AVPs of a code, flags, a length of three bytes, a vendor where flagged, padded to four bytes. */
function attributesOf(piece: OpenedPiece): readonly Said[] {
  const said: Said[] = []
  parse(piece.bytes, (r) => {
    while (r.left >= 8) {
      const code = r.u32('AVP code')
      const flags = r.u8('AVP flags')
      const length = r.u24('AVP length')
      const vendor = (flags & 0x80) === 0 ? 0 : r.u32('AVP vendor')
      const value = r.sub(length - ((flags & 0x80) === 0 ? 8 : 12), 'AVP')
      skipPadding(r, length)
      const eap = vendor === 0 && code === eapMessage ? readEap(value.rest('EAP-Message')) : null
      const attribute = logIns[`${String(vendor)} ${String(code)}`] ?? null
      if (eap?.ok === true) said.push({ piece, eap: eap.value, attribute: null })
      else if (attribute !== null) said.push({ piece, eap: null, attribute })
    }
  })
  return said
}

function skipPadding(r: Reader, length: number): void {
  r.skip(Math.min(r.left, (4 - (length % 4)) % 4), 'AVP padding')
}

/** Log-ins by vendor and code (RFC 5281 §11.2); what they hold is not read. */
const logIns: Readonly<Record<string, string>> = {
  '0 2': 'PAP (User-Password)',
  '0 3': 'CHAP',
  [`${String(microsoft)} 1`]: 'MS-CHAP',
  [`${String(microsoft)} 25`]: 'MS-CHAPv2',
  [`${String(microsoft)} 26`]: 'MS-CHAPv2 success',
  [`${String(microsoft)} 2`]: 'MS-CHAP error',
}

function* stepsOf({ piece, eap, attribute }: Said): Generator<Step> {
  if (attribute !== null) {
    const refused = attribute.endsWith('error')
    yield { piece, text: `in the tunnel: ${attribute}`, result: refused ? 'refused' : 'info' }
    return
  }
  if (eap === null) return
  const { type, data } = eap
  if (type === null) {
    const well = eap.code === eapCodes.success
    yield {
      piece,
      text: `in the tunnel: ${well ? 'EAP-Success' : 'EAP-Failure'}`,
      result: well ? 'ok' : 'refused',
    }
  } else if (type === eapTypes.nak) {
    const wanted = [...data].filter((each) => each > 0).map(methodName)
    const wish =
      wanted.length === 0 ? 'declines the method and has no other' : `asks for ${wanted.join(' or ')} instead`
    yield { piece, text: `in the tunnel: ${wish}`, result: 'info' }
  } else if (type === extensions) yield* resultOf(piece, data)
  else if (type === msChapV2) yield msChap(piece, data)
  else if (type === eapTypes.identity) {
    const asks = eap.code === eapCodes.request
    yield { piece, text: `in the tunnel: Identity${asks ? ' request' : ''}`, result: 'info' }
  } else if (type !== eapTls || readsStart(data))
    yield { piece, text: `in the tunnel: ${methodName(type)}`, result: 'info' }
}

function readsStart(data: Uint8Array): boolean {
  const read = readTlsFragment(eapTls, data)
  return read.ok && read.value.start
}

/** MS-PEAP §2.2.8.1.2: the Result TLV, 1 success, 2 failure. */
function* resultOf(piece: OpenedPiece, data: Uint8Array): Generator<Step> {
  const read = parse(data, (r) => {
    while (r.left >= 4) {
      const type = r.u16('TLV type') & 0x3fff
      const value = r.sub(r.u16('TLV length'), 'TLV')
      if (type === 3) return value.u16('Result')
    }
    return 0
  })
  const result = read.ok ? read.value : 0
  if (result === 1) yield { piece, text: 'in the tunnel: result success', result: 'ok' }
  if (result === 2) yield { piece, text: 'in the tunnel: result failure', result: 'refused' }
}

const opcodes: Readonly<Record<number, string>> = {
  1: 'challenge',
  2: 'response',
  3: 'success',
  4: 'failure',
}

/** RFC 2759 §6, draft-kamath-pppext-eap-mschapv2 §2: a failure's message begins with E= and the error. */
function msChap(piece: OpenedPiece, data: Uint8Array): Step {
  const opcode = data[0] ?? 0
  const text = `in the tunnel: EAP-MSCHAPv2 ${opcodes[opcode] ?? ''}`.trimEnd()
  if (opcode !== 4) return { piece, text, result: 'info' }
  const error = /^E=(\d{1,9})/.exec(printable(data, 4, Math.min(Math.max(data.length, 4), 64)))?.[1]
  return {
    piece,
    text: error === undefined ? text : `${text}, error ${error}`,
    result: 'refused',
    tells: { kind: 'mschap', error: error === undefined ? null : Number(error) },
  }
}
