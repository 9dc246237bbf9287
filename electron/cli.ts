// The headless command: `handshake-inspector inspect FILE…`, `what-if` and `explain`. Results go to standard output, messages to standard error.

import picocolors from 'picocolors'
import manifest from '../package.json' with { type: 'json' }
import { readCommand } from './cli/command.ts'
import type { CliHost } from './cli/inspect.ts'
import { runCommand } from './cli/run.ts'
import { analyseFile } from './worker/analyse.ts'

/** Runs the command with `args` (without program and script) and returns its exit code. Ctrl-C stops it cleanly, once. */
export async function main(args: readonly string[]): Promise<number> {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  const host: CliHost = {
    stdout: process.stdout,
    stderr: process.stderr,
    version: manifest.version,
    colours: picocolors.isColorSupported,
    width: process.stdout.columns > 0 ? process.stdout.columns : 100,
    watched: process.stderr.isTTY,
    stopped: stopped.signal,
    analyse: analyseFile,
  }
  // Help may end in `| head`; the commands watch their output themselves.
  process.stdout.on('error', unread)
  const command = await readCommand(args, host)
  if (typeof command !== 'number') process.stdout.off('error', unread)
  const code = typeof command === 'number' ? command : await runCommand(command, host)
  process.off('SIGINT', stop)
  return code
}

/** Nobody reads on, which is no fault. */
function unread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
