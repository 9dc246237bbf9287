// CredSSP in WinRM over HTTP: TLS out of the tokens of both headers, in segments of any size; other log-ins are none.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { base64 } from '../../../shared/bytes/text.ts'
import { clientHello, type Said, serverHello, talk, told } from '../../support/carried.ts'
import { framesOf } from '../../support/datagrams.ts'
import { mutate, Random } from '../../support/mutation.ts'

const post = (more = '', body = '') =>
  `POST /wsman?x=secret HTTP/1.1\r\nHost: h\r\nContent-Length: ${String(body.length)}\r\n${more}\r\n${body}`
const answer = (status: string, more = '') => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n${more}\r\n`
const asks = (token: Uint8Array) => post(`Authorization: CredSSP ${base64(token)}\r\n`)
const answers = (token: Uint8Array) =>
  answer('401 Unauthorized', `WWW-Authenticate: CredSSP ${base64(token)}\r\n`)

const begun: readonly Said[] = [
  ['client', post('', '<s:Envelope/>')],
  ['server', answer('401 Unauthorized', 'WWW-Authenticate: Negotiate\r\nWWW-Authenticate: CredSSP\r\n')],
]
const secured: readonly Said[] = [
  ['client', asks(clientHello)],
  ['server', answers(serverHello)],
]
const steps = [
  'c POST /wsman?…',
  's 401 Unauthorized, asks for Negotiate or CredSSP',
  'c Authorization: CredSSP',
]

describe('WinRM', () => {
  it('shows how CredSSP was asked for, and takes TLS out of its tokens', () => {
    expect(told([...begun, ...secured])).toEqual({ carrier: 'winrm', steps, name: 'server.example' })
  })

  it('does so in segments of any size', () => {
    for (const segment of [11, 64, 200]) {
      const [found] = talk([...begun, ...secured], { segment })
      expect(found?.messages.map(({ from, type }) => `${from} ${String(type)}`)).toEqual([
        'client 1',
        'server 2',
      ])
    }
  })

  it('says how the log-in ended, and reads nothing behind it', () => {
    const found = told([...begun, ...secured, ['server', answer('401 Unauthorized')], ['client', post()]])
    expect(found.steps?.at(-1)).toBe('s the log-in ends: 401 Unauthorized')
  })

  it('is none with another way to log in, without any, or with a token that is no TLS', () => {
    expect(
      told([
        ['client', post('Authorization: Negotiate TlRM\r\n')],
        ['server', answer('200 OK')],
      ]),
    ).toEqual({
      conversations: 0,
    })
    expect(told([...begun])).toEqual({ conversations: 0 })
    const odd = post('Authorization: CredSSP ****\r\n')
    expect(told([...begun, ['client', odd], ['server', answer('400 Bad Request')]])).toEqual({
      conversations: 0,
    })
  })

  it('never makes its readers throw, whatever was changed', () => {
    const random = new Random(5985)
    const file = join(import.meta.dirname, '../../captures/carriers/winrm-credssp.pcap')
    const said = framesOf(new Uint8Array(readFileSync(file)))
      .filter((frame) => frame.length > 40)
      .map((frame): Said => [frame[15] === 1 ? 'client' : 'server', frame.slice(40)])
    for (let round = 0; round < 100; round++)
      talk(
        said.map(([from, part]) => [
          from,
          random.below(4) === 0 ? mutate(part as Uint8Array, random) : part!,
        ]),
      )
  })
})
