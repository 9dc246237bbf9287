// Pasted texts get their meaning: statuses, alerts, events and the wordings of programs.

import { describe, expect, it } from 'vitest'
import { explanation } from '../../../shared/contract/explain.ts'
import { explain } from '../../../shared/diagnosis/explain.ts'
import { alerts } from '../../../shared/sspi/alerts.ts'
import { events } from '../../../shared/sspi/events.ts'
import { statusCode, statuses, statusNames } from '../../../shared/sspi/status.ts'

const namesIn = (text: string) => explain(text).meanings.map(({ name }) => name)

describe('a pasted status', () => {
  it.each(statusNames)('%s is known by name and by number', (name) => {
    expect(namesIn(`failed: ${name}`)).toContain(name)
    if (statuses[name].code === 0) return
    expect(namesIn(statusCode(name))).toContain(name)
    expect(namesIn(`HRESULT ${String(statuses[name].code | 0)}`)).toContain(name)
    expect(namesIn(String(statuses[name].code))).toContain(name)
  })

  it('finds the conversations and the causes that end in it', () => {
    const answer = explain('InitializeSecurityContext failed: SEC_E_ILLEGAL_MESSAGE (0x80090326)')
    expect(answer.filter).toBe('status == 0x80090326')
    expect(answer.candidates.map(({ cause }) => cause)).toContain('no-common-cipher')
  })
})

describe('a pasted alert', () => {
  it.each(Object.entries(alerts))('%s is known by number and by name', (number, { name }) => {
    expect(namesIn(`TLS alert ${number}`)).toContain(name)
    expect(namesIn(`Received fatal alert: ${name}`)).toContain(name)
    expect(explain(number).filter).toBe(`alert == ${number}`)
  })
})

describe('a pasted event', () => {
  it.each(Object.keys(events))('%s is known', (id) => {
    expect(namesIn(`Event ID ${id} from source Schannel`)).toContain(`Schannel ${id}`)
  })

  it('is known by its text, with the alert in it', () => {
    const answer = explain(
      'A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is 40.',
    )
    expect(answer.meanings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Schannel 36887', 'handshake_failure']),
    )
  })
})

describe('the wording of a program', () => {
  it.each([
    ['SSL Provider: The target principal name is incorrect.', 'name-mismatch'],
    [
      'SSL Provider: The certificate chain was issued by an authority that is not trusted. (-2146893019)',
      'untrusted-root',
    ],
    ['PKIX path building failed', 'untrusted-root'],
    ['An existing connection was forcibly closed by the remote host. (10054)', 'connection-reset'],
    ['451 4.4.397 Error communicating with target host', 'starttls-refused'],
    ['curl: (56) CONNECT tunnel failed, response 407', 'proxy-refused'],
    [
      'The instance of SQL Server you attempted to connect to does not support encryption.',
      'starttls-refused',
    ],
    ['The remote computer requires Network Level Authentication', 'starttls-refused'],
    ['The Terminal Server security layer detected an error in the protocol stream and has disconnected the client.', 'private-key-unusable'], // prettier-ignore
    ['SSL routines:ssl3_get_record:wrong version number', 'not-tls'],
    ['400 The plain HTTP request was sent to HTTPS port', 'not-tls'],
    ["Reason: You're speaking plain HTTP to an SSL-enabled server port.", 'not-tls'],
    ['Bad Request This combination of host and port requires TLS.', 'not-tls'],
    ['Client sent an HTTP request to an HTTPS server.', 'not-tls'],
    ['http: server gave HTTP response to HTTPS client', 'not-tls'],
    ['Authentication failed because the remote party has closed the transport stream', 'connection-closed'],
  ])('%s leads to %s', (text, cause) => {
    expect(explain(text).candidates.map((candidate) => candidate.cause)).toContain(cause)
  })
})

describe('a log-in inside TLS', () => {
  it.each([
    [
      'Event ID 4625, Status: 0xC000006D, Sub Status: 0xC000006A',
      ['STATUS_LOGON_FAILURE', 'STATUS_WRONG_PASSWORD', 'Event 4625'],
    ],
    [
      '80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 775, v4563',
      ['ERROR_ACCOUNT_LOCKED_OUT'],
    ],
    ['event 6273 of NPS', ['Event 6273']],
    ['event 2015, MSExchangeTransport', ['Event 2015']],
  ])('%s', (text, names) => {
    expect(namesIn(text)).toEqual(expect.arrayContaining(names))
  })

  it('is not taken for the number that every refused bind begins with', () => {
    const refused = (data: string) =>
      `80090308: LdapErr: DSID-0C09044E, AcceptSecurityContext error, data ${data}`
    expect(namesIn(refused('52e'))).toEqual(['ERROR_LOGON_FAILURE'])
    expect(namesIn(refused('80090346'))).toEqual(['SEC_E_BAD_BINDINGS'])
  })
})

describe('any text', () => {
  it.each(['', 'hello', '0x', '4000000000', '\u0000', 'alert alert alert', 'x'.repeat(10_000)])(
    'is answered in the shape of the contract (%#)',
    (text) => {
      expect(explanation.safeParse(explain(text)).success).toBe(true)
    },
  )

  it('without anything known has no filter', () => {
    expect(explain('it does not work')).toMatchObject({ meanings: [], candidates: [], filter: null })
  })
})
