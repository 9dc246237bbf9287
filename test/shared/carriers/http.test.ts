// Plain HTTP to a TLS port: only a server that says so with 400 makes a conversation.

import { describe, expect, it } from 'vitest'
import { judgeCarrier } from '../../../shared/diagnosis/judge/carriers.ts'
import { judgeNotTls } from '../../../shared/diagnosis/judge/not-tls.ts'
import { viewFailure } from '../../../shared/diagnosis/view.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { clientHello, talk, told } from '../../support/carried.ts'

const request = 'GET / HTTP/1.1\r\nHost: server.example\r\n\r\n'
const tomcat =
  'HTTP/1.1 400 \r\nContent-Type: text/plain;charset=UTF-8\r\nConnection: close\r\n\r\nBad Request\r\nThis combination of host and port requires TLS.\r\n'

describe('plain HTTP to a TLS port', () => {
  it.each([
    ['Tomcat', tomcat, 'This combination of host and port requires TLS'],
    [
      'cheroot',
      'HTTP/1.1 400 Bad Request\r\nContent-Length: 86\r\n\r\nThe client sent a plain HTTP request, but this server only speaks HTTPS on this port.',
      'The client sent a plain HTTP request, but this server only speaks HTTPS on this port',
    ],
  ])('is what %s says', (_, answer, sentence) => {
    const found = told([
      ['client', request],
      ['server', answer],
    ])
    expect(found).toMatchObject({ carrier: 'http', steps: [`s! ${sentence}`] })
  })

  it('is found where the sentence comes in pieces behind the head', () => {
    const found = told([
      ['client', request],
      ['server', tomcat.slice(0, 40)],
      ['server', tomcat.slice(40, 130)],
      ['server', tomcat.slice(130)],
    ])
    expect(found.steps).toEqual(['s! This combination of host and port requires TLS'])
  })

  it('fails at the server, with the sentence as evidence', () => {
    const [conversation] = talk([
      ['client', request],
      ['server', tomcat],
    ])
    const outcome = outcomeOf(conversation!)
    expect(outcome).toMatchObject({ outcome: 'failed', failure: { side: 'server', ending: 'not-tls' } })
    const [first] = judgeNotTls(viewFailure(conversation!, outcome), outcome.failure!)
    // schannel §6.3 row 22
    expect(first).toMatchObject({ cause: 'not-tls', status: { name: 'SEC_E_INVALID_TOKEN' } })
    expect(first!.evidence.map(({ from, text }) => [from, text])).toEqual([
      ['client', "the client's first bytes: GET / HTTP/1.1..Host: server.example...."],
      ['server', 'This combination of host and port requires TLS'],
    ])
  })

  it('has the same cause behind a proxy, without a call', () => {
    const [conversation] = talk([
      ['client', 'CONNECT server.example:443 HTTP/1.1\r\n\r\n'],
      ['server', 'HTTP/1.1 200 Connection established\r\n\r\n'],
      ['client', request],
      ['server', tomcat],
    ])
    expect(conversation!.carrier.name).toBe('http-connect+http')
    const [first] = judgeCarrier(conversation!, outcomeOf(conversation!))
    expect(first).toMatchObject({ cause: 'not-tls', status: null })
    expect(first!.summary).toContain('This combination of host and port requires TLS')
  })

  it.each([
    ['another 400', request, 'HTTP/1.1 400 Bad Request\r\n\r\nThe parameter q is missing.\r\n'],
    ['a page that only speaks of it', request, tomcat.replace('400 ', '200 OK')],
    ['a 400 that speaks of it far down', request, `HTTP/1.1 400 \r\n\r\n${'x'.repeat(9000)}${tomcat}`],
    ['a later answer', request, `HTTP/1.1 204 No Content\r\n\r\n${tomcat}`],
  ])('is not %s', (_, asked, answer) => {
    const sent = [
      ['client', asked],
      ['server', answer],
    ] as const
    expect(told([...sent])).toEqual({ conversations: 0 })
  })

  it('is none where the client does speak TLS', () => {
    const found = told([
      ['client', clientHello],
      ['server', tomcat],
    ])
    expect(found).toMatchObject({ carrier: 'none', name: 'server.example' })
  })
})
