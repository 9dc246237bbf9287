// ManageSieve with STARTTLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '"IMPLEMENTATION" "x"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\nOK\r\n'],
]
const begins = ['s "IMPLEMENTATION" "x"', 's server offers STARTTLS']

describe('ManageSieve with STARTTLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'STARTTLS\r\n'],
        ['server', 'OK begin\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'sieve',
      steps: [...begins, `c STARTTLS`, `s+ OK begin`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(told([...opening, ['client', 'STARTTLS\r\n'], ['server', 'NO "no certificate"\r\n']])).toEqual({
      carrier: 'sieve',
      steps: [...begins, `c STARTTLS`, `s! NO "no certificate"`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'STARTTLS\r\n', clientHello],
      ['server', 'OK begin\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'sieve', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'STARTTLS\r\n'],
      ['server', 'NO "no certificate"\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })
})
