// What the report dialog offers: formats with their endings, and what may be replaced.

import type { RedactionKind } from '../../shared/contract/redaction.ts'
import type { Input } from '../../shared/contract/bridge.ts'

type ReportFormat = Input<'report.make'>['format']
export type DialogFormat = ReportFormat | 'pcapng' | 'pcap'

export interface FormatChoice {
  readonly value: DialogFormat
  readonly text: string
  readonly says: string
  readonly ending: string
}

export const reportChoices: readonly FormatChoice[] = [
  { value: 'html', text: 'HTML', says: 'One file, no scripts, prints on A4', ending: 'report.html' },
  { value: 'pdf', text: 'PDF', says: 'The same page, printed', ending: 'report.pdf' },
  { value: 'md', text: 'Markdown', says: 'For a ticket or a wiki', ending: 'report.md' },
  { value: 'json', text: 'JSON', says: 'Everything, as handshake-report/1', ending: 'report.json' },
  { value: 'csv', text: 'CSV', says: 'One row a conversation, for a spreadsheet', ending: 'report.csv' },
  {
    value: 'jsonl',
    text: 'JSON lines',
    says: 'One conversation a line, for programs',
    ending: 'report.jsonl',
  },
  { value: 'text', text: 'Text', says: 'As the command line prints it', ending: 'report.txt' },
  { value: 'pcapng', text: 'pcapng', says: 'The packets of these conversations, verified', ending: 'pcapng' },
  { value: 'pcap', text: 'pcap', says: 'The same for older programs; no secrets', ending: 'pcap' },
]

export const redactionChoices: readonly {
  readonly kind: RedactionKind
  readonly text: string
  readonly says: string
}[] = [
  { kind: 'addresses', text: 'Addresses', says: 'client-1, host-2' },
  { kind: 'names', text: 'Server names', says: 'also in certificates and in what carriers say' },
  {
    kind: 'certificates',
    text: 'Certificate names and keys',
    says: 'hashes and serial numbers, by which public logs name the server',
  },
  { kind: 'evidence', text: 'Packet bytes', says: 'texts that quote evidence' },
  { kind: 'files', text: 'File name', says: 'of the capture, with its folder' },
]

export function isCapture(format: DialogFormat): format is 'pcapng' | 'pcap' {
  return format === 'pcapng' || format === 'pcap'
}
