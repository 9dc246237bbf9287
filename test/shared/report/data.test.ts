import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { report } from '../../../shared/contract/report.ts'
import { csvPrinter } from '../../../shared/report/csv.ts'
import { jsonLinesPrinter, jsonPrinter } from '../../../shared/report/json.ts'
import { markdownPrinter } from '../../../shared/report/markdown.ts'
import { reportJsonSchema } from '../../../shared/report/schema.ts'
import { reportFixture } from '../../support/fixtures.ts'
import { hostileReport, hostileText, printSample } from '../../support/reports.ts'

describe('the JSON report', () => {
  it('is the report object, written conversation by conversation', () => {
    const text = printSample(jsonPrinter())
    expect(JSON.parse(text)).toEqual(reportFixture)
    expect(text.split('\n').filter((line) => line.startsWith('{"id":'))).toHaveLength(3)
  })

  it('is an array where several captures were named', () => {
    expect(JSON.parse(printSample(jsonPrinter(), reportFixture, 2))).toEqual([reportFixture, reportFixture])
  })

  it('is whole without any conversation', () => {
    const empty = { ...reportFixture, conversations: [] }
    expect(JSON.parse(printSample(jsonPrinter(), empty))).toEqual(empty)
  })

  it('has a JSON Schema in docs that is up to date (else: node scripts/schema.mjs)', () => {
    const committed: unknown = JSON.parse(readFileSync('docs/handshake-report-1.schema.json', 'utf8'))
    expect(committed).toEqual(JSON.parse(JSON.stringify(reportJsonSchema())))
  })

  it('lets readers meet keys they do not know', () => {
    expect(report.safeParse({ ...reportFixture, later: 1 }).success).toBe(true)
    expect(JSON.stringify(reportJsonSchema())).not.toContain('"additionalProperties":false')
  })
})

describe('JSON lines', () => {
  const lines = (full: boolean) =>
    printSample(jsonLinesPrinter(full))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  it('are rows, each with the name of its file', () => {
    expect(lines(false).map(({ file, id }) => [file, id])).toEqual([
      ['lab-20261122.pcapng', 2],
      ['lab-20261122.pcapng', 20],
      ['lab-20261122.pcapng', 33],
    ])
    expect(lines(false)[0]).not.toHaveProperty('tokens')
  })

  it('are whole conversations with full detail', () => {
    expect(lines(true)[1]).toEqual({ file: 'lab-20261122.pcapng', ...reportFixture.conversations[1] })
  })
})

describe('CSV', () => {
  it('has one heading and one line a conversation, ended as RFC 4180 says', () => {
    const lines = printSample(csvPrinter(), reportFixture, 2).split('\r\n')
    expect(lines).toHaveLength(1 + 6 + 1)
    expect(lines[0]).toMatch(/^file,id,key,start,/)
    expect(lines[2]).toContain(
      ',failed,client,schannel,untrusted-root,observed,SEC_E_UNTRUSTED_ROOT,0x80090325,',
    )
  })

  it('quotes what needs it and lets no cell begin as a formula', () => {
    const report = hostileReport()
    const name = '=1+2,"x"\n'
    const text = printSample(csvPrinter(), {
      ...report,
      conversations: report.conversations.map((conversation) => ({ ...conversation, serverName: name })),
    })
    expect(text).toContain(`"'=1+2,""x""\n"`)
    for (const start of ['+', '-', '@', '\t', '＝'])
      expect(
        printSample(csvPrinter(), { ...report, captures: [{ ...report.captures[0]!, file: `${start}a` }] }),
      ).toContain(`'${start}a`)
  })
})

describe('Markdown', () => {
  it('has the list, the lanes of the failed one with the failure point, and the remedy', () => {
    const text = printSample(markdownPrinter({ title: 'Case 4711', all: false }))
    expect(text).toMatch(/^# Case 4711\n/)
    expect(text).toContain('| 20 | 10:14:03.595 | failed | server.example |')
    expect(text).toContain('### 20. server.example failed at the client, ISC #2')
    expect(text).toMatch(
      /\*\*failure point\*\* \| ISC #2 \*\*SEC_E_UNTRUSTED_ROOT 0x80090325\*\* \\\[\d\\\] \|/,
    )
    expect(text).toContain('What to do: Add “otherca Root”')
  })

  it('keeps the lines of a note in its quotation', () => {
    const note = { key: null, call: null, text: 'First line\n# second', written: '' }
    const text = printSample(markdownPrinter({ title: null, all: false }), undefined, 1, [note])
    expect(text).toContain('\n> **Note.** First line\\\n> \\# second\n')
  })

  it('keeps each line of a table whole and shows hostile text as text', () => {
    const text = printSample(markdownPrinter({ title: null, all: true }), hostileReport())
    expect(text).not.toContain('<script>')
    expect(text).not.toContain(hostileText)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    const tables = text.split('\n').filter((line) => line.startsWith('| 20 |'))
    for (const line of tables) expect(line.match(/(?<!\\)\|/g)).toHaveLength(13)
  })
})
