// Zstandard and LZ4 captures as the worker unpacks them: whole, cut, damaged, and packed to burst.

import { compress } from 'lz4js'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCaptureInput } from '../../electron/worker/source.ts'
import { CaptureReader, readCapture } from '../../shared/capture/reader.ts'
import { pcap } from '../support/captures.ts'
import { mutate, Random } from '../support/mutation.ts'
import { lz4Bomb, lz4Frame, skippableFrame, zstdBomb, zstdFrame, zstdHead } from '../support/packed.ts'
import { bytes, pattern } from '../support/packets.ts'
import { KeepingSink } from '../support/sink.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function readPacked(content: Uint8Array, inflatedBytes = 1 << 30) {
  const path = join(folder, 'capture')
  writeFileSync(path, content)
  const pieces = await openCaptureInput(path, { inflatedBytes })
  const sink = new KeepingSink()
  const reader = new CaptureReader(sink, pieces.container)
  let end = 0
  await readCapture(pieces, reader, sink, (read) => (end = read) >= 0)
  pieces.close()
  return { sink, reader, end, codes: sink.codes }
}

const capture = pcap(Array.from({ length: 400 }, (_, i) => pattern(1 + ((i * 37) % 1400), i)))

/** What the reference packer makes of four thousand packets of 60 equal bytes, level 19, with a checksum. */
const packedByZstd = Uint8Array.from(
  Buffer.from(
    'KLUv/aSYowQAPAEAwNTDsqECAAQABAABAAAAAPFTZQUAAAA8BwQAmf9PyAGuvNxcNxAHTAAACAcBAPz/ORACVQAAAAEAlaPR/3oEAvzZYTc=',
    'base64',
  ),
)

const packers = {
  zstd: (content: Uint8Array) => zstdFrame(content),
  'zstd in small blocks': (content: Uint8Array) => zstdFrame(content, 999),
  'two zstd frames with another between': (content: Uint8Array) =>
    bytes(
      zstdFrame(content.subarray(0, 5000)),
      skippableFrame(pattern(70)),
      zstdFrame(content.subarray(5000)),
    ),
  'lz4, stored': (content: Uint8Array) => lz4Frame(content),
  'lz4, packed': (content: Uint8Array) => compress(content),
  'two lz4 frames with another between': (content: Uint8Array) =>
    bytes(lz4Frame(content.subarray(0, 5000)), skippableFrame(pattern(70)), compress(content.slice(5000))),
}

describe.each(Object.entries(packers))('a capture packed as %s', (name, pack) => {
  const container = name.includes('zstd') ? 'zstd' : 'lz4'

  it('is read as if it were not', async () => {
    const packed = pack(capture)
    const { sink, reader, end, codes } = await readPacked(packed)
    expect(codes).toEqual([])
    expect(sink.packets).toHaveLength(400)
    expect(sink.packets[399]!.data).toEqual(pattern(1 + ((399 * 37) % 1400), 399))
    expect(reader.details).toBe(`pcap, microseconds, little-endian, ${container}`)
    expect(end).toBe(packed.length)
  })

  it('is read up to where it breaks off', async () => {
    const packed = pack(capture)
    for (const part of [0.2, 0.5, 0.9]) {
      const { sink, codes } = await readPacked(packed.subarray(0, packed.length * part))
      expect(codes[0]).toBe(`${container}-truncated`)
      expect(sink.packets.length).toBeLessThan(400)
    }
  })

  it('ends in an outcome whatever its bytes are', async () => {
    const random = new Random(7)
    const packed = pack(capture.subarray(0, 20_000))
    for (let round = 0; round < 60; round++) {
      const { reader } = await readPacked(mutate(packed, random), 1 << 24)
      expect(reader.packets).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('Zstandard', () => {
  it('is unpacked as the reference packer packed it', async () => {
    const { sink, codes } = await readPacked(packedByZstd)
    expect(codes).toEqual([])
    expect(sink.packets).toHaveLength(4000)
  })

  it('with a wrong checksum is damaged', async () => {
    const wrong = packedByZstd.slice()
    wrong[wrong.length - 1]! ^= 1
    const { codes } = await readPacked(wrong)
    expect(codes[0]).toBe('zstd-damaged')
  })

  it('that asks for a window of 2 GiB is refused as damaged without reserving it', async () => {
    const before = process.memoryUsage().rss
    const { codes } = await readPacked(bytes(zstdHead(21), zstdFrame(capture).subarray(6)))
    expect(codes[0]).toBe('zstd-damaged')
    expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20)
  })
})

/** Zeros read as packets without bytes: only their number is kept. */
class CountingSink extends KeepingSink {
  override packet(): void {
    this.count++
  }
  count = 0
}

const head = capture.subarray(0, 60_000)

describe.each([
  ['gzip', () => gzipSync(bytes(head, new Uint8Array(300 << 20)))],
  ['zstd', () => zstdBomb(head, 2400)],
  ['lz4', () => lz4Bomb(head, 75)],
])('a bomb of 300 MiB packed as %s', (name, make) => {
  it('stops at the limit, in bounded memory, with its packets read', async () => {
    const packed = make()
    expect(packed.length).toBeLessThan(2 << 20)
    const path = join(folder, 'bomb')
    writeFileSync(path, packed)
    const before = process.memoryUsage().rss
    const pieces = await openCaptureInput(path, { inflatedBytes: 80 << 20 })
    const sink = new CountingSink()
    await readCapture(pieces, new CaptureReader(sink, pieces.container), sink, () => true)
    pieces.close()
    expect(process.memoryUsage().rss - before, name).toBeLessThan(300 << 20)
    // The limit, and one chunk beyond it at most.
    expect(sink.count).toBeLessThan((128 << 20) / 16)
    expect(sink.codes).toEqual(expect.arrayContaining(['capture-swells', 'capture-unpacks-too-large']))
  })
})

describe('a large capture', () => {
  it('packed as tightly as captures can be is unpacked without a word', async () => {
    // Packets of text that repeats, a tenth of it changing.
    const packet = Uint8Array.from({ length: 1400 }, (_, i) =>
      i % 10 === 0 ? (i * 7919) >> 3 : 65 + (i % 7),
    )
    const packets = Array.from({ length: 50_000 }, (_, i) => {
      const one = packet.slice()
      for (let at = 0; at < one.length; at += 100) one[at] = (i * 31 + at) >> 2
      return one
    })
    const { codes } = await readPacked(gzipSync(pcap(packets)))
    expect(codes).toEqual([])
  })
})
