// Carriers that wrap TLS in packets of their own: SQL Server's TDS, EAP over LAN and RADIUS, QUIC.

import type { CarrierStep, Conversation, TransportEvent } from '../../conversation/facts.ts'
import { remark, type Rule } from '../finding.ts'
import { innermostCarrier } from '../judge/carriers.ts'
import { atPacket } from '../view.ts'
import { byCause, endedByIcmp } from './by-cause.ts'
import { eventsOf } from './inside.ts'

export const carriedRules: readonly Rule[] = [
  byCause({
    id: 'tds-encryption-mismatch',
    scenario: 'S64',
    precondition: 'The PRELOGIN options of both sides rule out encryption although one side wants it.',
    evidence: 'Both PRELOGIN messages.',
    confidence: 'observed',
    sources: ['field S64', 'MS-TDS 2.2.6.5'],
    causes: ['starttls-refused'],
    when: ({ conversation }) => innermostCarrier(conversation) === 'tds',
    words: ({ conversation }) => ({
      title: 'Client and SQL Server do not agree on encryption',
      remedy: refused(conversation)?.text.includes('which the client asked for')
        ? 'Let the server offer encryption: give SQL Server a certificate whose key its service account can read, or look at what answers on this port. Do not set Encrypt=false for it.'
        : 'Use a driver that supports encryption; the server has Force Encryption set.',
      apps: [
        {
          app: 'SqlClient',
          text: refused(conversation)?.text.includes('which the client asked for')
            ? 'The instance of SQL Server you attempted to connect to does not support encryption.'
            : 'The instance of SQL Server you attempted to connect to requires encryption but this machine does not support it.',
        },
        { app: 'SqlClient', text: 'Encryption(ssl/tls) handshake failed (error 31)' },
      ],
    }),
  }),
  {
    id: 'tds-login-only',
    scenario: 'S64',
    precondition: 'Both PRELOGIN messages say ENCRYPT_OFF.',
    evidence: 'The answer of the server.',
    confidence: 'observed',
    sources: ['field S64', 'MS-TDS 2.2.6.5'],
    asks: ['carried'],
    check({ conversation }) {
      const step = conversation.carrier.steps.find(({ text }) =>
        text.endsWith('the login will be encrypted, nothing else'),
      )
      if (step === undefined) return null
      return remark('info', null, {
        title: 'Only the login is encrypted',
        explanation:
          'Neither side asked for encryption: TLS protects the login, queries and results go in clear.',
        remedy: 'Set Encrypt=true (or strict) in the connection string, or Force Encryption at the server.',
        evidence: [ofStep(step)],
      })
    },
  },
  {
    id: 'tds-strict-refused',
    scenario: 'S65',
    precondition: 'A ClientHello with ALPN tds/8.0 that the server did not answer in TLS.',
    evidence: 'The ClientHello and the packet that ended the connection.',
    confidence: 'likely',
    sources: ['field S65', 'schannel §8'],
    asks: ['candidate', 'carried'],
    check(context) {
      const { conversation, failure, view } = context
      if (failure === null || conversation.carrier.name !== 'tds' || conversation.carrier.steps.length > 0)
        return null
      if (view.hello === null || conversation.messages.some(({ from }) => from === 'server')) return null
      return remark('warning', 'server', {
        title: 'The server may not know TDS 8.0',
        confidence: 'likely',
        explanation:
          'The client begins with TLS (Encrypt=strict, ALPN tds/8.0). SQL Server before 2022 expects a PRELOGIN first and closes.',
        remedy: 'Use Encrypt=true with servers before SQL Server 2022, or update the server.',
        evidence: [atPacket(failure.packet, null, 'the end of the connection')],
      })
    },
  },
  byCause({
    id: 'eap-method-refused',
    scenario: null,
    precondition: 'An EAP session in which a TLS method was started and refused before any TLS.',
    evidence: 'The Nak, and the Failure.',
    confidence: 'observed',
    sources: ['RFC 3748 §5.3.1'],
    causes: ['starttls-refused'],
    when: ({ conversation }) => innermostCarrier(conversation) === 'eap',
    words: () => ({
      title: 'Supplicant and server share no EAP method',
      remedy:
        'Enable one method on both sides: the connection profile of the client, and the network policy of the server (NPS event 6273, reason 22).',
      events: eventsOf(6273),
    }),
  }),
  {
    id: 'eap-tls-refused',
    scenario: 'S69',
    precondition: 'EAP carries a TLS alert, and the session ends with Failure.',
    evidence: 'The alert, and the Failure.',
    confidence: 'observed',
    sources: ['field S69', 'RFC 5216 §2.1.3'],
    asks: ['candidate', 'alert', 'eap'],
    check(context) {
      const { alert, conversation } = context
      if (alert === null) return null
      const byClient = alert.message.from === 'client'
      const end = refused(conversation)
      return remark('info', byClient ? 'client' : 'server', {
        title: byClient
          ? 'The supplicant refused the server, and the network refused the supplicant'
          : 'The server refused the supplicant',
        explanation: byClient
          ? 'The alert travels in an EAP-Response; the server can only answer it with EAP-Failure. NPS logs event 6273, mostly with reason 265, 16, 22, 23 or 300; the RASTLS trace of the client names the status of its call (0x80090325, 0x80090328 and the like).'
          : 'NPS logs event 6273 with the reason; the supplicant logs the status of its call in the RASTLS trace.',
        remedy: byClient
          ? 'Put the root of the RADIUS server certificate into the trusted roots of the wired or wireless profile.'
          : 'Look at the client certificate and at what the network policy asks of it.',
        events: eventsOf(6273),
        evidence: [
          atPacket(alert.message.packet, alert.message.from, 'the TLS alert inside EAP'),
          ...(end === null ? [] : [ofStep(end)]),
        ],
      })
    },
  },
  {
    id: 'eap-failed-inside',
    scenario: null,
    precondition: 'EAP: the TLS handshake was completed, and the session ends with Failure.',
    evidence: 'The Failure.',
    confidence: 'observed',
    sources: ['RFC 5216 §2.1.3', 'RFC 5281 §4'],
    asks: ['established', 'eap', 'carried'],
    check({ conversation }) {
      const end = refused(conversation)
      if (end === null) return null
      return remark('warning', 'server', {
        title: 'TLS was fine, the authentication inside it was not',
        explanation: `The session ends with ${end.text} after a complete handshake: a wrong password, an unknown account, or a policy that does not match.`,
        remedy: 'Look at the RADIUS server (NPS event 6273: reason 16 credentials, 48 or 49 policy).',
        events: eventsOf(6273),
        evidence: [ofStep(end)],
      })
    },
  },
  {
    id: 'eap-fragment-lost',
    scenario: 'S70',
    precondition: 'EAP packets are sent again, and the session does not get beyond the TLS flights.',
    evidence: 'The repeated packets.',
    confidence: 'likely',
    sources: ['field S70', 'RFC 3579 §2.4'],
    asks: ['candidate', 'unfinished', 'eap', 'repeated'],
    check({ conversation }) {
      const again = conversation.events.filter(({ kind }) => kind === 'retransmission')
      if (again.length < 2) return null
      return remark('warning', 'transport', {
        title: 'EAP packets do not get through',
        confidence: 'likely',
        explanation: `${String(again.length)} packets were sent again without an answer: RADIUS datagrams above 1500 bytes travel as IP fragments, which firewalls drop.`,
        remedy:
          'Let IP fragments pass between authenticator and RADIUS server, or set Framed-MTU to 1344 in the network policy.',
        evidence: again.slice(0, 4).map(ofEvent),
      })
    },
  },
  byCause({
    id: 'rdp-udp-no-answer',
    scenario: null,
    precondition: 'RDP over UDP: the SYN or the ClientHello of the client gets no answer.',
    evidence: 'The unanswered packets.',
    confidence: 'observed',
    sources: ['MS-RDPEUDP §3.1.5.1.1', 'MS-RDPEMT §1.3.1'],
    causes: ['no-answer'],
    when: (context) => !endedByIcmp(context) && innermostCarrier(context.conversation) === 'rdp-udp',
    words: ({ conversation }) => ({
      title: conversation.server.seen
        ? 'RDP over UDP stops before its handshake is over'
        : 'UDP to the RDP server does not get through',
      // No program tells it: the session goes on.
      apps: [],
      explanation:
        'The session goes on over TCP, where the log-in was; video and input may be slower on a poor network.',
      remedy:
        'Allow UDP 3389 to the server (UDP 3391 to an RD Gateway), or let the client not ask for it (policy: Turn Off UDP On Client).',
    }),
  }),
  byCause({
    id: 'quic-no-common-version',
    scenario: 'S75',
    precondition: 'A Version Negotiation packet after which the client does not begin again.',
    evidence: 'The packet.',
    confidence: 'observed',
    sources: ['field S75', 'RFC 9000 §6'],
    causes: ['no-common-version'],
    when: ({ conversation }) => refused(conversation)?.text.startsWith('Version Negotiation') === true,
    words: () => ({
      title: 'Client and server share no QUIC version',
      explanation: 'The client probably goes on over TCP.',
      remedy: 'Update the older side; until then TCP serves.',
    }),
  }),
]

function refused(conversation: Conversation): CarrierStep | null {
  return conversation.carrier.steps.findLast(({ result }) => result === 'refused') ?? null
}

function ofStep({ packets, from, text }: CarrierStep): ReturnType<typeof atPacket> {
  return atPacket(packets.at(-1) ?? 0, from, text)
}

function ofEvent({ packet, from }: TransportEvent): ReturnType<typeof atPacket> {
  return atPacket(packet, from, 'sent again')
}
