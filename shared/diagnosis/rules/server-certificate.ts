// Rules about the server's certificate and the client that judges it.

import { certificateOf, chainFault, pointAtFault } from './chain-words.ts'
import type { Cause } from '../candidate.ts'
import { candidateOf, remark, aboutCandidate } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'
import { stapleOf } from '../stapling.ts'
import { dayText } from '../day.ts'
import { atMessage, countDataRecords, isTls13 } from '../view.ts'
import { schemeSet } from '../sets.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { byCause, withoutAlert } from './by-cause.ts'

/** Issuers that intercepting proxies and local security products put into the certificates they make. */
const interceptors =
  /zscaler|netskope|fortinet|fortigate|palo alto|blue ?coat|symantec web|forcepoint|websense|mcafee web|sophos|kaspersky|avast|avg |bitdefender|eset |fiddler|mitmproxy|charles proxy|burp|portswigger|cisco umbrella|checkpoint|barracuda|squid/i

/** By certificate: chains are remembered, and read again and again. */
const intercepting = new WeakMap<Certificate, boolean>()

function isIntercepting(certificate: Certificate): boolean {
  let known = intercepting.get(certificate)
  if (known === undefined) {
    known = interceptors.test(certificate.issuer.text)
    intercepting.set(certificate, known)
  }
  return known
}

const forServer = (context: Context) => context.failure?.side !== 'server'

/** Faults of the server's certificate that hardly any client overlooks. */
export const refusedByMost: readonly Cause[] = [
  'expired-certificate',
  'not-yet-valid-certificate',
  'name-mismatch',
]

export const serverCertificateRules: readonly Rule[] = [
  byCause({
    id: 'untrusted-root',
    scenario: 'S20',
    precondition:
      "The client refuses the server's certificate (alert 48 or 46) or closes after it; the issuer is unknown or the leaf self-signed.",
    evidence: 'The alert or close, and the chain as sent.',
    confidence: 'observed with alert 48; likely for self-signed leaves; possible otherwise',
    sources: ['field S20', 'schannel §6.3 row 6'],
    causes: ['untrusted-root'],
    when: forServer,
    words: (context) => ({
      title: "The client does not trust the issuer of the server's certificate",
      remedy: `Install the issuing root${issuerText(context)} in the client's Trusted Root Certification Authorities store (by group policy), or give the server a certificate whose root the client already trusts.`,
      ...(selfGenerated(context)
        ? { explanation: 'This is the certificate SQL Server makes for itself when it has no other.' }
        : {}),
    }),
  }),
  byCause({
    id: 'expired-certificate',
    scenario: 'S21',
    precondition: 'Alert 45, or a refusal of a certificate whose notAfter lies before the packet.',
    evidence: 'The dates of the certificate and the time of the packet.',
    confidence: 'observed where the certificate is visible',
    sources: ['field S21', 'schannel §6.3 row 7'],
    causes: ['expired-certificate'],
    words: (context) => ({
      title: 'A certificate has expired',
      remedy: `Renew the certificate${subjectOf(context)} and bind the new one to the service; remove the archived old one, which some services keep serving.`,
    }),
  }),
  byCause({
    id: 'not-yet-valid-certificate',
    scenario: 'S22',
    precondition: 'Alert 45, or a refusal of a certificate whose notBefore lies after the packet.',
    evidence: 'The dates of the certificate and the time of the packet.',
    confidence: 'observed where the certificate is visible',
    sources: ['field S22', 'schannel §6.3 row 7'],
    causes: ['not-yet-valid-certificate'],
    words: () => ({
      title: 'A certificate is not yet valid, or a clock is wrong',
      remedy:
        'Set the clocks of both sides and of the issuing CA by NTP, then issue or wait for the certificate.',
    }),
  }),
  byCause({
    id: 'name-mismatch',
    scenario: 'S23',
    precondition: 'The client refuses a certificate that is not for the server name it sent.',
    evidence: 'The server name of the ClientHello and the names of the certificate.',
    confidence: 'likely',
    sources: ['field S23', 'schannel §6.3 row 8'],
    causes: ['name-mismatch'],
    words: ({ view, chains }) => ({
      title: "The server's certificate is for another name",
      remedy: `Connect by a name that is in the certificate, or issue one with ${view.hello?.body.serverName ?? 'the name in use'} in its subject alternative names.`,
      sets: () => [
        {
          what: 'names',
          client: view.hello?.body.serverName == null ? null : [view.hello.body.serverName],
          server: chains.server === null ? null : [...certificateOf(chains.server).names],
          common: [],
        },
      ],
    }),
  }),
  byCause({
    id: 'revoked-certificate',
    scenario: 'S24',
    precondition: 'Alert 44.',
    evidence: 'The alert.',
    confidence: 'observed',
    sources: ['field S24', 'schannel §6.3 row 9'],
    causes: ['revoked-certificate'],
    words: (context) => ({
      title: 'A certificate is revoked',
      remedy: `Replace the certificate${subjectOf(context)}; ask its CA why it was revoked.`,
    }),
  }),
  byCause({
    id: 'revocation-unreachable',
    scenario: 'S25',
    precondition: 'The client gives up without alert after the certificate.',
    evidence: 'The pause before the close, and the CRL and OCSP addresses in the certificate.',
    confidence: 'possible; likely with failing fetches beside it',
    sources: ['field S25', 'schannel §6.3 rows 10 and 11'],
    causes: ['revocation-offline'],
    words: ({ chains }) => ({
      title: "The client may have been unable to check the certificate's revocation",
      explanation: revocationText(chains.server),
      remedy:
        'Allow the client to reach the CRL and OCSP addresses in the certificate, or publish them where it can; certificates from an intercepting CA need such addresses too.',
    }),
  }),
  byCause({
    id: 'missing-intermediate',
    scenario: 'S26',
    precondition:
      'The client refuses a chain whose last certificate is not self-signed and whose issuer was not sent.',
    evidence: 'The chain as sent, and the issuer it lacks.',
    confidence: 'likely or possible: a root may be left out, an intermediate may not',
    sources: ['field S26', 'schannel §6.3 row 6'],
    causes: ['incomplete-chain'],
    when: forServer,
    words: (context) => ({
      title: 'The chain may lack its intermediate certificate',
      remedy: `Put the issuer${issuerText(context)} into the server's Intermediate Certification Authorities store (Windows builds the chain it sends from its stores, not from the PFX), or into the server's chain file.`,
    }),
  }),
  byCause({
    id: 'weak-signature',
    scenario: 'S27',
    precondition: 'The client refuses a chain that holds an MD5 or SHA-1 signature.',
    evidence: 'The signature algorithm of the certificate.',
    confidence: 'likely',
    sources: ['field S27'],
    causes: ['weak-signature'],
    words: (context) => ({
      title: 'The chain is signed with a broken hash',
      remedy: `Have the certificate${subjectOf(context)} issued again under a CA that signs with SHA-256.`,
    }),
  }),
  byCause({
    id: 'wrong-key-usage',
    scenario: 'S28',
    precondition:
      'Alert 43, or a refusal of a certificate whose usages do not include server authentication.',
    evidence: 'Key usage and extended key usage.',
    confidence: 'likely',
    sources: ['field S28', 'schannel §6.3 row 13'],
    causes: ['wrong-key-usage'],
    when: forServer,
    words: (context) => ({
      title: "The server's certificate is not made for servers",
      remedy: `Issue a certificate${subjectOf(context)} from a template with server authentication (1.3.6.1.5.5.7.3.1).`,
    }),
  }),
  byCause({
    id: 'weak-key',
    scenario: 'S14',
    precondition: 'The client refuses a small RSA or Diffie-Hellman key.',
    evidence: 'The key of the certificate, or the prime of ServerKeyExchange.',
    confidence: 'likely',
    sources: ['field S14', 'schannel §6.3 row 35'],
    causes: ['weak-key'],
    words: () => ({
      title: 'A key is too small for the client',
      remedy:
        'Use an RSA key of at least 2048 bits, and ECDHE or a 2048-bit Diffie-Hellman group on the server (ServerMinKeyBitLength).',
    }),
  }),
  {
    id: 'ca-key-reused',
    scenario: 'S29',
    precondition: "The server's leaf certificate has the key of its issuer.",
    evidence: 'Both public keys, or equal subject and authority key identifiers.',
    confidence: 'observed',
    sources: ['field S29'],
    asks: ['certificate'],
    check(context) {
      const fault = chainFault(context, 'server', 'key-reused')
      if (fault === null) return null
      const words = {
        title: "The certificate uses its CA's own key",
        remedy:
          'Let the intercepting proxy make a key of its own for the certificates it issues (update it).',
        evidence: pointAtFault(context, 'server', fault),
      }
      const candidate = candidateOf(context, 'key-reused')
      return candidate === null
        ? remark('warning', 'server', {
            ...words,
            explanation: `${fault.text} CryptoAPI takes such a chain for self-signed and reports SEC_E_UNTRUSTED_ROOT.`,
          })
        : aboutCandidate(context, candidate, words)
    },
  },
  {
    id: 'stapling-missing',
    scenario: 'S31',
    precondition: 'The certificate demands a stapled OCSP response and none came.',
    evidence: 'The TLS feature extension of the certificate; no CertificateStatus.',
    confidence: 'observed',
    sources: ['field S31', 'RFC 7633 §4.2.2'],
    asks: ['certificate'],
    check(context) {
      const { view, chains, conversation } = context
      const leaf = chains.server?.sent[0]?.certificate
      const message = view.certificate.server
      if (leaf == null || message === null || !leaf.extensions.mustStaple || stapleOf(view) !== null)
        return null
      const words = {
        title: 'The certificate demands stapling, but no OCSP response came',
        explanation: 'Firefox and GnuTLS refuse such a server (alerts 42, 46 or 113); Schannel ignores it.',
        remedy:
          'Switch on OCSP stapling at the server; IIS bindings with SNI need EnableOcspStaplingForSni = 1.',
        evidence: [atMessage(conversation, message.message, 'must-staple certificate')],
      }
      const candidate = candidateOf(context, 'stapling-missing')
      return candidate === null
        ? remark('warning', 'server', words)
        : aboutCandidate(context, candidate, words)
    },
  },
  {
    id: 'interception',
    scenario: 'S61',
    precondition: "The issuer of the server's certificate is known from intercepting proxies.",
    evidence: 'The issuer name.',
    confidence: 'likely',
    sources: ['field S61'],
    asks: ['certificate'],
    check(context) {
      const last = context.chains.server?.sent.find(
        ({ certificate }) => certificate !== null && isIntercepting(certificate),
      )
      const message = context.view.certificate.server
      if (last?.certificate == null || message === null) return null
      return remark(context.outcome.outcome === 'failed' ? 'warning' : 'info', 'server', {
        title: 'The connection is probably intercepted',
        confidence: 'likely',
        explanation: `The certificate was issued by ${last.certificate.issuer.text}, a name that intercepting proxies use.`,
        remedy:
          "Install the proxy's root where the program looks for roots, or exempt this destination from interception.",
        evidence: [atMessage(context.conversation, message.message, last.certificate.issuer.text)],
      })
    },
  },
  {
    id: 'accepted-despite-fault',
    scenario: null,
    precondition:
      'The client went on to send data although the certificate is expired, not yet valid or for another name.',
    evidence: 'The certificate.',
    confidence: 'observed',
    sources: ['field S21', 'field S23'],
    asks: ['established', 'certificate'],
    check(context) {
      if (countDataRecords(context.view, 'client') === 0) return null
      for (const cause of refusedByMost) {
        const fault = chainFault(context, 'server', cause)
        if (fault !== null)
          return remark('warning', 'server', {
            title: 'The client accepted a certificate that others refuse',
            explanation: `${fault.text} This client went on, so it does not check, or checks by other rules.`,
            remedy: 'Replace the certificate before a stricter client meets it.',
            evidence: pointAtFault(context, 'server', fault),
          })
      }
      return null
    },
  },
  {
    id: 'chain-order',
    scenario: null,
    precondition: "The server's chain has duplicates, strangers or a wrong order.",
    evidence: 'The order of the chain as sent.',
    confidence: 'observed',
    sources: ['RFC 5246 §7.4.2'],
    asks: ['certificate'],
    check(context) {
      const chain = context.chains.server
      const message = context.view.certificate.server
      if (chain === null || message === null || chain.sent.length < 2) return null
      if (chain.path.length === chain.sent.length && chain.path.every((at, i) => at === i)) return null
      return remark('info', 'server', {
        title: 'The chain is not in order',
        explanation: `The server sent ${String(chain.sent.length)} certificates; in order they are ${chain.path.map((i) => String(i + 1)).join(', ')}.`,
        remedy: "Put the server's chain file in order from the leaf to the root, each once.",
        evidence: [atMessage(context.conversation, message.message, 'the chain as sent')],
      })
    },
  },
  byCause({
    id: 'silent-rejection',
    scenario: 'S20',
    precondition:
      "The client closes or resets after the server's certificate, without alert (curl and the SQL client do).",
    evidence: 'The FIN or RST, and the certificate before it.',
    confidence: 'possible',
    sources: ['field §0.2', 'field S20', 'field S23', 'field S25'],
    causes: ['connection-closed', 'connection-reset'],
    when: (context) =>
      withoutAlert(context) &&
      (context.view.stage === 'server-flight' || context.view.stage === 'server-hello') &&
      context.conversation.events[context.failure?.event ?? -1]?.from === 'client',
    words: (context) => ({
      title: "The client gave up after the server's certificate, without an alert",
      explanation:
        'Programs that drop the alert Schannel prepared look like this: untrusted issuer, wrong name and unreachable revocation are the usual reasons.',
      remedy:
        "Read the client program's own error; then check issuer, names and dates of the certificate below, in this order.",
      sets: () => (isTls13(context.view) ? [] : [schemeSet(context.view)]),
      evidence: (context.chains.server?.faults ?? []).flatMap((fault) =>
        pointAtFault(context, 'server', fault),
      ),
    }),
  }),
]

function selfGenerated(context: Context): boolean {
  return (
    context.chains.server?.sent[0]?.certificate?.subject.text.includes('SSL_Self_Signed_Fallback') ?? false
  )
}

function issuerText({ chains }: Context): string {
  const chain = chains.server ?? chains.client
  const last = chain?.sent[chain.path.at(-1) ?? 0]?.certificate
  return last == null ? '' : ` (${last.issuer.text})`
}

function subjectOf({ chains, failure }: Context): string {
  const chain = failure?.side === 'server' ? chains.client : chains.server
  const leaf = chain?.sent[0]?.certificate
  return leaf == null ? '' : ` ${leaf.subject.text} (to ${dayText(leaf.notAfter)})`
}

function revocationText(chain: Context['chains']['server']): string {
  const leaf = chain?.sent[0]?.certificate
  if (leaf == null) return 'The certificate cannot be seen.'
  const urls = [...(leaf.extensions.ocspUrls ?? []), ...(leaf.extensions.crlUrls ?? [])]
  return urls.length === 0
    ? 'The certificate names neither CRL nor OCSP address, so Schannel returns CRYPT_E_NO_REVOCATION_CHECK (0x80092012) where revocation is required.'
    : `It has to reach ${urls.join(', ')}; where it cannot, Schannel returns CRYPT_E_REVOCATION_OFFLINE (0x80092013).`
}
