// LDAP with the StartTLS extended operation (RFC 4511 §4.14).

import { Account, type Carrier } from './carrier.ts'
import {
  describeResult,
  isLdapRequest,
  ldapMessages,
  operations,
  operationTag,
  resultCodes,
} from './ldap-messages.ts'
import { inOrder, Octets } from './octets.ts'

const startTls = '1.3.6.1.4.1.1466.20037'

export const ldap: Carrier = {
  name: 'ldap',
  recognises: ({ bytes }) =>
    bytes.some((opening, dir) => isLdapRequest(opening) && isMessageOrNothing(bytes[dir === 0 ? 1 : 0])),
  read(prologue) {
    const account = new Account()
    const sides = ([0, 1] as const).map((dir) => {
      const said = new Octets(prologue, dir)
      return ldapMessages(said.bytes).map((message) => ({ ...message, place: said.place(message.end) }))
    })
    const client = sides.findIndex((messages) => messages.some((message) => message.result < 0))
    if (client < 0) return account
    const [requests, answers] = [sides[client]!, sides[client === 0 ? 1 : 0]!]
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
        else account.refuse(answer.place, describeResult(answer))
      } else if (request.operation === operations.bindRequest && answer !== undefined) {
        const { result, place } = answer
        const refused = `bind without TLS: ${describeResult(answer)}`
        if (result === resultCodes.strongerAuthRequired || result === resultCodes.confidentialityRequired) {
          account.info(request.place, 'bind without TLS')
          account.refuse(place, describeResult(answer))
        } else if (result === resultCodes.invalidCredentials) account.info(place, refused)
        else if (account.refused) account.info(request.place, 'goes on without TLS (bind)')
      }
    }
    inOrder(account.steps)
    return account
  },
}

function isMessageOrNothing(b: Uint8Array): boolean {
  return b.length === 0 || operationTag(b) >= 0
}
