// IRC with STARTTLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['client', 'CAP LS 302\r\n'],
  ['server', ':irc.example CAP * LS :tls sasl\r\n'],
]
const begins = ['c CAP LS 302', 's server offers STARTTLS']

describe('IRC with STARTTLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'STARTTLS\r\n'],
        ['server', ':irc.example 670 * :go on\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'irc',
      steps: [...begins, `c STARTTLS`, `s+ :irc.example 670 * :go on`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(
      told([...opening, ['client', 'STARTTLS\r\n'], ['server', ':irc.example 691 * :no certificate\r\n']]),
    ).toEqual({
      carrier: 'irc',
      steps: [...begins, `c STARTTLS`, `s! :irc.example 691 * :no certificate`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'STARTTLS\r\n', clientHello],
      ['server', ':irc.example 670 * :go on\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'irc', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'STARTTLS\r\n'],
      ['server', ':irc.example 691 * :no certificate\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })
})
