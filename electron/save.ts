// Writes a file so that an interrupted write leaves the old one: temporary file beside it, checked, then renamed.

import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes `contents` to `path` and returns how many bytes that were.
 * Throws the system's error (disk full, no permission); the file at `path` is then as it was.
 */
export async function saveWhole(path: string, contents: string | Uint8Array): Promise<number> {
  const bytes = typeof contents === 'string' ? Buffer.from(contents, 'utf8') : contents
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
      const { size } = await file.stat()
      if (size !== bytes.length)
        throw new Error(`Only ${String(size)} of ${String(bytes.length)} bytes were written.`)
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return bytes.length
}
