// LMTP with STARTTLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '220 mail.example LMTP\r\n'],
  ['client', 'LHLO client.example\r\n'],
  ['server', '250-mail.example\r\n250 STARTTLS\r\n'],
]
const begins = ['s 220 mail.example LMTP', 'c LHLO client.example', 's server offers STARTTLS', 'c STARTTLS']

describe('LMTP with STARTTLS', () => {
  it('begins TLS once the server agrees', () => {
    const said: Said[] = [...opening, ['client', 'STARTTLS\r\n'], ['server', '220 go on\r\n']]
    expect(told([...said, ['client', clientHello], ['server', serverHello]])).toEqual({
      carrier: 'lmtp',
      steps: [...begins, 's+ 220 go on'],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses', () => {
    expect(told([...opening, ['client', 'STARTTLS\r\n'], ['server', '454 4.7.0 no\r\n']])).toEqual({
      carrier: 'lmtp',
      steps: [...begins, 's! 454 4.7.0 no'],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'STARTTLS\r\n', clientHello],
      ['server', '220 go on\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'lmtp', name: 'server.example' })
  })

  it('is no conversation where nobody wants TLS', () => {
    expect(told([...opening, ['client', 'MAIL FROM:<>\r\n'], ['server', '250 ok\r\n']])).toEqual({
      conversations: 0,
    })
  })
})
