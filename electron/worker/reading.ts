// Reading one capture for a page: its rows gathered, the page told of them and of how far reading has come.

import { performance } from 'node:perf_hooks'
import type { ReadingLimits } from '../../shared/limits.ts'
import type { BridgeEvent, RecentFile } from '../../shared/contract/bridge.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { faultOf, Refusal } from '../outcome.ts'
import type { analyseFile, OpenCapture } from './analyse.ts'
import type { CaptureRows } from './rows.ts'

/** Who hears of a capture being read. */
export interface Listener {
  post(event: BridgeEvent): void
  /** A capture was read to its end. */
  opened(file: Omit<RecentFile, 'opened'>): void
}

export interface Live {
  readonly path: string
  /** More files of the same capture. */
  readonly chain: readonly string[]
  /** PEM file of the trusted roots. */
  readonly roots: string | null
  /** Still being written. */
  readonly follow: boolean
  readonly limits: ReadingLimits
  readonly rows: CaptureRows
  /** The capture while it is being read. */
  running: OpenCapture | null
  stop: boolean
}

export interface Reading {
  readonly live: Live
  /** The capture once it is read (or reading was stopped); rejects with the reason where it could not be. */
  whole: Promise<OpenCapture>
}

/** Rows of a capture that the page gets unasked: enough for the largest window. */
const rowsToldWhole = 512
/** So many rows wait for company at most, and for so many milliseconds. */
const rowsPerEvent = 256
const rowsWait = 80
/** Milliseconds between two progress events. */
const progressWait = 80

/**
 * Tells the page of rows, new or revised: the first ones whole, so that it has something to show at once, of all others that they
 * are there. It asks for those in view; sending each of a hundred thousand took longer than reading them.
 */
export function rowsTeller(
  { post }: Pick<Listener, 'post'>,
  capture: number,
): (rows: readonly ReportRow[]) => void {
  let told = 0
  return (all) => {
    const rows = all.slice(0, Math.max(0, rowsToldWhole - told))
    told += rows.length
    if (all.length > 0)
      post({ kind: 'rows', capture, rows, others: all.slice(rows.length).map(({ id }) => id) })
  }
}

/** Reads a capture to its end, telling the page as it goes. */
export async function read(
  host: Listener,
  analyse: typeof analyseFile,
  capture: number,
  live: Live,
  keylog: string | null,
): Promise<OpenCapture> {
  const began = performance.now()
  const tellRows = rowsTeller(host, capture)
  let waiting: ReportRow[] = []
  let sent = 0
  let told = 0
  function flush(): void {
    tellRows(waiting)
    waiting = []
    sent = performance.now()
  }
  function flushDue(): void {
    if (waiting.length >= rowsPerEvent || performance.now() - sent > rowsWait) flush()
  }
  try {
    const outcome = await analyse(
      live.path,
      {
        keylog,
        key: null,
        passwordFile: null,
        roots: live.roots,
        replay: defaultReplay,
        chain: live.chain,
        follow: live.follow,
        limits: live.limits,
      },
      {
        begun: (running) => (live.running = running),
        progress(bytes, total, packets) {
          flushDue()
          if (performance.now() - told < progressWait) return
          told = performance.now()
          host.post({ kind: 'progress', capture, bytes, total, packets })
        },
        cancelled: () => live.stop,
        rows(rows) {
          live.rows.add(rows)
          waiting.push(...rows)
          flushDue()
        },
      },
    )
    if (!outcome.ok) throw new Refusal(outcome.fault)
    const whole = outcome.value
    flush()
    // Revised rows replace those sent while reading.
    live.rows.replace(whole.rows)
    // A recent file is one path: several files read as one would come back as the first alone.
    if (live.chain.length === 0) {
      host.opened({
        path: live.path,
        bytes: whole.summary.bytes ?? 0,
        failed: whole.rows.filter((row) => row.outcome === 'failed').length,
        conversations: whole.rows.length,
      })
    }
    host.post({
      kind: 'done',
      capture,
      summary: whole.summary,
      conversations: whole.rows.length,
      cancelled: whole.cancelled,
      otherFlows: whole.otherFlows,
      milliseconds: performance.now() - began,
    })
    return whole
  } catch (error) {
    flush()
    host.post({ kind: 'failed', capture, fault: faultOf(error) })
    throw error
  } finally {
    live.running = null
  }
}

/** Ends reading, and closes the capture once it has ended. */
export function shut(reading: Reading): void {
  reading.live.stop = true
  reading.whole.then(
    (capture) => capture.close(),
    () => undefined,
  )
}
