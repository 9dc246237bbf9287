// Link types: where the IP header lies in each.

import { describe, expect, it } from 'vitest'
import {
  etherType,
  frameDecoder,
  FramePayload,
  linkDecoder,
  nestedTooDeep,
  noIp,
} from '../../../shared/network/link.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { be16, bytes, ethernet, ipv4, ipv6, pattern, tcp, unhex } from '../../support/packets.ts'

const ip4 = ipv4(tcp(pattern(10)))
const ip6 = ipv6(tcp(pattern(10)))
const macs = unhex('020000000002 020000000001')
const vlan = (type: number, count: number) => Array.from({ length: count }, () => [type, 7] as const)
const sll = (protocol: number) => bytes(unhex('0000 0001 0006 020000000001 0000'), be16(protocol))
const sll2 = (protocol: number) => bytes(be16(protocol), new Uint8Array(18))

const frames: readonly (readonly [string, number, Uint8Array, Uint8Array])[] = [
  ['Ethernet', 1, ethernet(0x0800, ip4), ip4],
  ['Ethernet', 1, ethernet(0x86dd, ip6), ip6],
  ['one VLAN tag', 1, ethernet(0x0800, ip4, vlan(0x8100, 1)), ip4],
  ['802.1ad', 1, ethernet(0x86dd, ip6, [...vlan(0x88a8, 1), ...vlan(0x8100, 1)]), ip6],
  ['the older QinQ', 1, ethernet(0x0800, ip4, [...vlan(0x9100, 1), ...vlan(0x8100, 1)]), ip4],
  ['sixteen VLAN tags', 1, ethernet(0x0800, ip4, vlan(0x8100, 16)), ip4],
  ['802.3 with SNAP', 1, bytes(macs, be16(8 + ip4.length), unhex('aaaa03 000000 0800'), ip4), ip4],
  ['802.3 with the SAP of IP', 1, bytes(macs, be16(3 + ip4.length), unhex('060603'), ip4), ip4],
  ['MPLS with two labels', 1, ethernet(0x8847, bytes(unhex('00010040 00011140'), ip6)), ip6],
  ['PPPoE', 1, ethernet(0x8864, bytes(unhex('1100 0001'), be16(2 + ip4.length), unhex('0021'), ip4)), ip4],
  ['NULL, little-endian', 0, bytes(unhex('02000000'), ip4), ip4],
  ['NULL, big-endian', 0, bytes(unhex('00000002'), ip4), ip4],
  ...[10, 23, 24, 26, 28, 30].map(
    (family) =>
      [`NULL with IPv6 as family ${String(family)}`, 0, bytes(family, [0, 0, 0], ip6), ip6] as const,
  ),
  ['LOOP', 108, bytes(unhex('00000018'), ip6), ip6],
  ['RAW', 101, ip4, ip4],
  ['RAW', 101, ip6, ip6],
  ['RAW of OpenBSD', 14, ip4, ip4],
  ['RAW as 12', 12, ip6, ip6],
  ['IPv4', 228, ip4, ip4],
  ['IPv6', 229, ip6, ip6],
  ['Linux cooked', 113, bytes(sll(0x0800), ip4), ip4],
  ['Linux cooked with a VLAN tag', 113, bytes(sll(0x8100), unhex('0007 86dd'), ip6), ip6],
  ['Linux cooked version 2', 276, bytes(sll2(0x86dd), ip6), ip6],
  ['PPP', 9, bytes(unhex('ff03 0021'), ip4), ip4],
  ['PPP without address and control', 9, bytes(unhex('0057'), ip6), ip6],
  ['PPP with a short protocol field', 9, bytes(unhex('ff03 21'), ip4), ip4],
  ['PPP in HDLC', 50, bytes(unhex('ff03 0021'), ip4), ip4],
  ['Cisco HDLC as PPP', 50, bytes(unhex('0f00 0800'), ip4), ip4],
  ['Cisco HDLC', 104, bytes(unhex('8f00 86dd'), ip6), ip6],
  ['PPP with direction', 204, bytes(1, unhex('ff03 0021'), ip4), ip4],
  ['PPPoE as link', 51, bytes(unhex('1100 0001'), be16(2 + ip4.length), unhex('0021'), ip4), ip4],
]

describe('the link decoder', () => {
  it.each(frames)('finds IP in %s (link type %i)', (_name, linkType, frame, ip) => {
    const decode = linkDecoder(linkType)!
    const buffer = bytes(pattern(5), frame)
    expect(decode(buffer, 5, buffer.length)).toBe(buffer.length - ip.length)
  })

  it.each(frames)(
    'finds none in a %s packet cut before its IP header (link type %i)',
    (_name, linkType, frame, ip) => {
      const decode = linkDecoder(linkType)!
      for (let length = 0; length <= frame.length - ip.length; length++)
        // What lies behind the end must not be looked at.
        expect(decode(frame, 0, length)).toBe(noIp)
    },
  )

  it.each([
    ['ARP', 1, ethernet(0x0806, pattern(28))],
    ['spanning tree', 1, bytes(macs, be16(38), unhex('424203'), pattern(35))],
    ['PPPoE discovery codes', 1, ethernet(0x8864, bytes(unhex('1109 0000 0004 0021'), ip4))],
    ['AppleTalk in SNAP', 1, bytes(macs, be16(60), unhex('aaaa03 080007 809b'), pattern(50))],
    ['another family', 0, bytes(unhex('07000000'), ip4)],
    ['PPP link control', 9, bytes(unhex('ff03 c021'), pattern(10))],
    ['802.3 in Linux cooked', 113, bytes(sll(1), ip4)],
    ['neither version', 101, unhex('50')],
  ] as const)('finds no IP in %s', (_name, linkType, frame) => {
    expect(linkDecoder(linkType)!(frame, 0, frame.length)).toBe(-1)
  })

  it.each([
    ['VLAN tags', ethernet(0x0800, ip4, vlan(0x8100, 17))],
    ['MPLS labels', ethernet(0x8847, bytes(new Uint8Array(4 * 17), ip4))],
  ])('says of seventeen %s that they are too many', (_name, frame) => {
    expect(linkDecoder(1)!(frame, 0, frame.length)).toBe(nestedTooDeep)
  })

  it('does not know every link type', () => {
    expect(linkDecoder(105)).toBeNull()
    expect(frameDecoder(65535)).toBeNull()
  })

  it('stays within the packet, whatever is changed in it', () => {
    const random = new Random(7)
    for (const [, linkType, frame] of frames)
      for (let round = 0; round < 100; round++) {
        const changed = mutate(frame, random)
        const at = linkDecoder(linkType)!(changed, 0, changed.length)
        expect(at).toBeLessThan(Math.max(changed.length, 1))
        expect(at).toBeGreaterThanOrEqual(nestedTooDeep)
      }
  })
})

describe('the frame decoder', () => {
  it('tells protocols beside IP, such as EAP over LAN, also behind a VLAN tag', () => {
    const eap = unhex('02000005 01010005 01')
    for (const [linkType, frame] of [
      [1, ethernet(0x888e, eap)],
      [1, ethernet(0x888e, eap, vlan(0x8100, 1))],
      [113, bytes(sll(0x888e), eap)],
    ] as const) {
      const found = new FramePayload()
      frameDecoder(linkType)!(frame, 0, frame.length, found)
      expect(found.etherType).toBe(etherType.eapol)
      expect(frame.subarray(found.at)).toEqual(eap)
    }
  })
})
