// CredSSP inside RDP's TLS: TSRequest rounds (MS-CSSP §2.2.1), and the server's last word on who may log in (MS-RDPBCGR §5.4.2.2).

import { berInteger, berLength } from '../bytes/ber.ts'
import { hex } from '../bytes/fields.ts'
import { parse, type Reader } from '../bytes/reader.ts'
import { ntStatuses } from '../sspi/logon.ts'
import { statuses, statusNames } from '../sspi/status.ts'
import type { OpenedData } from './opened.ts'
import { type InsideProtocol, openingOf, SideBytes, type Step } from './protocol.ts'

export const credssp: InsideProtocol = {
  name: 'credssp',
  recognises: (data) => isRequest(openingOf(data, 0)),
  *read(data) {
    const steps = [...stepsOf(data, 0), ...stepsOf(data, 1)]
    yield* steps.sort((a, b) => a.piece.order - b.piece.order)
  },
}

/** What one TSRequest holds; sealed parts by their length only. */
interface Request {
  readonly version: number
  readonly tokens: readonly string[]
  readonly parts: readonly string[]
  readonly error: number | null
  readonly end: number
}

const tags = {
  version: 0xa0,
  tokens: 0xa1,
  authInfo: 0xa2,
  pubKeyAuth: 0xa3,
  errorCode: 0xa4,
  nonce: 0xa5,
} as const

function isRequest(b: Uint8Array): boolean {
  const read = parse(b, (r) => {
    if (r.u8('TSRequest') !== 0x30) r.fail('TSRequest')
    berLength(r)
    if (r.u8('version') !== tags.version) r.fail('version')
    berLength(r)
    return r.u8('INTEGER') === 2
  })
  return read.ok && read.value
}

function* stepsOf(data: OpenedData, dir: 0 | 1): Generator<Step> {
  const side = new SideBytes(data, dir)
  let end = 0
  for (const request of requestsOf(side.bytes)) {
    end = request.end
    const piece = side.pieceAt(end)
    if (request.error !== null) {
      yield {
        piece,
        text: `TSRequest version ${String(request.version)}: errorCode ${errorName(request.error)}`,
        result: 'refused',
        tells: { kind: 'credssp', status: request.error },
      }
      continue
    }
    const holds = [...request.tokens, ...request.parts]
    const text = `TSRequest version ${String(request.version)}: ${holds.length === 0 ? 'empty' : holds.join(', ')}`
    yield { piece, text, result: 'info' }
  }
  if (dir === 1 && end > 0) yield* authorization(side, end)
}

/** Early User Authorization Result: four bytes behind the last TSRequest (MS-RDPBCGR §2.2.10.2). */
function* authorization(side: SideBytes, at: number): Generator<Step> {
  const read = parse(side.bytes, (r) => r.raw(4, 'authorizationResult'), null, at)
  if (!read.ok) return
  const [low, ...rest] = read.value
  if (rest.some((octet) => octet !== 0)) return
  const piece = side.pieceAt(at + 4)
  if (low === 0) yield { piece, text: 'early user authorization: success', result: 'ok' }
  if (low === 5) {
    yield {
      piece,
      text: 'early user authorization: access denied',
      result: 'refused',
      tells: { kind: 'credssp', status: 0xc0000022 },
    }
  }
}

function requestsOf(bytes: Uint8Array): readonly Request[] {
  const found: Request[] = []
  parse(bytes, (r) => {
    while (r.left > 0) {
      if (r.u8('TSRequest') !== 0x30) r.fail('TSRequest')
      const body = r.sub(berLength(r), 'TSRequest')
      found.push({ ...requestOf(body), end: r.at })
    }
  })
  return found
}

function requestOf(r: Reader): Omit<Request, 'end'> {
  let version = 0
  let error: number | null = null
  const tokens: string[] = []
  const parts: string[] = []
  while (r.left > 0) {
    const tag = r.u8('tag')
    const value = r.sub(berLength(r), 'value')
    if (tag === tags.version) version = berInteger(value, 'INTEGER')
    else if (tag === tags.errorCode) error = berInteger(value, 'INTEGER')
    else if (tag === tags.tokens) tokens.push(...tokensOf(value))
    else if (tag === tags.authInfo) parts.push('credentials (authInfo)')
    else if (tag === tags.pubKeyAuth) parts.push("proof of the server's key (pubKeyAuth)")
    else if (tag === tags.nonce) parts.push('nonce')
  }
  return { version, tokens, parts, error }
}

/** NegoData ::= SEQUENCE OF SEQUENCE { negoToken [0] OCTET STRING }. */
function tokensOf(r: Reader): readonly string[] {
  const names: string[] = []
  if (r.u8('NegoData') !== 0x30) r.fail('NegoData')
  const list = r.sub(berLength(r), 'NegoData')
  while (list.left > 0) {
    if (list.u8('NegoToken') !== 0x30) list.fail('NegoToken')
    const item = list.sub(berLength(list), 'NegoToken')
    if (item.u8('negoToken') !== 0xa0) item.fail('negoToken')
    berLength(item)
    if (item.u8('OCTET STRING') !== 0x04) item.fail('OCTET STRING')
    names.push(tokenName(item.raw(berLength(item), 'negoToken')))
  }
  return names
}

const ntlmMessages: Readonly<Record<number, string>> = { 1: 'NEGOTIATE', 2: 'CHALLENGE', 3: 'AUTHENTICATE' }
const ntlmSignature = '4e544c4d53535000'
/** DER of the mechanisms' object identifiers (RFC 4178 appendix, RFC 4121, MS-KILE §3.1.1). */
const mechanisms = {
  kerberos: '2a864886f712010202',
  microsoftKerberos: '2a864882f712010202',
  spnego: '2b0601050502',
} as const

/** A security token by name: NTLM with its message, Kerberos, or SPNEGO around one of them. */
export function tokenName(token: Uint8Array): string {
  const text = hex(token.subarray(0, 4096))
  const at = text.indexOf(ntlmSignature)
  const wrapped = token[0] === 0xa1 || text.slice(0, 64).includes(mechanisms.spnego)
  const within = wrapped ? ' in SPNEGO' : ''
  if (at >= 0) {
    const message = ntlmMessages[Number.parseInt(text.slice(at + 16, at + 18), 16)] ?? 'message'
    return `NTLM ${message}${within}`
  }
  if (text.includes(mechanisms.kerberos) || text.includes(mechanisms.microsoftKerberos))
    return `Kerberos${within}`
  return wrapped ? 'SPNEGO' : 'token'
}

function errorName(code: number): string {
  const status = statusNames.find((name) => statuses[name].code === code)
  const name = ntStatuses[code]?.name ?? status
  const number = `0x${code.toString(16).padStart(8, '0').toUpperCase()}`
  if (name !== undefined) return `${name} (${number})`
  // NTSTATUS_FROM_WIN32 (MS-ERREF §2.3).
  return code >>> 16 === 0xc007 ? `Win32 error ${String(code & 0xffff)} (${number})` : number
}
