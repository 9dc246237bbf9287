// LDAP: StartTLS and log-ins refused, before TLS and inside it where no keys are at hand.

import { directoryData, directoryErrors } from '../../sspi/logon.ts'
import { type Context, remark, type Rule } from '../finding.ts'
import { innermostCarrier } from '../judge/carriers.ts'
import { atPacket } from '../view.ts'
import { schannelEvents } from '../windows.ts'
import { byCause, helloRefused } from './by-cause.ts'
import { eventsOf } from './inside.ts'
import { sealedMessages } from './sealed.ts'

const ldapsPorts: readonly number[] = [636, 3269]

export const ldapRules: readonly Rule[] = [
  byCause({
    id: 'ldap-starttls-refused',
    scenario: 'S71',
    precondition:
      'StartTLS of LDAP is answered with another result than 0, or a bind without TLS with result 8 or 13.',
    evidence: 'The extended response or the bind response.',
    confidence: 'observed',
    sources: ['field S71', 'RFC 4511 §4.14.2'],
    causes: ['starttls-refused'],
    when: ({ conversation }) => innermostCarrier(conversation) === 'ldap',
    words: (context) =>
      boundInClear(context)
        ? {
            title: 'The directory does not take a bind without TLS',
            remedy:
              'Use LDAPS (636), StartTLS or signing in the client; the domain controller asks for it by policy (LDAP server signing requirements, events 2888 and 2889).',
            events: eventsOf(2888, 2889),
          }
        : {
            title: 'The directory refused StartTLS',
            remedy:
              'Look whether the domain controller has a certificate for server authentication in its computer store (events 36886 and 36872, Schannel); 52 unavailable says it has none it can use.',
            events: schannelEvents('server', 36886, 36872),
          },
  }),
  byCause({
    id: 'ldaps-no-certificate',
    scenario: 'S71',
    precondition: 'A ClientHello to port 636 or 3269 is answered with a reset or close.',
    evidence: 'The reset or close.',
    confidence: 'possible',
    sources: ['field S71'],
    causes: ['connection-reset', 'connection-closed'],
    when: (context) => helloRefused(context) && ldapsPorts.includes(context.conversation.serverEndpoint.port),
    aside: true,
    words: () => ({
      title: 'The domain controller may have no usable certificate',
      confidence: 'possible',
      remedy:
        'Look at the domain controller for events 36886 and 36872 (Schannel), and for a certificate with its DNS name and server authentication in the computer store.',
      events: schannelEvents('server', 36886, 36872),
    }),
  }),
  {
    id: 'ldap-log-in-refused-in-clear',
    scenario: null,
    precondition:
      'Before TLS, a bind is answered with invalidCredentials (49); Active Directory adds the reason as "data".',
    evidence: 'The bind response.',
    confidence: 'observed',
    sources: ['RFC 4511 appendix A', 'MS-ADTS §5.1.1.3'],
    asks: ['carried'],
    check({ conversation }) {
      if (innermostCarrier(conversation) !== 'ldap') return null
      const step = conversation.carrier.steps.findLast(({ text }) => text.includes('invalidCredentials (49)'))
      if (step === undefined) return null
      const data = directoryData(step.text)
      const error = data === null ? null : (directoryErrors[data] ?? null)
      return remark('warning', 'server', {
        title: 'LDAP: a log-in without TLS was refused',
        explanation:
          error === null
            ? `The directory answers: ${step.text}.`
            : `The directory says that ${error.meaning}: ${error.name} (data ${data!.toString(16)}).`,
        remedy: `${error?.remedy ?? 'Look at account and password.'} Let the client begin TLS before it binds: a simple bind sends the password in clear.`,
        evidence: [atPacket(step.packets.at(-1) ?? 0, step.from, step.text)],
        events: eventsOf(4625),
      })
    },
  },
  {
    id: 'ldap-log-in-ended',
    scenario: 'S72',
    precondition:
      'Behind StartTLS, or on port 636 or 3269, TLS is established and sealed, the client sends one message, or a short one more (unbind), and the connection ends.',
    evidence: 'The end, and how many records there were.',
    confidence: 'possible',
    sources: ['field S72', 'RFC 4511 §4.2, §4.3'],
    asks: ['established', 'tcp', 'ended'],
    check({ conversation, view }) {
      const { serverEndpoint, inside, client, server, events } = conversation
      const ldap = innermostCarrier(conversation) === 'ldap' || ldapsPorts.includes(serverEndpoint.port)
      const end = events.find(({ kind }) => kind === 'fin' || kind === 'rst')
      if (!ldap || inside !== null || end === undefined || server.applicationRecords === 0) return null
      const [bind, ...more] = sealedMessages(client.records, view)
      if (bind === undefined || more.length > 1 || more.some((size) => size > longestUnbind)) return null
      return remark('info', 'server', {
        title: 'The directory may have refused the log-in',
        confidence: 'possible',
        explanation: `TLS is good. The client sent one message of ${String(bind)} sealed bytes, as many as a bind needs, got an answer, and the connection ended: so it looks when a bind is refused, for the password or for a channel binding that does not match (80090346).`,
        remedy:
          'Look at the domain controller for event 4625, and for 3039 or 3074 where channel bindings are demanded. With a key log the answer is shown here.',
        lookNext:
          'Load a key log of the client, if it can write one. Two captures, one at each end, show by their certificates whether a device ends TLS between.',
        events: eventsOf(4625, 3039, 3074),
        evidence: [atPacket(end.packet, end.from, 'the end of the connection')],
      })
    },
  },
]

/** An UnbindRequest is 7 octets, 11 of Active Directory; sealed with an AEAD cipher at most so many. */
const longestUnbind = 36

function boundInClear({ conversation }: Context): boolean {
  return conversation.carrier.steps.some(({ text }) => text === 'bind without TLS')
}
