// SOCKS 4, 4a and 5: opened, refused, with a password.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const name = Array.from('server.example', (letter) => letter.charCodeAt(0))
const connect5 = [5, 1, 0, 3, name.length, ...name, 1, 0xbb]
const reply5 = (code: number) => [5, code, 0, 1, 0, 0, 0, 0, 0, 0]

describe('SOCKS', () => {
  it('5 begins TLS behind reply 0', () => {
    expect(
      told([
        ['client', [5, 1, 0]],
        ['server', [5, 0]],
        ['client', connect5],
        ['server', reply5(0)],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'socks',
      steps: [
        'c SOCKS 5, authentication offered: none',
        's authentication: none',
        'c connect to server.example:443',
        's+ succeeded (0)',
      ],
      name: 'server.example',
    })
  })

  it('5 is refused by a reply, by its name', () => {
    const found = told([
      ['client', [5, 1, 0]],
      ['server', [5, 0]],
      ['client', connect5],
      ['server', reply5(5)],
    ])
    expect(found.steps?.at(-1)).toBe('s! connection refused (5)')
  })

  it('5 is refused where no authentication is accepted, or the password is wrong; the password is not shown', () => {
    expect(
      told([
        ['client', [5, 1, 2]],
        ['server', [5, 255]],
      ]).steps?.at(-1),
    ).toBe('s! no acceptable authentication method')
    const password = [1, 1, 117, 3, 115, 51, 99]
    const found = told([
      ['client', [5, 1, 2]],
      ['server', [5, 2]],
      ['client', password],
      ['server', [1, 1]],
    ])
    expect(found.steps?.slice(-2)).toEqual(['c user name and password', 's! user name or password refused'])
  })

  it.each([
    ['4', [4, 1, 1, 0xbb, 10, 0, 0, 1, 0], 'c SOCKS 4, connect to 10.0.0.1:443'],
    ['4a', [4, 1, 1, 0xbb, 0, 0, 0, 1, 0, ...name, 0], 'c SOCKS 4a, connect to server.example:443'],
  ])('%s is opened and refused', (_, request, step) => {
    const opened = told([
      ['client', request],
      ['server', [0, 90, 0, 0, 0, 0, 0, 0]],
      ['client', clientHello],
    ])
    expect(opened).toEqual({ carrier: 'socks', steps: [step, 's+ granted (90)'], name: 'server.example' })
    const refused = told([
      ['client', request],
      ['server', [0, 91, 0, 0, 0, 0, 0, 0]],
    ])
    expect(refused).toEqual({ carrier: 'socks', steps: [step, 's! rejected or failed (91)'], name: null })
  })

  it('is none where the way opens for something else', () => {
    const found = told([
      ['client', [5, 1, 0]],
      ['server', [5, 0]],
      ['client', connect5],
      ['server', reply5(0)],
      ['client', 'SSH-2.0\r\n'],
    ])
    expect(found).toEqual({ conversations: 0 })
  })
})
