// The bytes of a capture in pieces: of a file that is read ahead, of one that grows, of a stream.

import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Container, Piece, PieceProblem, Pieces } from '../../shared/ports.ts'
import { type Chunk, Cut } from './chunks.ts'
import type { FileSource } from './source.ts'

/** Reads begin here in the buffer: page-aligned reads into the first bytes of a large Buffer are several times slower. */
const bufferStart = 64
const fileReadBytes = 2 << 20
/** The first piece is twice this, each as large as two of the one before, up to `fileReadBytes`. */
const firstReadBytes = 256 << 10
/** Bytes read at once of a file that is still being written, and milliseconds between two looks at it. */
const growingReadBytes = 512 << 10
const growthWait = 200
/** First size of the buffer for bytes that come in chunks. */
const streamBufferBytes = 512 << 10

/** Room in front of what is read ahead for what the reader has not consumed: nearly always a part of one packet. */
const roomInFront = (256 << 10) + bufferStart

/**
 * A file. While the reader works on one piece the next is read into a second buffer, and the rest of the first is put in front of
 * it. The buffers are plain Uint8Arrays: `slice` of a Buffer is a view, and what the core keeps must be a copy.
 */
export class FilePieces implements Pieces {
  readonly name: string
  readonly container = null
  readonly seekable: FileSource
  readonly problems = []
  private bytes: Uint8Array = nothing
  private end = 0
  /** Bytes of the file that were handed out. */
  private read = 0
  /** Read at once, growing: the first rows are there long before the first large piece would be done with. */
  private most = firstReadBytes
  private ahead: { readonly into: Uint8Array; readonly count: Promise<number> } | null = null

  constructor(file: FileSource) {
    this.name = file.name
    this.seekable = file
  }

  get total(): number {
    return this.seekable.size
  }

  async next(unconsumed: number): Promise<Piece | null> {
    // A message that asks to stop is read between two pieces.
    await setImmediate()
    const { into, count: counted } = this.ahead ?? this.begin(this.buffer())
    const count = await counted
    this.ahead = null
    if (count === 0) {
      this.bytes = nothing
      return null
    }
    const before = this.bytes
    const rest = before.subarray(this.end - unconsumed, this.end)
    const offset = this.read - unconsumed
    this.read += count
    if (unconsumed > roomInFront - bufferStart) {
      this.bytes = new Uint8Array(unconsumed + count)
      this.bytes.set(rest)
      this.bytes.set(into.subarray(roomInFront, roomInFront + count), unconsumed)
      this.end = this.bytes.length
      this.begin(into)
      return { bytes: this.bytes, start: 0, end: this.end, offset, read: this.read }
    }
    const start = roomInFront - unconsumed
    into.set(rest, start)
    this.bytes = into
    this.end = roomInFront + count
    this.begin(before.length === into.length ? before : this.buffer())
    return { bytes: into, start, end: this.end, offset, read: this.read }
  }

  close(): void {
    this.seekable.close()
  }

  /** Begins to read what follows. */
  private begin(into: Uint8Array): { readonly into: Uint8Array; readonly count: Promise<number> } {
    if (this.most < fileReadBytes) this.most *= 2
    const count = this.seekable.readAhead(
      this.read,
      into,
      roomInFront,
      Math.min(this.most, this.total - this.read),
    )
    // What goes wrong is told to whoever asks for the piece; after `close` nobody does.
    count.catch(() => undefined)
    return (this.ahead = { into, count })
  }

  private buffer(): Uint8Array {
    return new Uint8Array(roomInFront + Math.min(fileReadBytes, this.total))
  }
}

const nothing = new Uint8Array(0)

/**
 * One buffer that is refilled behind what the reader has not consumed; it grows only by bytes that are there. It is no
 * Buffer, as those of `FilePieces`.
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

/** A file that is still being written: at its end it waits for more. */
export class GrowingPieces implements Pieces {
  readonly name: string
  readonly container = null
  readonly seekable: FileSource
  readonly problems = []
  private readonly window = new Window(growingReadBytes)
  private read = 0

  constructor(file: FileSource) {
    this.name = file.name
    this.seekable = file
  }

  get total(): number {
    return this.seekable.size
  }

  async next(unconsumed: number, wanted: number): Promise<Piece> {
    const { window } = this
    window.keep(unconsumed)
    if (wanted > unconsumed && window.bytes.length - window.end === 0) window.reserve(window.held)
    await setImmediate()
    await this.waitForMore()
    const room = Math.min(window.bytes.length - window.end, this.total - this.read)
    const count = room > 0 ? this.seekable.readForward(this.read, window.bytes, window.end, room) : 0
    // Nothing new yet: the reader is given its turn all the same, so that it can be told to stop.
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

/** A pipe, or a file that is unpacked. */
export class StreamPieces implements Pieces {
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
