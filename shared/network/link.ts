// Link-layer headers, from the first captured byte to the network layer. The decoder is chosen once per interface.
// Source: the LINKTYPE registry of tcpdump.org; IEEE 802.3, 802.1Q and 802.2; RFC 1661, RFC 2516, RFC 3032.

import { i32, orderedU32, u16 } from '../bytes/raw.ts'
import { maxHeaderNesting } from '../limits.ts'

/** Offset of the IP header of the packet in `b[start, end)`; `noIp` where it carries none or is too short, `nestedTooDeep` where it shows none. */
export type LinkDecoder = (b: Uint8Array, start: number, end: number) => number

export const noIp = -1
/** More tags or labels than `maxHeaderNesting`. */
export const nestedTooDeep = -2

/** The IP decoder of a LINKTYPE; null for one that is not known. */
export function linkDecoder(linkType: number): LinkDecoder | null {
  const locate = locators[linkType]
  if (locate === undefined) return null
  const found = new FramePayload()
  return (b, start, end) => {
    found.etherType = -1
    locate(b, start, end, found)
    if (found.etherType === etherType.ipv4 || found.etherType === etherType.ipv6) return found.at
    return found.etherType === nestedTooDeep ? nestedTooDeep : noIp
  }
}

/** What a frame carries: set by a `FrameDecoder`. */
export class FramePayload {
  /** As in Ethernet II, also where the link says it by other numbers; -1 for none, or `nestedTooDeep`. */
  etherType = -1
  /** Where that protocol's first byte lies. */
  at = 0
  /** The tunnel passed on the way; set by decoders, cleared by whoever asks for it. */
  tunnel: 'MPLS' | 'PPPoE' | null = null
}

/** Sets `found` for the packet in `b[start, end)`; its `etherType` stays as it was where the packet is too short. */
export type FrameDecoder = (b: Uint8Array, start: number, end: number, found: FramePayload) => void

/** For protocols beside IP, such as EAP over LAN: the decoder of a LINKTYPE; null for one that is not known. */
export function frameDecoder(linkType: number): FrameDecoder | null {
  return locators[linkType] ?? null
}

/** Where a link's header has the addresses of its ends, 6 bytes each; -1 where it has none. */
export function hardwareAddresses(linkType: number): {
  readonly source: number
  readonly destination: number
} {
  return addressPlaces[linkType] ?? noAddresses
}

const noAddresses = { source: -1, destination: -1 }
const addressPlaces: Readonly<Record<number, typeof noAddresses>> = {
  1: { source: 6, destination: 0 },
  113: { source: 6, destination: -1 },
  276: { source: 12, destination: -1 },
}

export const etherType = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  eapol: 0x888e,
  pppoeSession: 0x8864,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
} as const

const locators: Readonly<Record<number, FrameDecoder>> = {
  0: nullLink,
  1: ethernet,
  9: ppp,
  12: rawIp,
  14: rawIp,
  50: pppHdlc,
  51: (b, start, end, found) => afterEtherType(b, start, end, etherType.pppoeSession, found),
  101: rawIp,
  104: ciscoHdlc,
  108: loop,
  113: linuxCooked,
  204: (b, start, end, found) => pppHdlc(b, start + 1, end, found),
  228: (_b, start, end, found) => set(found, etherType.ipv4, start, end),
  229: (_b, start, end, found) => set(found, etherType.ipv6, start, end),
  276: linuxCooked2,
}

/** Ethernet II or IEEE 802.3 with its tags. Also the inner frame of a tunnel. */
export function ethernet(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start < 14) return
  const type = u16(b, start + 12)
  // The common case first: everything else takes the longer way.
  if (type === etherType.ipv4) set(found, type, start + 14, end)
  else afterEtherType(b, start + 14, end, type, found)
}

/** VLAN tags (802.1Q, 802.1ad and the two older QinQ numbers), LLC, MPLS and PPPoE between an EtherType field and the payload. */
export function afterEtherType(
  b: Uint8Array,
  start: number,
  end: number,
  first: number,
  found: FramePayload,
): void {
  let type = first
  let p = start
  for (let tags = 0; type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200; tags++) {
    if (tags === maxHeaderNesting) found.etherType = nestedTooDeep
    if (tags === maxHeaderNesting || end - p < 4) return
    type = u16(b, p + 2)
    p += 4
  }
  if (type <= 1500) llc(b, p, end, found)
  else if (type === etherType.mpls || type === etherType.mplsMulticast) mpls(b, p, end, found)
  else if (type === etherType.pppoeSession) {
    // RFC 2516 §4: version and type 1, code 0 for a session's data, session, length; then a PPP frame.
    if (end - p < 6 || b[p] !== 0x11 || b[p + 1] !== 0) return
    found.tunnel = 'PPPoE'
    ppp(b, p + 6, end, found)
  } else set(found, type, p, end)
}

/** IEEE 802.2 LLC: SNAP with an EtherType, or the SAP of IP itself. */
function llc(b: Uint8Array, p: number, end: number, found: FramePayload): void {
  if (end - p < 3) return
  const dsap = b[p]!
  if (dsap === 0x06 && b[p + 2] === 0x03) set(found, etherType.ipv4, p + 3, end)
  if (dsap !== 0xaa || b[p + 1] !== 0xaa || b[p + 2] !== 0x03 || end - p < 8) return
  const organisation = (b[p + 3]! << 16) | (b[p + 4]! << 8) | b[p + 5]!
  if (organisation === 0 || organisation === 0xf8) set(found, u16(b, p + 6), p + 8, end)
}

/**
 * RFC 3032 §2.1: labels of four bytes down to the one with the bottom-of-stack bit; what follows is known by its version.
 * An Ethernet frame comes behind a control word whose first half byte is 0 (RFC 4448 §4.6).
 */
function mpls(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  let p = start
  found.tunnel = 'MPLS'
  for (let labels = 0; labels < maxHeaderNesting && end - p >= 4; labels++) {
    const bottom = (b[p + 2]! & 1) === 1
    p += 4
    if (bottom) {
      if (p < end && b[p]! >> 4 === 0) ethernet(b, p + 4, end, found)
      else rawIp(b, p, end, found)
      return
    }
  }
  if (end - p >= 4) found.etherType = nestedTooDeep
}

function rawIp(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end <= start) return
  const version = b[start]! >> 4
  if (version === 4) set(found, etherType.ipv4, start, end)
  else if (version === 6) set(found, etherType.ipv6, start, end)
}

/** The address family in the byte order of the machine that captured; families of IPv6 differ by system. */
function nullLink(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start < 4) return
  const little = orderedU32(b, start, true)
  family(little <= 0xffff ? little : i32(b, start), start + 4, end, found)
}

function loop(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start >= 4) family(i32(b, start), start + 4, end, found)
}

function family(value: number, p: number, end: number, found: FramePayload): void {
  if (value === 2) set(found, etherType.ipv4, p, end)
  // AF_INET6 on Linux 10, Windows 23, NetBSD and OpenBSD 24, Solaris 26, FreeBSD 28, macOS 30.
  else if (value === 10 || value === 23 || value === 24 || value === 26 || value === 28 || value === 30)
    set(found, etherType.ipv6, p, end)
}

/** LINKTYPE_LINUX_SLL: 16 bytes with the protocol at the end. */
function linuxCooked(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start >= 16) cookedProtocol(b, start + 14, start + 16, end, found)
}

/** LINKTYPE_LINUX_SLL2: 20 bytes with the protocol in front. */
function linuxCooked2(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start >= 20) cookedProtocol(b, start, start + 20, end, found)
}

function cookedProtocol(b: Uint8Array, at: number, p: number, end: number, found: FramePayload): void {
  const protocol = u16(b, at)
  // 4 is an 802.2 frame; 1 (raw 802.3) and the other small numbers carry no IP.
  if (protocol === 4) llc(b, p, end, found)
  else if (protocol > 1500) afterEtherType(b, p, end, protocol, found)
}

/** RFC 1662: with or without address and control; LINKTYPE_PPP_HDLC may also be Cisco's framing. */
function pppHdlc(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start >= 4 && (b[start] === 0x0f || b[start] === 0x8f) && b[start + 1] === 0)
    ciscoHdlc(b, start, end, found)
  else ppp(b, start, end, found)
}

function ciscoHdlc(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  if (end - start >= 4) afterEtherType(b, start + 4, end, u16(b, start + 2), found)
}

/** RFC 1661 §2: a PPP frame, with or without the address and control bytes of RFC 1662. */
export function ppp(b: Uint8Array, start: number, end: number, found: FramePayload): void {
  let p = start
  if (end - p >= 2 && b[p] === 0xff && b[p + 1] === 0x03) p += 2
  if (end - p < 2) return
  // RFC 1661 §6.5: a compressed protocol field is one odd byte.
  const compressed = (b[p]! & 1) === 1
  const protocol = compressed ? b[p]! : u16(b, p)
  p += compressed ? 1 : 2
  if (protocol === 0x21) set(found, etherType.ipv4, p, end)
  else if (protocol === 0x57) set(found, etherType.ipv6, p, end)
  else if (protocol === 0x281) mpls(b, p, end, found)
}

function set(found: FramePayload, type: number, at: number, end: number): void {
  if (at >= end) return
  found.etherType = type
  found.at = at
}
