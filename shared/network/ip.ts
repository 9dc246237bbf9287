// IPv4 and IPv6 headers read in place (RFC 791, RFC 8200). One object is reused for every packet.

import { i32, u16 } from '../bytes/raw.ts'
import { maxHeaderNesting } from '../limits.ts'
import { AddressTable } from './addresses.ts'

export const ipProtocol = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const

const hopByHop = 0
const routing = 43
const fragmentHeader = 44
const authentication = 51
const destinationOptions = 60
const mobility = 135
const hostIdentity = 139
const shim6 = 140

export type IpFault = 'short' | 'malformed' | 'nested' | 'too-many-addresses'

/**
 * The packet read last. Payload positions are in the buffer it was read from. Addresses are int32: an IPv4 address as it is,
 * an IPv6 address as its number in `addresses`; `version` tells them apart and belongs to every key made of them.
 */
export class IpPacket {
  version = 0
  /** IP protocol number of the payload, extension headers passed. */
  protocol = 0
  source = 0
  destination = 0
  ttl = 0
  /** IPv4 identification; -1 for IPv6. */
  ipId = -1
  payloadStart = 0
  /** Where the payload ends in the buffer: padding of the link is left out. */
  payloadEnd = 0
  /** Where the payload ended on the wire; beyond `payloadEnd` where the capture is cut. */
  sentEnd = 0
  /** Part of a datagram: the payload is a piece that belongs into a `Defragmenter`, at `fragmentOffset` bytes. */
  fragment = false
  fragmentOffset = 0
  moreFragments = false
  /** Identification of the datagram that the fragment belongs to. */
  fragmentId = 0
  /** Why `decode` returned false: too few bytes captured, a header that breaks the format, too many of them, no room for another address. */
  fault: IpFault | null = null
  readonly addresses: AddressTable

  constructor(addresses = new AddressTable()) {
    this.addresses = addresses
  }

  /** The capture holds less of the payload than was sent. */
  get truncated(): boolean {
    return this.sentEnd > this.payloadEnd
  }

  /** Reads the packet whose IP header begins at `start`. A tunnel's inner packet is read by calling this for its payload. */
  decode(b: Uint8Array, start: number, end: number): boolean {
    this.fault = null
    this.fragment = false
    if (start >= end) return this.fail('short')
    const version = b[start]! >> 4
    if (version === 4) return this.decode4(b, start, end)
    if (version === 6) return this.decode6(b, start, end)
    return this.fail('malformed')
  }

  /** Goes on after reassembly: the datagram's payload begins at `b[start]` with a header of type `protocol`. Addresses stay. */
  resume(b: Uint8Array, start: number, end: number, protocol: number): boolean {
    this.fault = null
    this.fragment = false
    this.payloadEnd = end
    this.sentEnd = end
    return this.passHeaders(b, start, protocol)
  }

  private decode4(b: Uint8Array, start: number, end: number): boolean {
    if (end - start < 20) return this.fail('short')
    const header = (b[start]! & 15) << 2
    if (header < 20) return this.fail('malformed')
    // A length of 0 was left to the network card (segmentation offload): the packet is what was captured.
    const stated = u16(b, start + 2)
    const total = stated === 0 ? end - start : stated
    if (total < header) return this.fail('malformed')
    if (end - start < header) return this.fail('short')
    this.version = 4
    this.source = i32(b, start + 12)
    this.destination = i32(b, start + 16)
    this.ttl = b[start + 8]!
    this.ipId = u16(b, start + 4)
    this.sentEnd = start + total
    this.payloadEnd = Math.min(end, this.sentEnd)
    const place = u16(b, start + 6)
    if ((place & 0x3fff) !== 0) {
      this.fragment = true
      this.fragmentOffset = (place & 0x1fff) << 3
      this.moreFragments = (place & 0x2000) !== 0
      this.fragmentId = this.ipId
      this.protocol = b[start + 9]!
      this.payloadStart = start + header
      return true
    }
    const protocol = b[start + 9]!
    if (protocol === authentication) return this.passHeaders(b, start + header, protocol)
    this.protocol = protocol
    this.payloadStart = start + header
    return true
  }

  private decode6(b: Uint8Array, start: number, end: number): boolean {
    if (end - start < 40) return this.fail('short')
    this.source = this.addresses.intern(b, start + 8)
    this.destination = this.addresses.intern(b, start + 24)
    if (this.source < 0 || this.destination < 0) return this.fail('too-many-addresses')
    // A length of 0 is a jumbogram (RFC 2675) or was left to the network card: the packet is what was captured.
    const length = u16(b, start + 4)
    this.version = 6
    this.ttl = b[start + 7]!
    this.ipId = -1
    this.sentEnd = length === 0 ? end : start + 40 + length
    this.payloadEnd = Math.min(end, this.sentEnd)
    return this.passHeaders(b, start + 40, b[start + 6]!)
  }

  /** RFC 8200 §4: passes extension headers up to a transport protocol, a fragment or a header that hides what follows. */
  private passHeaders(b: Uint8Array, start: number, first: number): boolean {
    const end = this.payloadEnd
    const ipv6 = this.version === 6
    let protocol = first
    let p = start
    for (let passed = 0; isExtension(protocol, ipv6); passed++) {
      if (passed === maxHeaderNesting) return this.fail('nested')
      if (end - p < 8) return this.fail(this.sentEnd - p < 8 ? 'malformed' : 'short')
      if (protocol === fragmentHeader) {
        const place = u16(b, p + 2)
        if ((place & 0xfff9) !== 0) {
          this.fragment = true
          this.fragmentOffset = place & 0xfff8
          this.moreFragments = (place & 1) === 1
          this.fragmentId = i32(b, p + 4)
          protocol = b[p]!
          p += 8
          break
        }
        protocol = b[p]!
        p += 8
        continue
      }
      // RFC 4302 §2.2 counts words of 4 bytes minus 2, the others words of 8 bytes minus 1.
      const length = protocol === authentication ? (b[p + 1]! + 2) << 2 : (b[p + 1]! + 1) << 3
      if (length > end - p) return this.fail(length > this.sentEnd - p ? 'malformed' : 'short')
      protocol = b[p]!
      p += length
    }
    this.protocol = protocol
    this.payloadStart = p
    return true
  }

  private fail(fault: IpFault): false {
    this.fault = fault
    return false
  }
}

function isExtension(protocol: number, ipv6: boolean): boolean {
  if (protocol === authentication) return true
  if (!ipv6) return false
  switch (protocol) {
    case hopByHop:
    case routing:
    case fragmentHeader:
    case destinationOptions:
    case mobility:
    case hostIdentity:
    case shim6:
      return true
    default:
      return false
  }
}
