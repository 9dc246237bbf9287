// LDAP over TLS: how the client binds, and why the directory refuses (RFC 4511 §4.2, MS-ADTS §5.1.1).

import {
  describeResult,
  isLdapRequest,
  ldapMessages,
  operations,
  resultCodes,
} from '../carriers/ldap-messages.ts'
import { directoryData } from '../sspi/logon.ts'
import { type InsideProtocol, openingOf, SideBytes, type Step } from './protocol.ts'

export const ldap: InsideProtocol = {
  name: 'ldap',
  recognises: (data) => isLdapRequest(openingOf(data, 0)),
  *read(data) {
    const [client, server] = [new SideBytes(data, 0), new SideBytes(data, 1)]
    const answers = ldapMessages(server.bytes)
    const steps: Step[] = []
    for (const request of ldapMessages(client.bytes)) {
      if (request.operation !== operations.bindRequest) continue
      steps.push({ piece: client.pieceAt(request.end), text: `bind, ${request.text}`, result: 'info' })
      const answer = answers.find(
        ({ id, operation }) => id === request.id && operation === operations.bindResponse,
      )
      if (answer === undefined) continue
      const { result, text, end } = answer
      const goesOn = result === resultCodes.saslBindInProgress
      steps.push({
        piece: server.pieceAt(end),
        text: `bind: ${describeResult(answer)}`,
        result: result === resultCodes.success ? 'ok' : goesOn ? 'info' : 'refused',
        ...(result === resultCodes.success || goesOn
          ? {}
          : { tells: { kind: 'ldap', result, data: directoryData(text) } as const }),
      })
    }
    yield* steps.sort((a, b) => a.piece.order - b.piece.order)
  },
}
