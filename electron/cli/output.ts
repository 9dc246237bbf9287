// Where the report goes: standard output, or a temporary file that takes the place of the old one when all is written.

import { randomBytes } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { refusal } from '../outcome.ts'

export interface Output {
  /** Nobody reads any more (`| head`): further writing is pointless and not an error. */
  readonly closed: boolean
  write(text: string): Promise<void>
  /** Everything was written: what is pending goes out, a file gets its name. */
  finish(): Promise<void>
  /** Gives up: the file of that name stays as it was. */
  abandon(): Promise<void>
}

const pieceBytes = 1 << 16

export function openOutput(path: string | null, stdout: Writable): Output {
  return path === null ? new StreamOutput(stdout) : new FileOutput(path)
}

class StreamOutput implements Output {
  closed = false
  private readonly stream: Writable
  private pending = ''
  private failure: Error | null = null

  constructor(stream: Writable) {
    this.stream = stream
    stream.on('error', this.onError)
  }

  private readonly onError = (error: NodeJS.ErrnoException) => {
    this.closed = true
    if (error.code !== 'EPIPE') this.failure = error
  }

  async write(text: string): Promise<void> {
    this.pending += text
    if (this.pending.length >= pieceBytes) await this.flush()
  }

  async finish(): Promise<void> {
    await this.flush()
    this.stream.off('error', this.onError)
    if (this.failure !== null) throw this.failure
  }

  async abandon(): Promise<void> {
    await this.flush()
  }

  /** Resolves when the stream has taken the text, so that memory stays small and exiting afterwards loses nothing. */
  private async flush(): Promise<void> {
    const text = this.pending
    this.pending = ''
    if (text === '' || this.closed) return
    await new Promise<void>((resolve) => {
      this.stream.write(text, () => resolve())
    })
  }
}

class FileOutput implements Output {
  readonly closed = false
  private readonly path: string
  private readonly temporary: string
  private file: FileHandle | null = null
  private pending = ''

  constructor(path: string) {
    this.path = path
    this.temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  }

  async write(text: string): Promise<void> {
    this.pending += text
    if (this.pending.length >= pieceBytes) await this.flush()
  }

  async finish(): Promise<void> {
    const file = await this.flush()
    await file.sync()
    await file.close()
    await rename(this.temporary, this.path)
    this.file = null
  }

  async abandon(): Promise<void> {
    if (this.file === null) return
    await this.file.close()
    await rm(this.temporary, { force: true })
    this.file = null
  }

  private async begin(): Promise<FileHandle> {
    try {
      return await open(this.temporary, 'wx', 0o600)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
      throw refusal(
        'not-found',
        `There is no folder ${dirname(this.path)}.`,
        'Create it, or choose another one.',
      )
    }
  }

  private async flush(): Promise<FileHandle> {
    const text = this.pending
    this.pending = ''
    this.file ??= await this.begin()
    await this.file.appendFile(text)
    return this.file
  }
}
