// Packets built for tests: Ethernet, VLAN, IPv4, IPv6, TCP and UDP, with right lengths and checksums.

/** Joins byte runs; numbers are single bytes, text is Latin-1. */
export function bytes(...parts: (Uint8Array | readonly number[] | number | string)[]): Uint8Array {
  const runs = parts.map((part) =>
    typeof part === 'number'
      ? [part]
      : typeof part === 'string'
        ? Array.from(part, (letter) => letter.charCodeAt(0))
        : part,
  )
  const joined = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0))
  let at = 0
  for (const run of runs) {
    joined.set(run, at)
    at += run.length
  }
  return joined
}

/** Big-endian integers. */
export const be16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff]
export const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value & 0xffff)]

/** Bytes from hex digits; blanks are ignored. */
export function unhex(text: string): Uint8Array {
  const digits = text.replace(/\s/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  )
}

/** `count` bytes that differ from their neighbours, the same for the same `seed`. */
export function pattern(count: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 7 + seed * 31 + (i >> 8)) & 0xff)
}

/** Ethernet II; VLAN tags are given as EtherType and number, outermost first. */
export function ethernet(
  etherType: number,
  payload: Uint8Array,
  vlans: readonly (readonly [type: number, vlan: number])[] = [],
): Uint8Array {
  const tags = vlans.flatMap(([type, vlan]) => [...be16(type), ...be16(vlan)])
  return bytes([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1], tags, be16(etherType), payload)
}

export interface Ip4Options {
  readonly from?: string
  readonly to?: string
  readonly protocol?: number
  readonly ttl?: number
  readonly id?: number
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset?: number
  readonly moreFragments?: boolean
  /** Header options, a multiple of 4 bytes. */
  readonly options?: Uint8Array
  /** Written into the length field instead of the real one. */
  readonly totalLength?: number
}

export function ipv4(payload: Uint8Array, given: Ip4Options = {}): Uint8Array {
  const options = given.options ?? new Uint8Array(0)
  const header = bytes(
    0x45 + options.length / 4,
    0,
    be16(given.totalLength ?? 20 + options.length + payload.length),
    be16(given.id ?? 1),
    be16((given.moreFragments === true ? 0x2000 : 0) | ((given.fragmentOffset ?? 0) >> 3)),
    given.ttl ?? 64,
    given.protocol ?? 6,
    [0, 0],
    ipv4Address(given.from ?? '10.0.0.1'),
    ipv4Address(given.to ?? '10.0.0.2'),
    options,
  )
  header.set(be16(checksum(header)), 10)
  return bytes(header, payload)
}

export interface Ip6Options {
  readonly from?: string
  readonly to?: string
  /** Type of the first header in `payload`. */
  readonly next?: number
  readonly hops?: number
  readonly payloadLength?: number
}

export function ipv6(payload: Uint8Array, given: Ip6Options = {}): Uint8Array {
  return bytes(
    [0x60, 0, 0, 0],
    be16(given.payloadLength ?? payload.length),
    given.next ?? 6,
    given.hops ?? 64,
    ipv6Address(given.from ?? '2001:db8::1'),
    ipv6Address(given.to ?? '2001:db8::2'),
    payload,
  )
}

/** An IPv6 extension header that is counted in words of 8 bytes (hop-by-hop, routing, destination options), padded. */
export function ipv6Extension(
  next: number,
  payload: Uint8Array,
  content: Uint8Array = new Uint8Array(6),
): Uint8Array {
  const length = Math.ceil((content.length + 2) / 8)
  return bytes(next, length - 1, content, new Uint8Array(length * 8 - 2 - content.length), payload)
}

export function ipv6Fragment(
  next: number,
  id: number,
  offset: number,
  more: boolean,
  payload: Uint8Array,
): Uint8Array {
  return bytes(next, 0, be16(offset | (more ? 1 : 0)), be32(id), payload)
}

export const tcpFlags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

export interface TcpOptions {
  readonly sourcePort?: number
  readonly destinationPort?: number
  readonly seq?: number
  readonly ack?: number
  /** Sum of `tcpFlags`; ACK and PSH without. */
  readonly flags?: number
  readonly window?: number
  /** Header options, a multiple of 4 bytes. */
  readonly options?: Uint8Array
  /** The addresses of the IP header around it, for the checksum. */
  readonly from?: string
  readonly to?: string
}

export function tcp(payload: Uint8Array, given: TcpOptions = {}): Uint8Array {
  const options = given.options ?? new Uint8Array(0)
  const segment = bytes(
    be16(given.sourcePort ?? 50000),
    be16(given.destinationPort ?? 443),
    be32(given.seq ?? 1000),
    be32(given.ack ?? 0),
    (5 + options.length / 4) << 4,
    given.flags ?? tcpFlags.ack | tcpFlags.psh,
    be16(given.window ?? 65535),
    [0, 0, 0, 0],
    options,
    payload,
  )
  segment.set(be16(transportChecksum(6, segment, given.from, given.to)), 16)
  return segment
}

export interface UdpOptions {
  readonly sourcePort?: number
  readonly destinationPort?: number
  readonly from?: string
  readonly to?: string
}

export function udp(payload: Uint8Array, given: UdpOptions = {}): Uint8Array {
  const datagram = bytes(
    be16(given.sourcePort ?? 50000),
    be16(given.destinationPort ?? 443),
    be16(8 + payload.length),
    [0, 0],
    payload,
  )
  const sum = transportChecksum(17, datagram, given.from, given.to)
  datagram.set(be16(sum === 0 ? 0xffff : sum), 6)
  return datagram
}

export type Endpoints = Pick<Ip4Options, 'from' | 'to' | 'ttl' | 'id'>

/** A whole Ethernet frame with a TCP segment in IPv4, or in IPv6 where the addresses have colons. */
export function tcpFrame(payload: Uint8Array, given: TcpOptions & Endpoints = {}): Uint8Array {
  return ipFrame(6, tcp(payload, given), given)
}

/** The same with a UDP datagram. */
export function udpFrame(payload: Uint8Array, given: UdpOptions & Endpoints = {}): Uint8Array {
  return ipFrame(17, udp(payload, given), given)
}

function ipFrame(protocol: number, payload: Uint8Array, given: Endpoints): Uint8Array {
  const addresses = { ...(given.from && { from: given.from }), ...(given.to && { to: given.to }) }
  if (given.from?.includes(':') === true)
    return ethernet(
      0x86dd,
      ipv6(payload, { ...addresses, next: protocol, ...(given.ttl && { hops: given.ttl }) }),
    )
  return ethernet(
    0x0800,
    ipv4(payload, {
      ...addresses,
      protocol,
      ...(given.ttl && { ttl: given.ttl }),
      ...(given.id && { id: given.id }),
    }),
  )
}

/** RFC 1071, over any number of runs (all but the last of even length). */
export function checksum(...runs: Uint8Array[]): number {
  let sum = 0
  for (const run of runs) for (let i = 0; i < run.length; i += 2) sum += (run[i]! << 8) | (run[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function transportChecksum(protocol: number, segment: Uint8Array, from?: string, to?: string): number {
  const source = address(from ?? '10.0.0.1')
  const destination = address(to ?? '10.0.0.2')
  return checksum(bytes(source, destination, be32(segment.length), be32(protocol)), segment)
}

/** Bytes of an address of either family. */
export function address(text: string): Uint8Array {
  return text.includes(':') ? ipv6Address(text) : ipv4Address(text)
}

function ipv4Address(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number)
}

function ipv6Address(text: string): Uint8Array {
  const [left = '', right] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const head = groups(left)
  const tail = groups(right ?? '')
  const zeros = right === undefined ? [] : new Array<number>(8 - head.length - tail.length).fill(0)
  return bytes([...head, ...zeros, ...tail].flatMap(be16))
}
