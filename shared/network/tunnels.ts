// Tunnels: where the next IP header lies inside a packet that carries another packet, read in place.

import { u16 } from '../bytes/raw.ts'
import { maxHeaderNesting } from '../limits.ts'
import { afterEtherType, ethernet, etherType, FramePayload, ppp } from './link.ts'

/** Protocol numbers of IP that carry a packet (IANA). */
const carried = { ipv4: 4, ipv6: 41, gre: 47, etherIp: 97, mpls: 137 } as const

/** Well-known UDP ports; 8472 is the port of VXLAN on older Linux kernels. */
const vxlanPort = 4789
const oldVxlanPort = 8472
const vxlanGpePort = 4790
const genevePort = 6081
const gtpPort = 2152
const greInUdpPort = 4754
const mplsInUdpPort = 6635

/** Type and code of a GTP message that carries a user's packet (3GPP TS 29.281 §6.1). */
const gtpUserData = 255

/** Tunnels by the names that the report gives them. */
export type TunnelName =
  | 'IP in IP'
  | 'GRE'
  | 'NVGRE'
  | 'ERSPAN'
  | 'PPTP'
  | 'WCCP'
  | 'EtherIP'
  | 'MPLS'
  | 'VXLAN'
  | 'Geneve'
  | 'GTP-U'
  | 'Teredo'
  | 'PPPoE'

/** Finds the packet inside a tunnel's packet. One object is reused for every packet. */
export class TunnelReader {
  /** What the packet was found in last. */
  name: TunnelName = 'IP in IP'
  private readonly found = new FramePayload()

  /**
   * Where the inner IP header begins in the payload `b[start, end)` of an IP packet of this protocol; -1 where there is none.
   * `sentEnd` is where the payload ended on the wire.
   */
  insideIp(protocol: number, b: Uint8Array, start: number, end: number, sentEnd: number): number {
    switch (protocol) {
      case carried.ipv4:
      case carried.ipv6:
        this.name = 'IP in IP'
        return isIp(b, start, end, sentEnd) ? start : -1
      case carried.gre:
        return this.gre(b, start, end, sentEnd)
      case carried.etherIp:
        this.name = 'EtherIP'
        // RFC 3378: version 3, the rest zero, then an Ethernet frame.
        return end - start > 2 && b[start] === 0x30 && b[start + 1] === 0
          ? this.frame(b, start + 2, end, sentEnd)
          : -1
      case carried.mpls:
        this.name = 'MPLS'
        return this.payload(etherType.mpls, b, start, end, sentEnd)
      default:
        return -1
    }
  }

  /**
   * The same for a UDP datagram's payload. Ports only say what to try: where the content does not fit, it is ordinary UDP.
   */
  insideUdp(
    sourcePort: number,
    destinationPort: number,
    b: Uint8Array,
    start: number,
    end: number,
    sentEnd: number,
  ): number {
    switch (destinationPort) {
      case vxlanPort:
      case oldVxlanPort:
        return this.vxlan(b, start, end, sentEnd)
      case vxlanGpePort:
        return this.vxlanGpe(b, start, end, sentEnd)
      case genevePort:
        return this.geneve(b, start, end, sentEnd)
      case gtpPort:
        this.name = 'GTP-U'
        return gtp(b, start, end, sentEnd)
      case greInUdpPort:
        return this.gre(b, start, end, sentEnd)
      case mplsInUdpPort:
        this.name = 'MPLS'
        return this.payload(etherType.mpls, b, start, end, sentEnd)
      default:
        this.name = sourcePort === gtpPort ? 'GTP-U' : 'Teredo'
        return sourcePort === gtpPort ? gtp(b, start, end, sentEnd) : teredo(b, start, end, sentEnd)
    }
  }

  /** RFC 2784, RFC 2890; version 1 is that of PPTP (RFC 2637 §4.1). */
  private gre(b: Uint8Array, start: number, end: number, sentEnd: number): number {
    if (end - start < 4) return -1
    this.name = 'GRE'
    const flags = u16(b, start)
    const type = u16(b, start + 2)
    const version = flags & 7
    // Source routes of RFC 1701 were never used; strict and recursive bits go with them.
    if (version > 1 || (flags & 0x4000) !== 0) return -1
    const sequence = (flags & 0x1000) !== 0
    let p = start + 4
    if ((flags & 0x8000) !== 0) p += 4
    if ((flags & 0x2000) !== 0) p += 4
    if (sequence) p += 4
    if (version === 1) {
      this.name = 'PPTP'
      if ((flags & 0x0080) !== 0) p += 4
      return type === 0x880b ? this.pppFrame(b, p, end, sentEnd) : -1
    }
    switch (type) {
      case 0x6558:
        // RFC 7637 §3.2: the key is the virtual network.
        if ((flags & 0x2000) !== 0) this.name = 'NVGRE'
        return this.frame(b, p, end, sentEnd)
      case 0x88be:
        this.name = 'ERSPAN'
        // ERSPAN type I has neither sequence number nor header; type II has both (draft-foschiano-erspan).
        return this.frame(b, sequence ? p + 8 : p, end, sentEnd)
      case 0x22eb:
        this.name = 'ERSPAN'
        // Type III: 12 bytes, and 8 more of the platform where the last bit says so.
        if (end - p < 12) return -1
        return this.frame(b, p + ((b[p + 11]! & 1) === 1 ? 20 : 12), end, sentEnd)
      case 0x880b:
        return this.pppFrame(b, p, end, sentEnd)
      case 0x883e:
        this.name = 'WCCP'
        // WCCP 2 puts its redirect header of four bytes in front of the packet, version 1 does not.
        return isIp(b, p, end, sentEnd) ? p : isIp(b, p + 4, end, sentEnd) ? p + 4 : -1
      default:
        return this.payload(type, b, p, end, sentEnd)
    }
  }

  /** RFC 7348 §5; with the group policy bit, bytes 2 and 3 name a group (draft-smith-vxlan-group-policy). */
  private vxlan(b: Uint8Array, start: number, end: number, sentEnd: number): number {
    this.name = 'VXLAN'
    if (end - start < 8 || (b[start]! & 0x7f) !== 0x08 || b[start + 7] !== 0) return -1
    return this.frame(b, start + 8, end, sentEnd)
  }

  /** draft-ietf-nvo3-vxlan-gpe: the next protocol stands in byte 3. */
  private vxlanGpe(b: Uint8Array, start: number, end: number, sentEnd: number): number {
    this.name = 'VXLAN'
    if (end - start < 8 || (b[start]! & 0xc8) !== 0x08 || b[start + 7] !== 0) return -1
    const next = b[start + 3]
    if (next === 3) return this.frame(b, start + 8, end, sentEnd)
    return (next === 1 || next === 2) && isIp(b, start + 8, end, sentEnd) ? start + 8 : -1
  }

  /** RFC 8926 §3.4: version 0, options of up to 252 bytes, an EtherType. */
  private geneve(b: Uint8Array, start: number, end: number, sentEnd: number): number {
    this.name = 'Geneve'
    if (end - start < 8 || b[start]! > 0x3f || (b[start + 1]! & 0x3f) !== 0) return -1
    const p = start + 8 + (b[start]! << 2)
    const type = u16(b, start + 2)
    return type === 0x6558 ? this.frame(b, p, end, sentEnd) : this.payload(type, b, p, end, sentEnd)
  }

  private frame(b: Uint8Array, start: number, end: number, sentEnd: number): number {
    this.found.etherType = -1
    if (start < end) ethernet(b, start, end, this.found)
    return this.inner(b, end, sentEnd)
  }

  private pppFrame(b: Uint8Array, start: number, end: number, sentEnd: number): number {
    this.found.etherType = -1
    if (start < end) ppp(b, start, end, this.found)
    return this.inner(b, end, sentEnd)
  }

  private payload(type: number, b: Uint8Array, start: number, end: number, sentEnd: number): number {
    this.found.etherType = -1
    if (start < end) afterEtherType(b, start, end, type, this.found)
    return this.inner(b, end, sentEnd)
  }

  private inner(b: Uint8Array, end: number, sentEnd: number): number {
    const { etherType: type, at } = this.found
    if (type !== etherType.ipv4 && type !== etherType.ipv6) return -1
    return isIp(b, at, end, sentEnd) ? at : -1
  }
}

/** 3GPP TS 29.281 §5: eight bytes, four more where a flag is set, then extension headers counted in units of four. */
function gtp(b: Uint8Array, start: number, end: number, sentEnd: number): number {
  if (end - start < 12 || (b[start]! & 0xf8) !== 0x30 || b[start + 1] !== gtpUserData) return -1
  if (u16(b, start + 2) > sentEnd - start - 8) return -1
  let p = start + 8
  if ((b[start]! & 7) !== 0) {
    let next = (b[start]! & 4) === 0 ? 0 : b[p + 3]!
    p += 4
    for (let passed = 0; next !== 0; passed++) {
      const length = p < end ? b[p]! << 2 : 0
      if (passed === maxHeaderNesting || length === 0 || length > end - p) return -1
      p += length
      next = b[p - 1]!
    }
  }
  return isIp(b, p, end, sentEnd) ? p : -1
}

/**
 * RFC 4380 §5.1.1: authentication and origin before the IPv6 packet. Hosts talk to each other on any ports, so the packet is
 * known by its content: its length fills the datagram, and one of its addresses begins with Teredo's prefix 2001:0000::/32.
 */
function teredo(b: Uint8Array, start: number, end: number, sentEnd: number): number {
  let p = start
  if (end - p > 13 && b[p] === 0 && b[p + 1] === 1) p += 13 + b[p + 2]! + b[p + 3]!
  if (end - p > 8 && b[p] === 0 && b[p + 1] === 0) p += 8
  if (end - p < 40 || b[p]! >> 4 !== 6 || u16(b, p + 4) !== sentEnd - p - 40) return -1
  return isTeredo(b, p + 8) || isTeredo(b, p + 24) ? p : -1
}

function isTeredo(b: Uint8Array, at: number): boolean {
  return b[at] === 0x20 && b[at + 1] === 1 && b[at + 2] === 0 && b[at + 3] === 0
}

/** Whether an IP header that fits into what was sent may begin here. */
function isIp(b: Uint8Array, at: number, end: number, sentEnd: number): boolean {
  if (end - at < 20) return false
  const version = b[at]! >> 4
  if (version === 6) return end - at >= 40 && u16(b, at + 4) <= sentEnd - at - 40
  const header = (b[at]! & 15) << 2
  const total = u16(b, at + 2)
  return version === 4 && header >= 20 && total >= header && total <= sentEnd - at
}
