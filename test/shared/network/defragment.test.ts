// Fragments of both families back to datagrams.

import { describe, expect, it } from 'vitest'
import { Defragmenter } from '../../../shared/network/defragment.ts'
import { IpPacket } from '../../../shared/network/ip.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { ipv4, ipv6, ipv6Extension, ipv6Fragment, pattern, udp } from '../../support/packets.ts'

const whole = udp(pattern(3000, 4))

class Feed {
  readonly ip = new IpPacket()
  readonly codes: string[] = []
  readonly defragmenter: Defragmenter
  private number = 0

  constructor(limit?: number) {
    this.defragmenter = new Defragmenter((code) => this.codes.push(code), limit)
  }

  add(packet: Uint8Array, time = 0, captured = packet.length) {
    this.number++
    if (!this.ip.decode(packet, 0, captured) || !this.ip.fragment) return null
    return this.defragmenter.add(this.ip, packet, this.number, time, this.number * 100)
  }
}

/** Fragments of `size` bytes, a multiple of 8. */
function cut4(payload: Uint8Array, size: number, id = 1): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += size)
    parts.push(
      ipv4(payload.slice(at, at + size), {
        protocol: 17,
        id,
        fragmentOffset: at,
        moreFragments: at + size < payload.length,
      }),
    )
  return parts
}

function cut6(payload: Uint8Array, size: number, next = 17): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += size) {
    const more = at + size < payload.length
    parts.push(ipv6(ipv6Fragment(next, 5, at, more, payload.slice(at, at + size)), { next: 44 }))
  }
  return parts
}

describe('fragments', () => {
  it.each([
    ['IPv4', cut4(whole, 1480)],
    ['IPv6', cut6(whole, 1448)],
    ['IPv4 in many small pieces', cut4(whole, 8)],
  ])('of %s become the datagram, in whatever order they come', (_name, parts) => {
    const orders = [parts, parts.toReversed(), [...parts.slice(1), parts[0]!]]
    for (const order of orders) {
      const feed = new Feed()
      const results = order.map((part) => feed.add(part))
      expect(results.slice(0, -1).every((result) => result === null)).toBe(true)
      const datagram = results.at(-1)!
      expect(datagram.bytes).toEqual(whole)
      expect(datagram.protocol).toBe(17)
      expect(datagram.packets).toEqual(order.map((_, i) => i + 1))
      expect(datagram.places).toEqual(order.map((_, i) => (i + 1) * 100))
      expect(feed.defragmenter.waiting).toBe(0)
      expect(feed.codes).toEqual([])
    }
  })

  it('of several datagrams are kept apart', () => {
    const feed = new Feed()
    const other = udp(pattern(2000, 9))
    const [a1, a2, a3] = cut4(whole, 1480, 1)
    const [b1, b2] = cut4(other, 1480, 2)
    for (const part of [a1!, b1!, a2!]) expect(feed.add(part)).toBeNull()
    expect(feed.add(b2!)?.bytes).toEqual(other)
    expect(feed.add(a3!)?.bytes).toEqual(whole)
  })

  it('are read on behind further headers', () => {
    const feed = new Feed()
    const parts = cut6(ipv6Extension(17, whole), 1448, 60)
    const datagram = parts.map((part) => feed.add(part)).at(-1)!
    expect(feed.ip.resume(datagram.bytes, 0, datagram.bytes.length, datagram.protocol)).toBe(true)
    expect(feed.ip.protocol).toBe(17)
    expect(datagram.bytes.slice(feed.ip.payloadStart)).toEqual(whole)
  })

  it('that come twice change nothing', () => {
    const feed = new Feed()
    const [first, second, third] = cut4(whole, 1480)
    const results = [first!, first!, second!, second!, third!].map((part) => feed.add(part))
    expect(results.at(-1)).toMatchObject({ bytes: whole, packets: [1, 3, 5] })
    expect(feed.codes).toEqual([])
  })

  it('that overlap with other bytes keep what came first, with a note', () => {
    const feed = new Feed()
    const [first, second, third] = cut4(whole, 1480)
    feed.add(first!)
    feed.add(ipv4(pattern(1480, 99), { protocol: 17, id: 1, fragmentOffset: 0, moreFragments: true }))
    feed.add(second!)
    expect(feed.add(third!)?.bytes).toEqual(whole)
    expect(feed.codes).toEqual(['fragment-overlap'])
  })

  it('beyond the end, or that fit nowhere, do not count', () => {
    const feed = new Feed()
    const [first, second, third] = cut4(whole, 1480)
    feed.add(third!)
    feed.add(ipv4(pattern(64), { protocol: 17, id: 1, fragmentOffset: 8000, moreFragments: true }))
    feed.add(ipv4(pattern(61), { protocol: 17, id: 1, fragmentOffset: 0, moreFragments: true }))
    feed.add(ipv4(pattern(64), { protocol: 17, id: 1, fragmentOffset: 65528 }))
    feed.add(first!)
    expect(feed.add(second!)?.bytes).toEqual(whole)
    expect(feed.codes).toEqual(['fragment-overlap', 'fragment-malformed', 'fragment-malformed'])
  })

  it('cut by the capture never complete a datagram', () => {
    const feed = new Feed()
    const [first, second, third] = cut4(whole, 1480)
    feed.add(first!, 0, 1001)
    feed.add(second!)
    expect(feed.add(third!)).toBeNull()
    expect(feed.defragmenter.waiting).toBe(1)
    expect(feed.add(first!)?.bytes).toEqual(whole)
  })

  it('with an identification used again a minute later belong to another datagram', () => {
    const feed = new Feed()
    const [first] = cut4(udp(pattern(3000, 8)), 1480)
    feed.add(first!, 0)
    const later = cut4(whole, 1480).map((part) => feed.add(part, 61e9))
    expect(later.at(-1)?.bytes).toEqual(whole)
  })

  it('of too many datagrams give up the oldest', () => {
    const feed = new Feed(3)
    const firsts = [1, 2, 3, 4].map((id) => cut4(whole, 1480, id))
    for (const parts of firsts) feed.add(parts[0]!)
    expect(feed.defragmenter.waiting).toBe(3)
    expect(feed.codes).toEqual(['too-many-fragments'])
    for (const part of firsts[3]!.slice(1, 2)) feed.add(part)
    expect(feed.add(firsts[3]![2]!)?.bytes).toEqual(whole)
  })

  it('never make it throw, whatever is changed in them', () => {
    const random = new Random(12)
    const parts = [...cut4(whole, 480), ...cut6(whole, 480)]
    const feed = new Feed(20)
    for (let round = 0; round < 3000; round++) {
      const datagram = feed.add(mutate(parts[random.below(parts.length)]!, random))
      if (datagram !== null) expect(datagram.bytes.length).toBeLessThanOrEqual(65535)
      expect(feed.defragmenter.waiting).toBeLessThanOrEqual(20)
    }
  })
})
