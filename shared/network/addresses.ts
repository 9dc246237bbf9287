// IP addresses as 32-bit integers, so that flows of both families share one shape of key.

import { i32, u16 } from '../bytes/raw.ts'
import { maxInternedAddresses } from '../limits.ts'

/** Slots looked at before the table counts as full: no real capture comes near, a hostile one gets no further. */
const maxProbes = 512
const maxTexts = 4096

/** Gives each IPv6 address a small number. An IPv4 address is its own number. */
export class AddressTable {
  /** Four words for each address, in order of its number. */
  private words = new Int32Array(4 * 256)
  /** Open addressing: number + 1, or 0 for a free slot. */
  private slots = new Int32Array(1024)
  private count = 0
  private readonly limit: number
  /** Rows keep these texts, and most of them name the same few servers. */
  private readonly texts = new Map<number, string>()

  constructor(limit = maxInternedAddresses) {
    this.limit = limit
  }

  /** The number of the IPv6 address at `b[at, at + 16)`; -1 where the table is full. */
  intern(b: Uint8Array, at: number): number {
    const w0 = i32(b, at)
    const w1 = i32(b, at + 4)
    const w2 = i32(b, at + 8)
    const w3 = i32(b, at + 12)
    const words = this.words
    const mask = this.slots.length - 1
    let slot = mix(w0, w1, w2, w3) & mask
    for (let probe = 0; probe < maxProbes; probe++) {
      const id = this.slots[slot]! - 1
      if (id < 0) return this.add(slot, w0, w1, w2, w3)
      const p = id << 2
      if (words[p] === w0 && words[p + 1] === w1 && words[p + 2] === w2 && words[p + 3] === w3) return id
      slot = (slot + 1) & mask
    }
    return -1
  }

  /** An address as text: `version` 4 for an IPv4 address as int32, 6 for a number given by `intern`. */
  text(version: number, address: number): string {
    const key = version === 4 ? address : address + 2 ** 32
    let text = this.texts.get(key)
    if (text === undefined) {
      text = version === 4 ? ipv4Text(address) : ipv6Text(this.words, address << 2)
      if (this.texts.size >= maxTexts) this.texts.clear()
      this.texts.set(key, text)
    }
    return text
  }

  private add(slot: number, w0: number, w1: number, w2: number, w3: number): number {
    if (this.count === this.limit) return -1
    const id = this.count++
    const p = id << 2
    if (p === this.words.length) this.words = doubled(this.words)
    this.words[p] = w0
    this.words[p + 1] = w1
    this.words[p + 2] = w2
    this.words[p + 3] = w3
    this.slots[slot] = id + 1
    if (this.count * 2 > this.slots.length) this.rehash()
    return id
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    const words = this.words
    for (let id = 0; id < this.count; id++) {
      const p = id << 2
      let slot = mix(words[p]!, words[p + 1]!, words[p + 2]!, words[p + 3]!) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.slots = slots
  }
}

function doubled(words: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2)
  larger.set(words)
  return larger
}

function mix(w0: number, w1: number, w2: number, w3: number): number {
  let h = Math.imul(w0 ^ 0x2c1b3c6d, 0x297a2d39)
  h = Math.imul(h ^ (h >>> 15) ^ w1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13) ^ w2, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16) ^ w3, 0x27d4eb2f)
  return h ^ (h >>> 15)
}

function ipv4Text(address: number): string {
  return [address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff].join('.')
}

/** RFC 5952 §4 and §5: lower case, no leading zeros, the longest run of two or more zero groups shortened; mapped IPv4 dotted. */
function ipv6Text(words: Int32Array, p: number): string {
  if (words[p] === 0 && words[p + 1] === 0 && words[p + 2] === 0xffff)
    return `::ffff:${ipv4Text(words[p + 3]!)}`
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 16; i++) bytes[i] = words[p + (i >> 2)]! >>> (24 - 8 * (i & 3))
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(u16(bytes, i))
  let from = 0
  let length = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (groups[i + run] === 0) run++
    if (run > length) {
      from = i
      length = run
    }
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  return length === 1 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + length))}`
}
