// Scenarios of the catalogue in which TLS was refused before it began, or began too early.

import type { CarrierStep, Conversation } from '../../../shared/conversation/facts.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import {
  clientHello,
  conversationOf,
  event,
  failedAt,
  message,
  serverHello,
} from '../../support/conversation.ts'
import type { Scenario } from './scenarios.ts'

type Said = readonly [from: 'client' | 'server', text: string, result: CarrierStep['result']]

function carried(conversation: Conversation, name: string, said: readonly Said[]): Conversation {
  const steps = said.map(([from, text, result], i) => ({ time: i, packets: [i + 1], from, text, result }))
  return { ...conversation, carrier: { name, steps } }
}

function refused(name: string, ...said: readonly Said[]): Scenario['build'] {
  return () => {
    const conversation = carried(conversationOf([]), name, said)
    return { conversation, outcome: outcomeOf(conversation) }
  }
}

const hello = message('client', clientHello())

export const carrierScenarios: readonly Scenario[] = [
  {
    scenario: 'S58',
    title: 'STARTTLS answered with 454',
    rule: 'starttls-refused',
    cause: 'starttls-refused',
    packet: 2,
    build: refused(
      'smtp',
      ['client', 'STARTTLS', 'info'],
      ['server', '454 4.7.0 TLS not available', 'refused'],
    ),
  },
  {
    scenario: 'S58',
    title: 'the offer of STARTTLS overwritten',
    rule: 'starttls-refused',
    cause: 'starttls-refused',
    packet: 2,
    build: refused(
      'smtp',
      ['client', 'EHLO client', 'info'],
      ['server', 'server does not offer STARTTLS: a firewall has overwritten it with X', 'refused'],
    ),
  },
  {
    scenario: 'S59',
    title: 'a ClientHello before the consent',
    rule: 'starttls-pipelined',
    cause: null,
    packet: 1,
    build: () => {
      const [first, second]: Said[] = [
        ['client', 'STARTTLS', 'info'],
        ['server', '220 ready', 'ok'],
      ]
      const conversation = carried(conversationOf([hello, message('server', serverHello())]), 'smtp', [
        first!,
        second!,
      ])
      return { conversation, outcome: { outcome: 'established', failure: null } }
    },
  },
  {
    scenario: 'S60',
    title: 'CONNECT answered with 407',
    rule: 'proxy-refused',
    cause: 'proxy-refused',
    packet: 2,
    build: refused(
      'http-connect',
      ['client', 'CONNECT server.example:443', 'info'],
      ['server', '407 Proxy Authentication Required (Negotiate)', 'refused'],
    ),
  },
  {
    scenario: 'S66',
    title: 'RDP_NEG_FAILURE 5',
    rule: 'rdp-negotiation-failure',
    cause: 'starttls-refused',
    packet: 2,
    build: refused(
      'rdp',
      ['client', 'connection request: TLS', 'info'],
      ['server', 'demands CredSSP (RDP_NEG_FAILURE 5 HYBRID_REQUIRED_BY_SERVER)', 'refused'],
    ),
  },
  {
    scenario: 'S67',
    title: 'TLS of an RDP session reset',
    rule: 'rdp-tls-failed',
    cause: 'connection-reset',
    packet: 2,
    build: () => {
      const conversation = carried(conversationOf([hello, event('server', 'rst')]), 'rdp', [
        ['client', 'connection request: TLS', 'info'],
        ['server', 'server chooses TLS', 'ok'],
      ])
      return { conversation, outcome: failedAt(conversation, 'reset') }
    },
  },
  {
    scenario: 'S71',
    title: 'StartTLS answered with unavailable',
    rule: 'ldap-starttls-refused',
    cause: 'starttls-refused',
    packet: 2,
    build: refused(
      'ldap',
      ['client', 'StartTLS (extended request 1.3.6.1.4.1.1466.20037)', 'info'],
      ['server', 'unavailable (52)', 'refused'],
    ),
  },
  {
    scenario: null,
    title: 'a bind in clear with data 52e, and StartTLS behind it',
    rule: 'ldap-log-in-refused-in-clear',
    cause: null,
    packet: 1,
    build: () => ({
      conversation: carried(conversationOf([hello, message('server', serverHello())]), 'ldap', [
        ['server', 'bind without TLS: invalidCredentials (49): 80090308: LdapErr, data 52e, v4563', 'info'],
        ['server', 'success (0)', 'ok'],
      ]),
      outcome: { outcome: 'established', failure: null },
    }),
  },
  {
    scenario: 'S71',
    title: 'a ClientHello to port 636 reset',
    rule: 'ldaps-no-certificate',
    cause: 'connection-reset',
    packet: 2,
    build: () => {
      const sent = conversationOf([hello, event('server', 'rst')])
      const conversation = { ...sent, serverEndpoint: { address: '10.0.0.2', port: 636 } }
      return { conversation, outcome: failedAt(conversation, 'reset') }
    },
  },
]
