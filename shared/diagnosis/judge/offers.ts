// A refused ClientHello: which of the client's lists is narrow enough to explain that the server found nothing in common.

import { cipherSuites } from '../../registries/cipher-suites.ts'
import { supportedGroups } from '../../registries/groups.ts'
import { signatureSchemes } from '../../registries/signatures.ts'
import { versions as versionNames } from '../../registries/tls.ts'
import type { Alert, ClientHello } from '../../tls/messages.ts'
import type { Candidate, Cause } from '../candidate.ts'
import { isBroken, isPkcs1, listed, offeredVersions, suitesOf, usefulNumbers, versionRank } from '../offer.ts'
import type { OfferedSuite } from '../offer.ts'
import { atMessage } from '../view.ts'
import type { HandshakeView, Parsed } from '../view.ts'
import { nameOf } from './alerts.ts'
import { inferredFromRow, statusOfRow } from './status.ts'

/** How much a list explains a refusal: 3 a rarely supported offer, 2 a narrow one, below 1 an offer most servers meet. */
interface Reason {
  readonly cause: Cause
  readonly weight: number
  readonly why: string
}

const plain = 1.5
const strong = 2.5
const worthSaying = 0.15

/** Candidates for a fatal handshake_failure in answer to a ClientHello (scenarios S01, S07, S09, S12, S13, S15, S17). */
export function judgeNoMatch(view: HandshakeView, alert: Parsed<Alert>): readonly Candidate[] {
  const hello = view.hello
  const said = atMessage(view.conversation, alert.message, `alert ${nameOf(alert)} by the server`)
  if (hello === null) return [unexplained([said])]
  const offered = (text: string) => atMessage(view.conversation, hello.message, text)
  const reasons = reasonsIn(hello.body)
    .filter(({ weight }) => weight >= worthSaying)
    .sort((a, b) => b.weight - a.weight)
  const candidates = reasons.map((reason): Candidate => ({
    cause: reason.cause,
    confidence: reason.weight >= strong ? 'likely' : 'possible',
    status: statusFor(alert, reason.cause),
    summary: `The server found ${words[reason.cause] ?? 'nothing'} in common with the client: ${reason.why}.`,
    evidence: [said, offered(reason.why)],
    lookNext:
      'Look at what the same server chose in other handshakes, and for event 36874 in the System log of a Windows server.',
  }))
  return (reasons[0]?.weight ?? 0) >= plain
    ? candidates
    : [unexplained([said, offered('the offer, which most servers can meet')]), ...candidates]
}

/**
 * Candidates for unexpected_message in answer to a well-formed ClientHello: JSSE says so where nothing is in common. Empty
 * where the offer is broad.
 */
export function judgeNarrowOffer(view: HandshakeView, alert: Parsed<Alert>): readonly Candidate[] {
  if (view.hello?.message.malformed !== null) return []
  const [first, ...others] = judgeNoMatch(view, alert)
  return first === undefined || first.cause === 'peer-alert'
    ? []
    : [{ ...first, confidence: 'possible' }, ...others]
}

/** Row 1 speaks of alert 40; what a stack says with another alert keeps the status of that alert. */
function statusFor(alert: Parsed<Alert>, cause: Cause): Candidate['status'] {
  if (alert.body.description !== 40) return null
  return cause === 'no-common-cipher' ? statusOfRow(1) : inferredFromRow(1)
}

const words: Partial<Record<Cause, string>> = {
  'no-common-cipher': 'no cipher suite',
  'no-common-group': 'no group for the key exchange',
  'no-common-signature-algorithm': 'no signature algorithm',
  'no-common-version': 'no protocol version',
  'unrecognized-name': 'no name',
}

function unexplained(evidence: Candidate['evidence']): Candidate {
  return {
    cause: 'peer-alert',
    confidence: 'observed',
    status: inferredFromRow(1),
    summary:
      'The server refused the ClientHello with handshake_failure; the offer is broad, so the capture does not show what it missed.',
    evidence,
    lookNext:
      'Look at the server log, and compare with a handshake of another client that the server accepts.',
  }
}

function reasonsIn(hello: ClientHello): Reason[] {
  const suites = suitesOf(hello)
  const versions = offeredVersions(hello)
  return [
    cipherReason(suites, versions),
    groupReason(hello, suites, versions),
    signatureReason(hello, suites, versions),
    versionReason(versions),
    nameReason(hello),
  ]
}

function cipherReason(suites: readonly OfferedSuite[], versions: readonly number[]): Reason {
  const cause = 'no-common-cipher'
  const names = listed(
    cipherSuites,
    suites.map((suite) => suite.code),
  )
  const tls13 = suites.filter((suite) => suite.tls13)
  const tls12 = suites.filter((suite) => !suite.tls13)
  const only13 = only13Versions(versions)
  if (only13) {
    const usual = tls13.some((suite) => suite.code === 0x1301 || suite.code === 0x1302)
    return {
      cause,
      weight: usual ? (tls13.length === 1 ? 1.8 : 0.2) : 3,
      why: `it offered ${tls13.length === 1 ? 'one suite, ' : ''}${names}`,
    }
  }
  const usable = versions.some(is13) ? suites : tls12
  if (usable.every(isBroken)) return { cause, weight: 3, why: `it offered only broken suites: ${names}` }
  if (usable.length === 1) return { cause, weight: 3, why: `it offered one suite, ${names}` }
  if (tls13.length === 0 || usable === tls12) {
    const exchanges = new Set(tls12.map((suite) => suite.keyExchange))
    if (exchanges.size === 1 && !exchanges.has('ecdhe'))
      return { cause, weight: 3, why: `all its suites use one key exchange: ${names}` }
    const keys = new Set(tls12.map((suite) => suite.authentication))
    if (keys.size === 1 && keys.has('ecdsa'))
      return { cause, weight: 2.6, why: `all its suites need an ECDSA certificate: ${names}` }
    if (usable.length <= 3) return { cause, weight: 2, why: `it offered ${names}` }
    if (keys.size === 1 && keys.has('rsa'))
      return { cause, weight: 1.6, why: `all its suites need an RSA certificate: ${names}` }
    if (exchanges.size === 1) return { cause, weight: 1.6, why: `all its suites use ECDHE: ${names}` }
  }
  return { cause, weight: 0.5, why: `it offered ${String(suites.length)} suites` }
}

function groupReason(
  hello: ClientHello,
  suites: readonly OfferedSuite[],
  versions: readonly number[],
): Reason {
  const cause = 'no-common-group'
  const groups = usefulNumbers(hello.supportedGroups)
  const names = listed(supportedGroups, groups)
  const only13 = only13Versions(versions)
  const needed = only13 || suites.every((suite) => suite.keyExchange === 'ecdhe' || suite.tls13)
  const some = needed || suites.some((suite) => suite.keyExchange === 'ecdhe')
  // A server that chooses TLS 1.3 needs a group whatever suites of TLS 1.2 were offered beside it.
  const share = needed ? 1 : versions.some(is13) ? 0.7 : some ? 0.3 : 0
  if (hello.supportedGroups === null)
    return { cause, weight: only13 ? 3 : 0.1 * share, why: 'it named no groups' }
  const usual = groups.filter((group) => group === 0x17 || group === 0x1d)
  if (usual.length === 0) return { cause, weight: 3.1 * share, why: `it offered only ${names}` }
  if (groups.length === 1)
    return { cause, weight: (groups[0] === 0x17 ? 1.5 : 2.6) * share, why: `it offered only ${names}` }
  // TLS 1.3 makes secp256r1 mandatory (RFC 8446 §9.1): a client of nothing else that leaves it out was narrowed on purpose.
  if (!groups.includes(0x17))
    return { cause, weight: (only13 ? 1.75 : 1.6) * share, why: `secp256r1 is not among ${names}` }
  return { cause, weight: 0.2 * share, why: `it offered ${names}` }
}

function signatureReason(
  hello: ClientHello,
  suites: readonly OfferedSuite[],
  versions: readonly number[],
): Reason {
  const cause = 'no-common-signature-algorithm'
  const schemes = usefulNumbers(hello.signatureAlgorithms)
  const names = listed(signatureSchemes, schemes)
  const only13 = only13Versions(versions)
  if (hello.signatureAlgorithms === null)
    return { cause, weight: only13 ? 2.9 : 0.1, why: 'it named no signature algorithms' }
  const signing = only13 || suites.some((suite) => suite.keyExchange !== 'rsa' && suite.keyExchange !== 'psk')
  const share = signing ? 1 : 0.1
  const usable = schemes.filter((scheme) => !only13 || !isPkcs1(scheme))
  const rsa = usable.some((scheme) => isRsa(scheme) && !isSha1OrMd5(scheme))
  const ecdsa = usable.some((scheme) => isEcdsa(scheme) && !isSha1OrMd5(scheme))
  if (!rsa && !ecdsa)
    return { cause, weight: 3.2 * share, why: `no usual algorithm is among ${names || 'its list'}` }
  if (!rsa) return { cause, weight: 2.8 * share, why: `no RSA signature is among ${names}` }
  if (usable.length <= 2) return { cause, weight: 2.7 * share, why: `it offered only ${names}` }
  if (!ecdsa) return { cause, weight: 1.6 * share, why: `no ECDSA signature is among ${names}` }
  return { cause, weight: 0.2 * share, why: `it offered ${String(schemes.length)} algorithms` }
}

function versionReason(versions: readonly number[]): Reason {
  const best = versionRank(versions[0] ?? 0)
  const name = listed(versionNames, versions.slice(0, 1))
  return {
    cause: 'no-common-version',
    // A server of TLS 1.2 reads a hello for TLS 1.3 alone as one without a suite it knows, and says handshake_failure.
    weight: only13Versions(versions) ? 1.7 : best < 2 ? 3.5 : best < 4 ? 2.55 : best === 4 ? 0.4 : 0.1,
    why: only13Versions(versions) ? `it offered ${name} alone` : `its highest version is ${name}`,
  }
}

function nameReason(hello: ClientHello): Reason {
  return {
    cause: 'unrecognized-name',
    weight: hello.serverName === null ? 0.6 : 0.3,
    why:
      hello.serverName === null
        ? 'it sent no server name, which some servers demand'
        : `the server may not serve the name ${hello.serverName}`,
  }
}

function is13(version: number): boolean {
  return versionRank(version) === 5
}

function only13Versions(versions: readonly number[]): boolean {
  return versions.every(is13)
}

function isRsa(scheme: number): boolean {
  return isPkcs1(scheme) || (scheme >= 0x0804 && scheme <= 0x0806) || (scheme >= 0x0809 && scheme <= 0x080b)
}

function isEcdsa(scheme: number): boolean {
  return (scheme >> 8 <= 6 && (scheme & 0xff) === 3) || scheme === 0x0807 || scheme === 0x0808
}

function isSha1OrMd5(scheme: number): boolean {
  return scheme >> 8 <= 2
}
