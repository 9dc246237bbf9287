// Recorded classic captures, packet for packet as another reader (pcap-parser) reads them.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, type PcapParserPacket } from 'pcap-parser'
import { describe, expect, it } from 'vitest'
import { pcap } from '../../support/captures.ts'
import { pattern } from '../../support/packets.ts'
import { read } from '../../support/sink.ts'

const folders = ['captures', '../shared/captures/lab', '../shared/captures/zeek']
  .map((folder) => (folder === 'captures' ? join('test', folder) : folder))
  .filter((folder) => existsSync(folder))

/** Classic captures in microseconds: the only ones that pcap-parser reads. */
const captures = folders.flatMap((folder) =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => /\.(pcap|cap|trace)$/.test(path) && isClassic(readFileSync(path).subarray(0, 4))),
)

describe.skipIf(captures.length === 0)('recorded classic captures', () => {
  it('are read packet for packet as pcap-parser reads them', async () => {
    let packets = 0
    for (const path of captures) {
      const expected = await independently(path)
      const { sink, reader } = read(readFileSync(path))
      const base = reader.clock.baseSeconds
      expect(sink.packets.length, path).toBe(expected.length)
      for (const [i, packet] of sink.packets.entries()) {
        const { header, data } = expected[i]!
        // Compared by hand: a million calls of an assertion take minutes.
        const same =
          data.equals(packet.data) &&
          packet.original === header.originalLength &&
          packet.number === i + 1 &&
          packet.time === (header.timestampSeconds - base) * 1e9 + header.timestampMicroseconds * 1000
        if (!same) expect.fail(`${path}: packet ${String(i + 1)} differs`)
      }
      packets += expected.length
    }
    expect(packets).toBeGreaterThan(0)
  }, 60_000)
})

describe('a capture built for tests', () => {
  it('is one that pcap-parser reads', () => {
    expect(isClassic(pcap([pattern(60)]))).toBe(true)
    expect(isClassic(pcap([pattern(60)], { nanoseconds: true }))).toBe(false)
  })
})

function isClassic(head: Uint8Array): boolean {
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex')
  return magic === 'a1b2c3d4' || magic === 'd4c3b2a1'
}

/** pcap-parser gives no sign of a packet that is cut at the end; it leaves it out, as our reader does. */
function independently(path: string): Promise<PcapParserPacket[]> {
  return new Promise((resolve, reject) => {
    const found: PcapParserPacket[] = []
    const parser = parse(path)
    parser.on('packet', (packet) => found.push(packet))
    parser.on('error', reject)
    parser.on('end', () => resolve(found))
  })
}
