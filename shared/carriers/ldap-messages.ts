// LDAP messages (RFC 4511) as far as they answer a log-in or ask for TLS.

import { berInteger, berLength } from '../bytes/ber.ts'
import { parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'

/** BER tags of the messages that matter (RFC 4511 §4.2, §4.12; application class). */
export const operations = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  search: 0x63,
  searchDone: 0x65,
  request: 0x77,
  response: 0x78,
} as const

/** Result codes of RFC 4511 appendix A that answer StartTLS or a bind. */
const results: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'operationsError',
  2: 'protocolError',
  7: 'authMethodNotSupported',
  8: 'strongerAuthRequired',
  10: 'referral',
  12: 'unavailableCriticalExtension',
  13: 'confidentialityRequired',
  14: 'saslBindInProgress',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
  80: 'other',
}
export const resultCodes = {
  success: 0,
  strongerAuthRequired: 8,
  confidentialityRequired: 13,
  saslBindInProgress: 14,
  invalidCredentials: 49,
} as const

export interface LdapMessage {
  readonly id: number
  readonly operation: number
  /** Result code; -1 for a request. */
  readonly result: number
  /** Name of an extended request, way of a bind, or a result's diagnostic message. */
  readonly text: string
  /** Where it ends in the bytes read. */
  readonly end: number
}

/** The messages from the beginning of `bytes` up to the first that is none. */
export function ldapMessages(bytes: Uint8Array): LdapMessage[] {
  const messages: LdapMessage[] = []
  parse(bytes, (r) => {
    while (r.left > 0) {
      if (r.u8('LDAPMessage') !== 0x30) r.fail('LDAPMessage')
      const body = r.sub(berLength(r), 'LDAPMessage')
      const id = berInteger(body, 'messageID')
      const operation = body.u8('protocolOp')
      const content = body.sub(berLength(body), 'protocolOp')
      messages.push({ id, operation, ...contentOf(operation, content), end: r.at })
    }
  })
  return messages
}

/** The tag of the operation in the first message; -1 where the bytes are none. */
export function operationTag(b: Uint8Array): number {
  const read = parse(b, (r) => {
    if (r.u8('LDAPMessage') !== 0x30) r.fail('LDAPMessage')
    berLength(r)
    berInteger(r, 'messageID')
    return r.u8('protocolOp')
  })
  return read.ok && (read.value & 0xc0) === 0x40 ? read.value : -1
}

/** A whole message header: SEQUENCE, messageID, and a request's tag. */
export function isLdapRequest(b: Uint8Array): boolean {
  const tag = operationTag(b)
  return tag === operations.bindRequest || tag === operations.search || tag === operations.request
}

export function describeResult({ result, text }: LdapMessage): string {
  const name = results[result] ?? 'result'
  return `${name} (${String(result)})${text === '' ? '' : `: ${text}`}`
}

function contentOf(operation: number, r: Reader): { result: number; text: string } {
  if (operation === operations.request) {
    if (r.u8('requestName') !== 0x80) r.fail('requestName')
    return { result: -1, text: printable(r.raw(berLength(r), 'requestName')) }
  }
  if (operation === operations.bindRequest) return { result: -1, text: wayOfBind(r) }
  if (operation !== operations.response && operation !== operations.bindResponse)
    return { result: -1, text: '' }
  if (r.u8('resultCode') !== 0x0a || r.u8('resultCode length') !== 1) r.fail('resultCode')
  const result = r.u8('resultCode')
  if (r.u8('matchedDN') !== 0x04) r.fail('matchedDN')
  r.skip(berLength(r), 'matchedDN')
  if (r.u8('diagnosticMessage') !== 0x04) r.fail('diagnosticMessage')
  const text = r.raw(berLength(r), 'diagnosticMessage')
  // Active Directory ends it with a zero octet.
  return { result, text: printable(text, 0, text.at(-1) === 0 ? text.length - 1 : text.length) }
}

/** Simple, or the SASL mechanism; whose log-in it is stays unread (RFC 4511 §4.2). */
function wayOfBind(r: Reader): string {
  if (r.u8('version') !== 0x02) r.fail('version')
  r.skip(berLength(r), 'version')
  if (r.u8('name') !== 0x04) r.fail('name')
  r.skip(berLength(r), 'name')
  const choice = r.u8('authentication')
  const value = r.sub(berLength(r), 'authentication')
  if (choice === 0x80) return value.left === 0 ? 'anonymous' : 'simple'
  if (choice !== 0xa3) return windowsWays[choice] ?? 'unknown'
  if (value.u8('mechanism') !== 0x04) value.fail('mechanism')
  return `SASL ${printable(value.raw(berLength(value), 'mechanism'))}`
}

/** Sicily, Active Directory's older way (MS-ADTS §5.1.1.1.3). */
const windowsWays: Readonly<Record<number, string>> = {
  0x89: 'Sicily discovery',
  0x8a: 'NTLM (Sicily)',
  0x8b: 'NTLM (Sicily)',
}
