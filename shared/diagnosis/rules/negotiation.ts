// Rules about what both sides could have agreed on: versions, suites, groups, signatures, names.

import { refusedStep } from '../judge/carriers.ts'
import {
  schemeName,
  cipherName,
  groupName,
  offeredVersions,
  suitesOf,
  usefulNumbers,
  versionName,
  versionRank,
} from '../offer.ts'
import { downgradeSentinel } from '../judge/alerts.ts'
import { type CipherSuiteInfo, cipherSuiteInfo } from '../../registries/suite-info.ts'
import { lacksRenegotiationInfo } from '../judge/server-choice.ts'
import { candidateOf, remark, aboutCandidate } from '../finding.ts'
import type { Context, Rule } from '../finding.ts'
import { cipherSet, groupSet, negotiationSets, schemeSet, versionSet } from '../sets.ts'
import { atMessage } from '../view.ts'
import { byCause, helloRefused } from './by-cause.ts'

export const negotiationRules: readonly Rule[] = [
  byCause({
    id: 'no-common-cipher',
    scenario: 'S01',
    precondition: 'The server refuses the ClientHello (alert 40 or 71, or a close without alert).',
    evidence: 'The alert or close, and the offered suites.',
    confidence: 'likely where the offer is narrow; possible otherwise',
    sources: ['field S01', 'schannel §6.3 row 1'],
    causes: ['no-common-cipher'],
    words: ({ view }) => ({
      title: 'No cipher suite in common',
      remedy:
        'Enable on both sides at least one current suite in common, such as TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, in the cipher suite order of Windows (group policy “SSL Cipher Suite Order”) or in the server configuration.',
      sets: () => [cipherSet(view), versionSet(view)],
    }),
  }),
  byCause({
    id: 'no-common-version',
    scenario: 'S02',
    precondition:
      'Alert 70, or a server choice the client did not offer; the client offers TLS 1.2 or later.',
    evidence: 'The alert, the offered versions, the version the server chose.',
    confidence: 'observed with alert 70; likely where the choice was not offered',
    sources: ['field S02', 'schannel §6.3 rows 3 and 4'],
    causes: ['no-common-version'],
    // What QUIC refuses by Version Negotiation is another version.
    when: ({ conversation, view }) => refusedStep(conversation) === null && !oldClient(view),
    words: ({ view }) => ({
      title: 'No protocol version in common: the server is older than the client allows',
      remedy:
        'Update the server, or enable TLS 1.2 or TLS 1.3 on it (SCHANNEL\\Protocols on Windows). Enabling TLS 1.0 on the client is no remedy.',
      sets: () => [versionSet(view)],
    }),
  }),
  byCause({
    id: 'tls10-only-client',
    scenario: 'S03',
    precondition: 'Alert 70 or 40 in answer to a hello whose highest version is below TLS 1.2.',
    evidence: 'The alert and the version of the ClientHello.',
    confidence: 'observed with alert 70',
    sources: ['field S03', 'schannel §6.3 row 3'],
    causes: ['no-common-version'],
    when: ({ view }) => oldClient(view),
    words: ({ view }) => ({
      title: 'The client speaks only versions the server has disabled',
      remedy:
        'Let the client use TLS 1.2: SchUseStrongCrypto and SystemDefaultTlsVersions for .NET Framework, DefaultSecureProtocols (KB3140245) for WinHTTP, or an update of the device.',
      sets: () => [versionSet(view)],
    }),
  }),
  byCause({
    id: 'client-credential-impossible',
    scenario: 'S04',
    precondition: 'The client closes a fresh connection without having sent a byte.',
    evidence: "The client's FIN or RST after the TCP handshake.",
    confidence: 'possible',
    sources: ['field S04', 'schannel §6.3 row 2'],
    causes: ['no-credential'],
    words: () => ({
      title: 'The client may have failed before its first byte',
      remedy:
        "Look at the client's own policy (enabled protocols and suites, FIPS mode, its certificate's private key), not at the server; events 36871 and 36873 in the client's System log name it.",
    }),
  }),
  byCause({
    id: 'fallback-scsv',
    scenario: 'S05',
    precondition: 'Alert 86, or a refused hello with TLS_FALLBACK_SCSV (0x5600).',
    evidence: 'The alert and the signalling value in the offered suites.',
    confidence: 'observed',
    sources: ['field S05', 'RFC 7507 §3'],
    causes: ['downgrade-detected'],
    when: ({ view }) => view.hello?.body.cipherSuites.includes(0x5600) ?? false,
    words: ({ view }) => ({
      title: 'The server refused a fallback to a lower version',
      remedy:
        "Find out why the client's earlier connection with a higher version failed; that is the real failure.",
      sets: () => [versionSet(view)],
    }),
  }),
  {
    id: 'downgrade-sentinel',
    scenario: 'S06',
    precondition:
      'The client offered TLS 1.3, the server chose less, and ServerHello.random ends in the downgrade mark.',
    evidence: 'The last eight bytes of ServerHello.random.',
    confidence: 'observed',
    sources: ['field S06', 'RFC 8446 §4.1.3'],
    asks: ['answered'],
    check(context) {
      const { view } = context
      const chosen = view.serverHello
      if (chosen === null || view.hello === null || !downgradeSentinel(chosen.body.random)) return null
      const best = offeredVersions(view.hello.body)[0] ?? 0
      if (versionRank(best) < 5 || versionRank(chosen.body.negotiatedVersion) >= 5) return null
      const words = {
        title: 'The server marks the handshake as downgraded',
        remedy:
          'Look for a device between that rewrites hellos; if there is none, the server sets the mark wrongly: update it.',
        sets: () => [versionSet(view)],
        evidence: [atMessage(context.conversation, chosen.message, 'ServerHello.random ends in DOWNGRD')],
      }
      const candidate = candidateOf(context, 'downgrade-detected')
      return candidate === null
        ? remark('warning', 'server', {
            ...words,
            explanation: 'A client that offers TLS 1.3 must abort when it sees this mark (RFC 8446 §4.1.3).',
          })
        : aboutCandidate(context, candidate, words)
    },
  },
  byCause({
    id: 'no-common-group',
    scenario: 'S07',
    precondition: 'The server refuses a hello whose groups are few or unusual.',
    evidence: 'The alert and the list of groups.',
    confidence: 'likely where neither secp256r1 nor another usual group is offered',
    sources: ['field S07'],
    causes: ['no-common-group'],
    words: ({ view }) => ({
      title: 'No group for the key exchange in common',
      remedy:
        'Enable on both sides one of secp256r1, x25519 or secp384r1 (group policy “ECC Curve Order” on Windows).',
      sets: () => [groupSet(view)],
    }),
  }),
  {
    id: 'hello-retry-request',
    scenario: 'S08',
    precondition: 'The server answered with HelloRetryRequest.',
    evidence: 'The HelloRetryRequest and the second ClientHello.',
    confidence: 'observed',
    sources: ['field S08', 'RFC 8446 §4.1.4'],
    asks: ['retry'],
    check(context) {
      const { view, conversation, outcome } = context
      if (view.retry === null) return null
      const failed = outcome.outcome === 'failed' && view.serverHello === null
      const group = view.retry.body.keyShareGroup
      return remark(failed ? 'warning' : 'info', null, {
        title: failed
          ? 'The handshake ended after a HelloRetryRequest'
          : 'The server asked for another key share',
        explanation: `The client sent no key share for ${group === null ? "the server's group" : groupName(group)}; one more round trip follows. This is no error.`,
        remedy: failed
          ? 'Look whether a device between drops the second ClientHello.'
          : "Put the server's preferred group first in the client's list to save the round trip.",
        sets: () => [groupSet(view)],
        evidence: [atMessage(conversation, view.retry.message, 'HelloRetryRequest')],
      })
    },
  },
  byCause({
    id: 'no-common-signature-algorithm',
    scenario: 'S09',
    precondition: 'The server refuses a hello whose signature algorithms do not fit usual certificates.',
    evidence: 'The alert and signature_algorithms.',
    confidence: 'likely where RSA or SHA-256 is missing from the list',
    sources: ['field S09'],
    causes: ['no-common-signature-algorithm'],
    words: ({ view }) => ({
      title: 'No signature algorithm in common',
      remedy:
        "Let the client offer SHA-256 signatures for the key type of the server's certificate, or give the server a certificate of the other key type.",
      sets: () => [schemeSet(view)],
    }),
  }),
  {
    id: 'certificate-hash-not-offered',
    scenario: 'S10',
    precondition:
      "The server's certificate is signed with a hash that the client's signature_algorithms lack.",
    evidence: 'The signature algorithm of the certificate and the offered list.',
    confidence: 'observed for the certificate; possible as a cause',
    sources: ['field S10', 'schannel §9.5'],
    asks: ['certificate'],
    check(context) {
      const { view, chains, conversation } = context
      const offered = view.hello?.body.signatureAlgorithmsCert ?? view.hello?.body.signatureAlgorithms ?? null
      const leaf = chains.server?.sent[0]?.certificate
      const certificate = view.certificate.server
      if (offered === null || leaf == null || certificate === null || view.hello === null) return null
      const { hash, name } = leaf.signature
      if (hash === null || offered.some((scheme) => schemeName(scheme).includes(hash))) return null
      return remark(context.outcome.outcome === 'failed' ? 'warning' : 'info', 'server', {
        title: "The certificate's signature hash is not among those the client offered",
        explanation: `The certificate is signed with ${name}; Windows servers up to 8.1 and 2012 R2 refuse to use it then.`,
        remedy: 'Have the certificate issued again with a SHA-256 signature.',
        sets: () => [schemeSet(view)],
        evidence: [atMessage(conversation, certificate.message, `signed with ${name}`)],
      })
    },
  },
  byCause({
    id: 'rsa-pss-certificate',
    scenario: 'S12',
    precondition: 'The server refuses a hello that offers no rsa_pss_pss_* algorithm.',
    evidence: 'signature_algorithms without 0x0809, 0x080a and 0x080b.',
    confidence: 'possible',
    sources: ['field S12'],
    causes: ['no-common-signature-algorithm'],
    when: (context) => helloRefused(context) && !offersPssKeys(context),
    aside: true,
    words: ({ view }) => ({
      title: 'The server may have an RSASSA-PSS certificate that the client cannot use',
      confidence: 'possible',
      remedy: 'Use a certificate with an ordinary RSA key (rsaEncryption) on the server.',
      sets: () => [schemeSet(view)],
    }),
  }),
  byCause({
    id: 'certificate-type-mismatch',
    scenario: 'S13',
    precondition: 'The server refuses a hello whose suites all need one type of certificate key.',
    evidence: 'The authentication part of every offered suite.',
    confidence: 'possible',
    sources: ['field S13'],
    causes: ['no-common-cipher'],
    when: ({ view, alert }) => alert !== null && onlyAuthentication(view) !== null,
    aside: true,
    words: ({ view }) => ({
      title: "The server's certificate may be of the other key type",
      confidence: 'possible',
      explanation: `All suites that were offered need ${onlyAuthentication(view) === 'ecdsa' ? 'an ECDSA' : 'an RSA'} certificate.`,
      remedy:
        'Look whether the certificate of the server was replaced by one of another key type; enable suites for it on the client, or bind an RSA certificate beside it.',
      sets: () => [cipherSet(view)],
    }),
  }),
  byCause({
    id: 'rsa-key-exchange-removed',
    scenario: 'S15',
    precondition: 'The server refuses a hello that offers no suite with RSA key exchange.',
    evidence: 'The key exchange part of every offered suite.',
    confidence: 'possible',
    sources: ['field S15'],
    causes: ['no-common-cipher'],
    when: ({ view }) => onlyForwardSecret(view),
    aside: true,
    words: ({ view }) => ({
      title: 'The server may support RSA key exchange only',
      confidence: 'possible',
      remedy:
        'Enable an ECDHE suite on the server, for example TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256. Current clients (Go 1.22 and later) no longer offer RSA key exchange.',
      sets: () => [cipherSet(view)],
    }),
  }),
  byCause({
    id: 'fips-mode',
    scenario: 'S73',
    precondition:
      'A refused or failed hello without ChaCha20 and x25519 that offers AES with NIST curves only.',
    evidence: 'The offered suites and groups.',
    confidence: 'possible',
    sources: ['field S73'],
    causes: ['no-common-cipher', 'no-common-group'],
    when: ({ view }) => looksLikeFips(view),
    aside: true,
    words: ({ view }) => ({
      title: 'The client may run in FIPS mode',
      confidence: 'possible',
      remedy:
        'Enable an AES-GCM suite and secp256r1 or secp384r1 on the server; FIPSAlgorithmPolicy on the client explains the short lists.',
      sets: () => [cipherSet(view), groupSet(view)],
    }),
  }),
  byCause({
    id: 'unsafe-legacy-renegotiation',
    scenario: 'S76',
    precondition:
      'The client refuses a ServerHello up to TLS 1.2 without renegotiation_info, or its weak parameters.',
    evidence: 'The alert and the ServerHello without extension 0xff01.',
    confidence: 'likely',
    sources: ['field S76', 'RFC 5746 §4.1'],
    causes: ['unsafe-renegotiation'],
    words: ({ view, conversation }) => ({
      title: 'The client refuses a server without secure renegotiation',
      remedy: 'Update the server to one that supports RFC 5746 (every Windows since KB980436).',
      sets: () => [versionSet(view)],
      evidence:
        view.serverHello !== null && lacksRenegotiationInfo(view)
          ? [atMessage(conversation, view.serverHello.message, 'no renegotiation_info (0xff01)')]
          : [],
    }),
  }),
  byCause({
    id: 'refused-hello',
    scenario: null,
    precondition: 'The server refuses a broad offer with alert 40, or reports an error without details.',
    evidence: 'The alert and everything that was offered.',
    confidence: 'observed as an alert; its cause is not visible',
    sources: ['field §2.1'],
    causes: ['peer-alert'],
    when: (context) => helloRefused(context) && context.alert?.body.description !== 80,
    words: ({ view }) => ({
      title: 'The server refused the ClientHello and did not say why',
      remedy:
        'Compare the lists below with what the server enables; on a Windows server events 36874 and 36888 name the reason.',
      sets: () => negotiationSets(view),
    }),
  }),
  {
    id: 'broken-suite-chosen',
    scenario: null,
    precondition: 'The chosen cipher suite is NULL, export, RC4, DES or anonymous.',
    evidence: 'ServerHello.',
    confidence: 'observed',
    sources: ['RFC 7465', 'RFC 9325 §4.1'],
    asks: ['established', 'answered'],
    check({ view, conversation }) {
      const chosen = view.serverHello
      if (chosen === null) return null
      if (!protectsNothing(chosen.body.cipherSuite)) return null
      const name = cipherName(chosen.body.cipherSuite)
      return remark('warning', 'server', {
        title: 'A broken cipher suite was agreed on',
        explanation: `${name} protects little or nothing; newer peers refuse it. Negotiated ${versionName(chosen.body.negotiatedVersion)}.`,
        remedy: 'Disable this suite on the server and enable AES-GCM suites.',
        sets: () => [cipherSet(view)],
        evidence: [atMessage(conversation, chosen.message, name)],
      })
    },
  },
]

/** Whether a known suite protects next to nothing; found once for each. */
const broken = new WeakMap<CipherSuiteInfo, boolean>()

function protectsNothing(suite: number): boolean {
  const info = cipherSuiteInfo(suite)
  if (info === null) return false
  let found = broken.get(info)
  if (found === undefined) {
    found = /_(NULL|RC4|RC2|DES|anon|EXPORT)_/.test(info.name)
    broken.set(info, found)
  }
  return found
}

function oldClient(view: Context['view']): boolean {
  const hello = view.hello?.body
  return hello !== undefined && offeredVersions(hello).every((version) => versionRank(version) < 4)
}

function offersPssKeys({ view }: Context): boolean {
  return usefulNumbers(view.hello?.body.signatureAlgorithms ?? null).some(
    (scheme) => scheme >= 0x0809 && scheme <= 0x080b,
  )
}

function onlyAuthentication(view: Context['view']): string | null {
  const suites = view.hello === null ? [] : suitesOf(view.hello.body)
  const kinds = new Set(suites.map((suite) => suite.authentication))
  const [only] = kinds
  return kinds.size === 1 && (only === 'rsa' || only === 'ecdsa') ? only : null
}

function onlyForwardSecret(view: Context['view']): boolean {
  const suites = view.hello === null ? [] : suitesOf(view.hello.body).filter((suite) => !suite.tls13)
  return (
    suites.length > 0 && suites.every((suite) => suite.keyExchange === 'ecdhe' || suite.keyExchange === 'dhe')
  )
}

function looksLikeFips(view: Context['view']): boolean {
  const hello = view.hello?.body
  if (hello?.supportedGroups == null) return false
  const groups = usefulNumbers(hello.supportedGroups)
  const suites = suitesOf(hello)
  return (
    suites.length > 1 &&
    suites.every((suite) => suite.cipher === 'AES') &&
    groups.every((group) => group >= 0x17 && group <= 0x19)
  )
}
