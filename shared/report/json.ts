// The report as JSON (handshake-report/1) and as JSON lines, one conversation a line.

import { reportSchemaName } from '../contract/report.ts'
import type { Printer } from './printer.ts'

/** One report object, or an array of them where several may follow; each conversation is a line of its own. */
export function jsonPrinter(): Printer {
  let several = false
  let reports = 0
  let conversations = 0
  return {
    details: 'all',
    open(count) {
      several = count > 1
      return several ? '[\n' : ''
    },
    *begin({ tool, capture, files, model, notes }) {
      conversations = 0
      if (reports > 0) yield ',\n'
      reports += 1
      const head = JSON.stringify({
        schema: reportSchemaName,
        tool,
        captures: files ?? [capture],
        model,
        ...(notes === undefined ? {} : { notes }),
      })
      yield `${head.slice(0, -1)},\n"conversations":[`
    },
    conversation(conversation) {
      conversations += 1
      return `${conversations > 1 ? ',' : ''}\n${JSON.stringify(conversation)}`
    },
    end: () => `${conversations > 0 ? '\n' : ''}]}${several ? '' : '\n'}`,
    close: () => (several ? '\n]\n' : ''),
  }
}

/** One row a line, each with its `file`; `full`: the whole conversation instead of its row. */
export function jsonLinesPrinter(full: boolean): Printer {
  let file = ''
  return {
    details: full ? 'all' : 'none',
    open: () => '',
    *begin({ capture }, rows) {
      file = capture.file
      if (full) return
      for (const row of rows) yield `${JSON.stringify({ file, ...row })}\n`
    },
    conversation: (conversation) => `${JSON.stringify({ file, ...conversation })}\n`,
    end: () => '',
    close: () => '',
  }
}
