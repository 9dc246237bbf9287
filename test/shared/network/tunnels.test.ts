// Tunnels opened packet by packet: the inner connection is the conversation, and ordinary UDP on a tunnel's port stays UDP.

import { describe, expect, it } from 'vitest'
import { PacketDecoder } from '../../../shared/decode.ts'
import { Random, mutate } from '../../support/mutation.ts'
import { be16, be32, bytes, ethernet, ipv4, ipv6, tcp, udp } from '../../support/packets.ts'

const link = {
  index: 0,
  linkType: 1,
  snaplen: 262144,
  name: null,
  ticksPerSecond: 1000000n,
  offsetSeconds: 0,
}
const inner4 = ipv4(tcp(bytes('inner'), { from: '192.168.1.1', to: '192.168.1.2' }), {
  from: '192.168.1.1',
  to: '192.168.1.2',
})
const inner6 = ipv6(tcp(bytes('inner'), { from: '2001:db8::a', to: '2001:db8::b' }), {
  from: '2001:db8::a',
  to: '2001:db8::b',
})
const frame4 = ethernet(0x0800, inner4)
const from4 = 'tcp 192.168.1.1'
const from6 = 'tcp 2001:db8::a'
const outer = 'udp 10.0.0.1'

/** Transport and source address that the decoder ends at. */
function decoded(packet: Uint8Array): string {
  const decoder = new PacketDecoder({ warning: () => undefined })
  return ended(decoder, packet)
}

/** The tunnels that the packet came through. */
function passed(packet: Uint8Array): string {
  const decoder = new PacketDecoder({ warning: () => undefined })
  ended(decoder, packet)
  return decoder.tunnelsOf(packet, 0, packet.length, link.linkType).join(', ')
}

function ended(decoder: PacketDecoder, packet: Uint8Array): string {
  const transport = decoder.decode(packet, 0, packet.length, 1, 0, { place: () => 0 }, link)
  const { ip } = decoder
  return transport === 'none' ? 'none' : `${transport} ${ip.addresses.text(ip.version, ip.source)}`
}

const inIp = (protocol: number, payload: Uint8Array) => ethernet(0x0800, ipv4(payload, { protocol }))
const inUdp = (port: number, payload: Uint8Array) =>
  inIp(17, udp(payload, { sourcePort: 40000, destinationPort: port }))
const gre = (flags: number, type: number, ...rest: (Uint8Array | number[])[]) =>
  inIp(47, bytes(be16(flags), be16(type), ...rest))
const vxlan = (payload: Uint8Array) => inUdp(4789, bytes([8, 0, 0, 0, 0, 0, 1, 0], payload))
const erspan3 = (last: number) => [...be32(0), ...be32(0), ...be16(0), 0, last]
const prefix = '2001:0:1::1'

/** What it is, the packet, where it leads, and the tunnels told where they are not named as it is. */
const given: readonly (readonly [string, Uint8Array, string, string?])[] = [
  ['IPv4 in IPv4', inIp(4, inner4), from4, 'IP in IP'],
  ['IPv6 in IPv4', inIp(41, inner6), from6, 'IP in IP'],
  ['IPv4 in IPv6', ethernet(0x86dd, ipv6(inner4, { next: 4 })), from4, 'IP in IP'],
  ['GRE', gre(0, 0x0800, inner4), from4],
  [
    'GRE with checksum, key and sequence',
    gre(0xb000, 0x86dd, be32(0), be32(7), be32(1), inner6),
    from6,
    'GRE',
  ],
  ['NVGRE', gre(0x2000, 0x6558, be32(0x1234), frame4), from4],
  ['ERSPAN I', gre(0, 0x88be, frame4), from4, 'ERSPAN'],
  ['ERSPAN II', gre(0x1000, 0x88be, be32(1), be32(0x10000000), be32(0), frame4), from4, 'ERSPAN'],
  ['ERSPAN III', gre(0x1000, 0x22eb, be32(1), erspan3(0), frame4), from4, 'ERSPAN'],
  [
    'ERSPAN III with its platform part',
    gre(0x1000, 0x22eb, be32(1), erspan3(1), be32(0), be32(0), frame4),
    from4,
    'ERSPAN',
  ],
  ['PPTP', gre(0x3081, 0x880b, be16(0), be16(1), be32(1), be32(0), [0xff, 3, 0, 0x21], inner4), from4],
  ['MPLS in GRE', gre(0, 0x8847, [0, 0, 0x11, 64], inner4), from4, 'GRE'],
  ['Ethernet in IP', inIp(97, bytes([0x30, 0], frame4)), from4, 'EtherIP'],
  ['VXLAN', vxlan(frame4), from4],
  [
    'VXLAN in VXLAN',
    vxlan(
      ethernet(
        0x0800,
        ipv4(udp(bytes([8, 0, 0, 0, 0, 0, 1, 0], frame4), { destinationPort: 4789 }), { protocol: 17 }),
      ),
    ),
    from4,
    'VXLAN, VXLAN',
  ],
  ['VXLAN-GPE', inUdp(4790, bytes([0x0c, 0, 0, 2, 0, 0, 1, 0], inner6)), from6, 'VXLAN'],
  [
    'Geneve with an option',
    inUdp(6081, bytes([1, 0], be16(0x6558), [0, 0, 1, 0], be32(0), frame4)),
    from4,
    'Geneve',
  ],
  ['Geneve with IPv6 in it', inUdp(6081, bytes([0, 0], be16(0x86dd), [0, 0, 1, 0], inner6)), from6, 'Geneve'],
  ['GTP-U', inUdp(2152, bytes([0x30, 255], be16(inner4.length), be32(1), inner4)), from4],
  [
    'GTP-U with an extension header',
    inUdp(2152, bytes([0x34, 255], be16(inner4.length + 8), be32(1), [0, 0, 0, 0x85], [1, 0, 0, 0], inner4)),
    from4,
    'GTP-U',
  ],
  [
    'Teredo',
    inUdp(3544, bytes([0, 0, 1, 2, 3, 4, 5, 6], ipv6(tcp(bytes('x')), { from: prefix }))),
    'tcp 2001:0:1::1',
  ],
  ['MPLS at the link', ethernet(0x8847, bytes([0, 0, 0x10, 64, 0, 0, 0x11, 64], inner4)), from4, 'MPLS'],
  ['Ethernet over MPLS', ethernet(0x8847, bytes([0, 0, 0x11, 64], be32(0), frame4)), from4, 'MPLS'],
  ['PPPoE', ethernet(0x8864, bytes([0x11, 0], be16(1), be16(inner4.length + 2), [0, 0x21], inner4)), from4],
]

const tunnels = given.map(([name, packet, expected, told]) => [name, packet, expected, told ?? name] as const)

describe('a tunnel', () => {
  it.each(tunnels)('of %s is opened', (_, packet, expected) => {
    expect(decoded(packet)).toBe(expected)
  })

  it.each(tunnels)('of %s is told', (_, packet, __, told) => {
    expect(passed(packet)).toBe(told)
  })

  it('is not told of a packet that came through none', () => {
    expect(passed(frame4)).toBe('')
  })

  it('is followed to a bounded depth only', () => {
    let packet = inner4
    for (let i = 0; i < 20; i++) packet = ipv4(packet, { protocol: 4 })
    expect(decoded(ethernet(0x0800, packet))).toBe('none')
  })

  it.each(tunnels)('of %s gives nothing false for a strict prefix', (_, packet, expected) => {
    for (let length = 0; length < packet.length; length++) {
      const found = decoded(packet.slice(0, length))
      expect(['none', expected, outer]).toContain(found)
    }
  })

  it('survives damage', () => {
    const random = new Random(7)
    for (const [, packet] of tunnels) for (let i = 0; i < 200; i++) decoded(mutate(packet, random))
  })
})

describe('ordinary UDP on a port of a tunnel', () => {
  const dtls = bytes([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60], new Uint8Array(60))
  const dns = bytes(be16(0x6001), [1, 0, 0, 1, 0, 0, 0, 0, 0, 0], new Uint8Array(60))

  it.each([4789, 8472, 4790, 6081, 2152, 4754, 6635, 3544])('%i stays UDP', (port) => {
    expect(decoded(inUdp(port, dtls))).toBe(outer)
    expect(decoded(inUdp(port, dns))).toBe(outer)
    expect(decoded(inUdp(port, new Uint8Array(0)))).toBe(outer)
  })
})
