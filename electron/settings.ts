// What the desktop program remembers for the user between starts: settings, and where the window was.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { readingLimits, type HostSettings } from '../shared/contract/bridge.ts'
import { defaultLimits } from '../shared/limits.ts'
import { saveWhole } from './save.ts'

const bounds = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  maximized: z.boolean(),
})
/** The first window of the program, or one that was opened beside it: each kind is remembered by itself. */
export type WindowKind = 'first' | 'further'

export type Bounds = z.infer<typeof bounds>

const stored = z.object({
  roots: z.string().nullable().default(null),
  keylog: z.string().nullable().default(null),
  rememberRecent: z.boolean().default(true),
  limits: readingLimits.catch(defaultLimits).default(defaultLimits),
  /** Where the first window was, and further ones. */
  windows: z
    .object({ first: bounds.nullable().default(null), further: bounds.nullable().default(null) })
    .default({ first: null, further: null }),
})
type Stored = z.infer<typeof stored>

export interface Settings {
  get(): HostSettings
  change(change: { [Key in keyof HostSettings]?: HostSettings[Key] | undefined }): Promise<HostSettings>
  window(kind: WindowKind): Bounds | null
  keepWindow(kind: WindowKind, bounds: Bounds): Promise<void>
}

/** Keeps settings in the file at `path`; a missing or damaged one means the defaults. Writes follow one another. */
export function openSettings(path: string): Settings {
  let now = read(path)
  let writing = Promise.resolve()
  function write(next: Stored): Promise<void> {
    now = next
    const written = writing.then(async () => {
      await saveWhole(path, [JSON.stringify(next, null, 1)])
    })
    writing = written.catch(() => undefined)
    return written
  }
  function get(): HostSettings {
    const { roots, keylog, rememberRecent, limits } = now
    return { roots, keylog, rememberRecent, limits }
  }
  return {
    get,
    async change(change) {
      await write(stored.parse({ ...now, ...change }))
      return get()
    },
    window: (kind) => now.windows[kind],
    keepWindow: (kind, bounds) => write({ ...now, windows: { ...now.windows, [kind]: bounds } }),
  }
}

function read(path: string): Stored {
  const parsed = stored.safeParse(contentsOf(path))
  return parsed.success ? parsed.data : stored.parse({})
}

function contentsOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
