import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Field } from '../../../shared/bytes/fields.ts'
import { maxAsn1Depth, maxAsn1Elements } from '../../../shared/limits.ts'
import { asn1Fields, isSequences } from '../../../shared/x509/asn1.ts'

const whole = (bytes: Uint8Array): Field[] => asn1Fields(bytes, { name: 'DER', start: 0, end: bytes.length })
const told = (fields: readonly Field[]): string[] =>
  fields.map(({ depth, name, value }) => `${'  '.repeat(depth)}${name}: ${value}`)

describe('any DER', () => {
  it('is a tree of tags, lengths and values, object identifiers with their names', () => {
    // AttributeTypeAndValue of a common name, a number, a truth value, nothing, a tag of the context.
    const bytes = Uint8Array.of(
      ...[
        0x30, 0x1d, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x03, 0x13, 0x04, 0x61, 0x62, 0x63, 0x64,
      ],
      ...[0x02, 0x02, 0xff, 0x7f, 0x01, 0x01, 0xff, 0x05, 0x00, 0x80, 0x03, 0x61, 0x62, 0x63],
    )
    expect(told(whole(bytes))).toEqual([
      'DER: 31 bytes',
      '  SEQUENCE, 29 bytes: 5 elements',
      '    SET, 13 bytes: CN: abcd',
      '      SEQUENCE, 11 bytes: CN: abcd',
      '        OBJECT IDENTIFIER, 3 bytes: CN (2.5.4.3)',
      '        PrintableString, 4 bytes: abcd',
      '    INTEGER, 2 bytes: -129',
      '    BOOLEAN, 1 byte: TRUE',
      '    NULL, 0 bytes: ',
      '    [0], 3 bytes: abc',
    ])
    expect(whole(bytes)[5]).toMatchObject({ start: 11, end: 17 })
  })

  it('opens what strings hold where that is whole elements, and leaves keys and hashes closed', () => {
    expect(told(whole(Uint8Array.of(0x04, 0x04, 0x30, 0x02, 0x05, 0x00)))).toEqual([
      'DER: 6 bytes',
      '  OCTET STRING, 4 bytes: ',
      '    SEQUENCE, 2 bytes: ',
      '      NULL, 0 bytes: ',
    ])
    expect(told(whole(Uint8Array.of(0x04, 0x03, 0x30, 0x05, 0x00)))[1]).toBe(
      '  OCTET STRING, 3 bytes: 30 05 00',
    )
  })

  it('marks where the format breaks and keeps what was before', () => {
    const fields = whole(Uint8Array.of(0x02, 0x01, 0x05, 0x30, 0x20, 0x00))
    expect(fields.map(({ name }) => name)).toEqual(['DER', 'INTEGER, 1 byte', 'malformed'])
    expect(fields[2]).toMatchObject({ start: 3, end: 6 })
  })

  it('stops at its bounds: nesting, and number of elements', () => {
    let nested = Uint8Array.of(0x05, 0x00)
    for (let i = 0; i < 2000; i++) {
      const length = nested.length
      nested = Uint8Array.of(0x30, 0x82, length >> 8, length & 0xff, ...nested)
    }
    const deep = whole(nested)
    expect(Math.max(...deep.map(({ depth }) => depth))).toBe(maxAsn1Depth)
    expect(deep.at(-1)?.value).toMatch(/^not opened/)
    const many = new Uint8Array(6 * maxAsn1Elements).fill(0x05)
    for (let i = 1; i < many.length; i += 2) many[i] = 0
    expect(whole(many).length).toBe(maxAsn1Elements + 2)
    expect(whole(many).at(-1)?.value).toMatch(/^more than/)
  })

  it('never fails on bytes at random', () => {
    let seed = 7
    const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8
    for (let turn = 0; turn < 2000; turn++) {
      const bytes = Uint8Array.from({ length: random() % 80 }, () => random() & 0xff)
      for (const field of whole(bytes)) expect(field.end).toBeLessThanOrEqual(bytes.length)
    }
  })

  it('knows messages of LDAP and CredSSP by their SEQUENCEs', () => {
    expect(isSequences(Uint8Array.of(0x30, 0x02, 0x05, 0x00, 0x30, 0x00), 0, 6)).toBe(true)
    expect(isSequences(Uint8Array.of(0x30, 0x02, 0x05), 0, 3)).toBe(false)
    expect(isSequences(readFileSync('test/captures/README.md'), 0, 40)).toBe(false)
  })
})
