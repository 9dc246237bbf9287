// Rules about resumption, renegotiation and endings by choice.

import { remark } from '../finding.ts'
import type { Rule } from '../finding.ts'
import { cipherSuiteInfo } from '../../registries/suite-info.ts'
import { cipherSet } from '../sets.ts'
import {
  atMessage,
  atPacket,
  countDataRecords,
  isHandshake,
  isTls13,
  lastSealedRecord,
  sealedAlertBytes,
} from '../view.ts'
import type { HandshakeView } from '../view.ts'
import { byCause } from './by-cause.ts'
import { refusedByMost } from './server-certificate.ts'

export const sessionRules: readonly Rule[] = [
  {
    id: 'extended-master-secret-missing',
    scenario: 'S18',
    precondition:
      'The client wanted to resume, one hello lacks extended_master_secret, and the handshake failed with alert 20 or 40 or a close.',
    evidence: 'The session in the ClientHello and the hello without extension 23.',
    confidence: 'likely',
    sources: ['field S18', 'RFC 7627 §5.3'],
    asks: ['failed'],
    check(context) {
      const { view, conversation } = context
      const hello = view.hello
      if (hello === null || isTls13(view) || !wantsToResume(view)) return null
      const inClient = has(hello.body.extensions, 23)
      const inServer = view.serverHello === null ? null : has(view.serverHello.body.extensions, 23)
      if (inClient && inServer !== false) return null
      const alert = context.alert?.body.description
      if (alert !== undefined && alert !== 20 && alert !== 40) return null
      return remark('warning', inClient ? 'server' : 'client', {
        title: 'Resumption without extended master secret',
        confidence: 'likely',
        explanation: `The ${inClient ? 'server' : 'client'} does not support extended_master_secret; Windows refuses to resume such sessions since October 2019 (CVE-2019-1318).`,
        remedy: `Update the ${inClient ? 'server' : 'client'} to support RFC 7627; leave the extension on in Windows.`,
        evidence: [atMessage(conversation, hello.message, 'wants to resume a session')],
      })
    },
  },
  {
    id: 'dhe-intermittent',
    scenario: 'S19',
    precondition: 'A DHE handshake failed after the client key exchange with alert 20 or a reset.',
    evidence: 'The DHE suite and the ending.',
    confidence: 'possible; surer where other handshakes of the same pair succeed',
    sources: ['field S19'],
    asks: ['failed', 'answered'],
    check(context) {
      const { view, conversation } = context
      const chosen = view.serverHello
      if (chosen === null || view.clientKeyExchange === null) return null
      if (cipherSuiteInfo(chosen.body.cipherSuite)?.keyExchange !== 'dhe') return null
      const alert = context.alert?.body.description
      if (alert !== 20 && alert !== 51 && context.failure?.ending !== 'reset') return null
      return remark('warning', null, {
        title: 'A DHE handshake that fails now and then',
        confidence: 'possible',
        explanation:
          'Where one side drops leading zeros of the Diffie-Hellman secret, about 1 in 256 handshakes fails like this.',
        remedy: 'Install the fix on the side that lacks it (Windows: KB4557473), or prefer ECDHE suites.',
        sets: () => [cipherSet(view)],
        evidence: [atMessage(conversation, view.clientKeyExchange.message, 'the DHE public value')],
      })
    },
  },
  {
    id: 'renegotiation-refused',
    scenario: 'S40',
    precondition: 'A no_renegotiation warning, or a renegotiation that failed.',
    evidence: 'The alert or the second handshake.',
    confidence: 'observed with alert 100; likely otherwise',
    sources: ['field S40', 'schannel §6.3 row 33'],
    asks: ['renegotiation'],
    check(context) {
      const { conversation, outcome } = context
      const warning = conversation.messages.find(
        ({ body }) => body?.kind === 'alert' && body.description === 100,
      )
      const again = (context.failure?.handshake ?? 1) > 1
      if (warning === undefined && !again) return null
      const request = conversation.messages.find((message) => isHandshake(message, 0))
      const place = warning ?? request ?? context.view.hello?.message
      if (place === undefined) return null
      const side =
        warning?.from ?? (context.failure?.side === 'transport' ? null : context.failure?.side) ?? null
      return remark(outcome.outcome === 'failed' ? 'warning' : 'info', side, {
        title: 'A renegotiation was refused',
        confidence: warning === undefined ? 'likely' : 'observed',
        explanation:
          'One side asked for a new handshake inside the connection and the other did not go along; Windows applications see SEC_I_RENEGOTIATE and must then call again.',
        remedy:
          'Ask for what the renegotiation wanted, usually a client certificate, in the first handshake (clientcertnegotiation=enable on IIS).',
        evidence: [
          atMessage(conversation, place, warning === undefined ? 'the new handshake' : 'no_renegotiation'),
        ],
      })
    },
  },
  {
    id: 'resumption-not-used',
    scenario: 'S41',
    precondition:
      'The client offered a session that the server did not resume, or the handshake failed at it.',
    evidence: 'The offered session and the full handshake or alert that followed.',
    confidence: 'observed; possible as a cause',
    sources: ['field S41'],
    asks: ['answered'],
    check(context) {
      const { view, conversation, outcome } = context
      const hello = view.hello
      if (hello === null || view.serverHello === null || !offersRealSession(view)) return null
      const failed = outcome.outcome === 'failed'
      const alert = context.alert?.body.description
      if (failed && alert !== 20 && alert !== 21 && alert !== 51 && alert !== 115 && alert !== 47) return null
      if (!failed && !fullHandshake(view)) return null
      return remark(failed ? 'warning' : 'info', 'server', {
        title: failed
          ? 'The handshake failed while a session was being resumed'
          : 'The server did not resume the session',
        confidence: failed ? 'possible' : 'observed',
        explanation: failed
          ? 'Both sides may hold different keys for the session, as in a farm whose nodes do not share ticket keys.'
          : 'It made a full handshake instead, which is slower but no error; nodes of a farm with different ticket keys behave like this.',
        remedy: 'Share the ticket keys between the nodes of the farm, or keep a client on one node.',
        evidence: [atMessage(conversation, hello.message, 'offers a session to resume')],
      })
    },
  },
  byCause({
    id: 'unknown-session-key',
    scenario: 'S41',
    precondition: 'Alert 115.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['field S41', 'RFC 4279 §2'],
    causes: ['resumption-refused'],
    words: () => ({
      title: 'The server does not know the pre-shared key',
      remedy: 'Share ticket or pre-shared keys between the nodes of the server.',
    }),
  }),
  byCause({
    id: 'user-canceled',
    scenario: 'S45',
    precondition: 'Alert 90 before the handshake was done.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['field S45'],
    causes: ['user-canceled'],
    words: () => ({
      title: 'Somebody cancelled the handshake',
      remedy:
        'Find the prompt that was dismissed (certificate choice, warning) and configure it away or answer it.',
    }),
  }),
  {
    id: 'missing-close-notify',
    scenario: 'S46',
    precondition: 'Data was exchanged and a side closed (FIN) without a sealed alert before it.',
    evidence: "The FIN after that side's last record.",
    confidence: 'likely; observed with keys',
    sources: ['field S46'],
    asks: ['established', 'tcp', 'fin'],
    check(context) {
      const { conversation, view } = context
      const fin = conversation.events.find((event) => event.kind === 'fin' && event.from === 'server')
      if (fin === undefined || conversation.server.applicationBytes === 0) return null
      if (closesPolitely(view)) return null
      return remark('info', 'server', {
        title: 'The server closed without close_notify',
        confidence: 'likely',
        explanation:
          'The handshake was fine. Programs that insist on the closing alert report a truncated answer (curl 56 “server closed abruptly”).',
        remedy: 'Let the server program shut TLS down before it closes the socket.',
        evidence: [atPacket(fin.packet, 'server', 'FIN without a closing alert')],
      })
    },
  },
  {
    id: 'closed-unused',
    scenario: 'S20',
    precondition: 'The client closed an established connection on which no data had passed.',
    evidence: "The client's FIN or RST.",
    confidence: 'possible',
    sources: ['field S20', 'field §0.2'],
    asks: ['established', 'tcp', 'ended'],
    check({ conversation, view, chains }) {
      const end = conversation.events.find(({ kind }) => kind === 'fin' || kind === 'rst')
      if (end === undefined || countDataRecords(view, 'client') > 0) return null
      // A server that closes on the client's alert was not the first to close.
      const parting = conversation.client.records.find(
        ({ innerType, order }) => innerType === 21 && order < end.order,
      )
      if (end.from !== 'client' && parting === undefined) return null
      // Without keys the tickets of a TLS 1.3 server look like data.
      const tickets = isTls13(view) ? 2 : 0
      if (countDataRecords(view, 'server') > tickets) return null
      const fault = chains.server?.faults.find(({ cause }) => refusedByMost.includes(cause))
      const why =
        fault === undefined
          ? 'a mere test of the connection, or an application that judged the certificate by its own rules after its security library had returned SEC_E_OK.'
          : `the client may have refused the certificate after all. ${fault.text}`
      return remark(fault === undefined ? 'info' : 'warning', 'client', {
        title: 'The client closed the connection without using it',
        confidence: 'possible',
        explanation: `The handshake was completed and no data of the client followed: ${why}`,
        remedy:
          "If the program reports an error, read its own log, and compare the server's certificate with what it expects.",
        evidence: [
          end.from === 'client'
            ? atPacket(
                end.packet,
                'client',
                end.kind === 'fin' ? 'the client closes (FIN)' : 'the client resets',
              )
            : atPacket(parting!.packet, 'client', "the client's closing alert, encrypted"),
        ],
      })
    },
  },
  byCause({
    id: 'closed-politely',
    scenario: null,
    precondition: 'close_notify before the handshake was done.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['RFC 8446 §6.1'],
    causes: ['connection-closed'],
    when: ({ alert }) => alert?.body.description === 0,
    words: ({ alert }) => ({
      title: `The ${alert?.message.from ?? 'peer'} ended the handshake by choice`,
      remedy: `Read the log of the ${alert?.message.from ?? 'peer'} program: it changed its mind without an error of TLS.`,
    }),
  }),
  byCause({
    id: 'access-denied',
    scenario: null,
    precondition: 'Alert 49.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['schannel §6.1'],
    causes: ['access-denied'],
    words: () => ({
      title: 'Access was denied',
      remedy:
        'Look at the security log of the side that refused (event 4625) for the account and the reason.',
    }),
  }),
]

function has(extensions: readonly { readonly type: number }[] | null, type: number): boolean {
  return (extensions ?? []).some((extension) => extension.type === type)
}

function wantsToResume(view: HandshakeView): boolean {
  const hello = view.hello?.body
  return (
    hello !== undefined &&
    (hello.sessionId.length > 0 ||
      (hello.sessionTicket?.length ?? 0) > 0 ||
      (hello.pskIdentities?.length ?? 0) > 0)
  )
}

/** In TLS 1.3 mode a session id means nothing (RFC 8446 appendix D.4); a ticket or a PSK does. */
function offersRealSession(view: HandshakeView): boolean {
  const hello = view.hello?.body
  if (hello === undefined) return false
  if ((hello.sessionTicket?.length ?? 0) > 0 || (hello.pskIdentities?.length ?? 0) > 0) return true
  return hello.sessionId.length > 0 && hello.supportedVersions === null
}

function fullHandshake(view: HandshakeView): boolean {
  if (isTls13(view)) return view.serverHello?.body.pskIndex === null
  return view.certificate.server !== null
}

function closesPolitely(view: HandshakeView): boolean {
  if (view.alerts.some(({ message, body }) => message.from === 'server' && body.description === 0))
    return true
  const last = lastSealedRecord(view.conversation, 'server')
  if (last === undefined) return true
  return last.contentType === 21 || (isTls13(view) && last.end - last.start <= sealedAlertBytes)
}
