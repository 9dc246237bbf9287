// Files dropped on the window: captures to open and key logs, told apart by their first bytes.

import type { Bridge } from '../shared/contract/bridge.ts'
import type { State } from './state.ts'

/** What dropping needs of the session. */
interface Opener {
  readonly bridge: Bridge
  readonly state: State
  readonly open: (path: string, chain: readonly string[]) => Promise<void>
  readonly loadKeys: (path: string) => Promise<void>
  readonly tell: (text: string) => void
}

/** Takes what was dropped on the window: a capture to open (several files are one), a key log for the one that is open. */
export function dropping({ bridge, state, open, loadKeys, tell }: Opener) {
  return async function openDropped(files: readonly File[]): Promise<void> {
    const logs = await Promise.all(files.map(isKeyLog))
    const captures = files.filter((_, at) => logs[at] !== true)
    const log = files[logs.indexOf(true)]
    const paths: string[] = []
    for (const capture of captures) {
      const path = await bridge.pathOf(capture)
      if (path !== null) paths.push(path)
    }
    const [first, ...chain] = paths
    if (first !== undefined) await open(first, chain)
    if (log === undefined) return
    if (state.capture === null) {
      tell(`${log.name} is a key log: open the capture it belongs to first.`)
      return
    }
    const path = await bridge.pathOf(log)
    if (path !== null) await loadKeys(path)
  }
}

/** Labels that begin the lines of an SSLKEYLOGFILE log. */
const keyLogLine =
  /^(?:#.*\n|\s)*(?:CLIENT_RANDOM|RSA|(?:CLIENT|SERVER)_\w+|EXPORTER_SECRET|EARLY_\w+) [0-9a-f]/i

async function isKeyLog(file: File): Promise<boolean> {
  return keyLogLine.test(await file.slice(0, 4096).text())
}
