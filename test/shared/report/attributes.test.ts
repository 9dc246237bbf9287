import { describe, expect, it } from 'vitest'
import { attributeLines } from '../../../shared/report/attributes.ts'
import { htmlPrinter } from '../../../shared/report/html.ts'
import { markdownPrinter } from '../../../shared/report/markdown.ts'
import { plainPaint, textPrinter } from '../../../shared/report/text.ts'
import { reportFixture } from '../../support/fixtures.ts'
import { printSample } from '../../support/reports.ts'

const established = reportFixture.conversations.find(({ outcome }) => outcome === 'established')!
const { source } = established.attributes.client[0]!

describe('attributes in reports', () => {
  it('say once what both sides answer, and apart what differs', () => {
    expect(attributeLines(established)).toEqual([
      {
        name: 'CONNECTION_INFO',
        side: 'client',
        value: 'SP_PROT_TLS1_3_CLIENT, AES 256, ECDH 255',
        assumed: true,
        source,
      },
      {
        name: 'CONNECTION_INFO',
        side: 'server',
        value: 'SP_PROT_TLS1_3_SERVER, AES 256, ECDH 255',
        assumed: true,
        source,
      },
      {
        name: 'STREAM_SIZES',
        side: null,
        value: 'header 5, trailer 17, maximum 16384',
        assumed: true,
        source: 'schannel §7.2',
      },
    ])
  })

  it('leave out what has no value, and name the status of what is refused', () => {
    const [first] = established.attributes.client
    const client = [
      { ...first!, value: null, note: 'needs keys' },
      { ...first!, name: 'SECPKG_ATTR_NEGOTIATION_INFO', value: null, status: 'SEC_E_UNSUPPORTED_FUNCTION' },
    ]
    expect(attributeLines({ ...established, attributes: { client, server: [] } })).toEqual([
      {
        name: 'NEGOTIATION_INFO',
        side: 'client',
        value: 'SEC_E_UNSUPPORTED_FUNCTION',
        assumed: true,
        source,
      },
    ])
  })

  it.each([
    ['text', textPrinter({ paint: plainPaint, width: 100, all: true })],
    ['html', htmlPrinter({ title: null, all: true })],
    ['md', markdownPrinter({ title: null, all: true })],
  ])('stand in %s', (_, printer) => {
    const text = printSample(printer)
    expect(text).toContain('QueryContextAttributes')
    expect(text.match(/header 5, trailer 17, maximum 16384/g)).toHaveLength(1)
  })
})
