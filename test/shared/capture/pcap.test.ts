// Classic captures: every variant, cut and damaged ones.

import { describe, expect, it } from 'vitest'
import { pcap } from '../../support/captures.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { bytes, pattern, tcpFrame } from '../../support/packets.ts'
import { memorySource, read } from '../../support/sink.ts'

const frames = [tcpFrame(pattern(40, 1)), tcpFrame(pattern(0)), tcpFrame(pattern(1400, 2))]

describe('a classic capture', () => {
  for (const littleEndian of [true, false])
    for (const nanoseconds of [true, false])
      it(`is read with ${nanoseconds ? 'nano' : 'micro'}seconds in ${littleEndian ? 'little' : 'big'}-endian order`, () => {
        const file = pcap(
          [
            { data: frames[0]!, seconds: 1700000000, fraction: 999_999 },
            { data: frames[1]!, seconds: 1700000001, fraction: 1 },
          ],
          { littleEndian, nanoseconds },
        )
        const { sink, reader } = read(file)
        const unit = nanoseconds ? 1 : 1000
        expect(sink.packets.map((packet) => packet.data)).toEqual([frames[0], frames[1]])
        expect(reader.clock.baseSeconds).toBe(1700000000)
        expect(sink.packets.map((packet) => packet.time)).toEqual([999_999 * unit, 1e9 + unit])
        expect([reader.first, reader.last]).toEqual([999_999 * unit, 1e9 + unit])
        expect(reader.details).toBe(
          `pcap, ${nanoseconds ? 'nanoseconds' : 'microseconds'}, ${littleEndian ? 'little' : 'big'}-endian`,
        )
        expect(sink.warnings).toEqual([])
      })

  it('numbers packets from 1 and tells where each record lies', () => {
    const { sink } = read(pcap(frames))
    expect(sink.packets.map((packet) => packet.number)).toEqual([1, 2, 3])
    expect(sink.packets.map((packet) => packet.at)).toEqual([
      24,
      24 + 16 + frames[0]!.length,
      24 + 32 + frames[0]!.length + frames[1]!.length,
    ])
  })

  it('is the same in pieces of any size', () => {
    const file = pcap(frames)
    const whole = read(file).sink.packets
    for (const step of [1, 2, 15, 16, 17, 23, 24, 25, 100])
      expect(read(file, step).sink.packets).toEqual(whole)
  })

  it('keeps the length on the wire of packets that were cut', () => {
    const { sink } = read(pcap([{ data: pattern(96), original: 1514 }]))
    expect(sink.packets[0]).toMatchObject({ original: 1514 })
    expect(sink.packets[0]!.data.length).toBe(96)
    expect(sink.warnings).toEqual([])
  })

  it('is read with the longer record headers of the modified format', () => {
    const { sink } = read(pcap(frames, { modified: true }))
    expect(sink.packets.map((packet) => packet.data)).toEqual(frames)
  })

  it('is read with the swapped lengths of versions before 2.3', () => {
    const swapped = { data: pattern(60), captured: 1514, original: 60 }
    for (const version of [
      [2, 2],
      [2, 3],
    ] as const) {
      const { sink } = read(pcap([swapped], { version }))
      expect(sink.packets[0]).toMatchObject({ data: pattern(60), original: 1514 })
    }
  })

  it('does not take the bits above the link type for part of it', () => {
    const { sink } = read(pcap(frames, { linkType: 0x28000000 + 0x04000000 + 1 }))
    expect(sink.packets[0]!.link.linkType).toBe(1)
  })

  it('notes once that packets claim more captured bytes than there were on the wire', () => {
    const { sink } = read(
      pcap([
        { data: pattern(60), original: 40 },
        { data: pattern(60), original: 40 },
      ]),
    )
    expect(sink.packets.length).toBe(2)
    expect(sink.warnings).toMatchObject([{ code: 'captured-longer-than-original', packet: 1, offset: 24 }])
  })

  it('without packets has no times and no warnings', () => {
    const { sink, reader } = read(pcap([]))
    expect(reader.fault).toBeNull()
    expect(sink.warnings).toEqual([])
    expect(reader.first).toBeNaN()
  })
})

describe('a cut or damaged classic capture', () => {
  const file = pcap(frames)
  const boundaries = [24, 40 + frames[0]!.length, 56 + frames[0]!.length + frames[1]!.length, file.length]

  it('is read up to the place where it breaks off, which the warning names', () => {
    for (let length = 24; length < file.length; length++) {
      const { sink, reader } = read(file.slice(0, length))
      const whole = boundaries.filter((boundary) => boundary <= length).length - 1
      expect(reader.fault).toBeNull()
      expect(sink.packets.length).toBe(whole)
      expect(sink.warnings.map(({ code, offset, packet }) => ({ code, offset, packet }))).toEqual(
        boundaries.includes(length)
          ? []
          : [{ code: 'capture-truncated', offset: boundaries[whole], packet: whole + 1 }],
      )
    }
  })

  it('is refused where even its header is cut', () => {
    for (let length = 4; length < 24; length++)
      expect(read(file.slice(0, length)).reader.fault).toMatchObject({ code: 'capture-header-truncated' })
  })

  it('is refused where its version is not one that exists', () => {
    expect(read(pcap(frames, { version: [3, 0] })).reader.fault?.code).toBe('capture-version-unknown')
  })

  it('is read up to a hostile length, whatever it claims', () => {
    for (const captured of [262145, 0x7fffffff, 0xffffffff]) {
      const { sink, reader } = read(
        bytes(pcap([frames[0]!, { data: pattern(60), captured }]), pattern(500)),
        64,
      )
      expect(sink.packets.length).toBe(1)
      expect(sink.warnings).toMatchObject([
        { code: 'capture-damaged', offset: 40 + frames[0]!.length, packet: 2 },
      ])
      expect(reader.wanted).toBeLessThan(300_000)
    }
  })

  it('never makes the reader throw or hang, whatever is changed in it', () => {
    const random = new Random(20)
    for (let round = 0; round < 2000; round++) {
      const changed = mutate(file, random)
      const { sink } = read(changed, 1 + random.below(200))
      const kept = sink.packets.reduce((sum, packet) => sum + packet.data.length, 0)
      expect(kept).toBeLessThanOrEqual(changed.length)
    }
  })
})

describe('reading a packet again', () => {
  for (const given of [
    {},
    { littleEndian: false, nanoseconds: true },
    { modified: true },
    { version: [2, 2] as const },
  ])
    it(`gives the same packet as the first time (${JSON.stringify(given)})`, () => {
      const file = pcap(frames, given)
      const { sink, reader } = read(file)
      for (const scratch of [new Uint8Array(64), new Uint8Array(4096)])
        for (const packet of sink.packets) {
          const again = reader.layout!.readAgain(memorySource(file), packet.at, scratch)
          expect(again).toEqual({
            bytes: packet.data,
            original: packet.original,
            time: packet.time,
            link: packet.link,
          })
        }
    })

  it('gives nothing where no whole packet lies', () => {
    const file = pcap(frames)
    const { reader } = read(file)
    const scratch = new Uint8Array(64)
    expect(reader.layout!.readAgain(memorySource(file), file.length, scratch)).toBeNull()
    expect(reader.layout!.readAgain(memorySource(file.slice(0, 100)), 24, scratch)).not.toBeUndefined()
    expect(reader.layout!.readAgain(memorySource(file.slice(0, 60)), 24, scratch)).toBeNull()
  })
})
