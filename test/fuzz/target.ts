// What the fuzz loop runs for each input: a capture file through the whole core, as the window and the command line open it.

import { analyseFile } from '../../electron/worker/analyse.ts'
import { defaultReplay, type ReplayOptions } from '../../shared/schannel/model.ts'

/** The replay in which a call gets the least at a time, and the one of the defaults. */
const replays: readonly ReplayOptions[] = [
  defaultReplay,
  { ...defaultReplay, delivery: 'per-record', partial: 'retain', statuses: 'observed' },
]

/** Conversations of one input that are looked at in full. */
const inspected = 4

/** Opens the capture at `path` and looks at all of it. Throws where the core does, or where it contradicts itself. */
export async function runCapture(path: string, keylog: string | null): Promise<void> {
  const options = { keylog, key: null, passwordFile: null, replay: defaultReplay }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) {
    if (outcome.fault.code === 'internal-error') throw new Error(outcome.fault.message)
    return
  }
  const capture = outcome.value
  try {
    const broken = capture.summary.warnings.find(({ code }) => code === 'internal-error')
    if (broken !== undefined) throw new Error(broken.text)
    for (const row of capture.rows.slice(0, inspected)) {
      for (const replay of replays) {
        const view = capture.inspect(row.id, replay)
        if (view.outcome !== row.outcome || view.protocol !== row.protocol)
          throw new Error(
            `row ${row.outcome} ${String(row.protocol)}, inspected ${view.outcome} ${String(view.protocol)}`,
          )
        for (const token of view.tokens) capture.token(row.id, token.id)
      }
    }
  } finally {
    capture.close()
  }
}
