// NNTP with STARTTLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '200 ready\r\n'],
  ['client', 'CAPABILITIES\r\n'],
  ['server', '101 list:\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n'],
]
const begins = ['s 200 ready', 'c CAPABILITIES', 's server offers STARTTLS']

describe('NNTP with STARTTLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'STARTTLS\r\n'],
        ['server', '382 go on\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'nntp',
      steps: [...begins, `c STARTTLS`, `s+ 382 go on`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(told([...opening, ['client', 'STARTTLS\r\n'], ['server', '580 cannot start TLS\r\n']])).toEqual({
      carrier: 'nntp',
      steps: [...begins, `c STARTTLS`, `s! 580 cannot start TLS`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'STARTTLS\r\n', clientHello],
      ['server', '382 go on\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'nntp', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'STARTTLS\r\n'],
      ['server', '580 cannot start TLS\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })
})
