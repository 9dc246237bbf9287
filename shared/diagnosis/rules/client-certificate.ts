// Rules about client certificates, and about keys that a side cannot use.

import { remark } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'
import { streamOf } from '../../conversation/facts.ts'
import { atMessage, atStream, epochMilliseconds, isTls13, sealedAlertBytes } from '../view.ts'
import { isPkcs1 } from '../offer.ts'
import { byCause, helloRefused, withoutAlert } from './by-cause.ts'

/** Schannel's issuer list limit (field §0.3): at and above it, names were cut or nearly so. */
export const issuerListLimit = 16 * 1024

const byServer = (context: Context) => context.failure?.side === 'server'

export const clientCertificateRules: readonly Rule[] = [
  byCause({
    id: 'client-certificate-missing',
    scenario: 'S32',
    precondition:
      "The client's Certificate message is empty and the server then refuses (TLS 1.2 and before).",
    evidence: 'CertificateRequest, the empty Certificate, the alert.',
    confidence: 'likely; observed with alert 116',
    sources: ['field S32', 'schannel §6.3 row 28'],
    causes: ['client-certificate-missing'],
    when: ({ view }) => !isTls13(view),
    words: (context) => ({
      title: 'The server demands a client certificate and the client sent none',
      remedy:
        "Install a certificate with its private key for the account that runs the client, issued by one of the server's accepted CAs, and let the program use it.",
      evidence: requestEvidence(context),
    }),
  }),
  byCause({
    id: 'client-certificate-missing-late',
    scenario: 'S33',
    precondition: 'TLS 1.3: the server refuses after the client had finished (alert 116 or 42).',
    evidence: "The alert after the client's Finished.",
    confidence: 'observed with alert 116',
    sources: ['field S33', 'schannel §6.3 row 28'],
    causes: ['client-certificate-missing'],
    when: ({ view }) => isTls13(view),
    words: (context) => ({
      title: "The server demands a client certificate; the client's handshake had already succeeded",
      explanation:
        "In TLS 1.3 the client's call returns SEC_E_OK before the server judges the certificate; the program sees the alert when it reads.",
      remedy:
        'Install a client certificate with its private key for the account that runs the client, and let the program use it.',
      evidence: requestEvidence(context),
    }),
  }),
  {
    id: 'late-refusal',
    scenario: 'S33',
    precondition:
      "TLS 1.3 without keys: after the client's Finished the server sent one record of an alert's size and nothing else.",
    evidence: 'The record.',
    confidence: 'possible',
    sources: ['field S33', 'design §4, TLS 1.3 without keys'],
    asks: ['established', 'tcp', 'answered'],
    check({ view, conversation }) {
      if (!isTls13(view)) return null
      const { client } = view.finished
      const answers = streamOf(conversation, 'server').records.filter(
        ({ protection, order }) => protection === 'sealed' && client >= 0 && order > client,
      )
      const [only] = answers
      if (only === undefined || answers.length > 1 || only.end - only.start > sealedAlertBytes) return null
      return remark('warning', 'server', {
        title: 'The server may have refused after the client had finished',
        confidence: 'possible',
        explanation:
          "The server's only answer to the client's Finished has the size of an alert. It may be close_notify; it is also how a TLS 1.3 server refuses a missing or untrusted client certificate, after the client's call has returned SEC_E_OK.",
        remedy:
          "Open the capture with a key log, or read the server's log (events 36887 and 36888 on Windows) at this time.",
        evidence: [
          atStream('server', only.start, only.end, only.packet, 'one record of the size of an alert'),
        ],
      })
    },
  },
  byCause({
    id: 'client-certificate-refused',
    scenario: 'S34',
    precondition: "The server refuses the client's certificate (alerts 42 to 48).",
    evidence: "The client's chain and the alert.",
    confidence: 'observed as a refusal; the reason by the alert and the certificate',
    sources: ['field S34', 'schannel §6.3 row 29'],
    causes: ['client-certificate-refused', 'untrusted-root', 'incomplete-chain', 'wrong-key-usage'],
    when: byServer,
    words: () => ({
      title: "The server refuses the client's certificate",
      remedy:
        "Put the CA that issued the client's certificate into the server's trusted roots (and its intermediates into the intermediate store), or use a certificate with client authentication from a CA it trusts.",
    }),
  }),
  {
    id: 'issuer-list-truncated',
    scenario: 'S35',
    precondition: 'The CertificateRequest lists 16 KB of issuers or more, or ends near that limit.',
    evidence: 'The length of the list.',
    confidence: 'observed for the length; likely as a cause where the client then sent no certificate',
    sources: ['field S35', 'field §0.3'],
    asks: ['request'],
    check(context) {
      const { view, conversation } = context
      const request = view.request
      if (request === null || request.body.authoritiesLength < issuerListLimit - 512) return null
      return remark(context.outcome.outcome === 'failed' ? 'warning' : 'info', 'server', {
        title: "The server's list of trusted issuers is at its limit",
        confidence: 'likely',
        explanation: `CertificateRequest lists ${String(request.body.authorities.length)} issuers in ${String(request.body.authoritiesLength)} bytes; Schannel cuts the list at 16384 bytes (event 36885), and clients that find no matching name send no certificate.`,
        remedy:
          'Remove roots that are not needed from the trusted root store of the server; SendTrustedIssuerList = 0 stops sending the list.',
        evidence: [atMessage(conversation, request.message, 'the list of issuers')],
      })
    },
  },
  {
    id: 'issuer-list-not-matching',
    scenario: 'S36',
    precondition: 'The server listed issuers and the client answered with no certificate.',
    evidence: 'The issuers in CertificateRequest and the empty Certificate.',
    confidence: 'possible',
    sources: ['field S36'],
    asks: ['request', 'failed'],
    check({ view, conversation }) {
      const { request } = view
      const sent = view.certificate.client
      if (request === null || request.body.authorities.length === 0) return null
      if (sent?.body.certificates.length !== 0) return null
      const listed = request.body.authorities.length
      return remark('info', 'client', {
        title: 'The client may have no certificate from the listed issuers',
        confidence: 'possible',
        explanation: `The server listed ${String(listed)} issuer${listed === 1 ? '' : 's'}; Windows clients choose only among certificates of these.`,
        remedy: "Issue the client's certificate from one of these CAs, or add its CA to the server's list.",
        evidence: [
          atMessage(conversation, request.message, 'the list of issuers'),
          atMessage(conversation, sent.message, 'the empty answer'),
        ],
      })
    },
  },
  byCause({
    id: 'private-key-unusable',
    scenario: 'S37',
    precondition: 'The server ends the connection right after the ClientHello, or sends alert 80.',
    evidence: 'The close or alert directly after the ClientHello.',
    confidence: 'possible',
    sources: ['field S37', 'schannel §6.3 rows 31 and 32'],
    causes: ['private-key-unusable'],
    words: () => ({
      title: 'The server may be unable to use its private key',
      remedy:
        "Give the service's account read access to the key (Manage Private Keys in the certificate snap-in), import the PFX into the machine store with a persisted key, and look for event 36870 or 36886.",
    }),
  }),
  {
    id: 'tls13-key-provider',
    scenario: 'S38',
    precondition: 'A hello that offers TLS 1.3 is answered by alert 80 or a close without alert.',
    evidence: 'supported_versions of the ClientHello and the ending.',
    confidence: 'possible',
    sources: ['field S38', 'field S11'],
    asks: ['failed'],
    check(context) {
      const hello = context.view.hello
      if (hello === null || !helloRefused(context)) return null
      if (!(hello.body.supportedVersions ?? []).includes(0x0304)) return null
      if (!withoutAlert(context) && context.alert?.body.description !== 80) return null
      const ending = context.failure?.ending
      if (ending !== 'reset' && ending !== 'closed' && ending !== 'alert') return null
      return remark('info', 'server', {
        title: "The server's key may not be able to sign for TLS 1.3",
        confidence: 'possible',
        explanation:
          'Keys in a legacy CAPI provider, a smart card or a TPM may not make RSA-PSS signatures; Schannel then fails with SEC_E_INTERNAL_ERROR (0x80090304).',
        remedy:
          'Import the key again into a CNG key storage provider (certutil -csp "Microsoft Software Key Storage Provider" -importpfx).',
        evidence: [atMessage(context.conversation, hello.message, 'offers TLS 1.3')],
      })
    },
  },
  {
    id: 'pss-signing-unavailable',
    scenario: 'S11',
    precondition:
      'TLS 1.3: the client was asked for a certificate and gave up without answering (close or alert 80).',
    evidence: 'CertificateRequest and its signature algorithms, then the close.',
    confidence: 'possible',
    sources: ['field S11'],
    asks: ['request', 'failed'],
    check(context) {
      const { view, failure, conversation } = context
      const { request } = view
      if (request === null || !isTls13(view)) return null
      if (view.certificate.client !== null) return null
      const by = context.alert?.message.from ?? conversation.events[failure?.event ?? -1]?.from
      if (by !== 'client' || (context.alert !== null && context.alert.body.description !== 80)) return null
      const legacy = (request.body.signatureAlgorithms ?? []).some(isPkcs1)
      return remark('warning', 'client', {
        title: "The client's key may not be able to sign what the server asks for",
        confidence: 'possible',
        explanation: `The server asked for a client certificate${legacy ? '' : ' and accepts no PKCS #1 signature'}; keys in a TPM, a smart card or a legacy provider may not make RSA-PSS signatures.`,
        remedy: 'Import the key into a CNG key storage provider, or use an ECDSA certificate.',
        evidence: [atMessage(conversation, request.message, 'CertificateRequest')],
      })
    },
  },
  {
    id: 'post-handshake-authentication-refused',
    scenario: 'S39',
    precondition: 'TLS 1.3 was established, a short request followed, and the server reset the connection.',
    evidence: "The reset after the client's first data.",
    confidence: 'possible',
    sources: ['field S39'],
    asks: ['established', 'reset'],
    check({ view, conversation }) {
      if (!isTls13(view)) return null
      const reset = conversation.events.find((event) => event.kind === 'rst' && event.from === 'server')
      if (reset === undefined || conversation.server.applicationBytes > 2048) return null
      if (conversation.client.applicationRecords > 4) return null
      if (epochMilliseconds(reset.time, 0) - epochMilliseconds(conversation.start, 0) > 10_000) return null
      return remark('info', 'server', {
        title: 'The server may need a client certificate after the handshake, which TLS 1.3 refuses',
        confidence: 'possible',
        explanation:
          'IIS that negotiates client certificates per directory resets such TLS 1.3 connections on Server 2022 and Windows 11 before 24H2.',
        remedy:
          'Ask for the certificate in the first handshake: netsh http update sslcert … clientcertnegotiation=enable.',
        evidence: [
          {
            packet: reset.packet,
            from: 'server',
            space: 'packet',
            index: null,
            offset: null,
            length: null,
            text: 'reset after the first request',
          },
        ],
      })
    },
  },
]

function requestEvidence({ view, conversation }: Context) {
  return view.request === null
    ? []
    : [atMessage(conversation, view.request.message, 'the server asks for a client certificate')]
}
