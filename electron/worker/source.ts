// Captures as Node gives them: files, compressed files and pipes, in pieces of one reused buffer.

import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { sniff } from '../../shared/capture/sniff.ts'
import { maxInflatedBytes } from '../../shared/limits.ts'
import { SourceError } from '../../shared/ports.ts'
import type { ByteSource, Container, Piece, PieceProblem, Pieces } from '../../shared/ports.ts'
import { type Chunk, Cut } from './chunks.ts'
import { packedBytes } from './gunzip.ts'
import { containerOf, unpack } from './unpack.ts'

/** Reads begin here in the buffer: page-aligned reads into the first bytes of a large Buffer are several times slower. */
const bufferStart = 64
const fileReadBytes = 4 << 20
/** The first piece is twice this, each as large as two of the one before, up to `fileReadBytes`. */
const firstReadBytes = 256 << 10
/** Bytes read at once of a file that is still being written, and milliseconds between two looks at it. */
const growingReadBytes = 512 << 10
const growthWait = 200
/** First size of the buffer for bytes that come in chunks. */
const streamBufferBytes = 512 << 10

/**
 * Opens a capture for reading forward. `-` is standard input; gzip, Zstandard and LZ4 are unpacked on the way. Throws `SourceError` for a file
 * that cannot be read. What the bytes are is for the capture reader to say.
 */
export async function openCaptureInput(
  path: string,
  limits: { readonly inflatedBytes: number } = { inflatedBytes: maxInflatedBytes },
): Promise<Pieces> {
  if (path === '-') return streamPieces('standard input', process.stdin, limits.inflatedBytes)
  // Opening a pipe twice would lose its writer, so the kind of file is asked for first.
  const kind = attempt(path, () => statSync(path))
  if (!kind.isFile() && !kind.isDirectory())
    return streamPieces(path, createReadStream(path), limits.inflatedBytes)
  const file = new FileSource(path)
  const head = Buffer.alloc(4)
  const there = file.read(0, head, 0, head.length)
  const container = containerOf(sniff(head.subarray(0, there)).kind)
  if (container === null) return new FilePieces(file)
  const problems: PieceProblem[] = []
  const chunks = unpack(container, fileChunks(file), limits.inflatedBytes, path, problems)
  return new StreamPieces(path, file.size, container, chunks, () => file.close(), problems)
}

/** Opens a capture that is still being written: at its end it waits for more. Throws as `openCaptureInput` does. */
export function openGrowing(path: string): Pieces {
  const kind = path === '-' ? null : attempt(path, () => statSync(path))
  if (kind?.isFile() !== true)
    throw new SourceError(
      'capture-unreadable',
      `${path === '-' ? 'Standard input' : path} cannot be followed; only a file can.`,
      'Name the file that is being written. A pipe is read as it comes anyway.',
    )
  const file = new FileSource(path, true)
  const head = Buffer.alloc(4)
  const there = file.readForward(0, head, 0, head.length)
  if (containerOf(sniff(head.subarray(0, there)).kind) === null) return new FilePieces(file)
  file.close()
  throw new SourceError(
    'capture-unreadable',
    `${path} is packed and cannot be followed.`,
    'Follow the capture itself.',
  )
}

/** An open file. Reads check that it is still as it was when it was opened. */
export class FileSource implements ByteSource {
  readonly name: string
  /** Growth is no change. */
  readonly grows: boolean
  private known: number
  private readonly modified: number
  private handle: number

  /** Throws `SourceError` where the file cannot be opened. */
  constructor(path: string, grows = false) {
    this.name = path
    this.grows = grows
    this.handle = attempt(path, () => openSync(path, 'r'))
    const stat = fstatSync(this.handle)
    if (stat.isDirectory()) {
      this.close()
      throw new SourceError('capture-unreadable', `${path} is a folder, not a file.`, 'Choose a file in it.')
    }
    this.known = stat.size
    this.modified = stat.mtimeMs
  }

  get size(): number {
    return this.known
  }

  /** Looks how far the file has grown. Throws `SourceError` where it has become shorter. */
  look(): number {
    this.check()
    return this.known
  }

  read(offset: number, into: Uint8Array, start: number, length: number): number {
    this.check()
    return this.readForward(offset, into, start, length)
  }

  private check(): void {
    const stat = attempt(this.name, () => fstatSync(this.handle))
    const changed = this.grows
      ? stat.size < this.known
      : stat.size !== this.known || stat.mtimeMs !== this.modified
    if (changed)
      throw new SourceError(
        'capture-changed',
        `${this.name} has changed since it was read.`,
        'Open the capture again.',
      )
    this.known = stat.size
  }

  /** The same for a first reading, which takes the file as it is at the moment. */
  readForward(offset: number, into: Uint8Array, start: number, length: number): number {
    return attempt(this.name, () => {
      let done = 0
      while (done < length) {
        const count = readSync(this.handle, into, start + done, length - done, offset + done)
        if (count === 0) break
        done += count
      }
      return done
    })
  }

  close(): void {
    if (this.handle >= 0) closeSync(this.handle)
    this.handle = -1
  }
}

/**
 * One buffer that is refilled behind what the reader has not consumed; it grows only by bytes that are there. It is a plain
 * Uint8Array: `slice` of a Buffer is a view, and what the core keeps must be a copy.
 */
class Window {
  bytes: Uint8Array
  start = bufferStart
  end = bufferStart
  /** Where `bytes[start]` lies in the capture. */
  offset = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(bufferStart + size)
  }

  get held(): number {
    return this.end - this.start
  }

  /** Drops all but the last `unconsumed` bytes and moves these to the front. */
  keep(unconsumed: number): void {
    const from = this.end - unconsumed
    this.offset += from - this.start
    this.bytes.copyWithin(bufferStart, from, this.end)
    this.start = bufferStart
    this.end = bufferStart + unconsumed
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.bytes.length - this.end >= count) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.end + count))
    larger.set(this.bytes.subarray(0, this.end))
    this.bytes = larger
  }

  piece(read: number): Piece {
    return { bytes: this.bytes, start: this.start, end: this.end, offset: this.offset, read }
  }
}

class FilePieces implements Pieces {
  readonly name: string
  readonly container = null
  readonly seekable: FileSource
  readonly problems = []
  private readonly window: Window
  private read = 0
  /** Bytes read at once, growing: the first rows are there long before the first large piece would be done with. */
  private most = firstReadBytes

  get total(): number {
    return this.seekable.size
  }

  constructor(file: FileSource) {
    this.name = file.name
    this.seekable = file
    this.window = new Window(file.grows ? growingReadBytes : Math.min(fileReadBytes, Math.max(file.size, 1)))
  }

  async next(unconsumed: number, wanted: number): Promise<Piece | null> {
    const { window } = this
    window.keep(unconsumed)
    if (wanted > unconsumed && window.bytes.length - window.end === 0) window.reserve(window.held)
    // A message that asks to stop is read between two pieces.
    await setImmediate()
    if (this.seekable.grows) await this.waitForMore()
    if (this.most < fileReadBytes) this.most *= 2
    const room = Math.min(window.bytes.length - window.end, this.total - this.read, this.most)
    const count = room > 0 ? this.seekable.readForward(this.read, window.bytes, window.end, room) : 0
    // Nothing new yet: the reader is given its turn all the same, so that it can be told to stop.
    if (count === 0 && !this.seekable.grows) return null
    this.read += count
    window.end += count
    return window.piece(this.read)
  }

  private async waitForMore(): Promise<void> {
    if (this.seekable.look() === this.read) await setTimeout(growthWait)
    this.seekable.look()
  }

  close(): void {
    this.seekable.close()
  }
}

class StreamPieces implements Pieces {
  readonly name: string
  readonly total: number | null
  readonly container: Container | null
  readonly seekable = null
  readonly problems: PieceProblem[]
  private readonly chunks: AsyncGenerator<Chunk, void>
  private readonly release: () => void
  private readonly window = new Window(streamBufferBytes)
  private read = 0
  private ended = false

  constructor(
    name: string,
    total: number | null,
    container: Container | null,
    chunks: AsyncGenerator<Chunk, void>,
    release: () => void,
    problems: PieceProblem[],
  ) {
    this.problems = problems
    this.name = name
    this.total = total
    this.container = container
    this.chunks = chunks
    this.release = release
  }

  async next(unconsumed: number, wanted: number): Promise<Piece | null> {
    const { window } = this
    window.keep(unconsumed)
    const enough = Math.max(unconsumed + 1, wanted)
    while (!this.ended && window.held < enough) await this.pull()
    return window.held > unconsumed ? window.piece(this.read) : null
  }

  close(): void {
    this.ended = true
    this.release()
    void this.chunks.return()
  }

  private async pull(): Promise<void> {
    const chunk = await this.nextChunk()
    if (chunk === null) {
      this.ended = true
      return
    }
    this.window.reserve(chunk.bytes.length)
    this.window.bytes.set(chunk.bytes, this.window.end)
    this.window.end += chunk.bytes.length
    this.read = chunk.read
  }

  private async nextChunk(): Promise<Chunk | null> {
    try {
      const result = await this.chunks.next()
      return result.done === true ? null : result.value
    } catch (error) {
      if (!(error instanceof Cut)) throw error
      this.problems.push({ code: error.code, text: error.message })
      return null
    }
  }
}

/** Looks at a stream's first bytes to tell what it is packed in. */
async function streamPieces(
  name: string,
  stream: AsyncIterable<Buffer | string> & { destroy(): unknown },
  inflatedBytes: number,
): Promise<Pieces> {
  const chunks = streamChunks(name, stream)
  const first: Chunk[] = []
  let head = Buffer.alloc(0)
  while (head.length < 4) {
    const result = await chunks.next()
    if (result.done === true) break
    first.push(result.value)
    head = Buffer.concat([head, result.value.bytes])
  }
  const all = chain(first, chunks)
  const release = () => void stream.destroy()
  const container = containerOf(sniff(head.subarray(0, 4)).kind)
  const problems: PieceProblem[] = []
  const unpacked = container === null ? all : unpack(container, all, inflatedBytes, name, problems)
  return new StreamPieces(name, null, container, unpacked, release, problems)
}

async function* chain(
  first: readonly Chunk[],
  rest: AsyncGenerator<Chunk, void>,
): AsyncGenerator<Chunk, void> {
  yield* first
  yield* rest
}

async function* streamChunks(
  name: string,
  stream: AsyncIterable<Buffer | string>,
): AsyncGenerator<Chunk, void> {
  let read = 0
  try {
    for await (const data of stream) {
      const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
      read += bytes.length
      yield { bytes, read }
    }
  } catch (error) {
    throw unreadable(name, error)
  }
}

async function* fileChunks(file: FileSource): AsyncGenerator<Chunk, void> {
  let read = 0
  for (;;) {
    const bytes = Buffer.allocUnsafe(packedBytes)
    const count = file.readForward(read, bytes, 0, bytes.length)
    if (count === 0) return
    read += count
    yield { bytes: bytes.subarray(0, count), read }
    await setImmediate()
  }
}

/** A small file whole: keys, roots. Throws `SourceError` that names it. */
export function readWhole(path: string): Buffer {
  return attempt(path, () => readFileSync(path))
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw unreadable(path, error)
  }
}

const reasons: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOENT: ['does not exist', 'Check the name of the file.'],
  ENOTDIR: ['does not exist', 'Check the name of the file.'],
  EACCES: ['may not be read', 'Ask for permission to read it, or copy it where you may.'],
  EPERM: ['may not be read', 'Ask for permission to read it, or copy it where you may.'],
  EISDIR: ['is a folder, not a file', 'Choose a file in it.'],
  EBUSY: ['is in use by another program', 'Stop the capture first, then open the file.'],
  EIO: [
    'could not be read: the disk or network drive failed',
    'Copy the file to another disk and try again.',
  ],
}

function unreadable(path: string, error: unknown): SourceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const [message, hint] = reasons[code] ?? [
    `could not be read (${code === '' ? String(error) : code})`,
    'Copy the file to another disk and try again.',
  ]
  return new SourceError('capture-unreadable', `${path} ${message}.`, hint)
}
