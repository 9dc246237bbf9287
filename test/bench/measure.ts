// One measurement in a process of its own: what to do and on which file come as arguments, figures go out as one line of JSON.

import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { CaptureShape } from './generate.ts'

const [task, path, ...rest] = process.argv.slice(2)

async function scan(file: string, output: 'none' | 'jsonl'): Promise<object> {
  const { analyseFile } = await import('../../electron/worker/analyse.ts')
  const { defaultReplay } = await import('../../shared/schannel/model.ts')
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
  const spent = usage()
  const opened: number[] = []
  const changed: number[] = []
  const profiled: number[] = []
  const windows = { client: 'win7', server: 'win10-1607' }
  for (let i = 0; i < looks; i++) {
    const id = capture.rows[Math.floor((i * capture.rows.length) / looks)]!.id
    opened.push(timed(() => capture.inspect(id, defaultReplay)))
    changed.push(timed(() => capture.inspect(id, { ...defaultReplay, delivery: 'per-record' })))
    profiled.push(timed(() => capture.inspect(id, { ...defaultReplay, profile: windows })))
  }
  for (const list of [opened, changed, profiled]) list.sort((a, b) => a - b)
  return {
    ...spent,
    conversations: capture.rows.length,
    packets: capture.summary.packets,
    outcomes: Object.fromEntries(
      ['established', 'failed', 'incomplete'].map((name) => [
        name,
        capture.rows.filter((row) => row.outcome === name).length,
      ]),
    ),
    firstRowsMs: Math.round(firstRows),
    openMedianMs: opened[looks >> 1],
    openWorstMs: opened.at(-1),
    changeMedianMs: changed[looks >> 1],
    changeWorstMs: changed.at(-1),
    profileMedianMs: profiled[looks >> 1],
    profileWorstMs: profiled.at(-1),
    jsonBytes: bytes,
  }
}

/** Conversations opened after the scan. */
const looks = 50

function timed(action: () => unknown): number {
  const start = performance.now()
  action()
  return performance.now() - start
}

/** Kilobytes. On Linux the resource usage begins with the size of the process that started this one (proc(5) VmHWM does not). */
function peakOfProgram(): number | null {
  const status = '/proc/self/status'
  const peak = existsSync(status) ? /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8')) : null
  return peak === null ? null : Number(peak[1])
}

/** What this process has used since it was started. */
function usage(): { wallMs: number; userMs: number; systemMs: number; peakMB: number } {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return {
    wallMs: Math.round(performance.now()),
    userMs: Math.round(userCPUTime / 1000),
    systemMs: Math.round(systemCPUTime / 1000),
    peakMB: Math.round((peakOfProgram() ?? maxRSS) / 1024),
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

async function make(file: string, folder: string, shape: CaptureShape): Promise<object> {
  const { writeCapture } = await import('./generate.ts')
  return writeCapture(file, folder, shape)
}

const done =
  task === 'scan' || task === 'jsonl'
    ? await scan(path!, task === 'jsonl' ? 'jsonl' : 'none')
    : task === 'read'
      ? plainRead(path!)
      : await make(path!, rest[0]!, JSON.parse(rest[1]!) as CaptureShape)
console.log(JSON.stringify({ ...usage(), ...done }))
