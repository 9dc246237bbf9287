// What applications answer inside TLS, where keys opened it: log-ins refused, certificates asked for too late, names that differ.

import type { ReportFinding } from '../../contract/report.ts'
import type { InsideStep, Side, Told } from '../../conversation/facts.ts'
import {
  accessDenied,
  badBindings,
  directoryErrors,
  type LogonError,
  logonEvents,
  msChapErrors,
} from '../../sspi/logon.ts'
import { type Context, type FindingDraft, remark, type Rule } from '../finding.ts'
import { atStream } from '../view.ts'

type Of<K extends Told['kind']> = Extract<Told, { kind: K }>

/** The last step that tells something of this kind, and what. */
export function told<K extends Told['kind']>(
  { conversation }: Context,
  kind: K,
  when: (tells: Of<K>) => boolean = () => true,
): { readonly step: InsideStep; readonly tells: Of<K> } | null {
  const steps = conversation.inside?.steps ?? []
  for (const step of steps.toReversed()) {
    const { tells } = step
    if (tells?.kind === kind && when(tells as Of<K>)) return { step, tells: tells as Of<K> }
  }
  return null
}

/** Evidence for a step: the records that brought it. */
export function of({ from, stream, packets, text }: InsideStep): ReturnType<typeof atStream> {
  return atStream(from, stream[0], stream[1], packets[0] ?? 0, text)
}

/** Events outside Schannel, of the server. */
export function eventsOf(...ids: readonly (keyof typeof logonEvents)[]): ReportFinding['windows']['events'] {
  return eventsOn('server', ...ids)
}

export function eventsOn(
  on: Side,
  ...ids: readonly (keyof typeof logonEvents)[]
): ReportFinding['windows']['events'] {
  return ids.map((id) => ({
    id,
    on,
    alert: null,
    logging: logonEvents[id].log,
    text: logonEvents[id].meaning,
  }))
}

/** A log-in that was refused for a reason with a name. */
export function logInRefused(
  step: InsideStep,
  protocol: string,
  error: LogonError | null,
  number: string,
): FindingDraft {
  return remark('warning', 'server', {
    title: `${protocol}: the log-in was refused`,
    explanation:
      error === null
        ? `TLS is fine. The server answers with ${number}.`
        : `TLS is fine. The server says that ${error.meaning}: ${error.name} (${number}).`,
    remedy: error?.remedy ?? 'Look up the number, and the security log of the server at this time.',
    evidence: [of(step)],
    events: eventsOf(4625),
  })
}

export const seen = {
  evidence: 'The answer, opened with keys.',
  confidence: 'observed',
  asks: ['inside'],
} as const

export const insideRules: readonly Rule[] = [
  {
    ...seen,
    id: 'inside-tls',
    scenario: null,
    precondition: 'Keys open the first data of the client, and it begins a Windows service over HTTPS.',
    evidence: 'The request line.',
    sources: ['MS-SSTP §3.2.4.1', 'MS-TSGU §2.2', 'MS-WSMV §2.2'],
    check(context) {
      const found = told(context, 'service')
      if (found === null) return null
      const { name } = found.tells
      return remark('info', 'client', {
        title: `Inside TLS: ${name}`,
        explanation: `The first request of the client is ${found.step.text}.`,
        remedy: `Nothing is wrong. TLS carries ${name}; look in its own log for what follows.`,
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'ldap-channel-binding',
    scenario: 'S72',
    precondition: 'A bind over TLS is answered with invalidCredentials (49) and data 80090346.',
    sources: ['field S72', 'MS-ADTS §5.1.2.2', 'MS-ERREF §2.1.1'],
    check(context) {
      const found = told(context, 'ldap', ({ data }) => data === badBindings)
      if (found === null) return null
      return remark('warning', 'client', {
        title: 'LDAP: the channel binding does not match this TLS session',
        explanation:
          'The account is right; the domain controller compared the channel binding token of the log-in with the certificate of its own TLS and found another one, or none although it demands one.',
        remedy:
          'Look for a device that ends TLS between client and domain controller (load balancer, inspection) and let TLS through; else update the client to one that sends channel bindings. Only to confirm: LdapEnforceChannelBinding at the domain controller.',
        lookNext:
          'Capture at the domain controller too: two different server certificates prove that TLS is ended between.',
        status: 'SEC_E_BAD_BINDINGS',
        events: eventsOf(3039, 3040, 3041, 3074, 3075),
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'ldap-log-in-refused',
    scenario: null,
    precondition:
      'A bind is answered with invalidCredentials (49); Active Directory adds the reason as "data".',
    sources: ['RFC 4511 appendix A', 'MS-ADTS §5.1.1.3'],
    check(context) {
      const found = told(context, 'ldap', ({ result, data }) => result === 49 && data !== badBindings)
      if (found === null) return null
      const { data } = found.tells
      const error = data === null ? null : (directoryErrors[data] ?? null)
      return logInRefused(
        found.step,
        'LDAP',
        error,
        data === null ? 'invalidCredentials (49)' : `data ${data.toString(16)}`,
      )
    },
  },
  {
    ...seen,
    id: 'ldap-stronger-auth',
    scenario: null,
    precondition:
      'A bind over TLS is answered with strongerAuthRequired (8) or confidentialityRequired (13).',
    sources: ['RFC 4511 appendix A', 'MS-ADTS §5.1.1.1'],
    check(context) {
      const found = told(context, 'ldap', ({ result }) => result === 8 || result === 13)
      if (found === null) return null
      return remark('warning', 'server', {
        title: 'LDAP: the directory demands a stronger log-in',
        explanation: `TLS is fine, yet the directory answers ${found.step.text}.`,
        remedy:
          'Let the client bind with SASL and signing, or in another way that the directory takes (domain controller: LDAP server signing requirements).',
        evidence: [of(found.step)],
        events: eventsOf(2889),
      })
    },
  },
  {
    ...seen,
    id: 'rdstls-refused',
    scenario: null,
    precondition: 'RDSTLS ends with a result other than 0.',
    sources: ['MS-RDPBCGR §2.2.17.3'],
    check(context) {
      const found = told(context, 'rdstls')
      if (found === null) return null
      const { result } = found.tells
      const error = result === 5 ? accessDenied : (directoryErrors[result] ?? null)
      return logInRefused(found.step, 'RDSTLS', error, `0x${result.toString(16)}`)
    },
  },
  {
    ...seen,
    id: 'rdp-tunnel-refused',
    scenario: null,
    precondition:
      'Inside the TLS of RDP over UDP, the server answers the request for a tunnel with a failure.',
    sources: ['MS-RDPEMT §2.2.2.2'],
    check(context) {
      const found = told(context, 'multitransport')
      if (found === null) return null
      return remark('warning', 'server', {
        title: 'The RDP server refused the UDP transport',
        explanation: `TLS is fine. The server answers ${found.step.text}; the session goes on over TCP.`,
        remedy:
          'Look whether UDP and TCP reach the same server (a load balancer may part them): the request must carry the cookie that the session was given over TCP.',
        evidence: [of(found.step)],
      })
    },
  },
  {
    ...seen,
    id: 'tunnel-log-in-refused',
    scenario: null,
    precondition: 'Inside PEAP or EAP-TTLS, MS-CHAPv2 ends with a failure.',
    sources: ['RFC 2759 §6', 'RFC 5281 §11.2'],
    check(context) {
      const found = told(context, 'mschap')
      if (found === null) return null
      const { error } = found.tells
      const named = error === null ? null : (msChapErrors[error] ?? null)
      return {
        ...logInRefused(
          found.step,
          'In the tunnel',
          named,
          error === null ? 'failure' : `error ${String(error)}`,
        ),
        events: eventsOf(6273),
      }
    },
  },
  {
    ...seen,
    id: 'server-refuses-inside',
    scenario: null,
    precondition:
      'A mail or file server behind TLS refuses a log-in, or something for the sake of a certificate or of TLS.',
    sources: ['RFC 3207 §4', 'RFC 4954 §6', 'RFC 4217 §10'],
    check(context) {
      const found = told(context, 'reply', ({ about }) => about === 'certificate' || about === 'log-in')
      if (found === null) return null
      const logIn = found.tells.about === 'log-in'
      return remark('warning', 'server', {
        title: logIn
          ? 'Behind TLS, the server refused the log-in'
          : 'Behind TLS, the server refused for the sake of TLS',
        explanation: `The handshake was good. The server answers ${found.step.text}`,
        remedy: logIn
          ? 'Look at account and password, and whether this way of logging in is allowed for it.'
          : 'Look at what the server demands of the certificate or of TLS on this connector (Exchange: TlsCertificateName, RequireTLS, TlsDomainCapabilities).',
        evidence: [of(found.step)],
      })
    },
  },
]
