// RDP: what was asked for, what was chosen, and every failure code by its name.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const cookie = 'Cookie: mstshash=someone\r\n'

function tpdu(code: number, negotiation: readonly number[], text = ''): number[] {
  const body = [code, 0, 0, 0, 0, 0, ...Array.from(text, (letter) => letter.charCodeAt(0)), ...negotiation]
  return [3, 0, 0, body.length + 5, body.length, ...body]
}

const request = (protocols: number) => tpdu(0xe0, [1, 0, 8, 0, protocols, 0, 0, 0], cookie)
const answer = (type: number, value: number) => tpdu(0xd0, [type, 0, 8, 0, value, 0, 0, 0])

describe('RDP', () => {
  it('begins TLS after the choice of CredSSP, and does not show the user', () => {
    const found = told([
      ['client', request(3)],
      ['server', answer(2, 2)],
      ['client', clientHello],
      ['server', serverHello],
    ])
    expect(found).toEqual({
      carrier: 'rdp',
      steps: ['c connection request: TLS, CredSSP (HYBRID)', 's+ server chooses CredSSP (HYBRID)'],
      name: 'server.example',
    })
  })

  it('names RDSTLS', () => {
    const found = told([
      ['client', request(4)],
      ['server', answer(2, 4)],
      ['client', clientHello],
    ])
    expect(found.steps).toEqual(['c connection request: RDSTLS', 's+ server chooses RDSTLS'])
  })

  it.each([
    [1, 'SSL_REQUIRED_BY_SERVER'],
    [2, 'SSL_NOT_ALLOWED_BY_SERVER'],
    [3, 'SSL_CERT_NOT_ON_SERVER'],
    [4, 'INCONSISTENT_FLAGS'],
    [5, 'HYBRID_REQUIRED_BY_SERVER'],
    [6, 'SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER'],
  ])('is refused by failure %i, %s', (code, name) => {
    const found = told([
      ['client', request(1)],
      ['server', answer(3, code)],
    ])
    expect(found.steps?.at(-1)).toMatch(new RegExp(`^s! .*\\(RDP_NEG_FAILURE ${String(code)} ${name}\\)$`))
  })

  it('is refused where the server chooses its own security', () => {
    const found = told([
      ['client', request(1)],
      ['server', answer(2, 0)],
    ])
    expect(found.steps?.at(-1)).toBe('s! server chooses Standard RDP Security, which is no TLS')
  })

  it('is none where the client never asked, and where X.224 carries another protocol', () => {
    expect(
      told([
        ['client', tpdu(0xe0, [], cookie)],
        ['server', tpdu(0xd0, [])],
      ]),
    ).toEqual({ conversations: 0 })
    const s7 = tpdu(0xe0, [0xc1, 2, 1, 0, 0xc2, 2, 1, 2])
    expect(
      told([
        ['client', s7],
        ['server', answer(3, 1)],
      ]),
    ).toEqual({ conversations: 0 })
  })
})
