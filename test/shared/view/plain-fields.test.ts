import { describe, expect, it } from 'vitest'
import type { CarrierStep } from '../../../shared/conversation/facts.ts'
import { maxTokenFields } from '../../../shared/limits.ts'
import { plainFields } from '../../../shared/view/plain-fields.ts'

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)
const step = (packet: number, text: string, result: CarrierStep['result']): CarrierStep => ({
  time: 0,
  packets: [packet],
  from: 'server',
  text,
  result,
})

describe('fields of bytes that are no TLS', () => {
  it('tell each packet by the carrier’s step, with its lines', () => {
    const bytes = encoded('220 ready\r\n502 no\r\n')
    const fields = plainFields(
      bytes,
      [
        { packet: 4, start: 0, end: 11 },
        { packet: 8, start: 11, end: 19 },
      ],
      [step(4, '220 ready', 'info'), step(8, '502 no', 'refused')],
    )
    expect(fields).toEqual([
      { name: 'before TLS', depth: 0, start: 0, end: 11, value: '220 ready', malformed: null },
      { name: 'line', depth: 1, start: 0, end: 11, value: '220 ready', malformed: null },
      { name: 'refused', depth: 0, start: 11, end: 19, value: '502 no', malformed: null },
      { name: 'line', depth: 1, start: 11, end: 19, value: '502 no', malformed: null },
    ])
  })

  it('call what no carrier read not TLS, and show what is no text as bytes', () => {
    const fields = plainFields(Uint8Array.of(5, 1, 0), [{ packet: 1, start: 0, end: 3 }], [])
    expect(fields.map(({ name, value }) => [name, value])).toEqual([
      ['not TLS', ''],
      ['bytes', '05 01 00'],
    ])
  })

  it('stay within their bound, whatever is sent', () => {
    const bytes = encoded('\n'.repeat(maxTokenFields * 3))
    const fields = plainFields(bytes, [{ packet: 1, start: 0, end: bytes.length }], [])
    expect(fields.length).toBe(maxTokenFields)
  })
})
