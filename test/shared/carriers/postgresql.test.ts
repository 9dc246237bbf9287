// PostgreSQL: SSLRequest agreed and refused, GSSENCRequest before it, errors.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const sslRequest = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]
const gssRequest = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x30]
const startup = [[0, 0, 0, 19, 0, 3, 0, 0], 'user', [0], 'zeek', [0, 0]].flatMap((part) =>
  typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : part,
)

describe('PostgreSQL', () => {
  it('begins TLS after S', () => {
    expect(
      told([
        ['client', sslRequest],
        ['server', 'S'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'postgresql',
      steps: ['c SSLRequest', 's+ server accepts TLS (S)'],
      name: 'server.example',
    })
  })

  it('is refused by N, and says that the client goes on in the clear', () => {
    expect(
      told([
        ['client', sslRequest],
        ['server', 'N'],
        ['client', startup],
      ]),
    ).toEqual({
      carrier: 'postgresql',
      steps: ['c SSLRequest', 's! server refuses TLS (N)', 'c goes on without TLS (StartupMessage)'],
      name: null,
    })
  })

  it('asks for GSSAPI encryption first where the client can', () => {
    const found = told([
      ['client', gssRequest],
      ['server', 'N'],
      ['client', sslRequest],
      ['server', 'S'],
      ['client', clientHello],
    ])
    expect(found.steps).toEqual([
      'c GSSENCRequest',
      's server refuses GSSAPI encryption (N)',
      'c SSLRequest',
      's+ server accepts TLS (S)',
    ])
  })

  it('is refused where the server takes no connection without encryption', () => {
    const error = ['E', [0, 0, 0, 40], 'SFATAL', 0, 'Mno pg_hba.conf entry, no encryption', [0, 0]] as const
    const found = told([
      ['client', startup],
      ['server', ...error],
    ])
    expect(found.steps?.at(-1)).toBe('s! server answers with an error: no pg_hba.conf entry, no encryption')
  })

  it('is none where the client never asks', () => {
    expect(
      told([
        ['client', startup],
        ['server', 'R', [0, 0, 0, 8, 0, 0, 0, 0]],
      ]),
    ).toEqual({ conversations: 0 })
  })

  it('finds a ClientHello glued to the request', () => {
    const found = told([
      ['client', sslRequest, clientHello],
      ['server', 'S'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'postgresql', name: 'server.example' })
  })
})
