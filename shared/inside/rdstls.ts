// RDSTLS inside RDP's TLS: log-in to the target of a redirection (MS-RDPBCGR §2.2.17).

import { parse } from '../bytes/reader.ts'
import { accessDenied, directoryErrors } from '../sspi/logon.ts'
import { type InsideProtocol, openingOf, SideBytes, type Step } from './protocol.ts'

const pduTypes = { capabilities: 1, request: 2, response: 4 } as const
const errorAccessDenied = 5

export const rdstls: InsideProtocol = {
  name: 'rdstls',
  recognises: (data, carrier) => carrier === 'rdp' && isPdu(openingOf(data, 1)),
  *read(data) {
    const [client, server] = [new SideBytes(data, 0), new SideBytes(data, 1)]
    const offered = headOf(server.bytes)
    if (offered?.type === pduTypes.capabilities)
      yield { piece: server.pieceAt(8), text: 'RDSTLS capabilities', result: 'info' }
    if (headOf(client.bytes)?.type === pduTypes.request)
      yield { piece: client.pieceAt(8), text: 'RDSTLS log-in to the redirected session', result: 'info' }
    yield* answerOf(server)
  },
}

/** Version 1, type, data type: all little-endian. */
function headOf(b: Uint8Array): { readonly type: number } | null {
  const read = parse(b, (r) => {
    if (r.u16('Version') !== 0x0100) r.fail('Version')
    return { type: r.u16('PduType') >> 8, kind: r.u16('DataType') >> 8 }
  })
  return read.ok ? read.value : null
}

function isPdu(b: Uint8Array): boolean {
  const type = headOf(b)?.type
  return type === pduTypes.capabilities || type === pduTypes.response
}

/** The capabilities are eight bytes; the response behind them ends with its result. */
function* answerOf(server: SideBytes): Generator<Step> {
  const at = headOf(server.bytes)?.type === pduTypes.capabilities ? 8 : 0
  if (headOf(server.bytes.subarray(at))?.type !== pduTypes.response) return
  const read = parse(
    server.bytes,
    (r) => {
      r.skip(6, 'RDSTLS header')
      const low = r.u8('ResultCode') | (r.u8('ResultCode') << 8)
      return low | (r.u16('ResultCode') << 16)
    },
    null,
    at,
  )
  if (!read.ok) return
  const piece = server.pieceAt(at + 10)
  if (read.value === 0) yield { piece, text: 'RDSTLS result: success', result: 'ok' }
  else {
    const known = read.value === errorAccessDenied ? accessDenied : directoryErrors[read.value]
    yield {
      piece,
      text: `RDSTLS result: ${known?.name ?? 'error'} (0x${read.value.toString(16)})`,
      result: 'refused',
      tells: { kind: 'rdstls', result: read.value },
    }
  }
}
