// MySQL and MariaDB: the greeting's capabilities, and the client's SSLRequest (MySQL client/server protocol, connection phase).

import { orderedU16, orderedU32 } from '../bytes/raw.ts'
import { printable } from '../bytes/text.ts'
import { Account, type Carrier } from './carrier.ts'
import { inOrder, Octets } from './octets.ts'

const clientSsl = 0x0800
const protocol41 = 0x0200
const sslRequestLength = 32
/** ER_SECURE_TRANSPORT_REQUIRED; MariaDB gives its own number for the same. */
const secureTransportRequired: readonly number[] = [3159, 4152]

interface Greeting {
  readonly version: string
  readonly ssl: boolean
  /** Octets of its packet. */
  readonly length: number
}

export const mysql: Carrier = {
  name: 'mysql',
  recognises: ({ bytes }) => bytes.some((opening) => beginsGreeting(opening)),
  read(prologue) {
    const account = new Account()
    const both = [new Octets(prologue, 0), new Octets(prologue, 1)] as const
    const server = beginsGreeting(both[0].bytes) ? 0 : 1
    const [said, answered] = server === 0 ? both : [both[1], both[0]]
    account.clientDir = server === 0 ? 1 : 0
    const greeting = readGreeting(said.bytes)
    if (greeting === null) return account
    const offer = greeting.ssl ? 'server offers TLS' : 'server does not offer TLS'
    account.info(said.place(greeting.length), `${greeting.version}: ${offer} (CLIENT_SSL)`)
    const b = answered.bytes
    if (b.length < 8) return account
    const length = orderedU16(b, 0, true) | (b[2]! << 16)
    const place = answered.place(4 + length)
    if ((orderedU32(b, 4, true) & clientSsl) !== 0 && length === sslRequestLength) {
      if (greeting.ssl) account.accept(place, 'client asks for TLS (SSLRequest)')
      else
        account.refuse(said.place(greeting.length), 'client asks for TLS (SSLRequest) that was not offered')
      return account
    }
    account.info(place, 'goes on without TLS')
    const error = errorOf(said.bytes, greeting.length)
    if (
      error !== null &&
      (secureTransportRequired.includes(error.code) || /secure transport|SSL/i.test(error.text))
    )
      account.refuse(
        said.place(said.bytes.length),
        `server demands TLS: error ${String(error.code)}, ${error.text}`,
      )
    inOrder(account.steps)
    return account
  },
}

/** Packet 0 with protocol version 10 and a printable server version. */
function beginsGreeting(b: Uint8Array): boolean {
  if (b.length < 12 || b[2] !== 0 || b[3] !== 0 || b[4] !== 10) return false
  const end = b.indexOf(0, 5)
  if (orderedU16(b, 0, true) < 40) return false
  return /^\d+\.\d+/.test(printable(b, 5, Math.min(end < 0 ? b.length : end, 64)))
}

/** null where it is not whole. */
function readGreeting(b: Uint8Array): Greeting | null {
  const length = 4 + orderedU16(b, 0, true)
  const end = b.indexOf(0, 5)
  const capabilities = end + 1 + 4 + 8 + 1
  if (end < 0 || b.length < length || capabilities + 2 > length) return null
  const flags = orderedU16(b, capabilities, true)
  return {
    version: printable(b, 5, end),
    ssl: (flags & clientSsl) !== 0 && (flags & protocol41) !== 0,
    length,
  }
}

/** An ERR packet at `at`: 0xff, number, and with protocol 4.1 a state of six octets. */
function errorOf(b: Uint8Array, at: number): { code: number; text: string } | null {
  if (b.length < at + 7 || b[at + 4] !== 0xff) return null
  const text = at + 7 + (b[at + 7] === 0x23 ? 6 : 0)
  const end = Math.min(b.length, at + 4 + orderedU16(b, at, true))
  return { code: orderedU16(b, at + 5, true), text: printable(b, text, end) }
}
