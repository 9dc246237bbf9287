// The PROXY header in front of TLS, glued to it or alone, and in front of another carrier.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
const version2 = [...signature, 0x21, 0x11, 0, 12, 10, 1, 1, 1, 10, 1, 1, 2, 0xc3, 0x50, 1, 0xbb]
const version1 = 'PROXY TCP4 10.1.1.1 10.1.1.2 50000 443\r\n'

describe('the PROXY protocol', () => {
  it.each([
    ['1', version1, 'c PROXY TCP4 10.1.1.1 10.1.1.2 50000 443'],
    ['2', version2, 'c PROXY v2: from 10.1.1.1:50000 to 10.1.1.2:443'],
  ])('version %s is found alone and glued to the ClientHello', (_, header, step) => {
    const expected = { carrier: 'proxy-protocol', steps: [step], name: 'server.example' }
    expect(
      told([
        ['client', header],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual(expected)
    expect(
      told([
        ['client', header, clientHello],
        ['server', serverHello],
      ]),
    ).toEqual(expected)
  })

  it('stands in front of another carrier', () => {
    const found = told([
      ['client', version1],
      ['server', '220 mail\r\n'],
      ['client', 'EHLO me\r\n'],
      ['server', '250 STARTTLS\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '220 go on\r\n'],
      ['client', clientHello],
    ])
    expect(found).toMatchObject({ carrier: 'proxy-protocol+smtp', name: 'server.example' })
  })

  it('is none in front of plain HTTP', () => {
    expect(
      told([
        ['client', version1, 'GET / HTTP/1.1\r\n\r\n'],
        ['server', 'HTTP/1.1 200 OK\r\n\r\n'],
      ]),
    ).toEqual({
      conversations: 0,
    })
  })
})
