// The list of recently opened captures: paths and a few counts in the application's data, nothing of their contents.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { RecentFile } from '../shared/contract/bridge.ts'
import { saveWhole } from './save.ts'

/** Files remembered. */
const keptAtMost = 12

const stored = z.array(
  z.object({
    path: z.string(),
    bytes: z.number(),
    failed: z.number(),
    conversations: z.number(),
    opened: z.string(),
  }),
)

export interface RecentFiles {
  list(): RecentFile[]
  add(file: RecentFile): Promise<void>
  clear(): Promise<void>
}

/** Keeps the list in `path`; a missing or damaged file is an empty list. Writes follow one another. */
export function openRecent(path: string): RecentFiles {
  let files = read(path)
  let writing = Promise.resolve()
  function write(next: RecentFile[]): Promise<void> {
    files = next
    writing = writing.then(async () => {
      await saveWhole(path, [JSON.stringify(next, null, 1)])
    })
    const written = writing
    writing = writing.catch(() => undefined)
    return written
  }
  return {
    list: () => files,
    add: (file) => write([file, ...files.filter((other) => other.path !== file.path)].slice(0, keptAtMost)),
    clear: () => write([]),
  }
}

function read(path: string): RecentFile[] {
  try {
    const parsed = stored.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : []
  } catch {
    return []
  }
}
