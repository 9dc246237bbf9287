// What applications answer inside TLS: each refusal with its finding.

import type { InsideFacts, Told } from '../../../shared/conversation/facts.ts'
import {
  alert,
  clientHello,
  conversationOf,
  event,
  failedAt,
  message,
  serverHello,
} from '../../support/conversation.ts'
import type { Scenario } from './scenarios.ts'

const hellos = [message('client', clientHello()), message('server', serverHello())]
const packet = 9
const choosesCredSsp = {
  time: 0,
  packets: [2],
  from: 'server',
  text: 'server chooses CredSSP (HYBRID)',
  result: 'ok',
} as const

/** A good handshake, and one answer of the server behind it. */
function answered(name: string, text: string, tells: Told): Scenario['build'] {
  const inside: InsideFacts = {
    name,
    steps: [
      { time: 9e6, packets: [packet], from: 'server', text, result: 'refused', tells, stream: [500, 560] },
    ],
  }
  return () => ({
    conversation: { ...conversationOf(hellos), inside },
    outcome: { outcome: 'established', failure: null },
  })
}

const http = (status: number, more: Partial<Extract<Told, { kind: 'http' }>> = {}): Told => ({
  kind: 'http',
  status,
  substatus: null,
  certificate: null,
  host: null,
  scheme: null,
  ...more,
})

const of = (
  rule: string,
  title: string,
  build: Scenario['build'],
  scenario: string | null = null,
): Scenario => ({
  scenario,
  title,
  rule,
  cause: null,
  packet,
  build,
})

/** CredSSP inside RDP's TLS that one side ends behind the other's TSRequest. */
function credsspThenEnd(
  from: 'client' | 'server',
  text: string,
  closes: 'client' | 'server',
): Scenario['build'] {
  return () => {
    const conversation = conversationOf([
      ...hellos,
      { kind: 'sealed', from, contentType: 23, bytes: 465 },
      event(closes, 'fin'),
    ])
    const record = conversation[from].records.at(-1)!
    const inside: InsideFacts = {
      name: 'credssp',
      steps: [
        {
          time: 9e6,
          packets: [packet],
          from,
          text,
          result: 'info',
          tells: null,
          stream: [record.start, record.end],
        },
      ],
    }
    return {
      conversation: { ...conversation, inside, carrier: { name: 'rdp', steps: [choosesCredSsp] } },
      outcome: { outcome: 'established', failure: null },
    }
  }
}

export const insideScenarios: readonly Scenario[] = [
  of(
    'credssp-refused',
    'CredSSP with STATUS_LOGON_FAILURE',
    answered('credssp', 'TSRequest version 6: errorCode STATUS_LOGON_FAILURE (0xC000006D)', {
      kind: 'credssp',
      status: 0xc000006d,
    }),
    'S68',
  ),
  {
    ...of(
      'credssp-alert',
      'access_denied while CredSSP logs in',
      () => {
        const finished = (from: 'client' | 'server') =>
          message(from, { kind: 'finished', verifyData: new Uint8Array(12) }, 16)
        const built = conversationOf([...hellos, finished('client'), finished('server'), alert('server', 49)])
        const conversation = { ...built, carrier: { name: 'rdp', steps: [choosesCredSsp] } }
        return { conversation, outcome: failedAt(conversation, 'alert') }
      },
      'S68',
    ),
    cause: 'access-denied',
    packet: 5,
  },
  of(
    'credssp-ended',
    'CredSSP opened, whose last TSRequest the server answers by closing',
    credsspThenEnd('client', 'TSRequest version 6: NTLM AUTHENTICATE', 'server'),
    'S68',
  ),
  of(
    'credssp-ended',
    'a client that leaves a server of CredSSP version 2',
    credsspThenEnd('server', 'TSRequest version 2: NTLM CHALLENGE', 'client'),
    'S68',
  ),
  {
    ...of(
      'credssp-ended',
      'CredSSP over sealed TLS that the server ends',
      () => {
        const sealed = (from: 'client' | 'server', bytes: number) =>
          ({ kind: 'sealed', from, contentType: 23, bytes }) as const
        const conversation = conversationOf([
          ...hellos,
          ...[sealed('client', 115), sealed('server', 184), sealed('client', 465)],
          event('server', 'fin'),
        ])
        return {
          conversation: { ...conversation, carrier: { name: 'rdp', steps: [choosesCredSsp] } },
          outcome: { outcome: 'established', failure: null },
        }
      },
      'S68',
    ),
    packet: 6,
  },
  of(
    'ldap-channel-binding',
    'a bind with data 80090346',
    answered('ldap', 'bind: invalidCredentials (49)', { kind: 'ldap', result: 49, data: 0x80090346 }),
    'S72',
  ),
  {
    ...of(
      'ldap-log-in-ended',
      'LDAPS sealed: one message of the client, an unbind, and the end',
      () => {
        const sealed = (from: 'client' | 'server', bytes: number) =>
          ({ kind: 'sealed', from, contentType: 23, bytes }) as const
        const built = conversationOf([
          ...hellos,
          ...[sealed('client', 90), sealed('server', 130), sealed('client', 31)],
          event('client', 'fin'),
        ])
        const server = { ...built.server, applicationRecords: 1 }
        const conversation = { ...built, server, serverEndpoint: { address: '10.0.0.2', port: 636 } }
        return { conversation, outcome: { outcome: 'established', failure: null } }
      },
      'S72',
    ),
    packet: 6,
  },
  of(
    'http-log-in-refused',
    '401 after the last message of NTLM',
    answered('http', '401 Unauthorized', http(401, { scheme: 'Negotiate (NTLM)' })),
    'S72',
  ),
  of(
    'ldap-log-in-refused',
    'a bind with data 775',
    answered('ldap', 'bind: invalidCredentials (49)', { kind: 'ldap', result: 49, data: 0x775 }),
  ),
  of(
    'ldap-stronger-auth',
    'a bind with result 8',
    answered('ldap', 'bind: strongerAuthRequired (8)', { kind: 'ldap', result: 8, data: null }),
  ),
  of('rdstls-refused', 'RDSTLS with 0x52e', answered('rdstls', 'result', { kind: 'rdstls', result: 0x52e })),
  of(
    'rdp-tunnel-refused',
    'E_ABORT for a tunnel over UDP',
    answered('rdp-multitransport', 'tunnel create response: 0x80004004', {
      kind: 'multitransport',
      result: 0x80004004,
    }),
  ),
  of(
    'tunnel-log-in-refused',
    'MS-CHAPv2 with error 691',
    answered('eap', 'in the tunnel: EAP-MSCHAPv2 failure, error 691', { kind: 'mschap', error: 691 }),
  ),
  of(
    'http-client-certificate-missing',
    'HTTP 403.7',
    answered('http', '403 Forbidden (IIS 403.7)', http(403, { substatus: 7, certificate: 'missing' })),
  ),
  of(
    'http-client-certificate-refused',
    'HTTP 403.16',
    answered('http', '403 Forbidden (IIS 403.16)', http(403, { substatus: 16, certificate: 'refused' })),
  ),
  of('http-request-too-large', 'HTTP 413', answered('http', '413 Request Entity Too Large', http(413))),
  of(
    'http2-given-up',
    'HTTP_1_1_REQUIRED',
    answered('http2', 'RST_STREAM HTTP_1_1_REQUIRED (13)', { kind: 'http2', error: 13 }),
    'S39',
  ),
  of('http-misdirected', 'HTTP 421', answered('http', '421 Misdirected Request', http(421))),
  of(
    'server-refuses-inside',
    '535 behind STARTTLS',
    answered('mail', '535 5.7.3 Authentication unsuccessful', { kind: 'reply', about: 'log-in' }),
  ),
  of(
    'ftp-session-reuse',
    'FTP: 522 for want of session reuse',
    answered('ftp', '522 SSL connection failed: session reuse required', {
      kind: 'reply',
      about: 'session-reuse',
    }),
  ),
  {
    ...of('ftp-data-session', 'a data connection with a handshake of its own', () => {
      const step = {
        time: 0,
        packets: [packet],
        from: 'server',
        text: 'EPSV, port 50000',
        result: 'ok',
      } as const
      const conversation = {
        ...conversationOf(hellos),
        carrier: { name: 'ftp-data', steps: [step] },
      }
      return { conversation, outcome: { outcome: 'established', failure: null } }
    }),
  },
  of('inside-tls', 'WinRM', answered('http', 'POST /wsman', { kind: 'service', name: 'WinRM' })),
]
