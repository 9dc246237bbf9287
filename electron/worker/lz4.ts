// LZ4 frames unpacked block by block (LZ4 Frame Format 1.6): the frame is walked here, the library unpacks the blocks.

import { orderedU32 } from '../../shared/bytes/raw.ts'
import { type Chunk, Cut, Portions } from './chunks.ts'

const frameMagic = 0x184d2204
const skippableMagic = 0x184d2a50
/** Blocks may refer this far back, into the blocks before. */
const historyBytes = 64 << 10
/** Largest block by the block size field 4 to 7. */
const blockSizes: Readonly<Record<number, number>> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 }
const flag = {
  contentChecksum: 4,
  contentSize: 8,
  blockChecksum: 0x10,
  independent: 0x20,
  dictionary: 1,
} as const
const uncompressedBit = 0x80000000

/** Unpacks any number of frames; each block is at most 4 MiB. */
export async function* unpackLz4(
  packed: AsyncGenerator<Chunk, void>,
  name: string,
): AsyncGenerator<Chunk, void> {
  const { decompressBlock } = await import('lz4js')
  const portions = new Portions(packed)
  while (await portions.more()) {
    const magic = orderedU32(await wanted(portions, 4, name), 0, true)
    if ((magic & 0xfffffff0) === skippableMagic) {
      const size = orderedU32(await wanted(portions, 4, name), 0, true)
      if (!(await portions.skip(size))) throw truncated(name)
    } else if (magic === frameMagic) yield* frame(decompressBlock, portions, name)
    else throw damaged(name)
  }
}

type DecompressBlock = (src: Uint8Array, dst: Uint8Array, at: number, length: number, to: number) => number

async function* frame(
  decompressBlock: DecompressBlock,
  portions: Portions,
  name: string,
): AsyncGenerator<Chunk, void> {
  const head = await wanted(portions, 2, name)
  const flags = head[0]!
  const largest = blockSizes[(head[1]! >> 4) & 7]
  if (flags >> 6 !== 1 || largest === undefined) throw damaged(name)
  const optional = (flags & flag.contentSize ? 8 : 0) + (flags & flag.dictionary ? 4 : 0)
  await wanted(portions, optional + 1, name)
  const window = new Uint8Array(historyBytes + largest)
  let filled = 0
  for (;;) {
    const size = orderedU32(await wanted(portions, 4, name), 0, true)
    if (size === 0) break
    const length = size & ~uncompressedBit
    if (length > largest) throw damaged(name)
    const block = await wanted(portions, length, name)
    if (flags & flag.blockChecksum) await wanted(portions, 4, name)
    const from = flags & flag.independent ? 0 : Math.min(filled, historyBytes)
    window.copyWithin(0, filled - from, filled)
    if (size >= uncompressedBit) {
      window.set(block, from)
      filled = from + length
    } else filled = decompressBlock(block, window, 0, length, from)
    // The library writes no further than the buffer, but counts on.
    if (!(filled <= from + largest)) throw damaged(name)
    if (filled > from) yield { bytes: window.slice(from, filled), read: portions.read }
  }
  if (flags & flag.contentChecksum) await wanted(portions, 4, name)
}

async function wanted(portions: Portions, count: number, name: string): Promise<Uint8Array> {
  const bytes = await portions.take(count)
  if (bytes === null) throw truncated(name)
  return bytes
}

function truncated(name: string): Cut {
  return new Cut('lz4-truncated', `${name} breaks off inside its LZ4 compression. What was there was read.`)
}

function damaged(name: string): Cut {
  return new Cut('lz4-damaged', `The LZ4 compression of ${name} is damaged. What came before was read.`)
}
