// The certificates of one Certificate message, put into the order in which each issues the one before.

import { sameBytes } from '../bytes/same.ts'
import type { Side } from '../conversation/facts.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'
import type { DistinguishedName } from '../x509/names.ts'
import type { World } from './candidate.ts'

/** One certificate of a Certificate message; `certificate` is null where it cannot be read. */
export interface SentCertificate {
  readonly der: Uint8Array
  readonly certificate: Certificate | null
  readonly selfSigned: boolean
}

/** The certificates that `owner` sent, as they hang together. */
export interface Chain {
  readonly owner: Side
  readonly sent: readonly SentCertificate[]
  /** Indexes from the leaf upwards, each issuing the one before: the order the chain should have. */
  readonly path: readonly number[]
  /** What stands above the last certificate of the path. */
  readonly top: 'root-sent' | 'root-known' | 'root-unknown' | 'issuer-missing'
}

/**
 * Puts `sent` into order. Signatures are checked only where the chain is doubted: names and key identifiers tell the path of a
 * chain that was accepted.
 */
export function chainOf(
  owner: Side,
  sent: readonly SentCertificate[],
  doubted: boolean,
  world: World,
): Chain {
  const path = pathOf(sent, doubted, world)
  return { owner, sent, path, top: topOf(sent, path, world) }
}

/** Reads one certificate; `der` is kept. */
export function readSent(der: Uint8Array, world: World): SentCertificate {
  const parsed = parseCertificate(der)
  if (!parsed.ok) return { der, certificate: null, selfSigned: false }
  return { der, certificate: parsed.value, selfSigned: isSelfSigned(parsed.value, der, world) }
}

/** Hosts deny that a certificate without keyCertSign issued anything, itself included: the key identifiers decide then. */
function isSelfSigned(certificate: Certificate, der: Uint8Array, world: World): boolean {
  if (!certificate.selfIssued) return false
  const { subjectKeyId, authorityKeyId } = certificate.extensions
  return authorityKeyId === null || authorityKeyId === subjectKeyId || world.trust.issuedBy(der, der) === true
}

function pathOf(sent: readonly SentCertificate[], doubted: boolean, world: World): readonly number[] {
  const path = [0]
  for (;;) {
    const last = sent[path.at(-1)!]!
    if (last.selfSigned) return path
    const next = sent.findIndex((each, i) => !path.includes(i) && issues(each, last, doubted, world))
    if (next < 0) return path
    path.push(next)
  }
}

function issues(issuer: SentCertificate, child: SentCertificate, doubted: boolean, world: World): boolean {
  if (issuer.certificate === null || child.certificate === null) return false
  if (!sameName(issuer, issuer.certificate.subject, child, child.certificate.issuer)) return false
  const { authorityKeyId } = child.certificate.extensions
  const { subjectKeyId } = issuer.certificate.extensions
  if (!doubted && authorityKeyId !== null && subjectKeyId !== null) return authorityKeyId === subjectKeyId
  return world.trust.issuedBy(child.der, issuer.der) !== false
}

function sameName(
  a: SentCertificate,
  nameA: DistinguishedName,
  b: SentCertificate,
  nameB: DistinguishedName,
): boolean {
  return sameBytes(a.der.subarray(nameA.start, nameA.end), b.der.subarray(nameB.start, nameB.end))
}

function topOf(sent: readonly SentCertificate[], path: readonly number[], world: World): Chain['top'] {
  const last = sent[path.at(-1)!]!
  if (last.certificate === null) return 'issuer-missing'
  const { issuer } = last.certificate
  const known = world.trust.knownRoot(
    last.der.subarray(issuer.start, issuer.end),
    last.selfSigned ? last.der : null,
  )
  if (known === 'yes') return 'root-known'
  if (last.selfSigned) return known === 'no' ? 'root-unknown' : 'root-sent'
  return 'issuer-missing'
}
