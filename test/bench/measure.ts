// One measurement in a process of its own: what to do and on which file come as arguments, figures go out as one line of JSON.

import { closeSync, openSync, readSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { type CaptureShape, writeCapture } from './generate.ts'

const [task, path, ...rest] = process.argv.slice(2)

async function scan(file: string, output: 'none' | 'jsonl'): Promise<object> {
  let bytes = 0
  let firstRows = 0
  const began = performance.now()
  const outcome = await analyseFile(
    file,
    { keylog: null, key: null, passwordFile: null, replay: defaultReplay },
    {
      rows(rows) {
        if (firstRows === 0) firstRows = performance.now() - began
        if (output === 'none') return
        for (const row of rows) bytes += Buffer.byteLength(JSON.stringify(row)) + 1
      },
    },
  )
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const capture = outcome.value
  const opened: number[] = []
  for (let i = 0; i < 50; i++) {
    const id = capture.rows[Math.floor((i * capture.rows.length) / 50)]!.id
    const start = performance.now()
    capture.inspect(id, defaultReplay)
    opened.push(performance.now() - start)
  }
  opened.sort((a, b) => a - b)
  return {
    conversations: capture.rows.length,
    packets: capture.summary.packets,
    outcomes: Object.fromEntries(
      ['established', 'failed', 'incomplete'].map((name) => [
        name,
        capture.rows.filter((row) => row.outcome === name).length,
      ]),
    ),
    firstRowsMs: Math.round(firstRows),
    openMedianMs: opened[25],
    openWorstMs: opened[49],
    jsonBytes: bytes,
  }
}

/** Reads the file as the scan does: 4 MiB at a time into one buffer. */
function plainRead(file: string): object {
  const buffer = new Uint8Array((4 << 20) + 64)
  const handle = openSync(file, 'r')
  let bytes = 0
  for (;;) {
    const read = readSync(handle, buffer, 64, 4 << 20, null)
    if (read === 0) break
    bytes += read
  }
  closeSync(handle)
  return { bytes }
}

const began = performance.now()
const done =
  task === 'scan' || task === 'jsonl'
    ? await scan(path!, task === 'jsonl' ? 'jsonl' : 'none')
    : task === 'read'
      ? plainRead(path!)
      : writeCapture(path!, rest[0]!, JSON.parse(rest[1]!) as CaptureShape)
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({
    wallMs: Math.round(performance.now() - began),
    userMs: Math.round(userCPUTime / 1000),
    systemMs: Math.round(systemCPUTime / 1000),
    peakMB: Math.round(maxRSS / 1024),
    ...done,
  }),
)
