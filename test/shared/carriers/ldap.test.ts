// LDAP with StartTLS: agreed, refused by result code, asked for by a bind.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const oid = '1.3.6.1.4.1.1466.20037'
const request = [0x30, 29, 2, 1, 1, 0x77, 24, 0x80, 22, ...letters(oid)]

function letters(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0))
}

function response(operation: number, result: number, text: string, id = 1): number[] {
  const body = [0x0a, 1, result, 4, 0, 4, text.length, ...letters(text)]
  return [0x30, body.length + 5, 2, 1, id, operation, body.length, ...body]
}

const asked = `c StartTLS (extended request ${oid})`

describe('LDAP with StartTLS', () => {
  it('begins TLS after result 0', () => {
    expect(
      told([
        ['client', request],
        ['server', response(0x78, 0, '')],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({ carrier: 'ldap', steps: [asked, 's+ success (0)'], name: 'server.example' })
  })

  it.each([
    [52, 'unavailable (52): no certificate'],
    [2, 'protocolError (2): no certificate'],
    [1, 'operationsError (1): no certificate'],
  ])('is refused by result %i, with its name and text', (result, text) => {
    const found = told([
      ['client', request],
      ['server', response(0x78, result, 'no certificate')],
    ])
    expect(found).toEqual({ carrier: 'ldap', steps: [asked, `s! ${text}`], name: null })
  })

  it('is refused where a bind without TLS is answered with 8', () => {
    const bind = [0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]
    const found = told([
      ['client', bind],
      ['server', response(0x61, 8, 'signing needed')],
    ])
    expect(found.steps).toEqual(['c bind without TLS', 's! strongerAuthRequired (8): signing needed'])
  })

  it('is none where a bind without TLS is taken', () => {
    const bind = [0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]
    expect(
      told([
        ['client', bind],
        ['server', response(0x61, 0, '')],
      ]),
    ).toEqual({ conversations: 0 })
  })

  it('finds a ClientHello glued to the request', () => {
    const found = told([
      ['client', request, clientHello],
      ['server', response(0x78, 0, '')],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'ldap', name: 'server.example' })
  })
})
