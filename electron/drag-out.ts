// Files dragged out of a window: written to a private folder, checked, and handed to the system's drag. Gone when the program ends.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { harmless } from './file-name.ts'
import { saveWhole } from './save.ts'

export interface DragFolder {
  /** Writes a file under a harmless form of its name and returns its path. Throws the system's error. */
  write(name: string, contents: string | Uint8Array): Promise<string>
  /** A path for a file that somebody else writes. */
  place(name: string): Promise<string>
  /** Whether a file is one of those. */
  holds(path: string): boolean
  /** Deletes all of them; called once, when the program ends. */
  close(): void
}

export function openDragFolder(): DragFolder {
  let folder: Promise<string> | null = null
  let made: string | null = null
  let count = 0

  async function place(name: string): Promise<string> {
    folder ??= mkdtemp(join(tmpdir(), 'handshake-inspector-drag-'))
    made = await folder
    // A folder for each: two files of one name keep their names.
    const own = join(made, String(++count))
    await mkdir(own, { mode: 0o700 })
    return join(own, harmless(name, 'report'))
  }

  return {
    place,
    holds: (path) => made !== null && path.startsWith(made + sep),
    async write(name, contents) {
      const path = await place(name)
      try {
        await saveWhole(path, typeof contents === 'string' ? [contents] : contents)
      } catch (error) {
        await rm(path, { force: true })
        throw error
      }
      return path
    },
    close() {
      if (made !== null) rmSync(made, { recursive: true, force: true })
    },
  }
}
