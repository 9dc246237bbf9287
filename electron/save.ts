// Writes a file so that an interrupted write leaves the old one: temporary file beside it, checked, then renamed.

import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes `contents` to `path`, piece by piece, and returns how many bytes that were.
 * Throws the system's error (disk full, no permission); the file at `path` is then as it was.
 */
export async function saveWhole(path: string, contents: Uint8Array | Iterable<string>): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const pieces = contents instanceof Uint8Array ? [contents] : joined(contents)
  try {
    const file = await open(temporary, 'wx', 0o600)
    let written = 0
    try {
      for (const piece of pieces) {
        await file.appendFile(piece)
        written += piece.length
      }
      await file.sync()
      const { size } = await file.stat()
      if (size !== written) throw new Error(`Only ${String(size)} of ${String(written)} bytes were written.`)
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    return written
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Small pieces of text as larger ones of bytes. */
function* joined(pieces: Iterable<string>): Generator<Uint8Array> {
  let held = ''
  for (const piece of pieces) {
    held += piece
    if (held.length < writtenAtOnce) continue
    yield Buffer.from(held, 'utf8')
    held = ''
  }
  yield Buffer.from(held, 'utf8')
}

const writtenAtOnce = 1 << 16
