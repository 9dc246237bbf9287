// pcapng, block type by block type, in both byte orders; cut and damaged ones.

import { describe, expect, it } from 'vitest'
import { maxCommentsKept } from '../../../shared/limits.ts'
import { Blocks } from '../../support/captures.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { bytes, pattern, tcpFrame } from '../../support/packets.ts'
import { memorySource, read } from '../../support/sink.ts'

const frame = tcpFrame(pattern(33, 1))
const second = 1_000_000n
const start = 1_700_000_000n * second

describe.each([true, false])('pcapng with little-endian %s', (littleEndian) => {
  const blocks = new Blocks(littleEndian)
  const { order } = blocks
  const opening = bytes(blocks.section(), blocks.interface())

  it('gives packets of enhanced packet blocks with their times', () => {
    const file = bytes(
      opening,
      blocks.packet(frame, start + 5n),
      blocks.packet(pattern(61), start + second + 7n, 0, [], { original: 1500 }),
    )
    const { sink, reader } = read(file)
    expect(
      sink.packets.map(({ data, original, number, time }) => ({ data, original, number, time })),
    ).toEqual([
      { data: frame, original: frame.length, number: 1, time: 5000 },
      { data: pattern(61), original: 1500, number: 2, time: 1e9 + 7000 },
    ])
    expect(reader.clock.baseSeconds).toBe(1_700_000_000)
    expect(sink.packets[0]!.at).toBe(opening.length)
    expect(reader.details).toBe(`pcapng, ${littleEndian ? 'little' : 'big'}-endian, 1 interface`)
    expect(sink.warnings).toEqual([])
  })

  it('gives packets of simple packet blocks, which have no time', () => {
    const file = bytes(
      blocks.section(),
      blocks.interface(1, [], 50),
      blocks.simplePacket(pattern(49)),
      blocks.simplePacket(pattern(50), 1500),
    )
    const { sink, reader } = read(file)
    expect(sink.packets.map((packet) => [packet.data.length, packet.original])).toEqual([
      [49, 49],
      [50, 1500],
    ])
    expect(sink.packets[0]!.time).toBeNaN()
    expect(reader.first).toBeNaN()
  })

  it('gives packets of the obsolete packet block', () => {
    const { sink } = read(bytes(opening, blocks.obsoletePacket(frame, start + 3n, 0, 99)))
    expect(sink.packets).toMatchObject([{ data: frame, number: 1, time: 3000 }])
  })

  it('keeps interfaces apart, with link type, name and snap length of each', () => {
    const file = bytes(
      blocks.section(),
      blocks.interface(1, [[2, 'eth0']]),
      blocks.interface(101, [[2, 'tun0']], 96),
      blocks.packet(frame, start, 1),
      blocks.packet(frame, start, 0),
    )
    const { sink } = read(file)
    expect(sink.packets.map(({ link }) => [link.index, link.linkType, link.name, link.snaplen])).toEqual([
      [1, 101, 'tun0', 96],
      [0, 1, 'eth0', 262144],
    ])
  })

  it.each([
    ['seconds', [0], 1_700_000_000n, 0],
    ['milliseconds', [3], 1_700_000_000_123n, 123_000_000],
    ['nanoseconds', [9], 1_700_000_000_123_456_789n, 123_456_789],
    ['picoseconds', [12], 1_700_000_000_123_456_789_999n % 2n ** 64n, null],
    ['two to the minus 10', [0x8a], 1_700_000_000n * 1024n + 512n, 500_000_000],
    ['two to the minus 20', [0x94], 1_700_000_000n * 2n ** 20n + 1n, 953],
    ['two to the minus 32', [0xa0], (1_700_000_000n << 32n) + (1n << 31n), 500_000_000],
  ] as const)('reads timestamps in %s', (_name, resolution, ticks, nanoseconds) => {
    const file = bytes(blocks.section(), blocks.interface(1, [[9, resolution]]), blocks.packet(frame, ticks))
    const { sink, reader } = read(file)
    if (nanoseconds === null) {
      const exact = (ticks % 10n ** 12n) / 1000n
      expect(sink.packets[0]!.time).toBe(Number(exact))
      expect(reader.clock.baseSeconds).toBe(Number(ticks / 10n ** 12n))
      return
    }
    expect(reader.clock.baseSeconds).toBe(1_700_000_000)
    expect(sink.packets[0]!.time).toBe(nanoseconds)
  })

  it('reads nanoseconds exactly for any time', () => {
    const random = new Random(9)
    for (let round = 0; round < 300; round++) {
      const ticks = (BigInt(random.next()) << 32n) | BigInt(random.next())
      const file = bytes(blocks.section(), blocks.interface(1, [[9, [9]]]), blocks.packet(frame, ticks))
      const { sink, reader } = read(file)
      expect(reader.clock.baseSeconds).toBe(Number(ticks / 1_000_000_000n))
      expect(sink.packets[0]!.time).toBe(Number(ticks % 1_000_000_000n))
    }
  })

  it('adds the offset of an interface to its times', () => {
    const file = bytes(
      blocks.section(),
      blocks.interface(1, [[14, order.u64(1_700_000_000n)]]),
      blocks.interface(1, [[14, order.u64(-3600n)]]),
      blocks.packet(frame, 1n),
      blocks.packet(frame, start, 1),
    )
    const { sink, reader } = read(file)
    expect(reader.clock.baseSeconds).toBe(1_700_000_000)
    expect(sink.packets.map((packet) => packet.time)).toEqual([1000, -3600e9])
    expect([reader.first, reader.last]).toEqual([-3600e9, 1000])
  })

  it('keeps comments on sections and packets, up to a limit', () => {
    const file = bytes(
      blocks.section([[1, 'lab, first try']]),
      blocks.interface(),
      blocks.packet(frame, start, 0, [
        [2, [0, 0, 0, 1]],
        [1, 'here it fails'],
        [1, 'really'],
      ]),
    )
    expect(read(file).reader.comments).toEqual([
      { packet: null, text: 'lab, first try' },
      { packet: 1, text: 'here it fails' },
      { packet: 1, text: 'really' },
    ])
    const commented = blocks.packet(pattern(1), start, 0, [[1, 'x']])
    const many = read(bytes(opening, ...Array.from({ length: maxCommentsKept + 5 }, () => commented)))
    expect(many.reader.comments.length).toBe(maxCommentsKept)
    expect(many.sink.packets.length).toBe(maxCommentsKept + 5)
  })

  it('hands on decryption secrets with their type', () => {
    const { sink } = read(bytes(opening, blocks.secrets(0x544c534b, bytes('CLIENT_RANDOM 00 11'))), 7)
    expect(sink.secretBlocks).toEqual([{ type: 0x544c534b, data: bytes('CLIENT_RANDOM 00 11') }])
  })

  it('passes over name resolution, statistics and unknown blocks', () => {
    const file = bytes(
      opening,
      blocks.block(4, pattern(20)),
      blocks.block(5, pattern(24)),
      blocks.block(0x80000001, pattern(9)),
      blocks.packet(frame, start),
    )
    const { sink } = read(file)
    expect(sink.packets).toMatchObject([{ number: 1 }])
    expect(sink.warnings).toEqual([])
  })

  it('gives journal entries, custom blocks and system calls a packet number, as Wireshark does', () => {
    const file = bytes(
      opening,
      blocks.journal('MESSAGE=hello'),
      blocks.packet(frame, start),
      blocks.block(0xbad, pattern(12)),
      blocks.block(0x204, pattern(40)),
      blocks.packet(frame, start),
    )
    const { sink, reader } = read(file)
    expect(sink.packets.map((packet) => packet.number)).toEqual([2, 5])
    expect(reader.packets).toBe(5)
  })

  it('is the same in pieces of any size, and packet by packet when read again', () => {
    const file = bytes(
      opening,
      blocks.packet(frame, start, 0, [[1, 'note']]),
      blocks.simplePacket(pattern(70)),
      blocks.obsoletePacket(pattern(1300), start + 1n),
    )
    const whole = read(file)
    for (const step of [1, 3, 11, 12, 27, 28, 29, 333])
      expect(read(file, step).sink.packets).toEqual(whole.sink.packets)
    for (const packet of whole.sink.packets)
      expect(whole.reader.layout!.readAgain(memorySource(file), packet.at, new Uint8Array(64))).toEqual({
        bytes: packet.data,
        original: packet.original,
        time: packet.time,
        link: packet.link,
      })
    expect(whole.reader.layout!.readAgain(memorySource(file), 0, new Uint8Array(64))).toBeNull()
  })

  it('passes over a packet of an interface that was not described, and one that overruns its block', () => {
    const file = bytes(
      opening,
      blocks.packet(frame, start, 7),
      blocks.packet(frame, start, 0, [], { captured: 5000 }),
      blocks.packet(frame, start),
    )
    const { sink } = read(file)
    expect(sink.packets).toMatchObject([{ number: 3 }])
    expect(sink.warnings).toMatchObject([
      { code: 'interface-unknown', packet: 1, offset: opening.length },
      { code: 'block-damaged', packet: 2 },
    ])
  })

  it('stops where the two lengths of a block differ, or a length is impossible', () => {
    const bad = blocks.packet(frame, start)
    const wrongTrailer = bytes(bad.subarray(0, bad.length - 4), order.u32(bad.length + 4))
    const tooShort = bytes(order.u32(6), order.u32(8), order.u32(8))
    const tooLong = bytes(order.u32(6), order.u32(0xfffffff0), pattern(64))
    for (const damage of [wrongTrailer, tooShort, tooLong]) {
      const { sink, reader } = read(bytes(opening, blocks.packet(frame, start), damage, bad), 50)
      expect(sink.packets.length).toBe(1)
      expect(sink.warnings).toMatchObject([
        { code: 'capture-damaged', offset: opening.length + bad.length, packet: 2 },
      ])
      expect(reader.fault).toBeNull()
    }
  })

  it('passes over a block of any claimed size that it has no use for, without asking for all of it', () => {
    const claimed = 20_000_000
    const long = bytes(order.u32(0x80000002), order.u32(claimed), pattern(1000))
    const { sink, reader } = read(bytes(opening, long), 100)
    expect(sink.codes).toEqual(['block-passed-over', 'capture-truncated'])
    expect(reader.wanted).toBeLessThan(100)
  })

  it('is read up to where it breaks off', () => {
    const first = blocks.packet(frame, start)
    const file = bytes(opening, first, blocks.packet(frame, start))
    const ends = [blocks.section().length, opening.length, opening.length + first.length, file.length]
    for (let length = ends[0]!; length < file.length; length++) {
      const { sink } = read(file.slice(0, length))
      const whole = ends.filter((end) => end <= length)
      expect(sink.packets.length).toBe(Math.max(0, whole.length - 2))
      expect(sink.warnings.map(({ code, offset }) => [code, offset])).toEqual(
        ends.includes(length) ? [] : [['capture-truncated', whole.at(-1)]],
      )
    }
    for (let length = 4; length < ends[0]!; length++)
      expect(read(file.slice(0, length)).reader.fault?.code).toBe('capture-header-truncated')
  })

  it('never makes the reader throw or hang, whatever is changed in it', () => {
    const random = new Random(littleEndian ? 30 : 31)
    const file = bytes(
      blocks.section([[1, 'comment']]),
      blocks.interface(1, [[9, [9]]]),
      blocks.packet(frame, start, 0, [[1, 'comment']]),
      blocks.simplePacket(frame),
      blocks.secrets(1, pattern(10)),
      blocks.journal('x'),
      blocks.packet(frame, start),
    )
    for (let round = 0; round < 2000; round++) {
      const changed = mutate(file, random)
      const { sink, reader } = read(changed, 1 + random.below(200))
      const kept = sink.packets.reduce((sum, packet) => sum + packet.data.length, 0)
      expect(kept).toBeLessThanOrEqual(changed.length)
      for (const packet of sink.packets)
        reader.layout!.readAgain(memorySource(mutate(changed, random)), packet.at, new Uint8Array(64))
    }
  })
})

describe('pcapng sections', () => {
  it('may differ in byte order and begin their interfaces anew', () => {
    const little = new Blocks(true)
    const big = new Blocks(false)
    const file = bytes(
      little.section(),
      little.interface(1),
      little.packet(frame, start),
      big.section(),
      big.interface(101, [[9, [9]]]),
      big.packet(pattern(40), (start + second) * 1000n),
    )
    const { sink, reader } = read(file)
    expect(sink.packets.map(({ link, number, time }) => [link.index, link.linkType, number, time])).toEqual([
      [0, 1, 1, 0],
      [1, 101, 2, 1e9],
    ])
    expect(reader.details).toBe('pcapng, little-endian, 2 interfaces, 2 sections')
    for (const packet of sink.packets)
      expect(reader.layout!.readAgain(memorySource(file), packet.at, new Uint8Array(4096))?.bytes).toEqual(
        packet.data,
      )
  })

  it('of another major version end the reading, or refuse the file if it is the first', () => {
    const blocks = new Blocks()
    const newer = blocks.section([], [2, 0])
    expect(read(newer).reader.fault?.code).toBe('capture-version-unknown')
    const { sink, reader } = read(bytes(blocks.section(), blocks.interface(), newer))
    expect(reader.fault).toBeNull()
    expect(sink.codes).toEqual(['capture-version-unknown'])
  })

  it('with a header that makes no sense refuse the file', () => {
    const file = new Blocks().section()
    file[8] = 0
    expect(read(file).reader.fault).toMatchObject({ code: 'capture-damaged', offset: 8 })
  })
})
