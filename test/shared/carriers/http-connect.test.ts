// HTTP CONNECT: opened, denied, and opened after authentication.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const connect = 'CONNECT server.example:443 HTTP/1.1\r\nHost: server.example:443\r\n\r\n'
const asked = 'c CONNECT server.example:443'

describe('HTTP CONNECT', () => {
  it('begins TLS behind a 200', () => {
    expect(
      told([
        ['client', connect],
        ['server', 'HTTP/1.1 200 Connection established\r\n\r\n'],
        ['client', clientHello],
        ['server', serverHello],
      ]),
    ).toEqual({
      carrier: 'http-connect',
      steps: [asked, 's+ 200 Connection established'],
      name: 'server.example',
    })
  })

  it.each(['403 Forbidden', '502 Bad Gateway', '503 Service Unavailable'])('is refused by %s', (status) => {
    const found = told([
      ['client', connect],
      ['server', `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`],
    ])
    expect(found).toEqual({ carrier: 'http-connect', steps: [asked, `s! ${status}`], name: null })
  })

  it('is refused by 407, and names the schemes', () => {
    const head =
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n'
    expect(
      told([
        ['client', connect],
        ['server', head],
      ]).steps?.at(-1),
    ).toBe('s! 407 Proxy Authentication Required (Negotiate, NTLM)')
  })

  it('shows the steps of an authentication that succeeds, without its credentials', () => {
    const again = 'CONNECT server.example:443 HTTP/1.1\r\nProxy-Authorization: NTLM TlRMTVNTUAAB\r\n\r\n'
    const found = told([
      ['client', connect],
      ['server', 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\n\r\n'],
      ['client', again],
      ['server', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['client', clientHello],
    ])
    expect(found.steps).toEqual([
      asked,
      's 407 Proxy Authentication Required (NTLM)',
      `${asked} with Proxy-Authorization (NTLM)`,
      's+ 200 OK',
    ])
  })

  it('reads STARTTLS inside the tunnel', () => {
    const found = told([
      ['client', connect],
      ['server', 'HTTP/1.1 200 OK\r\n\r\n220 mail\r\n'],
      ['client', 'EHLO me\r\n'],
      ['server', '250 STARTTLS\r\n'],
      ['client', 'STARTTLS\r\n'],
      ['server', '454 no\r\n'],
    ])
    expect(found).toMatchObject({ carrier: 'http-connect+smtp' })
    expect(found.steps?.at(-1)).toBe('s! 454 no')
  })

  it('is none where a tunnel opens for something else, and for another CONNECT than to a host and port', () => {
    const plain = told([
      ['client', connect],
      ['server', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['client', 'SSH-2.0-x\r\n'],
    ])
    expect(plain).toEqual({ conversations: 0 })
    expect(
      told([
        ['client', 'CONNECT / HTTP/1.1\r\n\r\n'],
        ['server', 'HTTP/1.1 400 Bad\r\n\r\n'],
      ]),
    ).toEqual({ conversations: 0 })
  })
})
