// IMAP with STARTTLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '* OK ready\r\n'],
  ['client', 'a CAPABILITY\r\n'],
  ['server', '* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\n'],
]
const begins = ['s * OK ready', 'c a CAPABILITY', 's server offers STARTTLS']

describe('IMAP with STARTTLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'b STARTTLS\r\n'],
        ['server', 'b OK begin\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'imap',
      steps: [...begins, `c b STARTTLS`, `s+ b OK begin`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(
      told([...opening, ['client', 'b STARTTLS\r\n'], ['server', 'b NO [UNAVAILABLE] no certificate\r\n']]),
    ).toEqual({
      carrier: 'imap',
      steps: [...begins, `c b STARTTLS`, `s! b NO [UNAVAILABLE] no certificate`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'b STARTTLS\r\n', clientHello],
      ['server', 'b OK begin\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'imap', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'b STARTTLS\r\n'],
      ['server', 'b NO [UNAVAILABLE] no certificate\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })

  it('is refused where nothing is offered and the client logs out', () => {
    const found = told([
      ['server', '* OK [CAPABILITY IMAP4rev1] ready\r\n'],
      ['client', 'a CAPABILITY\r\n'],
      ['server', '* CAPABILITY IMAP4rev1\r\na OK done\r\n'],
      ['client', 'b LOGOUT\r\n'],
    ])
    expect(found.steps).toContain('s! server does not offer STARTTLS')
  })

  it('is none where the client logs in without asking for TLS, and no password is shown', () => {
    const found = told([...opening, ['client', 'b LOGIN user secret\r\n'], ['server', 'b OK in\r\n']])
    expect(found).toEqual({ conversations: 0 })
  })

  it('is refused where the server wants privacy first', () => {
    const found = told([
      ...opening,
      ['client', 'b LOGIN u p\r\n'],
      ['server', 'b NO [PRIVACYREQUIRED] TLS first\r\n'],
    ])
    expect(found.steps).toContain('s! b NO [PRIVACYREQUIRED] TLS first')
    expect(JSON.stringify(found)).not.toContain('u p')
  })
})
