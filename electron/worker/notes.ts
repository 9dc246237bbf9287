// The analyst's notes on disk: one small file a capture in the application's data, found by the capture's size and hash.

import { createHash } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { notebook, type Notebook } from '../../shared/contract/notes.ts'
import { refusal } from '../outcome.ts'
import { saveWhole } from '../save.ts'

/** Bytes hashed at the beginning and at the end of a capture: enough to tell captures apart, at once for any size. */
const hashedBytes = 4 << 20

/** Characters of a file beside a capture that are read at most. */
const besideAtMost = 4 << 20

export interface NoteStore {
  /** The notes on the capture at `path`; an empty notebook where there are none. */
  read(path: string): Promise<Notebook>
  /** Throws `Refusal` or the system's error where they cannot be kept; the earlier ones are then as they were. */
  write(path: string, notes: Notebook): Promise<void>
  /** Notes in the file beside the capture; null where there is none that can be read. */
  beside(path: string): Promise<Notebook | null>
}

/** The file beside a capture that holds its notes. */
export function besideOf(path: string): string {
  return `${path}.notes.json`
}

/** Keeps notes below `folder`; without one, as long as the process lives. */
export function openNotes(folder: string | null): NoteStore {
  const unsaved = new Map<string, Notebook>()
  /** One write after the other, so that the last one said is the one kept. */
  let writing: Promise<unknown> = Promise.resolve()

  async function fileOf(path: string): Promise<string | null> {
    // What came through a pipe cannot be recognised again.
    if (folder === null || path === '-') return null
    return join(folder, 'notes', `${await identityOf(path)}.json`)
  }

  return {
    async read(path) {
      const file = await fileOf(path)
      if (file === null) return unsaved.get(path) ?? empty()
      let text: string
      try {
        text = await readFile(file, 'utf8')
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return empty()
        throw error
      }
      return parsed(text, file)
    },
    async write(path, notes) {
      // Queued before anything is waited for: the capture's hash takes its time.
      const written = writing.then(async () => {
        const file = await fileOf(path)
        if (file === null) {
          unsaved.set(path, notes)
          return
        }
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await saveWhole(file, [textOf(notes)])
        if (notes.beside === true) await saveWhole(besideOf(path), [textOf({ ...notes, beside: undefined })])
      })
      writing = written.catch(() => undefined)
      await written
    },
    async beside(path) {
      // It may be anybody's: what is no notebook is none.
      const text = await readFile(besideOf(path), 'utf8').catch(() => null)
      if (text === null || text.length > besideAtMost) return null
      try {
        return notebook.parse(JSON.parse(text))
      } catch {
        return null
      }
    },
  }
}

function textOf(notes: Notebook): string {
  return `${JSON.stringify(notes, null, 1)}\n`
}

function empty(): Notebook {
  return { title: '', notes: [] }
}

/** A damaged file is not overwritten silently: the analyst is told where it is. */
function parsed(text: string, file: string): Notebook {
  const damaged = () =>
    refusal(
      'notes-damaged',
      'The notes on this capture cannot be read.',
      `They are in ${file}; move the file away to begin anew.`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged()
  }
  const result = notebook.safeParse(value)
  if (!result.success) throw damaged()
  return result.data
}

/** `SIZE-HASH` of a file, the hash over its first and last bytes. */
async function identityOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(Math.min(size, hashedBytes))
    for (const at of new Set([0, Math.max(0, size - buffer.length)])) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      hash.update(buffer.subarray(0, bytesRead))
    }
    return `${String(size)}-${hash.digest('hex').slice(0, 32)}`
  } finally {
    await file.close()
  }
}
