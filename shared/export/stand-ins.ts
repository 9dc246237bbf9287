// Stand-ins for addresses in a saved capture: the same address gets the same stand-in in every packet.

import { u16, u32 } from '../bytes/raw.ts'

/** Benchmarking (RFC 2544 §C.2.2) and, should these ever run out, shared address space (RFC 6598): neither is anybody's. */
const standIns4 = [
  { first: 0xc6120001, count: 131_070 },
  { first: 0x64400001, count: 4_194_302 },
] as const

export class StandInAddresses {
  private readonly given = new Map<string, Uint8Array>()
  private count4 = 0
  private count6 = 0
  private countLink = 0

  /** Addresses that were replaced so far. */
  get size(): number {
    return this.given.size
  }

  /** The four bytes for the IPv4 address at `b[at, at + 4)`. */
  ipv4(b: Uint8Array, at: number): Uint8Array {
    return this.of(b, at, 4, () => {
      let n = this.count4++
      for (const { first, count } of standIns4) {
        if (n < count) return big(first + n, 4)
        n -= count
      }
      return big(0, 4)
    })
  }

  /**
   * The sixteen bytes for an IPv6 address: documentation addresses (RFC 3849). Addresses that say how to read the packet keep
   * their beginning: those of Teredo (RFC 4380 §2.6).
   */
  ipv6(b: Uint8Array, at: number): Uint8Array {
    return this.of(b, at, 16, () => {
      const teredo = u32(b, at) === 0x20010000
      const made = new Uint8Array(16)
      made.set(big(teredo ? 0x20010000 : 0x20010db8, 4))
      made.set(big(++this.count6, 4), 12)
      return made
    })
  }

  /** The six bytes for a link address: IANA's own block, made locally administered (RFC 7042 §2.1). Group addresses and all zeros stay: they name nobody. */
  link(b: Uint8Array, at: number): Uint8Array {
    const group = (b[at]! & 1) === 1
    const none = u32(b, at) === 0 && u16(b, at + 4) === 0
    if (group || none) return b.slice(at, at + 6)
    return this.of(b, at, 6, () => Uint8Array.of(2, 0, 0x5e, ...big(++this.countLink, 3)))
  }

  private of(b: Uint8Array, at: number, length: number, make: () => Uint8Array): Uint8Array {
    const key = b.subarray(at, at + length).join('.')
    let standIn = this.given.get(key)
    if (standIn === undefined) {
      standIn = make()
      this.given.set(key, standIn)
    }
    return standIn
  }
}

function big(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256)
}
