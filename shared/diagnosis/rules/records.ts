// Rules about records and messages: altered, malformed, oversized, out of place, or no TLS at all.

import { streamOf } from '../../conversation/facts.ts'
import { remark } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'
import { atMessage, atStream } from '../view.ts'
import { byCause, helloRefused } from './by-cause.ts'

/** RFC 5246 §6.2.3: 2^14 + 2048; RFC 8446 §5.2: 2^14 + 256. */
export const recordLimit = { tls12: 16384 + 2048, tls13: 16384 + 256 }

export const recordRules: readonly Rule[] = [
  byCause({
    id: 'bad-record-mac',
    scenario: 'S42',
    precondition: 'Alert 20 or 21, or a failure right after the key exchange.',
    evidence: 'The alert and the sealed record before it.',
    confidence: 'observed with the alert; possible without',
    sources: ['field S42', 'schannel §6.3 rows 16 and 17'],
    causes: ['bad-record-mac'],
    words: (context) => ({
      title: 'A record could not be decrypted',
      remedy:
        'Capture on both sides: if the record arrives changed, look at the network device or offload that changes it; if not, look for a fault in one implementation and update it.',
      evidence: lastSealed(context),
    }),
  }),
  byCause({
    id: 'bad-signature',
    scenario: 'S42',
    precondition: 'Alert 51, or a signature or Finished that fails its check with keys.',
    evidence: 'The alert and the signed message before it.',
    confidence: 'likely',
    sources: ['field S42', 'schannel §6.3 rows 14 and 15'],
    causes: ['bad-signature'],
    words: ({ view }) =>
      view.serverHello === null
        ? {
            title: 'The proof of a pre-shared key is wrong',
            remedy:
              'Give both sides the same key for this identity; for a resumed session, let the client forget it.',
          }
        : {
            title: 'A signature or Finished is wrong',
            remedy:
              'Compare the handshake as both sides saw it; a device that rewrites hellos breaks it. Otherwise check that certificate and private key belong together.',
          },
  }),
  byCause({
    id: 'unexpected-message',
    scenario: 'S43',
    precondition: 'Alert 10.',
    evidence: 'The alert and the message before it.',
    confidence: 'likely',
    sources: ['field S43', 'schannel §6.3 row 20'],
    causes: ['malformed-message'],
    when: ({ alert }) => alert?.body.description === 10,
    words: (context) => ({
      title: 'A message came at the wrong time',
      remedy:
        'Update the side that sent the message; a plain alert after encryption has begun looks the same.',
      evidence: lastOfPeer(context),
    }),
  }),
  byCause({
    id: 'malformed-message',
    scenario: 'S47',
    precondition: 'Alerts 47, 50 or 110, or a message that breaks its format.',
    evidence: 'The message, and what is wrong with it.',
    confidence: 'observed where the fault is visible; likely otherwise',
    sources: ['field S47', 'schannel §6.3 row 19'],
    causes: ['malformed-message'],
    when: ({ alert }) => alert?.body.description !== 10 && alert?.body.description !== 22,
    words: (context) => ({
      title: 'A message breaks the format or the rules',
      remedy: 'Update the side that sent it, or the device between that rewrote it.',
      evidence: lastOfPeer(context),
    }),
  }),
  {
    id: 'record-version-oddity',
    scenario: 'S47',
    precondition: 'A record header with a version that no TLS stack writes, in a handshake that failed.',
    evidence: 'The record header.',
    confidence: 'observed; possible as a cause',
    sources: ['field S47', 'RFC 8446 §5.1'],
    asks: ['failed', 'tcp'],
    check({ conversation }) {
      for (const side of ['client', 'server'] as const) {
        const odd = streamOf(conversation, side).records.find(
          ({ contentType, version }) => contentType !== 128 && (version < 0x0300 || version > 0x0303),
        )
        if (odd !== undefined)
          return remark('info', side, {
            title: 'A record carries an unusual version',
            confidence: 'possible',
            explanation: `Its header says 0x${odd.version.toString(16).padStart(4, '0')}; some devices reset such connections.`,
            remedy: `Update the ${side}'s TLS library.`,
            evidence: [atStream(side, odd.start, odd.end, odd.packet, 'record header')],
          })
      }
      return null
    },
  },
  byCause({
    id: 'internal-error',
    scenario: 'S44',
    precondition: 'Alert 80.',
    evidence: 'The alert.',
    confidence: 'observed as an alert',
    sources: ['field S44'],
    causes: ['peer-alert'],
    when: (context) => context.alert?.body.description === 80,
    words: (context) => ({
      title: `The ${context.alert?.message.from ?? 'peer'} reported an internal error`,
      remedy: `Look at the System log of the ${context.alert?.message.from ?? 'peer'} for events 36870 and 36888, and at its program's log.`,
    }),
  }),
  {
    id: 'sslv2-hello',
    scenario: 'S48',
    precondition: 'The ClientHello is in SSLv2 format.',
    evidence: 'The first two bytes of the client.',
    confidence: 'observed',
    sources: ['field S48', 'schannel §6.3 rows 24 and 25'],
    asks: ['oldHello'],
    check({ view, conversation, outcome }) {
      const hello = view.firstHello
      if (hello?.body.sslv2 !== true) return null
      const old = hello.body.version <= 0x0002
      return remark(outcome.outcome === 'failed' ? 'warning' : 'info', 'client', {
        title: old ? 'The client asks for SSL 2.0' : 'The client sends its hello in SSLv2 format',
        explanation: old
          ? 'No current server answers it; Windows has SSL 2.0 switched off.'
          : 'Windows accepts this format for TLS 1.0 and later; other servers may not answer it.',
        remedy: 'Switch off SSLv2Hello in the client (Java: the protocol list), or update it.',
        evidence: [atMessage(conversation, hello.message, 'SSLv2-format ClientHello')],
      })
    },
  },
  byCause({
    id: 'record-overflow-alert',
    scenario: 'S49',
    precondition: 'Alert 22.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['field S49', 'schannel §6.3 row 26'],
    causes: ['malformed-message'],
    when: ({ alert }) => alert?.body.description === 22,
    words: () => ({
      title: 'A record was refused as too long',
      remedy: "Look at the peer's records: a fault of its library, or bytes that are no TLS.",
    }),
  }),
  {
    id: 'record-overflow',
    scenario: 'S49',
    precondition: 'A record longer than TLS allows.',
    evidence: 'The length in the record header.',
    confidence: 'observed',
    sources: ['field S49', 'schannel §6.3 row 26'],
    asks: ['longRecord'],
    check(context) {
      const { conversation } = context
      for (const side of ['client', 'server'] as const) {
        const stream = streamOf(conversation, side)
        const long = stream.records.find(
          ({ start, end, dtls }) => dtls === null && end - start - 5 > recordLimit.tls12,
        )
        if (long !== undefined)
          return remark('warning', side, {
            title: 'A record is longer than TLS allows',
            explanation: `It announces ${String(long.end - long.start - 5)} bytes; the most is ${String(recordLimit.tls12)}. Often these bytes are no TLS at all.`,
            remedy: `Look at what the ${side} sends at this place; update it if it is TLS.`,
            evidence: [atStream(side, long.start, long.start + 5, long.packet, 'record header')],
          })
      }
      return null
    },
  },
  {
    id: 'delivery-cut-short',
    scenario: 'S50',
    precondition:
      'Alerts 10, 47 or 50 by a side that had received valid messages whose last piece left less than a record header over.',
    evidence: 'The segment borders and the record borders.',
    confidence: 'possible',
    sources: ['field S50'],
    asks: ['alert'],
    check(context) {
      const { alert, conversation } = context
      if (alert === null || ![10, 47, 50].includes(alert.body.description)) return null
      const peer = alert.message.from === 'client' ? 'server' : 'client'
      const stream = streamOf(conversation, peer)
      if (conversation.messages.some((message) => message.from === peer && message.malformed !== null))
        return null
      const cut = stream.chunks.find((chunk) =>
        stream.records.some(({ start }) => chunk.end > start && chunk.end - start < 5),
      )
      if (cut === undefined) return null
      return remark('warning', alert.message.from, {
        title: 'The bytes were right, but their delivery may have upset the receiver',
        confidence: 'possible',
        explanation:
          'A segment ended inside a record header. Windows builds of October 2022 answered such input with SEC_E_ILLEGAL_MESSAGE instead of SEC_E_INCOMPLETE_MESSAGE.',
        remedy: 'Install the out-of-band update for that build (KB5020387 and its siblings).',
        evidence: [
          atStream(peer, cut.start, cut.end, cut.packet, 'this segment ends inside a record header'),
        ],
      })
    },
  },
  byCause({
    id: 'plaintext-to-tls-port',
    scenario: 'S56',
    precondition: "The client's first bytes are no TLS record.",
    evidence: "The client's first bytes.",
    confidence: 'observed',
    sources: ['field S56', 'schannel §6.3 rows 21 and 22'],
    causes: ['not-tls'],
    when: ({ conversation }) => conversation.client.records.length === 0,
    words: () => ({
      title: 'The client does not speak TLS on this port',
      remedy: 'Let the client use https (or its TLS setting), or the plain port of the service.',
    }),
  }),
  byCause({
    id: 'tls-to-plaintext-port',
    scenario: 'S57',
    precondition: "The server's first bytes are no TLS record.",
    evidence: "The server's first bytes.",
    confidence: 'observed',
    sources: ['field S57', 'schannel §6.3 row 23'],
    causes: ['not-tls'],
    when: ({ conversation }) => conversation.client.records.length > 0,
    words: () => ({
      title: 'The server does not speak TLS on this port',
      remedy:
        'Use the TLS port of the service (465 instead of 587, 636 instead of 389), or let the client start in clear text and upgrade (STARTTLS).',
    }),
  }),
  byCause({
    id: 'alert-without-reason',
    scenario: null,
    precondition: 'An alert after the hellos whose cause the capture does not show.',
    evidence: 'The alert.',
    confidence: 'observed as an alert',
    sources: ['schannel §6.1'],
    causes: ['peer-alert', 'downgrade-detected', 'renegotiation-refused'],
    when: (context) => !helloRefused(context) && context.alert?.body.description !== 80,
    words: ({ failure }) => ({
      title: `The ${failure?.side ?? 'peer'} gave up with an alert`,
      remedy: `Read the ${failure?.side ?? 'peer'}'s own log at this time; it knows the reason.`,
    }),
  }),
]

function lastOfPeer(context: Context) {
  const from = context.alert?.message.from
  if (from === undefined) return []
  const last = context.conversation.messages
    .slice(0, context.alert?.index ?? 0)
    .findLast((message) => message.from !== from)
  return last === undefined ? [] : [atMessage(context.conversation, last, 'the message before the alert')]
}

function lastSealed(context: Context) {
  const { alert, conversation } = context
  if (alert === null) return []
  const peer = alert.message.from === 'client' ? 'server' : 'client'
  const record = streamOf(conversation, peer).records.findLast(
    ({ protection, order }) => protection !== 'plain' && order >= 0 && order < alert.message.order,
  )
  return record === undefined
    ? []
    : [atStream(peer, record.start, record.end, record.packet, 'the last sealed record before the alert')]
}
