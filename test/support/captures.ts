// Capture files built for tests: classic pcap and pcapng, block by block, in either byte order.

import { bytes } from './packets.ts'

/** Integers in a file's byte order. */
export class Order {
  readonly littleEndian: boolean
  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian
  }

  u16(value: number): number[] {
    const run = [(value >>> 8) & 0xff, value & 0xff]
    return this.littleEndian ? run.reverse() : run
  }

  u32(value: number): number[] {
    const run = [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)
    return this.littleEndian ? run.reverse() : run
  }

  u64(value: bigint): number[] {
    const high = Number((value >> 32n) & 0xffffffffn)
    const low = Number(value & 0xffffffffn)
    return this.littleEndian ? [...this.u32(low), ...this.u32(high)] : [...this.u32(high), ...this.u32(low)]
  }
}

export interface PcapPacket {
  readonly data: Uint8Array
  readonly seconds?: number
  /** Micro- or nanoseconds, as the file has them. */
  readonly fraction?: number
  readonly captured?: number
  readonly original?: number
}

export interface PcapOptions {
  readonly littleEndian?: boolean
  readonly nanoseconds?: boolean
  readonly linkType?: number
  readonly snaplen?: number
  readonly version?: readonly [number, number]
  /** The variant whose record headers have 8 more bytes. */
  readonly modified?: boolean
}

/** A classic capture; packets without a time are a millisecond apart. Lengths are the data's unless given. */
export function pcap(packets: readonly (PcapPacket | Uint8Array)[], given: PcapOptions = {}): Uint8Array {
  const order = new Order(given.littleEndian ?? true)
  const magic = given.modified === true ? 0xa1b2cd34 : given.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4
  const [major, minor] = given.version ?? [2, 4]
  const header = bytes(
    order.u32(magic),
    order.u16(major),
    order.u16(minor),
    order.u32(0),
    order.u32(0),
    order.u32(given.snaplen ?? 262144),
    order.u32(given.linkType ?? 1),
  )
  const records = packets.map((entry, i) => {
    const packet: PcapPacket = entry instanceof Uint8Array ? { data: entry } : entry
    return bytes(
      order.u32(packet.seconds ?? 1700000000),
      order.u32(packet.fraction ?? i * (given.nanoseconds === true ? 1e6 : 1e3)),
      order.u32(packet.captured ?? packet.data.length),
      order.u32(packet.original ?? packet.data.length),
      given.modified === true ? new Uint8Array(8) : [],
      packet.data,
    )
  })
  return bytes(header, ...records)
}

/** An option of a pcapng block: its code and value. */
export type BlockOption = readonly [code: number, value: Uint8Array | readonly number[] | string]

/** Blocks of one byte order. Join them with `bytes`. */
export class Blocks {
  readonly order: Order

  constructor(littleEndian = true) {
    this.order = new Order(littleEndian)
  }

  /** Any block; the body is padded. */
  block(type: number, body: Uint8Array): Uint8Array {
    const total = 12 + Math.ceil(body.length / 4) * 4
    return bytes(
      this.order.u32(type),
      this.order.u32(total),
      body,
      new Uint8Array(total - 12 - body.length),
      this.order.u32(total),
    )
  }

  section(options: readonly BlockOption[] = [], version: readonly [number, number] = [1, 0]): Uint8Array {
    const { order } = this
    return this.block(
      0x0a0d0d0a,
      bytes(
        order.u32(0x1a2b3c4d),
        order.u16(version[0]),
        order.u16(version[1]),
        order.u64(0xffffffffffffffffn),
        this.options(options),
      ),
    )
  }

  /** Options 9 (if_tsresol) and 14 (if_tsoffset) say how its timestamps are meant; microseconds without. */
  interface(linkType = 1, options: readonly BlockOption[] = [], snaplen = 262144): Uint8Array {
    const { order } = this
    return this.block(1, bytes(order.u16(linkType), order.u16(0), order.u32(snaplen), this.options(options)))
  }

  /** Enhanced Packet Block. */
  packet(
    data: Uint8Array,
    ticks: bigint,
    interfaceId = 0,
    options: readonly BlockOption[] = [],
    lengths: { readonly captured?: number; readonly original?: number } = {},
  ): Uint8Array {
    const { order } = this
    return this.block(
      6,
      bytes(
        order.u32(interfaceId),
        this.ticks(ticks),
        order.u32(lengths.captured ?? data.length),
        order.u32(lengths.original ?? data.length),
        this.padded(data),
        this.options(options),
      ),
    )
  }

  simplePacket(data: Uint8Array, original = data.length): Uint8Array {
    return this.block(3, bytes(this.order.u32(original), data))
  }

  /** The Packet Block that the enhanced one replaced. */
  obsoletePacket(data: Uint8Array, ticks: bigint, interfaceId = 0, drops = 0): Uint8Array {
    const { order } = this
    return this.block(
      2,
      bytes(
        order.u16(interfaceId),
        order.u16(drops),
        this.ticks(ticks),
        order.u32(data.length),
        order.u32(data.length),
        this.padded(data),
      ),
    )
  }

  secrets(type: number, data: Uint8Array): Uint8Array {
    return this.block(10, bytes(this.order.u32(type), this.order.u32(data.length), data))
  }

  /** A systemd Journal Export Block: no packet, but it takes a packet number. */
  journal(text: string): Uint8Array {
    return this.block(9, bytes(text))
  }

  /** Timestamps are two 32-bit words, the upper one first in either byte order. */
  private ticks(value: bigint): Uint8Array {
    const { order } = this
    return bytes(order.u32(Number(value >> 32n)), order.u32(Number(value & 0xffffffffn)))
  }

  private padded(data: Uint8Array): Uint8Array {
    return bytes(data, new Uint8Array((4 - (data.length % 4)) % 4))
  }

  private options(options: readonly BlockOption[]): Uint8Array {
    if (options.length === 0) return new Uint8Array(0)
    const runs = options.map(([code, value]) => {
      const run = bytes(value)
      return bytes(this.order.u16(code), this.order.u16(run.length), this.padded(run))
    })
    return bytes(...runs, this.order.u32(0))
  }
}

const big = new Order(false)
const little = new Order(true)

/** A snoop capture (RFC 1761); a second lies between packets, of which 7 bytes each were cut. */
export function snoop(packets: readonly Uint8Array[], datalink = 4, version = 2): Uint8Array {
  const records = packets.map((data, i) => {
    const padding = new Uint8Array((4 - (data.length % 4)) % 4)
    return bytes(
      big.u32(data.length + 7),
      big.u32(data.length),
      big.u32(24 + data.length + padding.length),
      big.u32(0),
      big.u32(1_700_000_000 + i),
      big.u32(250_000),
      data,
      padding,
    )
  })
  return bytes('snoop', [0, 0, 0], big.u32(version), big.u32(datalink), ...records)
}

/** 2023-11-14 22:13:20.250 as SYSTEMTIME. */
const systemTime = [2023, 11, 2, 14, 22, 13, 20, 250].flatMap((part) => little.u16(part))

/** A Network Monitor 2.`minor` capture of the same kind; `filler` stands where its frame table would. */
export function netmon(
  packets: readonly Uint8Array[],
  minor: number,
  media = 1,
  filler: Uint8Array = new Uint8Array(40),
): Uint8Array {
  const frames = packets.map((data, i) =>
    bytes(
      little.u64(BigInt(i) * 1_000_000n),
      little.u32(data.length + 7),
      little.u32(data.length),
      data,
      minor >= 1 ? little.u16(media) : [],
      minor >= 2 ? little.u32(0) : [],
      minor >= 3 ? [...little.u64(133_444_736_000_000_000n + BigInt(i) * 10_000_000n + 1n), 0] : [],
    ),
  )
  const body = bytes(...frames)
  const header = bytes(
    'GMBU',
    minor,
    2,
    little.u16(1),
    systemTime,
    little.u32(128 + body.length),
    little.u32(12),
  )
  return bytes(header, new Uint8Array(128 - header.length), body, filler)
}

/** Classic captures with the same file header as one: the header, then the packets of each. */
export function joined(first: Uint8Array, ...rest: readonly Uint8Array[]): Uint8Array {
  return bytes(first, ...rest.map((file) => file.subarray(pcapHeaderBytes)))
}

const pcapHeaderBytes = 24
