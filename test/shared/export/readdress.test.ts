// Stand-in addresses on recorded packets of every kind: nothing but addresses and checksums changes, and the checksums fit.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CaptureInterface } from '../../../shared/capture/capture.ts'
import { PacketDecoder } from '../../../shared/decode.ts'
import { pseudoHeaderSum, sumOf, updated } from '../../../shared/export/checksum.ts'
import { Readdresser } from '../../../shared/export/readdress.ts'
import { StandInAddresses } from '../../../shared/export/stand-ins.ts'
import { IpPacket } from '../../../shared/network/ip.ts'
import { linkDecoder } from '../../../shared/network/link.ts'
import { bytes, ethernet, ipv4, ipv6, pattern, udp } from '../../support/packets.ts'
import { read } from '../../support/sink.ts'

const folders = [
  'test/captures',
  'test/captures/keys',
  'test/captures/carriers',
  '../shared/captures/lab',
  '../shared/captures/zeek',
]
const captures = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => /\.(pcap|pcapng|trace)$/.test(path))
/** Of each capture: kinds of packets repeat. */
const packetsEach = 400

interface Seen {
  readonly transport: string
  readonly version: number
  readonly source: string
  readonly destination: string
  readonly ports: readonly number[]
  readonly payload: string
}

function seen(packet: Uint8Array, link: CaptureInterface): Seen | null {
  const decoder = new PacketDecoder({ warning: () => undefined })
  const transport = decoder.decode(packet, 0, packet.length, 1, 0, { place: () => 0 }, { ...link, index: 0 })
  if (transport !== 'tcp' && transport !== 'udp') return null
  const { ip, bytes } = decoder
  const { sourcePort, destinationPort, payloadStart, payloadEnd } = decoder[transport]
  return {
    transport,
    version: ip.version,
    source: ip.addresses.text(ip.version, ip.source),
    destination: ip.addresses.text(ip.version, ip.destination),
    ports: [sourcePort, destinationPort],
    payload: Buffer.from(bytes.subarray(payloadStart, payloadEnd)).toString('latin1'),
  }
}

const made = /^(?:198\.1[89]\.|2001:db8::|2001::)/

describe.skipIf(captures.length === 0)('packets with stand-in addresses', () => {
  it('carry the same between other addresses, the same address always the same', () => {
    let compared = 0
    for (const path of captures) {
      const readdresser = new Readdresser(new StandInAddresses())
      const pairs = new Map<string, string>()
      for (const { data, link } of read(readFileSync(path)).sink.packets.slice(0, packetsEach)) {
        const before = seen(data, link)
        if (before === null) continue
        const after = seen(readdresser.replace(data, link.linkType), link)
        expect(after, path).toMatchObject({ transport: before.transport, ports: before.ports })
        if (after?.payload !== before.payload) expect.fail(`${path}: the payload changed`)
        for (const side of ['source', 'destination'] as const) {
          if (!made.test(after[side])) expect.fail(`${path}: ${before[side]} became ${after[side]}`)
          expect(pairs.get(before[side]) ?? after[side], path).toBe(after[side])
          pairs.set(before[side], after[side])
        }
        compared++
      }
      expect(new Set(pairs.values()).size, path).toBe(pairs.size)
    }
    expect(compared).toBeGreaterThan(100)
  }, 60_000)

  it('have checksums that fit', () => {
    let checked = 0
    for (const path of captures) {
      const readdresser = new Readdresser(new StandInAddresses())
      for (const { data, link } of read(readFileSync(path)).sink.packets.slice(0, packetsEach)) {
        const b = readdresser.replace(data, link.linkType)
        const at = linkDecoder(link.linkType)?.(b, 0, b.length) ?? -1
        const ip = new IpPacket()
        if (at < 0 || !ip.decode(b, at, b.length)) continue
        if (ip.version === 4) expect(sumOf(b, at, at + ((b[at]! & 15) << 2), 0), path).toBe(0xffff)
        const { payloadStart, payloadEnd, protocol } = ip
        const length = payloadEnd - payloadStart
        const whole = !ip.fragment && !ip.truncated && length >= (protocol === 6 ? 20 : 8)
        if (!whole || ![1, 6, 17, 58].includes(protocol)) continue
        if (protocol === 17 && b[payloadStart + 6] === 0 && b[payloadStart + 7] === 0) continue
        const addresses = ip.version === 4 ? b.subarray(at + 12, at + 20) : b.subarray(at + 8, at + 40)
        const pseudo = protocol === 1 ? 0 : pseudoHeaderSum(addresses, protocol, length)
        const sum = sumOf(b, payloadStart, payloadEnd, pseudo)
        expect(sum, path).toBe(0xffff)
        checked++
      }
    }
    expect(checked).toBeGreaterThan(100)
  }, 60_000)
})

/** An ICMP or ICMPv6 error about a datagram, and a VXLAN datagram with a checksum: all quote or carry addresses. */
function carriers(): readonly (readonly [name: string, packet: Uint8Array])[] {
  const about = (from: string, to: string) =>
    udp(pattern(300), { from, to, sourcePort: 50000, destinationPort: 443 })
  const v4 = { from: '192.0.2.1', to: '192.0.2.2' }
  const v6 = { from: '2001:db8:1::1', to: '2001:db8:1::2' }
  const four = ipv4(about(v4.from, v4.to), { ...v4, protocol: 17 })
  const six = ipv6(about(v6.from, v6.to), { ...v6, next: 17 })
  const icmp = bytes([3, 3, 0x12, 0x34], new Uint8Array(4), four)
  const icmp6 = bytes([1, 4, 0x12, 0x34], new Uint8Array(4), six)
  const framed = bytes([8, 0, 0, 0, 0, 0, 1, 0], ethernet(0x0800, four))
  const ends = { from: '192.0.2.3', to: '192.0.2.1', sourcePort: 5000, destinationPort: 4789 }
  const vxlan = udp(framed, ends)
  vxlan.set([0x12, 0x34], 6)
  return [
    ['an ICMP error', ipv4(icmp, { from: '192.0.2.3', to: '192.0.2.1', protocol: 1 })],
    ['an ICMPv6 error', ipv6(icmp6, { from: '2001:db8:1::3', to: '2001:db8:1::1', next: 58 })],
    ['a VXLAN datagram', ipv4(vxlan, { ...ends, protocol: 17 })],
  ]
}

describe('a packet that the capture cut', () => {
  it.each(carriers())('%s: has the checksum that it has whole', (_, packet) => {
    const correct = withChecksum(packet)
    const replace = (b: Uint8Array) => new Readdresser(new StandInAddresses()).replace(b, 101)
    const cut = correct.length - 100
    expect(replace(correct.subarray(0, cut))).toEqual(replace(correct).subarray(0, cut))
    expect(replace(correct)).not.toEqual(correct)
  })
})

/** Its transport checksum made right: a new one of the same addresses. */
function withChecksum(packet: Uint8Array): Uint8Array {
  const ip = new IpPacket()
  ip.decode(packet, 0, packet.length)
  const { payloadStart, payloadEnd, protocol, version } = ip
  const at = payloadStart + (protocol === 17 ? 6 : 2)
  const b = packet.slice()
  b.fill(0, at, at + 2)
  const addresses = version === 4 ? b.subarray(12, 20) : b.subarray(8, 40)
  const pseudo = protocol === 1 ? 0 : pseudoHeaderSum(addresses, protocol, payloadEnd - payloadStart)
  const sum = ~sumOf(b, payloadStart, payloadEnd, pseudo) & 0xffff
  b.set([sum >> 8, sum & 0xff], at)
  return b
}

describe('checksums', () => {
  it('are those of RFC 1071 §3', () => {
    const b = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)
    expect(sumOf(b, 0, 8, 0)).toBe(0xddf2)
  })

  it('follow an exchange of words as RFC 1624 §4 shows', () => {
    expect(updated(0xdd2f, Uint8Array.of(0x55, 0x55), Uint8Array.of(0x32, 0x85))).toBe(0)
  })
})

describe('stand-ins', () => {
  it('keep group and empty link addresses, which name nobody', () => {
    const standIns = new StandInAddresses()
    const group = Uint8Array.of(1, 0, 0x5e, 0, 0, 1)
    expect(standIns.link(group, 0)).toEqual(group)
    expect(standIns.link(new Uint8Array(6), 0)).toEqual(new Uint8Array(6))
    expect(standIns.link(Uint8Array.of(0, 0x50, 0x56, 1, 2, 3), 0)).toEqual(
      Uint8Array.of(2, 0, 0x5e, 0, 0, 1),
    )
  })
})
