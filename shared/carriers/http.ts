// Plain HTTP to a port that expects TLS: the server says so in an HTTP answer of its own (field S56).

import { printable } from '../bytes/text.ts'
import { Account, type Carrier } from './carrier.ts'
import { startsWith } from './lines.ts'

/** What servers answer, with status 400, to a request where a ClientHello is due. */
const sentences: readonly string[] = [
  // nginx
  'The plain HTTP request was sent to HTTPS port',
  // Apache httpd, mod_ssl
  "You're speaking plain HTTP to an SSL-enabled server port",
  // Tomcat
  'This combination of host and port requires TLS',
  // Go, net/http
  'Client sent an HTTP request to an HTTPS server',
  // CherryPy, cheroot
  'The client sent a plain HTTP request, but this server only speaks HTTPS on this port',
]
/** Longer answers are none of these. */
const maxAnswerLength = 4096

export const http: Carrier = {
  name: 'http',
  recognises: ({ bytes: [a, b] }) => (isBadRequest(b) && isRequest(a)) || (isBadRequest(a) && isRequest(b)),
  read(prologue) {
    const account = new Account()
    const said: [string, string] = ['', '']
    for (const { dir, bytes, packet, time } of prologue) {
      if (said[dir].length > maxAnswerLength) continue
      said[dir] += printable(bytes.subarray(0, maxAnswerLength))
      if (!/^HTTP\/1\.\d 400/.test(said[dir])) continue
      const sentence = sentences.find((each) => said[dir].includes(each))
      if (sentence === undefined) continue
      account.clientDir = dir === 0 ? 1 : 0
      account.refuse({ dir, packet, time }, sentence)
      break
    }
    return account
  },
}

/** `HTTP/1.x 400`. Asked of every flow without TLS: the first octet decides for most. */
function isBadRequest(b: Uint8Array): boolean {
  return b[0] === 0x48 && startsWith(b, 'HTTP/1.') && startsWith(b.subarray(8), ' 400')
}

/** Begins like a method; a ClientHello does not. */
function isRequest(b: Uint8Array): boolean {
  return b.length > 0 && b[0]! >= 0x41 && b[0]! <= 0x5a
}
