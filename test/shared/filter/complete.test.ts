import { describe, expect, it } from 'vitest'
import { completeFilter, countValues, type CountsOf } from '../../../shared/filter/complete.ts'
import { rowOf } from '../../support/rows.ts'
import {
  establishedConversation,
  failedConversation,
  incompleteConversation,
} from '../../support/fixtures.ts'

const rows = [establishedConversation, failedConversation, incompleteConversation].map(rowOf)
const counts: CountsOf = (field) => countValues(field, rows)

function texts(text: string): string[] {
  return completeFilter(text, text.length, counts).suggestions.map((suggestion) => suggestion.text)
}

describe('completion', () => {
  it('offers fields by the first letters of their name or of another program’s name for them', () => {
    expect(texts('fai')).toEqual(['failed'])
    expect(texts('tcp.p')).toEqual(['tcp.port'])
    expect(texts('id.orig')).toEqual(['ip.src', 'tcp.srcport'])
    expect(texts('failed && sta')[0]).toBe('status')
  })

  it('offers all fields in an empty filter', () => {
    expect(texts('').length).toBeGreaterThan(30)
  })

  it('offers the operators that fit the field', () => {
    expect(texts('ip.addr ')).toEqual(['==', '!=', 'in', 'contains', '~', '&&', '||'])
    expect(texts('duration ')).toContain('<=')
  })

  it('offers statuses that rows have first, with number, meaning and how many rows', () => {
    const [first] = completeFilter('status == untr', 14, counts).suggestions
    expect(first).toEqual({
      kind: 'value',
      text: 'SEC_E_UNTRUSTED_ROOT',
      detail: '0x80090325',
      meaning: 'Chain ends in an untrusted root; alert 48',
      rows: 1,
    })
    expect(texts('status == 80090326')).toEqual(['SEC_E_ILLEGAL_MESSAGE'])
  })

  it('offers values in the braces of a set, and quotes those with spaces', () => {
    expect(texts('tls.version in {"TLS 1.3" ')).toContain('"TLS 1.2"')
    expect(texts('outcome == fa')).toEqual(['failed'])
    expect(texts('alert == unknown_ca')).toEqual(['48'])
  })

  it('replaces the word under the cursor and leaves the rest', () => {
    const { start, end, suggestions } = completeFilter('failed && sid == client', 13, counts)
    expect([start, end]).toEqual([10, 13])
    expect(suggestions[0]?.text).toBe('side')
  })

  it('completes inside an open quotation mark', () => {
    const { start, suggestions } = completeFilter('tls.version == "TLS 1.', 22, counts)
    expect(start).toBe(15)
    expect(suggestions[0]?.text).toBe('"TLS 1.2"')
  })

  it('offers and, or after a finished comparison', () => {
    expect(texts('side == client ')).toEqual(['&&', '||'])
    expect(texts('(failed) ')).toEqual(['&&', '||'])
  })
})
