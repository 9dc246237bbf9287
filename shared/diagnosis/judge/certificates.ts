// Alerts about a certificate: what is wrong with the chain as sent decides between their many causes.

import type { Side } from '../../conversation/facts.ts'
import { peerOf } from '../../conversation/facts.ts'
import type { Alert } from '../../tls/messages.ts'
import type { Candidate, Cause, World } from '../candidate.ts'
import { readChain } from '../certificates.ts'
import type { ChainReading } from '../certificates.ts'
import type { CertificateFault } from '../chain-faults.ts'
import { stapleOf } from '../stapling.ts'
import { atCertificate } from '../view.ts'
import type { HandshakeView, Parsed } from '../view.ts'
import { nameOf, say } from './alerts.ts'
import { inferredFromRow, statusOfRow } from './status.ts'

/** Candidates for alerts 42 to 46, 48 and 113, and for 40 sent after a client certificate (S20 to S34). */
export function judgeCertificateAlert(
  view: HandshakeView,
  alert: Parsed<Alert>,
  world: World,
): readonly Candidate[] {
  const by = alert.message.from
  const owner = peerOf(by)
  if (owner === 'client' && view.certificate.client?.body.certificates.length === 0)
    return [missingClientCertificate(view, alert, 'likely')]
  const chain = readChain(view, owner, world)
  const faults = chain?.faults ?? []
  switch (alert.body.description) {
    case 44: {
      const stapled = faults.find(({ cause }) => cause === 'revoked-certificate')
      if (stapled !== undefined) return [explained(view, alert, stapled, 'observed')]
      return [named(view, alert, 'revoked-certificate', 'observed', `The ${owner}'s certificate is revoked.`)]
    }
    case 45:
      return [expired(view, alert, faults)]
    case 48:
      return untrusted(view, alert, chain)
    case 113:
      return [badStatus(view, alert, faults)]
    default:
      return unspecific(view, alert, faults)
  }
}

/** A server that demanded a client certificate and got none (S32, S33). */
export function missingClientCertificate(
  view: HandshakeView,
  alert: Parsed<Alert>,
  confidence: Candidate['confidence'],
): Candidate {
  const request = view.request
  const candidate = say(view, alert, 'client-certificate-missing', confidence, 28, {
    summary: 'The server demands a client certificate and the client sent none.',
    lookNext:
      request === null || request.body.authorities.length === 0
        ? 'Look whether the client has a certificate with its private key, and for event 36875 on the client.'
        : 'Look whether the client has a certificate from one of the issuers the server listed.',
  })
  const empty = view.certificate.client
  return empty === null
    ? candidate
    : {
        ...candidate,
        evidence: [
          ...candidate.evidence,
          {
            packet: empty.message.packet,
            from: 'client',
            space: 'message',
            index: empty.index,
            offset: empty.message.start,
            length: empty.message.end - empty.message.start,
            text: "the client's Certificate message is empty",
          },
        ],
      }
}

/** A candidate for each fault of a chain, for a receiver that gave no reason. */
export function faultCandidates(
  view: HandshakeView,
  owner: Side,
  faults: readonly CertificateFault[],
  evidence: Candidate['evidence'],
): readonly Candidate[] {
  return faults.map((fault) => ({
    cause: fault.cause,
    confidence: fault.certain ? 'likely' : 'possible',
    status: localStatus(fault.cause, peerOf(owner)),
    summary: fault.text,
    evidence: [...pointAt(view, owner, fault), ...evidence],
    lookNext: lookNext[fault.cause] ?? null,
  }))
}

function expired(view: HandshakeView, alert: Parsed<Alert>, faults: readonly CertificateFault[]): Candidate {
  const fault = faults.find(
    ({ cause }) => cause === 'expired-certificate' || cause === 'not-yet-valid-certificate',
  )
  if (fault !== undefined) return explained(view, alert, fault, 'observed')
  const by = alert.message.from
  const visible = view.certificate[peerOf(by)] !== null
  return {
    ...named(
      view,
      alert,
      'expired-certificate',
      'likely',
      visible
        ? `The ${by} found a certificate outside its validity, but those sent were valid at the capture's time: its clock may be wrong, or another certificate of its chain is out of date.`
        : `The ${by} found the ${peerOf(by)}'s certificate expired or not yet valid.`,
    ),
    lookNext: visible ? `Check the clock of the ${by}.` : keysNeeded,
  }
}

/** bad_certificate_status_response: the OCSP response that was stapled, or that did not come (RFC 6066 §8). */
function badStatus(
  view: HandshakeView,
  alert: Parsed<Alert>,
  faults: readonly CertificateFault[],
): Candidate {
  const fault = faults.find(({ cause }) => aboutStatus.includes(cause))
  if (fault !== undefined) return explained(view, alert, fault, 'observed')
  const by = alert.message.from
  if (stapleOf(view) !== null)
    return named(
      view,
      alert,
      'revocation-offline',
      'observed',
      `The ${by} does not accept the OCSP response that the server stapled: its signer or its dates.`,
    )
  const visible = view.certificate[peerOf(by)] !== null
  return {
    ...named(
      view,
      alert,
      'stapling-missing',
      'likely',
      visible
        ? `The ${by} demands a stapled OCSP response, and the server sent none.`
        : `The ${by} found the server's OCSP response bad, or missing where its certificate demands one.`,
    ),
    ...(visible ? {} : { lookNext: keysNeeded }),
  }
}

const aboutStatus: readonly Cause[] = ['revoked-certificate', 'stapling-missing', 'revocation-offline']

function untrusted(
  view: HandshakeView,
  alert: Parsed<Alert>,
  chain: ChainReading | null,
): readonly Candidate[] {
  const by = alert.message.from
  const owner = peerOf(by)
  const about = (chain?.faults ?? []).filter(
    ({ cause }) => cause === 'untrusted-root' || cause === 'incomplete-chain' || cause === 'key-reused',
  )
  const issuer = issuerOf(chain, about[0]?.index ?? 0)
  const refusal = `The ${by} gave up: it does not trust the issuer of the ${owner}'s certificate${issuer === null ? '' : `, “${issuer}”`}.`
  if (about.length === 0)
    return [
      {
        ...named(view, alert, 'untrusted-root', 'observed', refusal),
        ...(view.certificate[owner] === null ? { lookNext: keysNeeded } : {}),
      },
    ]
  return about.map((fault, i) => ({
    ...explained(view, alert, fault, i > 0 ? 'possible' : about.length === 1 ? 'observed' : 'likely'),
    summary: `${refusal} ${fault.text}`,
  }))
}

/** Who issued the certificate of this index, as people call it; null where it was not seen. */
function issuerOf(chain: ChainReading | null, index: number): string | null {
  const issuer = chain?.sent[index]?.certificate?.issuer
  return issuer === undefined ? null : (issuer.commonNames[0] ?? issuer.text)
}

/** The sentence of a refusal: who gave up, then what is wrong. */
function gaveUp(by: Side, text: string): string {
  const who = by === 'client' ? /^The client (?!')/ : /^The server (?!')/
  const why = who.test(text) ? text.replace(who, 'it ') : text.replace(/^The /, 'the ')
  return `The ${by} gave up: ${why}`
}

/** Alerts that say only that something is wrong with the certificate: 40, 42, 43, 46. */
function unspecific(
  view: HandshakeView,
  alert: Parsed<Alert>,
  faults: readonly CertificateFault[],
): readonly Candidate[] {
  const by = alert.message.from
  const owner = peerOf(by)
  const { description } = alert.body
  const order = typical[description] ?? []
  const rank = (cause: Cause) => (order.includes(cause) ? order.indexOf(cause) : order.length)
  const certain = faults.filter((fault) => fault.certain).sort((a, b) => rank(a.cause) - rank(b.cause))
  const hints = faults.filter((fault) => !fault.certain)
  const found = [
    ...certain.map((fault, i) => explained(view, alert, fault, i === 0 ? 'likely' : 'possible')),
    ...hints.map((fault, i) =>
      explained(
        view,
        alert,
        fault,
        i === 0 && description === 46 && certain.length === 0 ? 'likely' : 'possible',
      ),
    ),
  ]
  if (description === 43 && certain.length === 0)
    return [
      named(
        view,
        alert,
        'wrong-key-usage',
        'likely',
        `The ${by} finds the ${owner}'s certificate unfit for this use.`,
      ),
      ...found,
    ]
  // A certificate that the capture does not show may have been none.
  const visible = owner === 'client' && view.certificate.client === null ? 'likely' : 'observed'
  const unknown: Candidate = {
    ...say(view, alert, owner === 'client' ? 'client-certificate-refused' : 'peer-alert', visible, null, {
      summary: `The ${by} refused the ${owner}'s certificate with ${nameOf(alert)}; the capture does not show why.`,
      lookNext: view.certificate[owner] === null ? keysNeeded : `Look at the ${by}'s log at this time.`,
    }),
    status: by === 'client' ? statusOfRow(12) : inferredFromRow(12),
  }
  if (certain.length > 0 || (description === 46 && found.length > 0)) return found
  // Go and GnuTLS send bad_certificate for an unknown issuer, too.
  return description === 42 && found.length > 0 ? [...found, unknown] : [unknown, ...found]
}

/** Which faults commonly lead to an alert, most common first (OpenSSL, Java, .NET: schannel §6.3, field §2 B). */
const typical: Readonly<Record<number, readonly Cause[]>> = {
  40: ['weak-key', 'weak-signature', 'name-mismatch', 'wrong-key-usage', 'expired-certificate'],
  42: [
    'revoked-certificate',
    'name-mismatch',
    'weak-key',
    'weak-signature',
    'wrong-key-usage',
    'expired-certificate',
    'stapling-missing',
    'revocation-offline',
  ],
  43: ['wrong-key-usage', 'weak-signature', 'weak-key'],
  46: [
    'revoked-certificate',
    'untrusted-root',
    'name-mismatch',
    'expired-certificate',
    'incomplete-chain',
    'wrong-key-usage',
  ],
}

const keysNeeded = 'Load a key log: without keys TLS 1.3 hides the certificates.'

const lookNext: Partial<Record<Cause, string>> = {
  'untrusted-root': 'Look whether the root is in the trusted store of the side that refused.',
  'incomplete-chain': 'Look at the chain the sender is configured to send.',
  'expired-certificate': 'Check the dates of the certificate in use and the clock of the side that refused.',
  'not-yet-valid-certificate': 'Check the clocks of both sides.',
  'name-mismatch': 'Compare the name the client connects to with the names in the certificate.',
  'wrong-key-usage': 'Look at the key usage and extended key usage of the certificate.',
  'weak-key': 'Look at the minimum key length of the side that refused.',
  'weak-signature': 'Look at the signature algorithms the side that refused still accepts.',
  'stapling-missing':
    "Look whether OCSP stapling is on at the server, and whether it reaches its CA's responder.",
  'revocation-offline': 'Look at the OCSP response that the server staples: its dates and its signer.',
  'revoked-certificate': 'Ask the CA why the certificate was revoked, and replace it.',
  'key-reused': 'Look whether an intercepting proxy issued the certificate with its own CA key.',
}

function explained(
  view: HandshakeView,
  alert: Parsed<Alert>,
  fault: CertificateFault,
  confidence: Candidate['confidence'],
): Candidate {
  const by = alert.message.from
  const candidate = say(view, alert, fault.cause, confidence, null, {
    summary: gaveUp(by, fault.text),
    lookNext: lookNext[fault.cause] ?? null,
  })
  return {
    ...candidate,
    status: localStatus(fault.cause, by),
    evidence: [...candidate.evidence, ...pointAt(view, peerOf(by), fault)],
  }
}

function named(
  view: HandshakeView,
  alert: Parsed<Alert>,
  cause: Cause,
  confidence: Candidate['confidence'],
  summary: string,
): Candidate {
  const candidate = say(view, alert, cause, confidence, null, { summary, lookNext: lookNext[cause] ?? null })
  return { ...candidate, status: localStatus(cause, alert.message.from) }
}

/** Rows 6 to 13 speak of clients; for a server that checks a client certificate, row 29 and by analogy the others. */
function localStatus(cause: Cause, by: Side): Candidate['status'] {
  const row = rows[cause]
  if (row === undefined) return by === 'client' ? statusOfRow(12) : inferredFromRow(12)
  if (by === 'client') return statusOfRow(row)
  return row === 6 ? statusOfRow(29) : inferredFromRow(row)
}

const rows: Partial<Record<Cause, number>> = {
  'untrusted-root': 6,
  'incomplete-chain': 6,
  'key-reused': 6,
  'expired-certificate': 7,
  'not-yet-valid-certificate': 7,
  'name-mismatch': 8,
  'revoked-certificate': 9,
  'revocation-offline': 10,
  'wrong-key-usage': 13,
}

function pointAt(view: HandshakeView, owner: Side, fault: CertificateFault): Candidate['evidence'] {
  const certificate = view.certificate[owner]
  return certificate === null ? [] : [atCertificate(certificate, fault.index, fault.mark, fault.part)]
}
