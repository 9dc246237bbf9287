// IPv4 and IPv6 headers, and addresses as numbers and text.

import { describe, expect, it } from 'vitest'
import { AddressTable } from '../../../shared/network/addresses.ts'
import { IpPacket } from '../../../shared/network/ip.ts'
import { mutate, Random } from '../../support/mutation.ts'
import {
  address,
  be16,
  bytes,
  ipv4,
  ipv6,
  ipv6Extension,
  ipv6Fragment,
  pattern,
} from '../../support/packets.ts'

const data = pattern(40, 3)

/** Decodes with bytes in front and behind that are not the packet's. */
function decode(packet: Uint8Array, captured = packet.length) {
  const ip = new IpPacket()
  const buffer = bytes(pattern(9), packet.subarray(0, captured), pattern(30))
  const ok = ip.decode(buffer, 9, 9 + captured)
  return { ip, ok, payload: buffer.slice(ip.payloadStart, ip.payloadEnd) }
}

describe('IPv4', () => {
  it('gives addresses, protocol, time to live, identification and payload', () => {
    const { ip, ok, payload } = decode(
      ipv4(data, { from: '192.0.2.1', to: '198.51.100.255', ttl: 3, id: 77 }),
    )
    expect(ok).toBe(true)
    expect(ip).toMatchObject({ version: 4, protocol: 6, ttl: 3, ipId: 77, fragment: false, truncated: false })
    expect(ip.addresses.text(4, ip.source)).toBe('192.0.2.1')
    expect(ip.addresses.text(4, ip.destination)).toBe('198.51.100.255')
    expect(payload).toEqual(data)
  })

  it('passes over header options', () => {
    expect(decode(ipv4(data, { options: pattern(24) })).payload).toEqual(data)
  })

  it('leaves out the padding of short Ethernet frames', () => {
    const padded = bytes(ipv4(pattern(2)), new Uint8Array(20))
    const { ip, payload } = decode(padded)
    expect(payload).toEqual(pattern(2))
    expect(ip.truncated).toBe(false)
  })

  it('takes all that was captured where the length was left to the network card', () => {
    expect(decode(ipv4(data, { totalLength: 0 })).payload).toEqual(data)
  })

  it('tells what was sent from what was captured', () => {
    const { ip, ok, payload } = decode(ipv4(data), 30)
    expect(ok).toBe(true)
    expect(payload).toEqual(data.slice(0, 10))
    expect(ip.truncated).toBe(true)
    expect(ip.sentEnd - ip.payloadEnd).toBe(30)
  })

  it('tells fragments and where they belong', () => {
    const { ip } = decode(ipv4(data, { fragmentOffset: 1480, moreFragments: true, id: 9 }))
    expect(ip).toMatchObject({ fragment: true, fragmentOffset: 1480, moreFragments: true, fragmentId: 9 })
    expect(decode(ipv4(data, { fragmentOffset: 1480 })).ip).toMatchObject({
      fragment: true,
      moreFragments: false,
    })
  })

  it('passes an authentication header', () => {
    const header = bytes([6, 4, 0, 0], pattern(20))
    const { ip, payload } = decode(ipv4(bytes(header, data), { protocol: 51 }))
    expect(ip.protocol).toBe(6)
    expect(payload).toEqual(data)
  })

  it('refuses a header that is cut as short, and one that breaks the format as malformed', () => {
    const packet = ipv4(data, { options: pattern(8) })
    for (let length = 0; length < 28; length++) {
      const { ip, ok } = decode(packet, length)
      expect([ok, ip.fault]).toEqual([false, 'short'])
    }
    const shortHeader = packet.slice()
    shortHeader[0] = 0x44
    expect(decode(shortHeader).ip.fault).toBe('malformed')
    expect(decode(ipv4(data, { totalLength: 19 })).ip.fault).toBe('malformed')
    expect(decode(Uint8Array.of(0x50)).ip.fault).toBe('malformed')
  })
})

describe('IPv6', () => {
  const all = ipv6Extension(43, ipv6Extension(60, ipv6Extension(135, ipv6Extension(6, data)), pattern(20)))

  it('gives addresses, hop limit and payload', () => {
    const { ip, payload } = decode(ipv6(data, { from: 'fe80::1', to: 'ff02::2', hops: 255 }))
    expect(ip).toMatchObject({ version: 6, protocol: 6, ttl: 255, ipId: -1, truncated: false })
    expect(ip.addresses.text(6, ip.source)).toBe('fe80::1')
    expect(ip.addresses.text(6, ip.destination)).toBe('ff02::2')
    expect(payload).toEqual(data)
  })

  it('passes hop-by-hop, routing, destination and mobility headers', () => {
    const { ip, payload } = decode(ipv6(all, { next: 0 }))
    expect(ip.protocol).toBe(6)
    expect(payload).toEqual(data)
  })

  it('stops at a header that hides what follows', () => {
    expect(decode(ipv6(data, { next: 50 })).ip.protocol).toBe(50)
    expect(decode(ipv6(data, { next: 59 })).ip.protocol).toBe(59)
  })

  it('tells fragments, and reads on in one that is whole', () => {
    const part = decode(ipv6(ipv6Fragment(17, 0x89abcdef, 1448, true, data), { next: 44 }))
    expect(part.ip).toMatchObject({ fragment: true, fragmentOffset: 1448, moreFragments: true, protocol: 17 })
    expect(part.ip.fragmentId >>> 0).toBe(0x89abcdef)
    expect(part.payload).toEqual(data)
    const whole = decode(ipv6(ipv6Fragment(60, 1, 0, false, ipv6Extension(6, data)), { next: 44 }))
    expect(whole.ip).toMatchObject({ fragment: false, protocol: 6 })
    expect(whole.payload).toEqual(data)
  })

  it('takes all that was captured where the length is 0, and no padding', () => {
    expect(decode(ipv6(data, { payloadLength: 0 })).payload).toEqual(data)
    expect(decode(bytes(ipv6(pattern(3)), new Uint8Array(3))).payload).toEqual(pattern(3))
  })

  it('refuses headers that are cut, that overrun the packet, or that never end', () => {
    const packet = ipv6(all, { next: 0 })
    const headers = packet.length - data.length
    for (let length = 0; length < headers; length++)
      expect([length, decode(packet, length).ip.fault]).toEqual([length, 'short'])
    expect(decode(ipv6(bytes([6, 200], pattern(30)), { next: 0 })).ip.fault).toBe('malformed')
    let nested = data
    for (let i = 0; i < 17; i++) nested = ipv6Extension(i === 0 ? 6 : 60, nested)
    expect(decode(ipv6(nested, { next: 60 })).ip.fault).toBe('nested')
  })

  it('gives up addresses beyond the limit and keeps the ones it knows', () => {
    const ip = new IpPacket(new AddressTable(2))
    const known = ipv6(data, { from: '::1', to: '::2' })
    expect(ip.decode(known, 0, known.length)).toBe(true)
    const other = ipv6(data, { from: '::1', to: '::3' })
    expect(ip.decode(other, 0, other.length)).toBe(false)
    expect(ip.fault).toBe('too-many-addresses')
    expect(ip.decode(known, 0, known.length)).toBe(true)
  })
})

describe('IP of any version', () => {
  it('stays within the packet, whatever is changed in it', () => {
    const random = new Random(5)
    const ip = new IpPacket()
    const packets = [
      ipv4(data, { options: pattern(8) }),
      ipv6(ipv6Extension(44, ipv6Fragment(60, 1, 0, false, ipv6Extension(6, data))), { next: 0 }),
    ]
    for (const packet of packets)
      for (let round = 0; round < 2000; round++) {
        const changed = mutate(packet, random)
        if (!ip.decode(changed, 0, changed.length)) continue
        expect(ip.payloadStart).toBeLessThanOrEqual(ip.payloadEnd)
        expect(ip.payloadEnd).toBeLessThanOrEqual(changed.length)
        expect(ip.sentEnd).toBeGreaterThanOrEqual(ip.payloadEnd)
      }
  })
})

describe('the address table', () => {
  it('gives every address one number, however many there are', () => {
    const table = new AddressTable()
    const made = (i: number) =>
      bytes([0x20, 1, 0xd, 0xb8], new Uint8Array(8), be16(i >> 16), be16(i & 0xffff))
    const numbers = new Set<number>()
    for (let i = 0; i < 20_000; i++) numbers.add(table.intern(made(i), 0))
    expect(numbers.size).toBe(20_000)
    for (let i = 0; i < 20_000; i += 97) {
      const again = table.intern(made(i), 0)
      expect(again).toBe(i)
      expect(table.text(6, again)).toBe(table.text(6, table.intern(made(i), 0)))
    }
  })

  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1'],
    ['ABCD:EF01::', 'abcd:ef01::'],
  ])('writes %s as %s', (given, text) => {
    const table = new AddressTable()
    expect(table.text(6, table.intern(address(given), 0))).toBe(text)
  })
})
