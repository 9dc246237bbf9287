// Says what a pasted error means, and where in a capture it occurs.

import { endpointText } from '../../shared/contract/endpoint.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { explain } from '../../shared/diagnosis/explain.ts'
import { compileFilter } from '../../shared/filter/evaluate.ts'
import { parseFilter } from '../../shared/filter/parse.ts'
import { explanationText } from '../../shared/report/whatif.ts'
import { printable } from '../../shared/report/words.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { exitCodes, type ExplainOptions } from './command.ts'
import { type CliHost, openForCommand, paintOf, write } from './inspect.ts'

const wholeAnalysis = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }

/** Prints the meaning and, with a capture, its matching conversations; returns the exit code. */
export async function explainText({ text, file, format }: ExplainOptions, host: CliHost): Promise<number> {
  const explanation = explain(text)
  let matches: ReportRow[] | null = null
  if (file !== null) {
    const capture = await openForCommand(file, wholeAnalysis, host)
    if (capture === null) return exitCodes.unreadable
    matches = matching(capture.rows, explanation.filter)
    capture.close()
  }
  await write(
    host.stdout,
    format === 'json'
      ? `${JSON.stringify(matches === null ? explanation : { ...explanation, matches: matches.map(matchOf) }, null, 2)}\n`
      : explanationText(explanation, paintOf(host.colours), Math.max(72, Math.min(132, host.width))) +
          (file === null || matches === null ? '' : foundText(file, matches)),
  )
  return exitCodes.done
}

function matching(rows: readonly ReportRow[], filter: string | null): ReportRow[] {
  if (filter === null) return []
  const parsed = parseFilter(filter)
  return parsed.ok ? rows.filter(compileFilter(parsed.filter)) : []
}

function matchOf({ id, client, server, serverName, outcome, failure }: ReportRow) {
  return { id, client, server, serverName, outcome, summary: failure?.summary ?? null }
}

function foundText(file: string, matches: readonly ReportRow[]): string {
  const head = `\n${printable(file)}: ${String(matches.length)} matching conversation${matches.length === 1 ? '' : 's'}\n`
  return (
    head +
    matches
      .map(
        ({ id, client, server, serverName, failure, outcome }) =>
          `  ${String(id)}. ${endpointText(client)} to ${printable(serverName ?? endpointText(server))}: ${printable(failure?.summary ?? outcome)}\n`,
      )
      .join('')
  )
}
