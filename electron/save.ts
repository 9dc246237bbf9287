// Writes a file so that an interrupted write leaves the old one: temporary file beside it, checked, then renamed.

import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes `contents` to `path`, piece by piece, and returns how many bytes that were. `check` looks at the written file before
 * it gets its name. Throws the system's error (disk full, no permission) or what `check` throws; the file at `path` is then
 * as it was.
 */
export async function saveWhole(
  path: string,
  contents: Uint8Array | Iterable<string | Uint8Array>,
  check?: (temporary: string) => Promise<void>,
): Promise<number> {
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
    await check?.(temporary)
    await rename(temporary, path)
    return written
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Small pieces as larger ones. */
function* joined(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = []
  let bytes = 0
  for (const piece of pieces) {
    const part = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece
    held.push(part)
    bytes += part.length
    if (bytes < writtenAtOnce) continue
    yield Buffer.concat(held)
    held = []
    bytes = 0
  }
  yield Buffer.concat(held)
}

const writtenAtOnce = 1 << 16
