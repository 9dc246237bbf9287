// RDP's multitransport inside the TLS of its UDP connection: the tunnel that is asked for and granted (MS-RDPEMT §2.2).

import { parse } from '../bytes/reader.ts'
import { type InsideProtocol, openingOf, SideBytes, type Step } from './protocol.ts'

const actions = { createRequest: 0, createResponse: 1 } as const
const requestLength = 24
const responseLength = 4

export const multitransport: InsideProtocol = {
  name: 'rdp-multitransport',
  recognises: (data, carrier) =>
    carrier === 'rdp-udp' && bodyOf(openingOf(data, 0), actions.createRequest) !== null,
  *read(data) {
    const [client, server] = [new SideBytes(data, 0), new SideBytes(data, 1)]
    const asked = bodyOf(client.bytes, actions.createRequest)
    if (asked !== null)
      yield { piece: client.pieceAt(asked.end), text: 'tunnel create request', result: 'info' }
    const answered = bodyOf(server.bytes, actions.createResponse)
    if (answered !== null) yield answer(server, answered)
  },
}

function answer(server: SideBytes, { start, end }: Body): Step {
  const b = server.bytes
  const result = (b[start]! | (b[start + 1]! << 8) | (b[start + 2]! << 16) | (b[start + 3]! << 24)) >>> 0
  const number = `0x${result.toString(16).padStart(8, '0').toUpperCase()}`
  const piece = server.pieceAt(end)
  // An HRESULT: its high bit is a failure.
  return result < 0x80000000
    ? { piece, text: `tunnel create response: ${number}`, result: 'ok' }
    : {
        piece,
        text: `tunnel create response: ${number}`,
        result: 'refused',
        tells: { kind: 'multitransport', result },
      }
}

interface Body {
  readonly start: number
  readonly end: number
}

/** Where the first PDU's payload lies; null where it is no PDU of this action (RDP_TUNNEL_HEADER, §2.2.1.1). */
function bodyOf(bytes: Uint8Array, action: number): Body | null {
  const wanted = action === actions.createRequest ? requestLength : responseLength
  const read = parse(bytes, (r) => {
    const first = r.u8('Action')
    const length = r.u8('PayloadLength') | (r.u8('PayloadLength') << 8)
    const header = r.u8('HeaderLength')
    if ((first & 0xf) !== action || length !== wanted || header < 4) r.fail('RDP_TUNNEL_HEADER')
    r.skip(header - 4, 'SubHeaders')
    const start = r.at
    r.skip(length, 'payload')
    return { start, end: r.at }
  })
  return read.ok ? read.value : null
}
