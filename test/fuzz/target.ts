// What the fuzz loop runs for each input: a capture file through the whole core, as the window and the command line open it.

import { rmSync } from 'node:fs'
import { analyseFile, type OpenCapture } from '../../electron/worker/analyse.ts'
import { saveCapture } from '../../electron/worker/export.ts'
import { reportPieces } from '../../electron/worker/report.ts'
import { compare } from '../../shared/compare/compare.ts'
import { redactionKinds } from '../../shared/contract/redaction.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { explain } from '../../shared/diagnosis/explain.ts'
import { compileFilter } from '../../shared/filter/evaluate.ts'
import { parseFilter } from '../../shared/filter/parse.ts'
import { reportFormats } from '../../shared/report/formats.ts'
import { defaultReplay, type ReplayOptions } from '../../shared/schannel/model.ts'
import { Refusal } from '../../electron/outcome.ts'

/** The replay in which a call gets the least at a time, and the one of the defaults. */
const replays: readonly ReplayOptions[] = [
  defaultReplay,
  { ...defaultReplay, delivery: 'per-record', partial: 'retain', statuses: 'observed' },
]

/** Conversations of one input that are looked at in full. */
const inspected = 4

/**
 * Opens the capture at `path`, several files as one where `chain` names more, and looks at all of it; `turn` chooses what else is
 * asked of it. Throws where the core does, or where it contradicts itself.
 */
export async function runCapture(
  path: string,
  keylog: string | null,
  turn = 0,
  chain: readonly string[] = [],
): Promise<void> {
  const options = { keylog, key: null, passwordFile: null, replay: defaultReplay, chain }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) {
    if (outcome.fault.code === 'internal-error') throw new Error(outcome.fault.message)
    return
  }
  const capture = outcome.value
  try {
    const broken = capture.summary.warnings.find(({ code }) => code === 'internal-error')
    if (broken !== undefined) throw new Error(broken.text)
    for (const row of capture.rows.slice(0, inspected)) inspectAll(capture, row)
    await turns[turn % turns.length]!(capture, turn, path)
  } finally {
    capture.close()
  }
}

function inspectAll(capture: OpenCapture, row: ReportRow): void {
  for (const replay of replays) {
    const view = capture.inspect(row.id, replay)
    if (view.outcome !== row.outcome || view.protocol !== row.protocol)
      throw new Error(
        `row ${row.outcome} ${String(row.protocol)}, inspected ${view.outcome} ${String(view.protocol)}`,
      )
    for (const token of view.tokens) capture.token(row.id, token.id)
  }
}

/** One of these for each input: each costs about as much as reading the capture. */
const turns: readonly ((capture: OpenCapture, turn: number, path: string) => Promise<void> | void)[] = [
  askWhatIf,
  compareTwo,
  printAll,
  findEach,
  save,
]

function askWhatIf(capture: OpenCapture): void {
  for (const { id } of capture.rows.slice(0, inspected))
    for (const side of ['client', 'server'] as const)
      capture.whatIf(id, { side, serverKey: 'captured', profile: 'all' })
}

function compareTwo(capture: OpenCapture): void {
  const [first, last] = [capture.rows[0], capture.rows.at(-1)]
  if (first === undefined || last === undefined) return
  const [left, right] = [first, last].map(({ id }) => ({
    conversation: capture.inspect(id, defaultReplay),
    hellos: capture.hellos(id),
  }))
  compare(left!, right!)
}

/** A report in one format, everything replaced: no address of an end may be left in it. */
function printAll(capture: OpenCapture, turn: number): void {
  const format = reportFormats[turn % reportFormats.length]!
  const request = { format, full: true, title: 'Report', notes: null, replay: defaultReplay }
  const text = [...reportPieces(capture, capture.rows, { ...request, redact: redactionKinds })].join('')
  for (const { client, server } of capture.rows)
    for (const { address } of [client, server])
      if (address.length > 6 && new RegExp(`(?<![\\w.:])${address}(?![\\w.:])`).test(text))
        throw new Error('an address is left in a redacted report')
  if (format === 'json') JSON.parse(text)
}

/** The filter that the program makes of a row's own status finds that row. */
function findEach(capture: OpenCapture): void {
  for (const row of capture.rows.slice(0, inspected))
    for (const status of row.statuses) {
      const { filter } = explain(status)
      if (filter === null) continue
      const parsed = parseFilter(filter)
      if (!parsed.ok || !compileFilter(parsed.filter)(row))
        throw new Error(`${filter} does not find a conversation with ${status}`)
    }
}

/** Saved and read again, the same conversations must be there; what a saved file refuses is said. */
async function save(capture: OpenCapture, turn: number, path: string): Promise<void> {
  const saved = `${path}.saved`
  const ids = capture.rows.map(({ id }) => id)
  const format = turn % 2 === 0 ? 'pcap' : 'pcapng'
  try {
    await saveCapture(capture, ids, { format, secrets: false, addresses: turn % 3 === 0 }, saved)
    const again = await analyseFile(saved, {
      keylog: null,
      key: null,
      passwordFile: null,
      replay: defaultReplay,
    })
    if (!again.ok) throw new Error(`a saved capture cannot be read: ${again.fault.message}`)
    again.value.close()
  } catch (error) {
    if (!(error instanceof Refusal) || error.fault.code === 'not-as-written') throw error
  } finally {
    rmSync(saved, { force: true })
  }
}
