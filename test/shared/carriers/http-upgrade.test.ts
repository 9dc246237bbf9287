// HTTP upgraded to TLS in the connection: agreed, declined, demanded.

import { describe, expect, it } from 'vitest'
import { clientHello, serverHello, told } from '../../support/carried.ts'

const request = 'OPTIONS * HTTP/1.1\r\nHost: a\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n'

describe('HTTP Upgrade to TLS', () => {
  it('begins TLS behind 101', () => {
    const found = told([
      ['client', request],
      ['server', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0\r\n\r\n'],
      ['client', clientHello],
      ['server', serverHello],
    ])
    expect(found).toMatchObject({ carrier: 'http-upgrade', name: 'server.example' })
    expect(found.steps?.at(-1)).toBe('s+ HTTP/1.1 101 Switching Protocols')
  })

  it.each(['200 OK', '426 Upgrade Required'])('is refused by %s', (status) => {
    const found = told([
      ['client', request],
      ['server', `HTTP/1.1 ${status}\r\n\r\n`],
    ])
    expect(found.steps?.at(-1)).toContain(`s! HTTP/1.1 ${status}`)
  })

  it('is none where another protocol is asked for', () => {
    const found = told([
      ['client', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'],
      ['server', 'HTTP/1.1 200 OK\r\n\r\n'],
    ])
    expect(found).toEqual({ conversations: 0 })
  })
})
