// Zstandard unpacked block by block (RFC 8878): the frame is walked here, the reference decoder does the work.

import { ZSTDDecoder } from 'zstddec/stream'
import { orderedU32 } from '../../shared/bytes/raw.ts'
import { type Chunk, Cut, Portions } from './chunks.ts'

const frameMagic = 0xfd2fb528
/** RFC 8878 §3.1.2: sixteen magic numbers of frames to be passed over. */
const skippableMagic = 0x184d2a50
/** Largest block, packed or not (RFC 8878 §3.1.1.2.4). */
const maxBlockBytes = 128 << 10
const dictionaryIdBytes = [0, 1, 2, 4] as const
const contentSizeBytes = [0, 2, 4, 8] as const
const blockKinds = { raw: 0, rle: 1 } as const

/** Unpacks any number of frames. A block at a time goes in, so that at most 128 KiB come out at a time. */
export async function* unpackZstd(
  packed: AsyncGenerator<Chunk, void>,
  name: string,
): AsyncGenerator<Chunk, void> {
  const decoder = new ZSTDDecoder()
  await decoder.init()
  const portions = new Portions(packed)
  while (await portions.more()) {
    const magic = await wanted(portions, 4, name)
    if ((orderedU32(magic, 0, true) & 0xfffffff0) === skippableMagic) {
      const size = orderedU32(await wanted(portions, 4, name), 0, true)
      if (!(await portions.skip(size))) throw truncated(name)
    } else if (orderedU32(magic, 0, true) === frameMagic) yield* frame(decoder, portions, magic, name)
    else throw damaged(name)
  }
}

async function* frame(
  decoder: ZSTDDecoder,
  portions: Portions,
  magic: Uint8Array,
  name: string,
): AsyncGenerator<Chunk, void> {
  const descriptor = await wanted(portions, 1, name)
  const flags = descriptor[0]!
  const rest = await wanted(portions, headerRest(flags), name)
  const stream = new Frame(decoder)
  try {
    yield* blocks(stream, portions, flags, Buffer.concat([magic, descriptor, rest]), name)
  } finally {
    stream.end()
  }
}

async function* blocks(
  stream: Frame,
  portions: Portions,
  flags: number,
  header: Uint8Array,
  name: string,
): AsyncGenerator<Chunk, void> {
  let head = header
  for (let last = false; !last;) {
    const blockHead = await wanted(portions, 3, name)
    const bits = blockHead[0]! | (blockHead[1]! << 8) | (blockHead[2]! << 16)
    last = (bits & 1) === 1
    const kind = (bits >> 1) & 3
    const size = bits >> 3
    if (size > maxBlockBytes) throw damaged(name)
    const body = await wanted(portions, kind === blockKinds.rle ? 1 : size, name)
    const checksum = last && (flags & 4) !== 0 ? await wanted(portions, 4, name) : new Uint8Array(0)
    const bytes = stream.feed(Buffer.concat([head, blockHead, body, checksum]))
    if (bytes === null) throw damaged(name)
    head = new Uint8Array(0)
    if (bytes.length > 0) yield { bytes, read: portions.read }
  }
  if (!stream.end()) throw damaged(name)
}

/** Bytes of the frame header behind its descriptor (RFC 8878 §3.1.1.1). */
function headerRest(flags: number): number {
  const singleSegment = (flags & 0x20) !== 0
  const contentSize = contentSizeBytes[(flags >> 6) as 0 | 1 | 2 | 3]
  return (
    (singleSegment ? 0 : 1) +
    dictionaryIdBytes[(flags & 3) as 0 | 1 | 2 | 3] +
    (contentSize === 0 && singleSegment ? 1 : contentSize)
  )
}

/**
 * The decoder pulls its input and asks for more before it hands out the next bytes; `feed` turns that round. On an error it
 * hands out empty pieces without asking for more, which ends the frame here.
 */
class Frame {
  private readonly offered: Uint8Array[] = []
  private readonly pieces: Generator<Uint8Array>

  constructor(decoder: ZSTDDecoder) {
    this.pieces = decoder.decodeStreaming(this.inputs())
  }

  /** What `bytes`, a whole block, brings forth; null where it, or the one before, is damaged. */
  feed(bytes: Uint8Array): Uint8Array | null {
    this.offered.push(bytes)
    const result = this.pieces.next()
    return result.done === true || this.offered.length > 0 ? null : result.value
  }

  /** Lets the decoder give its memory back. False where it does not hold the frame for whole and sound. */
  end(): boolean {
    try {
      return this.pieces.next().done === true
    } catch {
      return false
    }
  }

  private *inputs(): Generator<Uint8Array> {
    for (let bytes = this.offered.pop(); bytes !== undefined; bytes = this.offered.pop()) yield bytes
  }
}

async function wanted(portions: Portions, count: number, name: string): Promise<Uint8Array> {
  const bytes = await portions.take(count)
  if (bytes === null) throw truncated(name)
  return bytes
}

function truncated(name: string): Cut {
  return new Cut(
    'zstd-truncated',
    `${name} breaks off inside its Zstandard compression. What was there was read.`,
  )
}

function damaged(name: string): Cut {
  return new Cut(
    'zstd-damaged',
    `The Zstandard compression of ${name} is damaged, or needs a window above 128 MiB. What came before was read.`,
  )
}
