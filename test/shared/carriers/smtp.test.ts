// SMTP with STARTTLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '220 mail.example ESMTP\r\n'],
  ['client', 'EHLO me\r\n'],
  ['server', '250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n'],
]
const begins = ['s 220 mail.example ESMTP', 'c EHLO me', 's server offers STARTTLS']

describe('SMTP with STARTTLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'STARTTLS\r\n'],
        ['server', '220 go on\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'smtp',
      steps: [...begins, `c STARTTLS`, `s+ 220 go on`],
      name: 'server.example',
    })
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(
      told([...opening, ['client', 'STARTTLS\r\n'], ['server', '454 4.7.0 TLS not available\r\n']]),
    ).toEqual({
      carrier: 'smtp',
      steps: [...begins, `c STARTTLS`, `s! 454 4.7.0 TLS not available`],
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
    expect(found).toMatchObject({ carrier: 'smtp', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'STARTTLS\r\n'],
      ['server', '454 4.7.0 TLS not available\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })

  const masked: readonly Said[] = [
    ['server', '220 ****************\r\n'],
    ['client', 'EHLO me\r\n'],
    ['server', '250-mail.example\r\n250-XXXXXXXA\r\n250 SIZE 1000\r\n'],
  ]
  const without: readonly Said[] = [
    ['server', '220 mail.example ESMTP\r\n'],
    ['client', 'EHLO me\r\n'],
    ['server', '250-mail.example\r\n250 SIZE 1000\r\n'],
  ]

  it('names the firewall that overwrote the offer', () => {
    expect(told(masked).steps?.at(-1)).toMatch(/^s! server does not offer STARTTLS: a firewall/)
  })

  it('is refused where nothing is offered and the client says goodbye or closes', () => {
    const refused = 's! server does not offer STARTTLS'
    expect(told([...without, ['client', 'QUIT\r\n']]).steps).toContain(refused)
    expect(told(without, { closes: 'client' }).steps).toContain(refused)
  })

  it('is none where mail is sent in the clear', () => {
    const mail: readonly Said[] = [
      ['client', 'MAIL FROM:<a@b>\r\n'],
      ['server', '250 ok\r\n'],
    ]
    expect(told([...without, ...mail], { closes: 'client' })).toEqual({ conversations: 0 })
    expect(
      told([...without, ...mail, ['client', 'DATA\r\nSTARTTLS\r\n'], ['server', '500 what\r\n']]),
    ).toEqual({ conversations: 0 })
  })

  it('is refused where the server wants STARTTLS before mail', () => {
    const said: readonly Said[] = [
      ['client', 'MAIL FROM:<a@b>\r\n'],
      ['server', '530 5.7.0 Must issue a STARTTLS command first\r\n'],
    ]
    expect(told([...without, ...said]).steps?.at(-1)).toBe('s! 530 5.7.0 Must issue a STARTTLS command first')
  })

  it('forgets a refusal that a later STARTTLS mends', () => {
    const said: readonly Said[] = [
      ['client', 'MAIL FROM:<a@b>\r\n'],
      ['server', '530 5.7.0 Must issue a STARTTLS command first\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go on\r\n'],
      ['client', clientHello],
    ]
    expect(told([...opening, ...said]).steps?.filter((step) => step.startsWith('s!'))).toEqual([])
  })

  it('shows what a client sends before the answer', () => {
    const found = told([
      ...opening,
      ['client', 'STARTTLS\r\nNOOP\r\n'],
      ['server', '220 go on\r\n'],
      ['client', clientHello],
    ])
    expect(found.steps).toContain('c sends more before the answer to STARTTLS')
  })
})
