// FTP with AUTH TLS: agreed, refused, glued together.

import { describe, expect, it } from 'vitest'
import { type Said, clientHello, serverHello, told } from '../../support/carried.ts'

const opening: readonly Said[] = [
  ['server', '220 ready\r\n'],
  ['client', 'FEAT\r\n'],
  ['server', '211-Features:\r\n AUTH TLS\r\n211 End\r\n'],
]
const begins = ['s 220 ready', 'c FEAT', 's server offers AUTH TLS']

describe('FTP with AUTH TLS', () => {
  it('begins TLS once the server agrees', () => {
    expect(
      told([
        ...opening,
        ['client', 'AUTH TLS\r\n'],
        ['server', '234 go on\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'ftp',
      steps: [...begins, `c AUTH TLS`, `s+ 234 go on`],
      name: 'server.example',
    })
  })

  it('tells data connections that are announced before TLS, without their address', () => {
    const found = told([
      ...opening,
      ['client', 'PASV\r\n'],
      ['server', '227 Entering Passive Mode (10,0,0,2,195,80).\r\n'],
      ['client', 'PORT 10,0,0,1,4,1\r\n'],
      ['client', 'AUTH TLS\r\n'],
      ['server', '234 go on\r\n'],
      ['client', clientHello],
    ])
    expect(found.steps?.slice(3, 5)).toEqual([
      's PASV: data connection to port 50000',
      'c PORT: data connection to port 1025',
    ])
  })

  it('is a conversation where the server refuses, and tells its words', () => {
    expect(
      told([...opening, ['client', 'AUTH TLS\r\n'], ['server', '534 policy does not allow TLS\r\n']]),
    ).toEqual({
      carrier: 'ftp',
      steps: [...begins, `c AUTH TLS`, `s! 534 policy does not allow TLS`],
      name: null,
    })
  })

  it('finds a ClientHello glued to the command (S59)', () => {
    const found = told([
      ...opening,
      ['client', 'AUTH TLS\r\n', clientHello],
      ['server', '234 go on\r\n'],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'ftp', name: 'server.example' })
  })

  it('is read the same from segments of seven bytes', () => {
    const said: readonly Said[] = [
      ...opening,
      ['client', 'AUTH TLS\r\n'],
      ['server', '534 policy does not allow TLS\r\n'],
    ]
    expect(told(said, { segment: 7 })).toEqual(told(said))
  })

  it('is refused where the server wants TLS before the name of the user', () => {
    const found = told([
      ['server', '220 ready\r\n'],
      ['client', 'USER me\r\n'],
      ['server', '530 Non-anonymous sessions must use encryption.\r\n'],
    ])
    expect(found.steps).toEqual([
      's 220 ready',
      'c goes on without TLS',
      's! 530 Non-anonymous sessions must use encryption.',
    ])
  })
})
