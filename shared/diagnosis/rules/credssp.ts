// CredSSP inside RDP's TLS: log-ins refused with an errorCode, by closing, or by the client itself.

import {
  type Conversation,
  type InsideFacts,
  streamOf,
  type TransportEvent,
} from '../../conversation/facts.ts'
import { ntStatuses } from '../../sspi/logon.ts'
import { type StatusName, statuses, statusNames } from '../../sspi/status.ts'
import { type FindingDraft, remark, type Rule } from '../finding.ts'
import { innermostCarrier } from '../judge/carriers.ts'
import { atMessage, atPacket } from '../view.ts'
import { eventsOf, logInRefused, of, seen, told } from './inside.ts'
import { sealedMessages } from './sealed.ts'

export const credsspRules: readonly Rule[] = [
  {
    ...seen,
    id: 'credssp-refused',
    scenario: 'S68',
    precondition:
      'A TSRequest of the server carries an errorCode, or its early user authorization denies access.',
    sources: ['field S68', 'MS-CSSP §2.2.1', 'MS-RDPBCGR §5.4.2.2'],
    check(context) {
      const found = told(context, 'credssp')
      const status = found?.tells.status ?? null
      if (found === null || status === null) return null
      const number = `0x${status.toString(16).padStart(8, '0').toUpperCase()}`
      return {
        ...logInRefused(found.step, 'CredSSP', ntStatuses[status] ?? null, number),
        status: statusOf(status),
      }
    },
  },
  {
    id: 'credssp-alert',
    scenario: 'S68',
    precondition:
      'RDP chose CredSSP, TLS is established, and the server then sends alert 21, 42, 45, 48, 49 or 80.',
    evidence: 'The alert.',
    confidence: 'likely',
    sources: ['field S68', 'MS-RDPBCGR §5.4.5.2.2'],
    asks: ['alert', 'carried'],
    check({ conversation, alert, view }) {
      const chosen = conversation.carrier.steps.some(
        ({ result, text }) => result === 'ok' && text.includes('CredSSP'),
      )
      const done = view.finished.client >= 0 && view.finished.server >= 0
      if (innermostCarrier(conversation) !== 'rdp' || !chosen || !done) return null
      if (alert?.message.from !== 'server' || !refusals.includes(alert.body.description)) return null
      return remark('warning', 'server', {
        title: 'The RDP server refused the log-in with a TLS alert',
        confidence: 'likely',
        explanation:
          'TLS is good; the alert came while CredSSP logged in: a wrong password, clocks that differ, CredSSP encryption oracle remediation, or channel bindings that do not match.',
        remedy: 'Look at event 4625 of the server for the reason.',
        status: 'SEC_E_LOGON_DENIED',
        events: eventsOf(4625),
        evidence: [atMessage(conversation, alert.message, 'the alert after the handshake')],
      })
    },
  },
  {
    id: 'credssp-ended',
    scenario: 'S68',
    precondition:
      'RDP chose CredSSP, TLS is established, and the server ends the connection after at most three sealed messages of the client; where keys open them, either side ends it in answer to a TSRequest.',
    evidence: 'The end, and how many records there were, or the TSRequest.',
    confidence: 'possible; likely with keys',
    sources: ['field S68', 'MS-CSSP §3.1.5', 'MS-RDPBCGR §5.4.5.2.2'],
    asks: ['established', 'carried', 'ended'],
    check(context) {
      const { conversation, view } = context
      const chosen = conversation.carrier.steps.find(({ result }) => result === 'ok')
      const end = conversation.events.find(({ kind }) => kind === 'fin' || kind === 'rst')
      if (innermostCarrier(conversation) !== 'rdp' || chosen?.text.includes('CredSSP') !== true) return null
      if (end === undefined) return null
      if (conversation.inside !== null) return endedAt(conversation, conversation.inside, end)
      if (end.from !== 'server') return null
      const said = sealedMessages(conversation.client.records, view)
      if (said.length === 0 || said.length > 3) return null
      return remark('warning', 'server', {
        title: 'The RDP server may have refused the log-in (CredSSP)',
        confidence: 'possible',
        explanation: `TLS is good. The client sent ${said.length === 1 ? 'one sealed message' : `${String(said.length)} sealed messages`} (${said.join(', ')} bytes), as many as CredSSP needs to log in, and the server ended the connection before the session began.`,
        remedy:
          'Look at event 4625 of the server for the reason: a wrong password, a locked or restricted account, or CredSSP encryption oracle remediation. With a key log the reason is shown here.',
        lookNext: 'Load a key log of the client, if it can write one.',
        status: 'SEC_E_LOGON_DENIED',
        events: eventsOf(4625),
        evidence: [atPacket(end.packet, 'server', 'the end of the connection')],
      })
    },
  },
]

/** Alerts with which a server of RDP answers CredSSP (field S68). */
const refusals: readonly number[] = [21, 42, 45, 48, 49, 80]

/** What the client's call returns for an errorCode (field S68): an SSPI status is itself, a logon failure is denied. */
function statusOf(code: number): StatusName | null {
  if (code === timeDifference) return 'SEC_E_TIME_SKEW'
  return (
    statusNames.find((name) => statuses[name].code === code) ??
    (ntStatuses[code] === undefined ? null : 'SEC_E_LOGON_DENIED')
  )
}

/** STATUS_TIME_DIFFERENCE_AT_DC. */
const timeDifference = 0xc0000133

/** The TSRequest that stands last, and who ended the connection behind it. */
function endedAt(
  conversation: Conversation,
  { name, steps }: InsideFacts,
  { from, packet }: TransportEvent,
): FindingDraft | null {
  const last = steps.at(-1)
  if (name !== 'credssp' || last === undefined || last.from === from || last.result === 'refused') return null
  const data = streamOf(conversation, last.from).records.findLast(({ innerType }) => innerType === 23)
  if (data?.end !== last.stream[1]) return null
  const evidence = [of(last), atPacket(packet, from, 'the end of the connection')]
  if (from === 'server')
    return remark('warning', 'server', {
      title: 'The RDP server ended the log-in (CredSSP)',
      confidence: 'likely',
      explanation: `TLS is good. The client sent ${last.text}, and the server ended the connection instead of an answer; it gives no errorCode.`,
      remedy:
        'Look at event 4625 of the server for the reason: a wrong password, a locked or restricted account, or CredSSP encryption oracle remediation.',
      status: 'SEC_E_LOGON_DENIED',
      events: eventsOf(4625),
      evidence,
    })
  const version = Number(/^TSRequest version (\d+)/.exec(last.text)?.[1])
  return version >= firstPatchedVersion
    ? null
    : remark('warning', 'client', {
        title: 'The client may have refused an unpatched RDP server (CredSSP)',
        confidence: 'possible',
        explanation: `TLS is good. The server speaks CredSSP version ${String(version)}, that is, without the update for CVE-2018-0886, and the client ended the log-in: its policy "Encryption Oracle Remediation" may forbid such servers.`,
        remedy:
          'Install the updates of Windows on the server. Do not set the policy of the client to Vulnerable.',
        evidence,
      })
}

/** MS-CSSP §2.2.1: from this version on a nonce protects pubKeyAuth. */
const firstPatchedVersion = 5
