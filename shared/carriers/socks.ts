// SOCKS 4, 4a and 5 (RFC 1928, RFC 1929; SOCKS 4 has Lee's paper of 1992).

import { parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'
import { Account, type Carrier, type PrologueBytes } from './carrier.ts'
import { inOrder, Octets } from './octets.ts'

const methods: Readonly<Record<number, string>> = { 0: 'none', 1: 'GSSAPI', 2: 'user name and password' }
const noMethod = 255
const passwordMethod = 2

/** RFC 1928 §6. */
const replies: readonly string[] = [
  'succeeded',
  'general failure',
  'connection not allowed by rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live expired',
  'command not supported',
  'address type not supported',
]

const replies4: Readonly<Record<number, string>> = {
  90: 'granted',
  91: 'rejected or failed',
  92: 'rejected: the client does not run identd',
  93: 'rejected: identd reports another user',
}

export const socks: Carrier = {
  name: 'socks',
  recognises: ({ bytes }) =>
    bytes.some((opening, dir) => {
      const answer = bytes[dir === 0 ? 1 : 0]
      return isVersion5(opening, answer) || isVersion4(opening, answer)
    }),
  read(prologue) {
    const account = new Account()
    const both = [new Octets(prologue, 0), new Octets(prologue, 1)] as const
    const [a, b] = [both[0].bytes, both[1].bytes]
    const client = isVersion5(a, b) || isVersion4(a, b) ? 0 : 1
    account.clientDir = client
    const [asked, answered] = client === 0 ? both : [both[1], both[0]]
    if (asked.bytes[0] === 5) version5(account, asked, answered)
    else version4(account, asked, answered)
    inOrder(account.steps)
    return account
  },
}

function isVersion5(asked: Uint8Array, answered: Uint8Array): boolean {
  if (asked[0] !== 5 || answered[0] !== 5 || answered.length < 2) return false
  const offered = asked.subarray(2, 2 + (asked[1] ?? 0))
  return offered.length > 0 && (answered[1] === noMethod || offered.includes(answered[1]!))
}

function isVersion4(asked: Uint8Array, answered: Uint8Array): boolean {
  if (asked.length < 9 || asked[0] !== 4 || (asked[1] !== 1 && asked[1] !== 2)) return false
  return answered.length >= 8 && answered[0] === 0 && replies4[answered[1]!] !== undefined
}

function version5(account: Account, asked: Octets, answered: Octets): void {
  let end: readonly [number, number] | null = null
  read(asked, answered, (client, server) => {
    client.u8('version')
    const offered = [...client.opaque(1, 'methods')]
    account.info(
      asked.place(client.at),
      `SOCKS 5, authentication offered: ${offered.map(methodName).join(', ')}`,
    )
    server.u8('version')
    const method = server.u8('method')
    if (method === noMethod) {
      account.refuse(answered.place(server.at), 'no acceptable authentication method')
      return
    }
    account.info(answered.place(server.at), `authentication: ${methodName(method)}`)
    if (method === passwordMethod) {
      client.u8('version')
      client.opaque(1, 'user name')
      client.opaque(1, 'password')
      account.info(asked.place(client.at), 'user name and password')
      server.u8('version')
      if (server.u8('status') !== 0) {
        account.refuse(answered.place(server.at), 'user name or password refused')
        return
      }
      account.info(answered.place(server.at), 'user name and password accepted')
    }
    client.u8('version')
    const command = client.u8('command')
    client.u8('reserved')
    const target = address(client)
    account.info(
      asked.place(client.at),
      `${command === 1 ? 'connect to' : `command ${String(command)} for`} ${target}`,
    )
    server.u8('version')
    const reply = server.u8('reply')
    server.u8('reserved')
    const text = `${replies[reply] ?? 'unknown reply'} (${String(reply)})`
    if (reply !== 0) account.refuse(answered.place(server.at), text)
    else {
      address(server)
      account.accept(answered.place(server.at), text)
      end = [client.at, server.at]
    }
  })
  account.inside = restBehind(end, asked, answered)
}

function version4(account: Account, asked: Octets, answered: Octets): void {
  let end: readonly [number, number] | null = null
  read(asked, answered, (client, server) => {
    client.skip(2, 'version and command')
    const port = client.u16('port')
    const numbers = client.raw(4, 'address')
    text(client, 'user')
    // SOCKS 4a: an impossible address says that the name follows.
    const named = numbers[0] === 0 && numbers[1] === 0 && numbers[2] === 0 && numbers[3] !== 0
    const host = named ? text(client, 'name') : numbers.join('.')
    const version = named ? 'SOCKS 4a' : 'SOCKS 4'
    account.info(asked.place(client.at), `${version}, connect to ${host}:${String(port)}`)
    server.u8('version')
    const reply = server.u8('reply')
    server.skip(6, 'port and address')
    const answer = `${replies4[reply] ?? 'unknown reply'} (${String(reply)})`
    if (reply !== 90) account.refuse(answered.place(server.at), answer)
    else {
      account.accept(answered.place(server.at), answer)
      end = [client.at, server.at]
    }
  })
  account.inside = restBehind(end, asked, answered)
}

/** Reads both sides side by side, as far as their bytes go. */
function read(asked: Octets, answered: Octets, body: (client: Reader, server: Reader) => void): void {
  parse(asked.bytes, (client) => {
    parse(answered.bytes, (server) => {
      body(client, server)
    })
  })
}

function restBehind(end: readonly [number, number] | null, asked: Octets, answered: Octets): PrologueBytes[] {
  return end === null ? [] : asked.rest(end[0], answered, end[1])
}

/** RFC 1928 §5. */
function address(r: Reader): string {
  const type = r.u8('address type')
  let host = ''
  if (type === 1) host = r.raw(4, 'address').join('.')
  else if (type === 3) host = printable(r.opaque(1, 'name'))
  else if (type === 4) host = `[${Array.from({ length: 8 }, () => r.u16('address').toString(16)).join(':')}]`
  else r.fail('address type')
  return `${host}:${String(r.u16('port'))}`
}

/** A text that ends with a zero octet. */
function text(r: Reader, what: string): string {
  const start = r.at
  while (r.u8(what) !== 0);
  return printable(r.bytes, start, r.at - 1)
}

function methodName(method: number): string {
  return methods[method] ?? `method ${String(method)}`
}
