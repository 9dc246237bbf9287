// Which runner does which command.

import type { CliCommand } from './command.ts'
import { explainText } from './explain.ts'
import { inspectFiles, type CliHost } from './inspect.ts'
import { answerWhatIf } from './what-if.ts'

/** Runs a command that was read and returns its exit code. */
export function runCommand(command: CliCommand, host: CliHost): Promise<number> {
  switch (command.command) {
    case 'inspect':
      return inspectFiles(command, host)
    case 'what-if':
      return answerWhatIf(command, host)
    case 'explain':
      return explainText(command, host)
  }
}
