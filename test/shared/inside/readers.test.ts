// What is read inside TLS: each protocol by its first words, its refusals with what they mean, and never a credential.

import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { readInside } from '../../../shared/inside/list.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { openedConversation, type Spoken } from '../../support/opened.ts'

/** Steps as `c text`, `s+ text` (agreed), `s! text` (refused), and what they tell. */
function told(carrier: string, said: readonly Spoken[]) {
  const inside = readInside(openedConversation(carrier, said))
  if (inside === null) return null
  const marks = { info: '', ok: '+', refused: '!' } as const
  return {
    name: inside.name,
    steps: inside.steps.map(({ from, text, result }) => `${from.charAt(0)}${marks[result]} ${text}`),
    tells: inside.steps.flatMap(({ tells }) => (tells === null ? [] : [tells])),
  }
}

function text(value: string): number[] {
  return Array.from(value, (letter) => letter.charCodeAt(0))
}

/** A BER element. */
function ber(tag: number, ...content: (readonly number[])[]): number[] {
  const body = content.flat()
  return body.length < 128
    ? [tag, body.length, ...body]
    : [tag, 0x82, body.length >> 8, body.length & 0xff, ...body]
}

const http = (line: string, ...rest: string[]) => [line, ...rest].join('\r\n')

describe('RDP multitransport', () => {
  const request = [0, 24, 0, 4, 1, ...new Array<number>(23).fill(0)]

  it.each([
    [[0, 0, 0, 0], 's+ tunnel create response: 0x00000000', []],
    [
      [4, 0x40, 0, 0x80],
      's! tunnel create response: 0x80004004',
      [{ kind: 'multitransport', result: 0x80004004 }],
    ],
  ])('tells what the tunnel was answered with: %j', (result, step, tells) => {
    const found = told('rdp-udp', [
      ['client', request],
      ['server', [1, 4, 0, 4, ...result]],
    ])
    expect(found).toEqual({ name: 'rdp-multitransport', steps: ['c tunnel create request', step], tells })
  })

  it('is none over another carrier', () => {
    expect(told('none', [['client', request]])).toBeNull()
  })
})

describe('HTTP', () => {
  it('names IIS’s substatus and the certificate that is missing', () => {
    const body = '<h2>HTTP Error 403.7 - Forbidden</h2>'
    const found = told('none', [
      ['client', http('GET /app?token=s3cret HTTP/1.1', 'Host: web.example', '', '')],
      ['server', http('HTTP/1.1 403 Forbidden', `Content-Length: ${String(body.length)}`, '', body)],
    ])
    expect(found).toEqual({
      name: 'http',
      steps: ['c GET /app?…, Host web.example', 's! 403 Forbidden (IIS 403.7)'],
      tells: [
        {
          kind: 'http',
          status: 403,
          substatus: 7,
          certificate: 'missing',
          host: 'web.example',
          scheme: null,
        },
      ],
    })
  })

  it.each([
    ['HTTP Error 403.16 - Forbidden', 'refused'],
    ['400 The SSL certificate error', 'refused'],
    ['400 No required SSL certificate was sent', 'missing'],
    ['nothing of the kind', null],
  ])('%s: a certificate %s', (body, certificate) => {
    const status = body.startsWith('HTTP Error 403') ? '403 Forbidden' : '400 Bad Request'
    const found = told('none', [
      ['client', http('GET / HTTP/1.1', 'Host: a', '', '')],
      ['server', http(`HTTP/1.1 ${status}`, 'Connection: close', '', body)],
    ])
    expect(found?.tells).toMatchObject([{ kind: 'http', certificate }])
  })

  it('reads on behind bodies of known length and in chunks, and pairs answers with their requests', () => {
    const found = told('none', [
      ['client', http('POST /one HTTP/1.1', 'Host: a', 'Content-Length: 5', '', 'hello')],
      ['server', http('HTTP/1.1 100 Continue', '', '')],
      ['server', http('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '3', 'abc', '0', '', '')],
      ['client', http('HEAD /two HTTP/1.1', 'Host: a', '', '')],
      ['server', http('HTTP/1.1 200 OK', 'Content-Length: 99', '', '')],
      ['client', http('GET /three HTTP/1.1', 'Host: b', '', '')],
      ['server', http('HTTP/1.1 421 Misdirected Request', 'Content-Length: 0', '', '')],
    ])
    expect(found?.steps).toEqual([
      'c POST /one, Host a',
      's+ 200 OK',
      'c GET /three, Host b',
      's! 421 Misdirected Request',
    ])
  })

  it('tells a challenge from a log-in that failed, and keeps tokens out', () => {
    const answer = http(
      'HTTP/1.1 401 Unauthorized',
      'WWW-Authenticate: Negotiate',
      'Content-Length: 0',
      '',
      '',
    )
    const ask = (token: string) =>
      http('GET / HTTP/1.1', 'Host: a', ...(token === '' ? [] : [`Authorization: ${token}`]), '', '')
    const found = told('none', [
      ['client', ask('')],
      ['server', answer],
      ['client', ask('Negotiate TlRMTVNTUAABsecret')],
      ['server', answer],
      ['client', ask('Negotiate TlRMTVNTUAADsecret')],
      ['server', answer],
    ])
    expect(found?.steps.filter((step) => step.startsWith('s'))).toEqual([
      's 401 Unauthorized, asks for Negotiate',
      's 401 Unauthorized, asks for Negotiate',
      's! 401 Unauthorized, asks for Negotiate',
    ])
    expect(found?.tells.at(-1)).toMatchObject({ status: 401, scheme: 'Negotiate (NTLM)' })
    expect(JSON.stringify(found)).not.toContain('secret')
  })

  it.each([
    ['SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1', 'a VPN (SSTP)'],
    ['RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1', 'RD Gateway'],
    ['POST /wsman?PSVersion=5.1 HTTP/1.1', 'WinRM'],
  ])('%s is %s', (line, name) => {
    const found = told('none', [
      ['client', http(line, 'Host: a', 'Content-Length: 18446744073709551615', '', '')],
    ])
    expect(found?.tells).toEqual([{ kind: 'service', name }])
  })
})

describe('LDAP', () => {
  const bind = (...way: (readonly number[])[]) =>
    ber(0x30, [2, 1, 1], ber(0x60, [2, 1, 3], ber(4, text('cn=alice')), ...way))
  const response = (result: number, message: string) =>
    ber(0x30, [2, 1, 1], ber(0x61, [0x0a, 1, result], [4, 0], ber(4, text(message))))

  it('gives the number that Active Directory hides in its message', () => {
    const message =
      '80090346: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 80090346, v4563\0'
    const found = told('none', [
      ['client', bind(ber(0xa3, ber(4, text('GSS-SPNEGO')), ber(4, text('secret'))))],
      ['server', response(49, message)],
    ])
    expect(found).toEqual({
      name: 'ldap',
      steps: ['c bind, SASL GSS-SPNEGO', `s! bind: invalidCredentials (49): ${message.slice(0, -1)}`],
      tells: [{ kind: 'ldap', result: 49, data: 0x80090346 }],
    })
    expect(JSON.stringify(found)).not.toMatch(/secret|alice/)
  })

  it('takes a bind in progress for no refusal, and keeps the password out', () => {
    const found = told('ldap', [
      ['client', bind(ber(0x80, text('secret')))],
      ['server', response(14, '')],
    ])
    expect(found).toEqual({
      name: 'ldap',
      steps: ['c bind, simple', 's bind: saslBindInProgress (14)'],
      tells: [],
    })
  })
})

describe('CredSSP', () => {
  const request = (...fields: (readonly number[])[]) => ber(0x30, ber(0xa0, [2, 1, 6]), ...fields)
  const tokens = (token: readonly number[]) => ber(0xa1, ber(0x30, ber(0x30, ber(0xa0, ber(4, token)))))
  const ntlm = (message: number) => [...text('NTLMSSP\0'), message, 0, 0, 0, ...text('secret')]

  it('names each round and the error', () => {
    const found = told('rdp', [
      ['client', request(tokens(ntlm(1)))],
      ['server', request(tokens(ntlm(2)))],
      [
        'client',
        request(tokens(ntlm(3)), ber(0xa3, ber(4, text('secret'))), ber(0xa5, ber(4, text('secret')))),
      ],
      ['server', request(ber(0xa4, [2, 5, 0, 0xc0, 0, 0, 0x6d]))],
    ])
    expect(found).toEqual({
      name: 'credssp',
      steps: [
        'c TSRequest version 6: NTLM NEGOTIATE',
        's TSRequest version 6: NTLM CHALLENGE',
        "c TSRequest version 6: NTLM AUTHENTICATE, proof of the server's key (pubKeyAuth), nonce",
        's! TSRequest version 6: errorCode STATUS_LOGON_FAILURE (0xC000006D)',
      ],
      tells: [{ kind: 'credssp', status: 0xc000006d }],
    })
  })

  it('reads the early user authorization result', () => {
    const found = told('rdp', [
      ['client', request(ber(0xa2, ber(4, text('secret'))))],
      ['server', request(ber(0xa3, ber(4, [1])))],
      ['server', [5, 0, 0, 0]],
    ])
    expect(found?.steps.at(-1)).toBe('s! early user authorization: access denied')
    expect(JSON.stringify(found)).not.toContain('secret')
  })

  it('knows SPNEGO and Kerberos', () => {
    const spnego = ber(
      0x60,
      [6, 6, 0x2b, 6, 1, 5, 5, 2],
      ber(0xa0, [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2]),
    )
    expect(told('rdp', [['client', request(tokens(spnego))]])?.steps).toEqual([
      'c TSRequest version 6: Kerberos in SPNEGO',
    ])
  })
})

describe('RDSTLS', () => {
  it('names its result', () => {
    const found = told('rdp', [
      ['server', [1, 0, 1, 0, 1, 0, 1, 0]],
      ['client', [1, 0, 2, 0, 1, 0, 0, 0]],
      ['server', [1, 0, 4, 0, 1, 0, 0x2e, 5, 0, 0]],
    ])
    expect(found).toEqual({
      name: 'rdstls',
      steps: [
        's RDSTLS capabilities',
        'c RDSTLS log-in to the redirected session',
        's! RDSTLS result: ERROR_LOGON_FAILURE (0x52e)',
      ],
      tells: [{ kind: 'rdstls', result: 0x52e }],
    })
  })
})

describe('mail behind STARTTLS', () => {
  it.each([
    ['smtp', '535 5.7.3 Authentication unsuccessful', 'log-in'],
    ['smtp', '550 5.7.10 Domain certificate does not match', 'certificate'],
    ['smtp', '454 4.7.0 TLS not available', 'certificate'],
    ['imap', 'a1 NO [AUTHENTICATIONFAILED] Authentication failed.', 'log-in'],
    ['pop3', '-ERR mailbox is busy', 'other'],
  ])('%s: %s is about %s', (carrier, line, about) => {
    const found = told(carrier, [
      ['client', 'AUTH PLAIN c2VjcmV0\r\n'],
      ['server', `${line}\r\n`],
    ])
    expect(found).toEqual({ name: 'mail', steps: [`s! ${line}`], tells: [{ kind: 'reply', about }] })
  })

  it('is told by its greeting where TLS came first', () => {
    expect(told('none', [['server', '* OK ready\r\n'], ['client', 'a1 LOGIN bob secret\r\n'], ['server', 'a1 NO no\r\n']])).toMatchObject({ name: 'mail', steps: ['s! a1 NO no'] }) // prettier-ignore
  })
})

describe('FTP', () => {
  it('says how data connections come, and keeps names and passwords out', () => {
    const found = told('ftp', [
      ['client', 'USER alice\r\n'],
      ['server', '331 Password\r\n'],
      ['client', 'PASS secret\r\n'],
      ['server', '230 Welcome\r\n'],
      ['client', 'PROT P\r\n'],
      ['client', 'PASV\r\n'],
      ['server', '227 Entering Passive Mode (192,0,2,2,195,80).\r\n'],
      ['server', '522 SSL connection failed; session reuse required: see require_ssl_reuse option\r\n'],
    ])
    expect(found).toEqual({
      name: 'ftp',
      steps: [
        'c PROT P',
        'c PASV',
        's data connection to port 50000',
        's! 522 SSL connection failed; session reuse required: see require_ssl_reuse option',
      ],
      tells: [{ kind: 'reply', about: 'session-reuse' }],
    })
  })
})

describe('EAP in a tunnel', () => {
  const tunnel = (method: string, said: readonly Spoken[]): Conversation => {
    const start = { time: 0, packets: [1], from: 'server', text: `${method} Start`, result: 'info' } as const
    return { ...openedConversation('eap', said), carrier: { name: 'eap', steps: [start] } }
  }

  it('PEAP: identity, method and error, without names', () => {
    const inside = readInside(
      tunnel('PEAP', [
        ['server', [1]],
        ['client', [1, ...text('alice')]],
        ['server', [26, 1, 0, 0, 0, 0]],
        ['client', [26, 2, 0, 0, 0, 0]],
        ['server', [26, 4, 1, 0, 20, ...text('E=691 R=0 C=00')]],
        ['server', [1, 9, 0, 11, 33, 0x80, 3, 0, 2, 0, 2]],
      ]),
    )
    expect(inside?.steps.map(({ text: said }) => said)).toEqual([
      'in the tunnel: Identity request',
      'in the tunnel: Identity',
      'in the tunnel: EAP-MSCHAPv2 challenge',
      'in the tunnel: EAP-MSCHAPv2 response',
      'in the tunnel: EAP-MSCHAPv2 failure, error 691',
      'in the tunnel: result failure',
    ])
    expect(inside?.steps[4]?.tells).toEqual({ kind: 'mschap', error: 691 })
  })

  it('TTLS: the log-in by its attribute', () => {
    const avp = (code: number, value: readonly number[]) => [
      0,
      0,
      0,
      code,
      0x40,
      0,
      0,
      8 + value.length,
      ...value,
    ]
    const inside = readInside(
      tunnel('EAP-TTLS', [['client', [...avp(1, text('bobs')), ...avp(2, text('secret')), 0, 0]]]),
    )
    expect(inside?.steps.map(({ text: said }) => said)).toEqual(['in the tunnel: PAP (User-Password)'])
  })
})

describe('anything else', () => {
  it('is not read', () => {
    expect(told('none', [['client', [1, 2, 3, 4]]])).toBeNull()
    expect(readInside(openedConversation('none', []))).toBeNull()
  })

  it('is read only up to the first record that is not at hand', () => {
    const whole = openedConversation('none', [
      ['client', http('GET / HTTP/1.1', 'Host: a', '', '')],
      ['server', 'HTTP/1.1 403 Forb'],
      ['server', 'idden\r\nContent-Length: 0\r\n\r\n'],
    ])
    const records = whole.server.records.map((record, i) => (i === 1 ? { ...record, index: 2 } : record))
    const cut = { ...whole, server: { ...whole.server, records } }
    expect(readInside(whole)?.steps).toHaveLength(2)
    expect(readInside(cut)?.steps).toHaveLength(1)
  })

  it('never throws, however the bytes are changed or cut', () => {
    const random = new Random(7)
    const bind = ber(0x30, [2, 1, 1], ber(0x60, [2, 1, 3], [4, 0], ber(0x80, [1])))
    const samples: readonly (readonly [string, Spoken[]])[] = [
      ['none', [['client', http('GET / HTTP/1.1', '', '')], ['server', http('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'ffff', '')]]],
      ['none', [['client', bind], ['server', bind]]],
      ['rdp', [['client', ber(0x30, ber(0xa0, [2, 1, 6]), ber(0xa4, [2, 4, 1, 2, 3, 4]))], ['server', [5, 0, 0, 0]]]],
      ['rdp', [['server', [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 4, 0, 1, 0, 5, 0, 0, 0]]]],
      ['eap', [['server', [1, 9, 0, 11, 33, 0x80, 3, 0, 2, 0, 2]], ['client', [13, 0x80, 0, 0, 0, 5, 22, 3, 3]]]],
      ['ftp', [['server', '227 (1,2,3,4,5,6)\r\n229 (|||5|)\r\n'], ['client', 'EPRT |1|1.2.3.4|5|\r\n']]],
    ] // prettier-ignore
    for (const [carrier, said] of samples) {
      for (let i = 0; i < 300; i++) {
        const changed = said.map(([from, ...parts]): Spoken => {
          const bytes = parts.flatMap((part) =>
            typeof part === 'string' ? text(part) : [...(part as number[])],
          )
          return [from, mutate(Uint8Array.from(bytes.slice(0, random.below(bytes.length + 1))), random)]
        })
        const conversation = openedConversation(carrier, changed)
        for (const method of ['', 'PEAP Start', 'EAP-TTLS Start', 'EAP-FAST Start']) {
          const step = { time: 0, packets: [], from: 'server', text: method, result: 'info' } as const
          readInside({ ...conversation, carrier: { name: carrier, steps: [step] } })
        }
      }
    }
    expect(samples).toHaveLength(6)
  })
})
