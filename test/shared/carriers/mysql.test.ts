// MySQL and MariaDB: offered and taken, demanded and refused.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

function greeting(capabilities: number): number[] {
  const version = Array.from('8.0.28', (letter) => letter.charCodeAt(0))
  const rest = [1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, capabilities & 255, capabilities >> 8, 33, 2, 0]
  const body = [10, ...version, 0, ...rest, ...new Array<number>(30).fill(65)]
  return [body.length, 0, 0, 0, ...body]
}

const withTls = greeting(0xffff)
const withoutTls = greeting(0xf7ff)
const sslRequest = [32, 0, 0, 1, 0x00, 0xaa, 0, 0, ...new Array<number>(28).fill(0)]
const login = [40, 0, 0, 1, 0x00, 0xa2, 0, 0, ...new Array<number>(36).fill(66)]

describe('MySQL', () => {
  it('begins TLS after the SSLRequest', () => {
    expect(
      told([
        ['server', withTls],
        ['client', sslRequest],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'mysql',
      steps: ['s 8.0.28: server offers TLS (CLIENT_SSL)', 'c+ client asks for TLS (SSLRequest)'],
      name: 'server.example',
    })
  })

  it('finds a ClientHello glued to the SSLRequest', () => {
    const found = told([
      ['server', withTls],
      ['client', sslRequest, clientHello],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'mysql', name: 'server.example' })
  })

  it('is refused where the client asks for what was not offered', () => {
    expect(
      told([
        ['server', withoutTls],
        ['client', sslRequest],
      ]).steps?.at(-1),
    ).toMatch(/^s! client asks for TLS/)
  })

  it('is refused where the server demands TLS', () => {
    const text = 'Connections using insecure transport are prohibited'
    const error = [[text.length + 9, 0, 0, 2, 0xff, 0x57, 0x0c], '#HY000', text] as const
    const found = told([
      ['server', withTls],
      ['client', login],
      ['server', ...error],
    ])
    expect(found.steps?.at(-1)).toBe(`s! server demands TLS: error 3159, ${text}`)
  })

  it('is none where client and server do without', () => {
    expect(
      told(
        [
          ['server', withoutTls],
          ['client', login],
        ],
        { closes: 'client' },
      ),
    ).toEqual({ conversations: 0 })
  })
})
