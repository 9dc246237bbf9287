// POP3 with STLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '+OK ready\r\n'],
  ['client', 'CAPA\r\n'],
  ['server', '+OK\r\nUSER\r\nSTLS\r\n.\r\n'],
]
const begins = ['s +OK ready', 'c CAPA', 's server offers STLS']

describe('POP3 with STLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'STLS\r\n'],
        ['server', '+OK begin\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'pop3',
      steps: [...begins, `c STLS`, `s+ +OK begin`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(told([...opening, ['client', 'STLS\r\n'], ['server', '-ERR TLS not available\r\n']])).toEqual({
      carrier: 'pop3',
      steps: [...begins, `c STLS`, `s! -ERR TLS not available`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'STLS\r\n', clientHello],
      ['server', '+OK begin\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'pop3', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'STLS\r\n'],
      ['server', '-ERR TLS not available\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })
})
