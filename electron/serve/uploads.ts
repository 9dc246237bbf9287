// Captures that come in through the browser: spooled to a private folder, bounded in size, gone when the server stops.

import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { harmless } from '../file-name.ts'
import { refusal } from '../outcome.ts'

/** Bytes of one uploaded file. */
export const maxUploadBytes = 4 * 1024 ** 3
/** Bytes of all files spooled at once. */
export const maxSpooledBytes = 16 * 1024 ** 3

export interface Uploads {
  /**
   * Spools one body and returns its path. Throws `upload-too-large` or the system's error; nothing is left then.
   * `announced` is the body's length where the browser named it.
   */
  take(name: string, announced: number | null, body: Readable): Promise<string>
  close(): Promise<void>
}

export async function openUploads(limits: { file: number; all: number }): Promise<Uploads> {
  const folder = await mkdtemp(join(tmpdir(), 'handshake-inspector-'))
  let count = 0
  let spooled = 0
  return {
    async take(name, announced, body) {
      const room = Math.min(limits.file, limits.all - spooled)
      if (announced !== null && announced > room) throw tooLarge(room)
      let taken = 0
      const counted = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          taken += chunk.length
          spooled += chunk.length
          if (taken > room) done(tooLarge(room))
          else done(null, chunk)
        },
      })
      const own = join(folder, String(++count))
      await mkdir(own, { mode: 0o700 })
      const path = join(own, harmless(name, 'capture'))
      try {
        await pipeline(body, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
      } catch (error) {
        spooled -= taken
        await rm(own, { recursive: true, force: true })
        throw error
      }
      return path
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

function tooLarge(room: number): Error {
  return refusal(
    'upload-too-large',
    `The file is larger than the ${String(room)} bytes that may be uploaded.`,
    'Name it on the command line instead: npm start -- FILE',
  )
}
