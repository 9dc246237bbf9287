// The PROXY protocol of load balancers, versions 1 and 2: one header in front of everything (haproxy, proxy-protocol.txt).

import { u16 } from '../bytes/raw.ts'
import { printable } from '../bytes/text.ts'
import { Account, type Carrier } from './carrier.ts'
import { Octets } from './octets.ts'
import { startsWith } from './lines.ts'

const signature = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a)
const headerLength = 16
const local = 0x20

export const proxyProtocol: Carrier = {
  name: 'proxy-protocol',
  recognises: ({ bytes }) => bytes.some((opening) => startsWith(opening, 'PROXY ') || isVersion2(opening)),
  read(prologue) {
    const account = new Account()
    const both = [new Octets(prologue, 0), new Octets(prologue, 1)] as const
    const client = startsWith(both[0].bytes, 'PROXY ') || isVersion2(both[0].bytes) ? 0 : 1
    const [said, peer] = client === 0 ? both : [both[1], both[0]]
    account.clientDir = client
    const b = said.bytes
    const end = isVersion2(b) ? headerLength + u16(b, 14) : b.indexOf(10) + 1
    if (end === 0 || end > b.length) return account
    const text = isVersion2(b) ? describe(b) : printable(b, 0, end).replace(/(\\x0d)?\\x0a$/, '')
    account.info(said.place(end), text)
    account.inside = said.rest(end, peer, 0)
    return account
  },
}

function isVersion2(b: Uint8Array): boolean {
  return b.length >= headerLength && signature.every((octet, i) => b[i] === octet) && b[12]! >> 4 === 2
}

/** §2.2: command, address family, then both ends' addresses and ports. */
function describe(b: Uint8Array): string {
  const family = b[13]! >> 4
  const length = u16(b, 14)
  if (b[12] === local) return 'PROXY v2: local, the proxy speaks for itself'
  if (family === 1 && length >= 12)
    return `PROXY v2: from ${dotted(b, 16)}:${String(u16(b, 24))} to ${dotted(b, 20)}:${String(u16(b, 26))}`
  if (family === 2 && length >= 36)
    return `PROXY v2: from [${groups(b, 16)}]:${String(u16(b, 48))} to [${groups(b, 32)}]:${String(u16(b, 50))}`
  return 'PROXY v2: no addresses'
}

function dotted(b: Uint8Array, at: number): string {
  return b.subarray(at, at + 4).join('.')
}

function groups(b: Uint8Array, at: number): string {
  return Array.from({ length: 8 }, (_, i) => u16(b, at + 2 * i).toString(16)).join(':')
}
