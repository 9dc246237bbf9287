// LDAP with the StartTLS extended operation (RFC 4511 §4.14).

import { parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'
import { Account, type Carrier, type Place, type PrologueBytes } from './carrier.ts'
import { inOrder, Octets } from './octets.ts'

const startTls = '1.3.6.1.4.1.1466.20037'

/** BER tags of the messages that matter (RFC 4511 §4.2, §4.12; application class). */
const operations = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  search: 0x63,
  request: 0x77,
  response: 0x78,
} as const

/** Result codes of RFC 4511 appendix A that answer StartTLS, or a bind that lacks it. */
const results: Readonly<Record<number, string>> = {
  1: 'operationsError',
  2: 'protocolError',
  8: 'strongerAuthRequired',
  10: 'referral',
  12: 'unavailableCriticalExtension',
  13: 'confidentialityRequired',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
  80: 'other',
}
const strongerAuthRequired = 8
const confidentialityRequired = 13

interface Message {
  readonly id: number
  readonly operation: number
  /** Result code; -1 for a request. */
  readonly result: number
  /** Name of an extended request, or a result's diagnostic message. */
  readonly text: string
  readonly place: Place
}

export const ldap: Carrier = {
  name: 'ldap',
  recognises: ({ bytes }) =>
    bytes.some((opening, dir) => isRequest(opening) && isMessageOrNothing(bytes[dir === 0 ? 1 : 0])),
  read(prologue) {
    const account = new Account()
    const sides = [messagesOf(prologue, 0), messagesOf(prologue, 1)] as const
    const client = sides.findIndex((messages) => messages.some((message) => message.result < 0))
    if (client < 0) return account
    const [requests, answers] = client === 0 ? sides : [sides[1], sides[0]]
    account.clientDir = client === 0 ? 0 : 1
    for (const request of requests) {
      const answer = answers.find(
        ({ id, operation }) => id === request.id && operation === request.operation + 1,
      )
      if (request.operation === operations.request && request.text === startTls) {
        account.retry()
        account.info(request.place, `StartTLS (extended request ${startTls})`)
        if (answer === undefined) continue
        if (answer.result === 0) account.accept(answer.place, 'success (0)')
        else account.refuse(answer.place, describe(answer))
      } else if (request.operation === operations.bindRequest && answer !== undefined) {
        const demands = answer.result === strongerAuthRequired || answer.result === confidentialityRequired
        if (demands) {
          account.info(request.place, 'bind without TLS')
          account.refuse(answer.place, describe(answer))
        } else if (account.refused) account.info(request.place, 'goes on without TLS (bind)')
      }
    }
    inOrder(account.steps)
    return account
  },
}

function describe({ result, text }: Message): string {
  const name = results[result] ?? 'result'
  return `${name} (${String(result)})${text === '' ? '' : `: ${text}`}`
}

/** A whole message header: SEQUENCE, messageID, and a request's tag. */
function isRequest(b: Uint8Array): boolean {
  const tag = operationTag(b)
  return tag === operations.bindRequest || tag === operations.search || tag === operations.request
}

function isMessageOrNothing(b: Uint8Array): boolean {
  return b.length === 0 || operationTag(b) >= 0
}

/** The tag of the operation in the first message; -1 where the bytes are none. */
function operationTag(b: Uint8Array): number {
  const read = parse(b, (r) => {
    if (r.u8('LDAPMessage') !== 0x30) r.fail('LDAPMessage')
    length(r)
    messageId(r)
    return r.u8('protocolOp')
  })
  return read.ok && (read.value & 0xc0) === 0x40 ? read.value : -1
}

function messagesOf(prologue: readonly PrologueBytes[], dir: 0 | 1): Message[] {
  const said = new Octets(prologue, dir)
  const messages: Message[] = []
  parse(said.bytes, (r) => {
    while (r.left > 0) {
      if (r.u8('LDAPMessage') !== 0x30) r.fail('LDAPMessage')
      const body = r.sub(length(r), 'LDAPMessage')
      const id = messageId(body)
      const operation = body.u8('protocolOp')
      const content = body.sub(length(body), 'protocolOp')
      messages.push({ id, operation, ...contentOf(operation, content), place: said.place(r.at) })
    }
  })
  return messages
}

function contentOf(operation: number, r: Reader): { result: number; text: string } {
  if (operation === operations.request) {
    if (r.u8('requestName') !== 0x80) r.fail('requestName')
    return { result: -1, text: printable(r.raw(length(r), 'requestName')) }
  }
  if (operation !== operations.response && operation !== operations.bindResponse)
    return { result: -1, text: '' }
  if (r.u8('resultCode') !== 0x0a || r.u8('resultCode length') !== 1) r.fail('resultCode')
  const result = r.u8('resultCode')
  if (r.u8('matchedDN') !== 0x04) r.fail('matchedDN')
  r.skip(length(r), 'matchedDN')
  if (r.u8('diagnosticMessage') !== 0x04) r.fail('diagnosticMessage')
  return { result, text: printable(r.raw(length(r), 'diagnosticMessage')) }
}

function messageId(r: Reader): number {
  if (r.u8('messageID') !== 0x02) r.fail('messageID')
  const size = r.u8('messageID length')
  if (size < 1 || size > 4) r.fail('messageID length')
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + r.u8('messageID')
  return value
}

/** A definite BER length of up to four bytes (RFC 4511 §5.1). */
function length(r: Reader): number {
  const first = r.u8('length')
  if (first < 0x80) return first
  const size = first & 0x7f
  if (size < 1 || size > 4) r.fail('length')
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + r.u8('length')
  return value
}
