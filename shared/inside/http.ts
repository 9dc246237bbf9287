// HTTP/1.1 over TLS: what was asked and answered, and what an error says of certificates and names (RFC 9112, RFC 9110 §15).

import { printable } from '../bytes/text.ts'
import type { Told } from '../conversation/facts.ts'
import { type Answer, answersIn, type Request, requestsIn } from './http-messages.ts'
import { type InsideProtocol, openingOf, SideBytes, type Step } from './protocol.ts'

export const http: InsideProtocol = {
  name: 'http',
  recognises: (data) => {
    const text = printable(openingOf(data, 0))
    return /^([A-Z_]{3,20} ([/*]|https?:)|CONNECT )/.test(text) && !text.startsWith('PRI * HTTP/2')
  },
  *read(data) {
    const [client, server] = [new SideBytes(data, 0), new SideBytes(data, 1)]
    const requests = requestsIn(client.bytes)
    const answers = answersIn(
      server.bytes,
      requests.map(({ method }) => method),
    )
    for (const [i, request] of requests.entries()) {
      const answer = answers[i]
      const telling = answer !== undefined && (answer.status >= 400 || answer.status === 101)
      if (i > 0 && !telling) continue
      yield {
        piece: client.pieceAt(request.end),
        text: requestText(request),
        result: 'info',
        ...service(request),
      }
      if (answer !== undefined) yield { piece: server.pieceAt(answer.end), ...answerStep(answer, request) }
    }
  },
}

/** Windows services by their first request (MS-SSTP §3.2.4.1, MS-TSGU §2.2, MS-WSMV §2.2). */
const services: readonly (readonly [RegExp, string])[] = [
  [/^SSTP_DUPLEX_POST /, 'a VPN (SSTP)'],
  [/^(RDG_(IN|OUT)_DATA|RPC_(IN|OUT)_DATA) .*(remoteDesktopGateway|rpcproxy|rpcwithcert)/i, 'RD Gateway'],
  [/^POST \/wsman\b/i, 'WinRM'],
]

/** Whether a request begins a Windows service. */
export function service({ method, path }: Request): { readonly tells?: Told } {
  const name = services.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1]
  return name === undefined ? {} : { tells: { kind: 'service', name } }
}

/** A query may hold what is not for others: it stays out, as credentials do. */
export function requestText({ method, path, host, authorization }: Request): string {
  const parts = [`${method} ${path}`]
  if (host !== null) parts.push(`Host ${host}`)
  if (authorization !== null) parts.push(`Authorization ${authorization.name}`)
  return parts.join(', ')
}

/** What an answer says, and whether it refuses. */
export function answerStep(answer: Answer, request: Request): Pick<Step, 'text' | 'result' | 'tells'> {
  const { status, reason, body, schemes } = answer
  const substatus = substatusOf(body, status)
  const certificate = certificateOf(body, status, substatus)
  const number = substatus === null ? '' : ` (IIS ${String(status)}.${String(substatus)})`
  const asks = schemes.length === 0 ? '' : `, asks for ${schemes.join(' or ')}`
  // The first 401 only says how to log in.
  const challenge = status === 401 && request.authorization?.final !== true
  return {
    text: `${String(status)} ${reason}`.trimEnd() + number + asks,
    result: status < 400 ? 'ok' : challenge ? 'info' : 'refused',
    ...(status < 400
      ? {}
      : {
          tells: {
            kind: 'http',
            status,
            substatus,
            certificate,
            host: request.host,
            scheme: challenge ? null : (request.authorization?.name ?? null),
          },
        }),
  }
}

/** "HTTP Error 403.7 - Forbidden" of IIS. */
function substatusOf(body: string, status: number): number | null {
  const found = new RegExp(`\\b${String(status)}\\.(\\d{1,2})\\b`).exec(body)?.[1]
  return found === undefined ? null : Number(found)
}

/** IIS by its substatus, nginx and Apache by their words. */
function certificateOf(
  body: string,
  status: number,
  substatus: number | null,
): Extract<Told, { kind: 'http' }>['certificate'] {
  if (status === 403 && substatus === 7) return 'missing'
  if (status === 403 && substatus !== null && [12, 13, 16, 17].includes(substatus)) return 'refused'
  // ERROR_NOT_SUPPORTED: http.sys cannot ask after a handshake of TLS 1.3 (field S39).
  if (status === 500 && /0x80070032/i.test(body)) return 'missing'
  if (/no required SSL certificate was sent|cannot perform post-handshake authentication/i.test(body))
    return 'missing'
  return /the SSL certificate error/i.test(body) ? 'refused' : null
}
