// Scenarios of the catalogue in which TLS lies in another protocol's packets: TDS, EAP, QUIC.

import type { CarrierStep, Conversation } from '../../../shared/conversation/facts.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
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

type Said = readonly [from: 'client' | 'server', packet: number, text: string, result: CarrierStep['result']]

function carried(conversation: Conversation, name: string, ...said: readonly Said[]): Conversation {
  const steps = said.map(([from, packet, text, result]) => ({
    time: packet,
    packets: [packet],
    from,
    text,
    result,
  }))
  return { ...conversation, carrier: { name, steps } }
}

const hello = message('client', clientHello())
const answer = message('server', serverHello())
const judged = (conversation: Conversation) => ({ conversation, outcome: outcomeOf(conversation) })
const established = (conversation: Conversation) => ({
  conversation,
  outcome: { outcome: 'established' as const, failure: null },
})

export const carriedScenarios: readonly Scenario[] = [
  {
    scenario: 'S64',
    title: 'a SQL Server without encryption',
    rule: 'tds-encryption-mismatch',
    cause: 'starttls-refused',
    packet: 2,
    build: () =>
      judged(
        carried(
          conversationOf([]),
          'tds',
          ['client', 1, 'PRELOGIN with ENCRYPT_ON', 'info'],
          [
            'server',
            2,
            'PRELOGIN with ENCRYPT_NOT_SUP: has no encryption, which the client asked for',
            'refused',
          ],
        ),
      ),
  },
  {
    scenario: 'S64',
    title: 'ENCRYPT_OFF on both sides',
    rule: 'tds-login-only',
    cause: null,
    packet: 2,
    build: () =>
      established(
        carried(conversationOf([hello, answer]), 'tds', [
          'server',
          2,
          'PRELOGIN with ENCRYPT_OFF: the login will be encrypted, nothing else',
          'ok',
        ]),
      ),
  },
  {
    scenario: 'S65',
    title: 'TDS 8.0 with a server that closes',
    rule: 'tds-strict-refused',
    cause: 'connection-closed',
    packet: 2,
    build: () => {
      const strict = message('client', clientHello({ alpn: ['tds/8.0'] }))
      const conversation = carried(conversationOf([strict, event('server', 'fin')]), 'tds')
      return { conversation, outcome: failedAt(conversation, 'closed') }
    },
  },
  {
    scenario: 'S69',
    title: 'unknown_ca inside EAP',
    rule: 'eap-tls-refused',
    cause: 'untrusted-root',
    packet: 3,
    build: () => {
      const conversation = carried(
        conversationOf([hello, answer, alert('client', 48)], { transport: 'radius' }),
        'eap',
        ['server', 4, 'Access-Reject, EAP-Failure', 'refused'],
      )
      return { conversation, outcome: failedAt(conversation, 'alert') }
    },
  },
  {
    scenario: 'S70',
    title: 'EAP fragments that do not arrive',
    rule: 'eap-fragment-lost',
    cause: 'connection-closed',
    packet: 3,
    build: () =>
      judged(
        carried(
          conversationOf([hello, event('client', 'retransmission'), event('client', 'retransmission')], {
            transport: 'radius',
          }),
          'eap',
          ['server', 4, 'Access-Reject, EAP-Failure', 'refused'],
        ),
      ),
  },
  {
    scenario: null,
    title: 'a SYN of RDP over UDP without an answer',
    rule: 'rdp-udp-no-answer',
    cause: 'no-answer',
    packet: 2,
    build: () => {
      const alone = conversationOf([event('client', 'retransmission')], { transport: 'rdp-udp' })
      const conversation = carried(
        { ...alone, server: { ...alone.server, seen: false }, end: 8e9, lastPacket: 2 },
        'rdp-udp',
        ['client', 1, 'SYN: reliable (TLS), version 2, MTU 1232', 'info'],
      )
      return judged(conversation)
    },
  },
  {
    scenario: 'S75',
    title: 'a QUIC server with other versions',
    rule: 'quic-no-common-version',
    cause: 'no-common-version',
    packet: 2,
    build: () =>
      judged(
        carried(conversationOf([hello], { transport: 'quic' }), 'quic', [
          'server',
          2,
          'Version Negotiation: has only QUIC 2',
          'refused',
        ]),
      ),
  },
]
