// Captures as Node gives them: files, compressed files and pipes.

import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  read,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { sniff } from '../../shared/capture/sniff.ts'
import { maxInflatedBytes } from '../../shared/limits.ts'
import { SourceError } from '../../shared/ports.ts'
import type { ByteSource, PieceProblem, Pieces } from '../../shared/ports.ts'
import type { Chunk } from './chunks.ts'
import { packedBytes } from './gunzip.ts'
import { FilePieces, GrowingPieces, StreamPieces } from './pieces.ts'
import { containerOf, unpack } from './unpack.ts'

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
  if (containerOf(sniff(head.subarray(0, there)).kind) === null) return new GrowingPieces(file)
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
  private reading = false
  private closing = false

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

  /** As `readForward`, while this thread does something else; one at a time. */
  async readAhead(offset: number, into: Uint8Array, start: number, length: number): Promise<number> {
    this.reading = true
    try {
      let done = 0
      while (done < length && this.handle >= 0) {
        const { bytesRead } = await readAsync(this.handle, into, start + done, length - done, offset + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return done
    } catch (error) {
      throw unreadable(this.name, error)
    } finally {
      this.reading = false
      if (this.closing) this.close()
    }
  }

  close(): void {
    // A handle that is being read from must not become another file's.
    this.closing = this.reading
    if (this.reading) return
    if (this.handle >= 0) closeSync(this.handle)
    this.handle = -1
  }
}

const readAsync = promisify(read)

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
