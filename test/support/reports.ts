// Prints the sample report in one format, as text.

import type { Note } from '../../shared/contract/notes.ts'
import type { Report } from '../../shared/contract/report.ts'
import { printReport, type Printer } from '../../shared/report/printer.ts'
import { rowOf } from './rows.ts'
import { reportFixture } from './fixtures.ts'

/** The pieces a host would write for `count` reports, joined. */
export function printSample(
  printer: Printer,
  report: Report = reportFixture,
  count = 1,
  notes?: readonly Note[],
): string {
  const head = {
    tool: report.tool,
    capture: report.captures[0]!,
    model: report.model,
    ...(notes === undefined ? {} : { notes }),
  }
  const rows = report.conversations.map(rowOf)
  const inspect = (id: number) => report.conversations.find((conversation) => conversation.id === id)!
  const reports = Array.from({ length: count }, () => [...printReport(printer, head, rows, inspect)])
  return [printer.open(count), ...reports.flat(), printer.close()].join('')
}

/** An HTML report without the places where its lines may break: its texts as they are copied and found. */
export function unbroken(html: string): string {
  return html.replace(/<wbr[^>]*>/g, '')
}

/** Text that would do harm if a format took it for its own. */
export const hostileText = '<script>alert(1)</script>"\'&|`*_[x](y)\u001b[31m\u202e=cmd()'

/** The sample report with hostile text wherever a capture could bring some in. */
export function hostileReport(): Report {
  const failed = reportFixture.conversations.find(({ outcome }) => outcome === 'failed')!
  const finding = failed.findings[0]!
  return {
    ...reportFixture,
    captures: [{ ...reportFixture.captures[0]!, file: hostileText }],
    conversations: [
      {
        ...failed,
        serverName: hostileText,
        alpn: { offered: [hostileText], chosen: hostileText, visible: true },
        carrier: {
          name: 'smtp',
          steps: [{ time: null, packets: [1], from: 'client', text: hostileText, result: 'refused' }],
        },
        failure: { ...failed.failure!, summary: hostileText },
        messages: failed.messages.map((message) => ({ ...message, name: hostileText })),
        certificates: {
          client: [],
          server: failed.certificates.server!.map((certificate) => ({
            ...certificate,
            subject: hostileText,
            issuer: hostileText,
            san: [hostileText],
          })),
        },
        findings: [
          {
            ...finding,
            title: hostileText,
            explanation: hostileText,
            remedy: hostileText,
            evidence: finding.evidence.map((item) => ({ ...item, text: hostileText })),
          },
        ],
      },
    ],
  }
}
