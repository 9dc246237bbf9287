// Replaces the addresses of a packet, through link headers, fragments and tunnels, with checksums that fit again.

import { u16 } from '../bytes/raw.ts'
import { maxHeaderNesting } from '../limits.ts'
import { quotedPacketAt } from '../network/icmp.ts'
import { IpPacket, ipProtocol } from '../network/ip.ts'
import { etherType, frameDecoder, FramePayload } from '../network/link.ts'
import { TunnelReader } from '../network/tunnels.ts'
import { pseudoHeaderSum, sumOf, updated } from './checksum.ts'
import type { StandInAddresses } from './stand-ins.ts'

/** Where link headers hold addresses of six bytes, by LINKTYPE; the length field of Linux's cooked headers, where one is. */
const linkAddresses: Readonly<
  Record<number, readonly { readonly at: number; readonly lengthAt?: number }[]>
> = {
  1: [{ at: 0 }, { at: 6 }],
  113: [{ at: 6, lengthAt: 5 }],
  276: [{ at: 12, lengthAt: 11 }],
}

const checksumAt: Readonly<Record<number, number>> = {
  [ipProtocol.tcp]: 16,
  [ipProtocol.udp]: 6,
  [ipProtocol.icmp]: 2,
  [ipProtocol.icmpv6]: 2,
}
const routingHeader = 43
/** IPv4 options that list addresses: record route, timestamp, loose and strict source route (RFC 791 §3.1). */
const addressOptions = [7, 68, 131, 137]
const noOperation = 1

/** UDP tunnels and GRE payloads that hold Ethernet frames. */
const framePorts = [4789, 8472, 4790, 6081]
const greFrames = [0x6558, 0x88be, 0x22eb]
const gre = 47
const etherIp = 97

export class Readdresser {
  private readonly standIns: StandInAddresses
  private readonly tunnels = new TunnelReader()
  private readonly found = new FramePayload()

  constructor(standIns: StandInAddresses) {
    this.standIns = standIns
  }

  /** A copy of the packet with stand-ins in place of its addresses. What is no IP loses its link addresses only. */
  replace(packet: Uint8Array, linkType: number): Uint8Array {
    const b = packet.slice()
    for (const { at, lengthAt } of linkAddresses[linkType] ?? []) {
      const six = lengthAt === undefined || b[lengthAt] === 6
      if (six && b.length >= at + 6) b.set(this.standIns.link(b, at), at)
    }
    const { found } = this
    found.etherType = -1
    frameDecoder(linkType)?.(b, 0, b.length, found)
    if (found.etherType === etherType.ipv4 || found.etherType === etherType.ipv6)
      this.packet(b, found.at, b.length, 0)
    return b
  }

  /** The IP packet at `b[start]`; inner packets first, because outer checksums cover them. */
  private packet(b: Uint8Array, start: number, end: number, depth: number): void {
    const ip = new IpPacket()
    if (depth === maxHeaderNesting || !ip.decode(b, start, end)) return
    const size = ip.version === 4 ? 4 : 16
    const addressesAt = start + (ip.version === 4 ? 12 : 8)
    const before = b.slice(addressesAt, addressesAt + 2 * size)
    const { payloadStart, payloadEnd } = ip
    const partial = ip.fragment || ip.sentEnd !== payloadEnd ? b.slice(payloadStart, payloadEnd) : null
    for (const at of [addressesAt, addressesAt + size]) b.set(this.standInOf(b, at, size), at)
    if (ip.version === 4) fitHeader(b, start)
    else this.routes(b, start + 40, ip.payloadStart, b[start + 6]!)
    const first = !ip.fragment || ip.fragmentOffset === 0
    if (!ip.fragment) this.inner(b, ip, depth)
    if (first) fitTransport(b, ip, before, addressesAt, partial)
  }

  private standInOf(b: Uint8Array, at: number, size: number): Uint8Array {
    return size === 4 ? this.standIns.ipv4(b, at) : this.standIns.ipv6(b, at)
  }

  /** RFC 8200 §4.4: a routing header lists addresses behind its first eight bytes. */
  private routes(b: Uint8Array, start: number, end: number, first: number): void {
    let protocol = first
    for (let p = start; p + 8 <= end;) {
      const length = (b[p + 1]! + 1) << 3
      if (protocol === routingHeader)
        for (let at = p + 8; at + 16 <= Math.min(p + length, end); at += 16)
          b.set(this.standIns.ipv6(b, at), at)
      protocol = b[p]!
      p += length
    }
  }

  private inner(b: Uint8Array, ip: IpPacket, depth: number): void {
    const { protocol, payloadStart, payloadEnd, sentEnd } = ip
    let from = payloadStart
    let inner = -1
    let framed = protocol === etherIp || (protocol === gre && greFrames.includes(u16(b, payloadStart + 2)))
    if (protocol === ipProtocol.udp && payloadEnd - payloadStart >= 8) {
      from = payloadStart + 8
      const port = u16(b, payloadStart + 2)
      inner = this.tunnels.insideUdp(u16(b, payloadStart), port, b, from, payloadEnd, sentEnd)
      framed = framePorts.includes(port)
    } else if (protocol === ipProtocol.icmp || protocol === ipProtocol.icmpv6) {
      inner = quotedPacketAt(b, payloadStart, payloadEnd, ip.version)
    } else if (protocol !== ipProtocol.tcp) {
      inner = this.tunnels.insideIp(protocol, b, payloadStart, payloadEnd, sentEnd)
    }
    if (inner < 0) return
    if (framed) this.frame(b, from, inner)
    this.packet(b, inner, payloadEnd, depth + 1)
  }

  /** The Ethernet header in front of an inner packet: tags stand between its addresses and the EtherType. */
  private frame(b: Uint8Array, from: number, inner: number): void {
    const type = u16(b, inner - 2)
    if (type !== etherType.ipv4 && type !== etherType.ipv6) return
    let end = inner - 2
    while (end - 4 >= from + 12 && isTag(u16(b, end - 4))) end -= 4
    if (end - 12 < from) return
    for (const at of [end - 12, end - 6]) b.set(this.standIns.link(b, at), at)
  }
}

function isTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200
}

/** RFC 791 §3.1: options that list addresses become no-operations, and the header's checksum is made anew. */
function fitHeader(b: Uint8Array, start: number): void {
  const end = start + ((b[start]! & 15) << 2)
  for (let p = start + 20; p < end && b[p] !== 0;) {
    const length = b[p] === noOperation ? 1 : Math.max(b[p + 1] ?? 0, 2)
    if (addressOptions.includes(b[p]!)) b.fill(noOperation, p, Math.min(p + length, end))
    p += length
  }
  b.fill(0, start + 10, start + 12)
  put(b, start + 10, ~sumOf(b, start, end, 0))
}

/**
 * The checksum of TCP, UDP or ICMP, which covers the packet that an error quotes or a tunnel carries. A whole segment gets a new
 * one; where the bytes are not all there (`partial`: what the capture has of them, as it was), those that changed are exchanged
 * in it (RFC 1624 §3).
 */
function fitTransport(
  b: Uint8Array,
  ip: IpPacket,
  before: Uint8Array,
  addressesAt: number,
  partial: Uint8Array | null,
): void {
  const { protocol, payloadStart, payloadEnd } = ip
  const place = checksumAt[protocol]
  if (place === undefined || payloadStart + place + 2 > payloadEnd) return
  const at = payloadStart + place
  const old = u16(b, at)
  // RFC 768: a zero says that there is none.
  if (protocol === ipProtocol.udp && old === 0) return
  const now = b.subarray(addressesAt, addressesAt + before.length)
  // RFC 792: that of ICMP covers no addresses.
  const bare = protocol === ipProtocol.icmp
  let sum: number
  if (partial !== null) {
    sum = updated(old, partial, b.subarray(payloadStart, payloadEnd))
    if (!bare) sum = updated(sum, before, now)
  } else {
    b.fill(0, at, at + 2)
    const pseudo = bare ? 0 : pseudoHeaderSum(now, protocol, payloadEnd - payloadStart)
    sum = ~sumOf(b, payloadStart, payloadEnd, pseudo) & 0xffff
  }
  put(b, at, protocol === ipProtocol.udp && sum === 0 ? 0xffff : sum)
}

function put(b: Uint8Array, at: number, value: number): void {
  b[at] = (value >> 8) & 0xff
  b[at + 1] = value & 0xff
}
