// snoop and Network Monitor captures, built byte by byte and, where its tool is at hand, written by an independent one.

import { describe, expect, it } from 'vitest'
import { netmon as netmonOf, snoop as snoopOf } from '../../support/captures.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { pattern, tcpFrame } from '../../support/packets.ts'
import { memorySource, read } from '../../support/sink.ts'

const packets = [tcpFrame(pattern(40)), tcpFrame(pattern(1)), tcpFrame(pattern(1300))]

const snoop = (datalink?: number, version?: number) => snoopOf(packets, datalink, version)
const netmon = (minor: number, media?: number, filler?: Uint8Array) => netmonOf(packets, minor, media, filler)

const files = {
  snoop: snoop(),
  'Network Monitor 2.0': netmon(0),
  'Network Monitor 2.1': netmon(1),
  'Network Monitor 2.2': netmon(2),
  'Network Monitor 2.3': netmon(3),
}

describe.each(Object.entries(files))('a %s capture', (name, file) => {
  it('gives its packets with lengths, times and places, in pieces of any size', () => {
    for (const step of [Infinity, 1, 7, 64]) {
      const { sink, reader } = read(file, step)
      expect(sink.codes).toEqual([])
      expect(reader.details).toBe(name)
      expect(sink.packets.map(({ data }) => data)).toEqual(packets)
      expect(sink.packets.map(({ number }) => number)).toEqual([1, 2, 3])
      expect(sink.packets.map(({ original }) => original)).toEqual(packets.map((data) => data.length + 7))
      expect(sink.packets[0]!.link.linkType).toBe(1)
      expect(sink.packets[2]!.time - sink.packets[0]!.time).toBe(2e9)
    }
  })

  it('gives each packet again by its place', () => {
    const { sink, reader } = read(file)
    for (const scratch of [new Uint8Array(64), new Uint8Array(2048)])
      for (const { at, data, original, time, link } of sink.packets)
        expect(reader.layout!.readAgain(memorySource(file), at, scratch)).toEqual({
          bytes: data,
          original,
          time,
          link,
        })
  })

  it('cut anywhere is read up to there, with a warning or a reason', () => {
    const whole = name === 'snoop' ? file.length : file.length - 40
    for (let length = 8; length < whole; length += 3) {
      const { sink, reader } = read(file.subarray(0, length))
      if (reader.fault === null && sink.codes.length === 0) {
        // Between two records nothing shows that more was there.
        expect([0, 1, 2]).toContain(sink.packets.length)
      } else expect(reader.fault?.code ?? sink.codes[0]).toMatch(/truncated$/)
    }
  })

  it('survives any change', () => {
    const random = new Random(5)
    for (let round = 0; round < 300; round++) {
      const changed = mutate(file, random)
      const { sink, reader } = read(changed)
      for (const { at } of sink.packets)
        reader.layout?.readAgain(memorySource(changed), at, new Uint8Array(64))
      expect(sink.packets.length).toBeLessThan(100)
    }
  })
})

describe('snoop', () => {
  it('of a version or link that nobody knows is refused, or counted', () => {
    expect(read(snoop(4, 3)).reader.fault?.code).toBe('capture-version-unknown')
    expect(read(snoop(9)).sink.packets[0]!.link.linkType).toBeGreaterThan(0xffff)
  })

  it('has whole seconds and microseconds since 1970', () => {
    const { sink, reader } = read(snoop())
    expect(reader.clock.baseSeconds).toBe(1_700_000_000)
    expect(sink.packets[0]!.time).toBe(250e6)
  })
})

describe('Network Monitor', () => {
  it('has the time of each frame from the start of the capture, and since 2.3 in UTC', () => {
    const early = read(netmon(2))
    expect(early.reader.clock.baseSeconds).toBe(1_700_000_000)
    expect(early.sink.packets[0]!.time).toBe(250e6)
    const late = read(netmon(3))
    expect(late.reader.clock.baseSeconds).toBe(1_700_000_000)
    expect(late.sink.packets[0]!.time).toBe(100)
  })

  it('knows raw IP, the link types of pcap, and records that are no packets', () => {
    expect(read(netmon(1, 9)).sink.packets[0]!.link.linkType).toBe(101)
    expect(read(netmon(1, 0xe000 + 113)).sink.packets[0]!.link.linkType).toBe(113)
    expect(read(netmon(1, 0xffff)).reader.packets).toBe(0)
  })

  it('of another major version is refused', () => {
    const file = netmon(1)
    file[5] = 3
    expect(read(file).reader.fault?.code).toBe('capture-version-unknown')
  })
})
