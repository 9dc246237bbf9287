// Captures from real files, gzip and pipes, as the worker opens them.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileSource, openCaptureInput } from '../../electron/worker/source.ts'
import { FileSpool } from '../../electron/worker/spool.ts'
import { CaptureReader, readCapture, readPacketAt } from '../../shared/capture/reader.ts'
import { SourceError } from '../../shared/ports.ts'
import { Blocks, pcap } from '../support/captures.ts'
import { bytes, pattern } from '../support/packets.ts'
import { KeepingSink, type KeptPacket, read } from '../support/sink.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function readFile(path: string, limits?: { inflatedBytes: number }) {
  const pieces = await openCaptureInput(path, limits)
  const sink = new KeepingSink()
  const reader = new CaptureReader(sink, pieces.container)
  const progress: number[] = []
  await readCapture(pieces, reader, sink, (bytesRead) => progress.push(bytesRead) > 0)
  return { pieces, sink, reader, progress }
}

/** More than one buffer of 2 MiB, with records of every size across its end. */
const large = pcap(Array.from({ length: 9000 }, (_, i) => pattern(1 + ((i * 37) % 1400), i)))
const expected = read(large).sink.packets

/** All that is known of the packets, in one line: comparing millions of bytes one by one takes seconds. */
function digest(packets: readonly KeptPacket[]): string {
  const hash = createHash('sha256')
  for (const { data, original, number, time, at } of packets)
    hash.update(JSON.stringify([original, number, time, at, data.length])).update(data)
  return `${String(packets.length)} packets, ${hash.digest('hex')}`
}

describe('a file', () => {
  it('is read piece by piece, with its progress', async () => {
    const { pieces, sink, progress } = await readFile(write('large.pcap', large))
    expect(large.length).toBeGreaterThan(4 << 20)
    expect(digest(sink.packets)).toBe(digest(expected))
    expect(progress.at(-1)).toBe(large.length)
    expect(pieces.total).toBe(large.length)
    expect(progress.length).toBeGreaterThan(1)
    pieces.close()
  })

  it('can be stopped, and keeps what was read', async () => {
    const pieces = await openCaptureInput(write('stop.pcap', large))
    const sink = new KeepingSink()
    const reader = new CaptureReader(sink)
    await readCapture(pieces, reader, sink, () => false)
    pieces.close()
    expect(sink.packets.length).toBeGreaterThan(0)
    expect(sink.packets.length).toBeLessThan(expected.length)
    expect(sink.warnings).toEqual([])
  })

  it('with a block longer than the buffer is read whole', async () => {
    const blocks = new Blocks()
    const secrets = pattern(9_000_000)
    const file = bytes(
      blocks.section(),
      blocks.interface(),
      blocks.secrets(1, secrets),
      blocks.packet(pattern(60), 1n),
    )
    const { pieces, sink } = await readFile(write('long-block.pcapng', file))
    expect(sink.secretBlocks[0]!.data.length).toBe(secrets.length)
    expect(sink.packets.length).toBe(1)
    pieces.close()
  })

  it('gives its packets again, until it changes', async () => {
    const path = write('again.pcap', pcap([pattern(60), pattern(3000)]))
    const { pieces, sink, reader } = await readFile(path)
    const source = pieces.seekable!
    for (const packet of sink.packets)
      expect(readPacketAt(source, reader.layout!, packet.at, new Uint8Array(2048))?.bytes).toEqual(
        packet.data,
      )
    appendFileSync(path, 'more')
    expect(() => readPacketAt(source, reader.layout!, 24, new Uint8Array(2048))).toThrow(
      expect.objectContaining({ code: 'capture-changed' }) as Error,
    )
    pieces.close()
  })

  it('that is empty is refused', async () => {
    const { pieces, reader } = await readFile(write('empty.pcap', new Uint8Array(0)))
    expect(reader.fault?.code).toBe('capture-empty')
    pieces.close()
  })

  it('that cannot be read is a SourceError that says why', async () => {
    const failure = (path: string) => openCaptureInput(path).catch((error: unknown) => error)
    const missing = await failure(join(folder, 'missing.pcap'))
    expect(missing).toBeInstanceOf(SourceError)
    expect(missing).toMatchObject({ code: 'capture-unreadable' })
    expect((missing as SourceError).message).toContain('does not exist')
    expect(((await failure(folder)) as SourceError).message).toContain('is a folder')
    const locked = write('locked.pcap', large)
    chmodSync(locked, 0)
    // The superuser may read it all the same.
    if (process.getuid?.() !== 0)
      expect(((await failure(locked)) as SourceError).message).toContain('may not be read')
  })

  it('is not read further than it was when it was opened', () => {
    const source = new FileSource(write('source.bin', pattern(100)))
    const into = new Uint8Array(40)
    expect(source.size).toBe(100)
    expect(source.read(90, into, 5, 35)).toBe(10)
    expect(into.slice(5, 15)).toEqual(pattern(100).slice(90))
    expect(source.read(200, into, 0, 10)).toBe(0)
    source.close()
  })
})

describe('a gzip file', () => {
  it('is unpacked on the way and cannot be read twice', async () => {
    const packed = gzipSync(large)
    const { pieces, sink, reader, progress } = await readFile(write('large.pcap.gz', packed))
    expect(digest(sink.packets)).toBe(digest(expected))
    expect(pieces.seekable).toBeNull()
    expect(pieces.total).toBe(packed.length)
    expect(progress.at(-1)).toBe(packed.length)
    expect(reader.details).toBe('pcap, microseconds, little-endian, gzip')
    pieces.close()
  })

  it('of several members is one capture', async () => {
    const members = bytes(gzipSync(large.subarray(0, 1000)), gzipSync(large.subarray(1000)))
    const { pieces, sink } = await readFile(write('members.gz', members))
    expect(digest(sink.packets)).toBe(digest(expected))
    pieces.close()
  })

  it('that breaks off is read up to there, with a warning', async () => {
    const packed = gzipSync(large)
    const { pieces, sink } = await readFile(write('cut.gz', packed.subarray(0, packed.length >> 1)))
    expect(sink.codes).toContain('gzip-truncated')
    expect(sink.packets.length).toBeGreaterThan(0)
    expect(digest(sink.packets)).toBe(digest(expected.slice(0, sink.packets.length)))
    pieces.close()
  })

  it('that is damaged is read up to there, with a warning', async () => {
    const packed = Buffer.from(gzipSync(large))
    packed.fill(0xff, packed.length - 5000, packed.length - 4000)
    const { pieces, sink } = await readFile(write('damaged.gz', packed))
    expect(sink.codes).toContain('gzip-damaged')
    expect(sink.packets.length).toBeGreaterThan(0)
    pieces.close()
  })

  it('that unpacks beyond the limit is read up to the limit', async () => {
    const bomb = gzipSync(bytes(pcap([pattern(60)]), new Uint8Array(8_000_000)))
    const { pieces, sink } = await readFile(write('bomb.gz', bomb), { inflatedBytes: 1_000_000 })
    expect(sink.codes).toContain('capture-unpacks-too-large')
    pieces.close()
  })

  it('of something else says what it holds', async () => {
    const { pieces, reader } = await readFile(write('text.gz', gzipSync('only text')))
    expect(reader.fault).toMatchObject({
      code: 'capture-text',
      message: 'This gzip file holds text, not a packet capture.',
    })
    const twice = await readFile(write('twice.gz', gzipSync(gzipSync(large))))
    expect(twice.reader.fault?.code).toBe('capture-packed')
    twice.pieces.close()
    pieces.close()
  })
})

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  it.each([
    ['plain', large],
    ['gzip', gzipSync(large)],
  ])('is read as it comes (%s)', async (name, content) => {
    const file = write(`${name}.input`, content)
    const fifo = join(folder, `${name}.fifo`)
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0)
    const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', file, fifo])
    const { pieces, sink } = await readFile(fifo)
    expect(digest(sink.packets)).toBe(digest(expected))
    expect(pieces.total).toBeNull()
    expect(pieces.seekable).toBeNull()
    pieces.close()
    writer.kill()
  })
})

describe('the spool', () => {
  it('gives back what was put in, of any size and in any order', () => {
    const spool = new FileSpool(folder)
    const sizes = [60, 0, 262144, 1500, 262124, 262125, 1, 70000, 200000, 9000]
    const places = sizes.map((size, i) => {
      const buffer = bytes(pattern(7), pattern(size, i))
      const place = spool.append(buffer, 7, size, size + i, i === 1 ? NaN : i * 1.5e9, i)
      buffer.fill(0)
      return place
    })
    for (const i of [9, 0, 5, 2, 4, 1, 3, 8, 6, 7]) {
      const { bytes: data, ...rest } = spool.read(places[i]!)!
      expect(Buffer.compare(data, pattern(sizes[i]!, i))).toBe(0)
      expect(rest).toEqual({ original: sizes[i]! + i, time: i === 1 ? NaN : i * 1.5e9, link: i })
    }
    expect(spool.read(-1)).toBeNull()
    expect(spool.read(1e9)).toBeNull()
    spool.close()
    expect(spool.read(0)).toBeNull()
  })

  it('refuses what goes beyond its limit and keeps the rest', () => {
    const spool = new FileSpool(folder, 1000)
    expect(spool.append(pattern(900), 0, 900, 900, 1, 0)).toBe(0)
    expect(spool.append(pattern(900), 0, 900, 900, 1, 0)).toBe(-1)
    expect(spool.read(0)?.bytes).toEqual(pattern(900))
    spool.close()
  })

  it('leaves no file behind', () => {
    const before = readdirSync(folder)
    const spool = new FileSpool(folder)
    spool.append(pattern(60), 0, 60, 60, 1, 0)
    spool.close()
    expect(readdirSync(folder)).toEqual(before)
  })
})
