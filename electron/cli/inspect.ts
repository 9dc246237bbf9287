// Reads the captures one after the other and prints each report as it goes.

import type { Writable } from 'node:stream'
import picocolors from 'picocolors'
import type { ReportRow } from '../../shared/contract/report.ts'
import { compileFilter } from '../../shared/filter/evaluate.ts'
import { printerFor } from '../../shared/report/formats.ts'
import { printReport, type Printer } from '../../shared/report/printer.ts'
import { plainPaint, type Paint } from '../../shared/report/text.ts'
import { plural, printable } from '../../shared/report/words.ts'
import { faultOf } from '../outcome.ts'
import type { analyseFile, AnalyseOptions, OpenCapture } from '../worker/analyse.ts'
import { exitCodes, type CommandHost, type InspectOptions } from './command.ts'
import { saveCapture } from '../worker/export.ts'
import { reported } from '../worker/report.ts'
import { complain, warn } from './messages.ts'
import { openOutput, type Output } from './output.ts'
import { startProgress } from './progress.ts'

export interface CliHost extends CommandHost {
  readonly stdout: Writable
  readonly stderr: Writable
  /** The terminal shows colours. */
  readonly colours: boolean
  /** Characters a line. */
  readonly width: number
  /** Standard error is a terminal: somebody sees a progress bar. */
  readonly watched: boolean
  /** The user pressed Ctrl-C. */
  readonly stopped: AbortSignal
  readonly analyse: typeof analyseFile
}

const widestLine = 132

/** Prints the reports of all files and returns the exit code. */
export async function inspectFiles(options: InspectOptions, host: CliHost): Promise<number> {
  const printer = printerFor(options.format, {
    title: options.title,
    full: options.full,
    paint: paintOf(options.colour && host.colours),
    width: Math.min(widestLine, host.width),
  })
  // Who follows a capture ends it with Ctrl-C, and wants the report then.
  const stopped = () => host.stopped.aborted && !options.follow
  const output = openOutput(options.out, host.stdout)
  const result: Result = { matched: false, unreadable: 0 }
  try {
    const files = options.chain ? options.files.slice(0, 1) : options.files
    await output.write(printer.open(files.length))
    for (const file of files) {
      if (stopped() || output.closed) break
      await inspectFile(file, options, host, printer, output, result)
    }
    // An unreadable capture must not cost the report of an earlier run.
    if (stopped() || (options.out !== null && result.unreadable === files.length)) {
      await output.abandon()
      return stopped() ? exitCodes.interrupted : exitCodes.unreadable
    }
    await output.write(printer.close())
    await output.finish()
  } catch (error) {
    await output.abandon()
    const { message, hint } = faultOf(error)
    complain(host.stderr, printable(message), hint)
    return exitCodes.unreadable
  }
  if (result.unreadable > 0) return exitCodes.unreadable
  return result.matched ? exitCodes.matched : exitCodes.done
}

interface Result {
  matched: boolean
  unreadable: number
}

async function inspectFile(
  file: string,
  options: InspectOptions,
  host: CliHost,
  printer: Printer,
  output: Output,
  result: Result,
): Promise<void> {
  const { keylog, key, passwordFile, roots, replay } = options
  const { chain, files, follow, limits } = options
  const input = {
    keylog,
    key,
    passwordFile,
    roots,
    replay,
    chain: chain ? files.slice(1) : [],
    follow,
    limits,
  }
  const capture = await openForCommand(file, input, host)
  if (capture === null) {
    result.unreadable += 1
    return
  }
  try {
    if (keylog !== null && capture.model.keys === 'none')
      warn(
        host.stderr,
        `the key log ${printable(keylog)} opens nothing in ${printable(file)}`,
        'Its lines belong to other connections: take the log of the program, and of the time, of the capture.',
      )
    const rows = chosenRows(capture, options)
    result.matched ||= isMatched(capture, rows, options.failOn)
    if (options.saved !== null) await save(capture, rows, options.saved, host)
    if (!options.printed) return
    const tool = { name: 'handshake-inspector', version: host.version }
    const report = reported(capture, rows, { ...options, notes: null }, tool)
    for (const piece of printReport(printer, report.head, report.rows, (id) => report.inspect(id))) {
      if ((host.stopped.aborted && !follow) || output.closed) return
      await output.write(piece)
    }
  } finally {
    capture.close()
  }
}

/** Reads a capture with a progress bar; where it cannot be read, says why and returns null. */
export async function openForCommand(
  file: string,
  options: AnalyseOptions,
  host: CliHost,
): Promise<OpenCapture | null> {
  const progress = startProgress(host.stderr, file, host.watched)
  const opened = await host.analyse(file, options, {
    progress: (bytes, total, packets) => progress.update(bytes, total, packets),
    cancelled: () => host.stopped.aborted,
    rows: (rows) => {
      if (options.follow === true) for (const row of rows) host.stderr.write(`${lineOf(row)}\n`)
    },
  })
  progress.stop()
  if (opened.ok) return opened.value
  complain(host.stderr, printable(`${file}: ${opened.fault.message}`), opened.fault.hint)
  return null
}

/** A conversation on one line, as it appears in a capture that is followed. */
function lineOf({ id, start, outcome, client, server, serverName, failure }: ReportRow): string {
  const ends = `${client.address}:${String(client.port)} → ${server.address}:${String(server.port)}`
  const name = serverName === null ? '' : ` ${serverName}`
  return printable(
    `#${String(id)} ${start ?? ''} ${outcome} ${ends}${name}${failure === null ? '' : ` ${failure.cause}`}`,
  )
}

/** Resolves when the text is taken, so that exiting afterwards loses nothing. */
export async function write(stdout: Writable, text: string): Promise<void> {
  const output = openOutput(null, stdout)
  await output.write(text)
  await output.finish()
}

function chosenRows(capture: OpenCapture, options: InspectOptions): readonly ReportRow[] {
  const { filter, failedOnly, conversations } = options
  const passes = compileFilter(filter)
  return capture.rows.filter(
    (row) =>
      (!failedOnly || row.outcome === 'failed') &&
      (conversations.length === 0 || conversations.includes(row.id)) &&
      passes(row),
  )
}

async function save(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  saved: NonNullable<InspectOptions['saved']>,
  host: CliHost,
): Promise<void> {
  const ids = rows.map(({ id }) => id)
  const { packets, leftOut, secrets } = await saveCapture(capture, ids, saved, saved.path)
  const parts = [
    `${plural(packets, 'packet')} of ${plural(ids.length, 'conversation')}`,
    ...(leftOut === 0 ? [] : [`${plural(leftOut, 'packet')} left out (bulk data and bare acknowledgements)`]),
    ...(secrets === 0 ? [] : [`with ${plural(secrets, 'secret')}`]),
  ]
  host.stderr.write(`saved ${printable(saved.path)}: ${parts.join(', ')}\n`)
}

/** Whether --fail-on applies to what is reported: a failure, or with `warning` also a finding above info or a damaged file. */
function isMatched(
  capture: OpenCapture,
  rows: readonly ReportRow[],
  failOn: InspectOptions['failOn'],
): boolean {
  if (failOn === null) return false
  if (rows.some((row) => row.outcome === 'failed')) return true
  if (failOn === 'failed') return false
  return (
    capture.summary.warnings.length > 0 ||
    rows.some((row) => row.findings.some(({ severity }) => severity !== 'info'))
  )
}

export function paintOf(colours: boolean): Paint {
  if (!colours) return plainPaint
  const { bold, dim, green, red, yellow, magenta } = picocolors.createColors(true)
  return { strong: bold, faint: dim, ok: green, wait: dim, need: yellow, fail: red, note: magenta }
}
