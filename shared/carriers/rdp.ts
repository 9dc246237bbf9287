// RDP: the security protocols asked for and chosen in the X.224 connection (MS-RDPBCGR §2.2.1.1, §2.2.1.2).

import { orderedU32, u16 } from '../bytes/raw.ts'
import { Account, type Carrier } from './carrier.ts'
import { Octets } from './octets.ts'
import { startsWith } from './lines.ts'

/** TPKT header and the fixed part of a connection TPDU: length, code, destination, source, class. */
const fixedLength = 11
const connectionRequest = 0xe0
const connectionConfirm = 0xd0
const negotiation = { request: 1, response: 2, failure: 3 } as const

const protocols: readonly (readonly [number, string])[] = [
  [1, 'TLS'],
  [2, 'CredSSP (HYBRID)'],
  [4, 'RDSTLS'],
  [8, 'CredSSP with early authorization (HYBRID_EX)'],
  [16, 'RDS-AAD'],
]

const failures: Readonly<Record<number, readonly [string, string]>> = {
  1: ['SSL_REQUIRED_BY_SERVER', 'demands TLS'],
  2: ['SSL_NOT_ALLOWED_BY_SERVER', 'only allows Standard RDP Security'],
  3: ['SSL_CERT_NOT_ON_SERVER', 'has no usable certificate'],
  4: ['INCONSISTENT_FLAGS', 'finds that the requested protocols contradict each other'],
  5: ['HYBRID_REQUIRED_BY_SERVER', 'demands CredSSP (Network Level Authentication)'],
  6: ['SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER', 'demands TLS with authentication of the user by certificate'],
}

export const rdp: Carrier = {
  name: 'rdp',
  recognises: ({ bytes }) =>
    bytes.some((opening, dir) => isRequest(opening) && isConfirmOrNothing(bytes[dir === 0 ? 1 : 0])),
  read(prologue) {
    const account = new Account()
    const both = [new Octets(prologue, 0), new Octets(prologue, 1)] as const
    const client = isRequest(both[0].bytes) ? 0 : 1
    const [asked, answered] = client === 0 ? both : [both[1], both[0]]
    account.clientDir = client
    const request = negotiationOf(asked.bytes, negotiation.request)
    const requested = request?.value ?? 0
    const place = asked.place(u16(asked.bytes, 2))
    account.info(place, `connection request: ${request === null ? 'no negotiation' : namesOf(requested)}`)
    const b = answered.bytes
    if (b.length < fixedLength || b[5] !== connectionConfirm) return account
    const reply = answered.place(u16(b, 2))
    const failure = negotiationOf(b, negotiation.failure)
    const response = negotiationOf(b, negotiation.response)
    if (failure !== null) {
      const [name, meaning] = failures[failure.value] ?? ['unknown code', 'refuses']
      account.refuse(reply, `${meaning} (RDP_NEG_FAILURE ${String(failure.value)} ${name})`)
    } else if (response !== null && response.value !== 0)
      account.accept(reply, `server chooses ${namesOf(response.value)}`)
    else if (requested !== 0) account.refuse(reply, 'server chooses Standard RDP Security, which is no TLS')
    else account.info(reply, 'Standard RDP Security, which is no TLS')
    return account
  },
}

/** A TPDU of RDP: nothing, a cookie or a negotiation structure behind the fixed part. Other users of X.224 put parameters there. */
function isRequest(b: Uint8Array): boolean {
  if (!isConnection(b, connectionRequest)) return false
  const rest = b.subarray(fixedLength)
  return rest.length === 0 || startsWith(rest, 'Cookie: ') || isNegotiation(rest, negotiation.request)
}

function isConfirmOrNothing(b: Uint8Array): boolean {
  return b.length === 0 || isConnection(b, connectionConfirm)
}

function isConnection(b: Uint8Array, code: number): boolean {
  return b.length >= fixedLength && b[0] === 3 && b[1] === 0 && b[5] === code && b[4]! + 5 === u16(b, 2)
}

function isNegotiation(b: Uint8Array, type: number): boolean {
  return b.length >= 8 && b[0] === type && b[2] === 8 && b[3] === 0
}

/** The negotiation structure of this type in a connection TPDU, behind the cookie or routing token where there is one. */
function negotiationOf(b: Uint8Array, type: number): { readonly value: number } | null {
  const end = Math.min(u16(b, 2), b.length)
  let p = fixedLength
  const cookie = type === negotiation.request && b[p] !== type
  if (cookie) p = b.indexOf(10, p) + 1
  if ((cookie && p === 0) || !isNegotiation(b.subarray(p, end), type)) return null
  return { value: orderedU32(b, p + 4, true) }
}

function namesOf(value: number): string {
  const names = protocols.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name)
  return names.length === 0 ? 'Standard RDP Security' : names.join(', ')
}
