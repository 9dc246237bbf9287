// What is wrong with a chain whatever handshake it is sent in: use, strength, and what it hangs from.

import { sameBytes } from '../bytes/same.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { Range } from '../x509/der.ts'
import type { Cause, World } from './candidate.ts'
import type { Chain, SentCertificate } from './chain.ts'

/** Something wrong with a chain. `certain`: the bytes show it; otherwise the receiver's own stores decide. */
export interface CertificateFault {
  readonly cause: Cause
  readonly certain: boolean
  /** Which certificate of the message, leaf 0. */
  readonly index: number
  readonly text: string
  /** What the bytes say, in a few words: `issuer CN=otherca Root`. */
  readonly mark: string
  /** Where in the certificate they say it; without, all of it does. */
  readonly part?: Range
}

/** The certificate's name for sentences: its common name, else its whole subject. */
function subjectText(certificate: Certificate): string {
  return certificate.subject.commonNames[0] ?? certificate.subject.text
}

/** Smallest RSA key that Schannel accepts by default, and that current OpenSSL does (schannel §9.6, field S14). */
export const leastRsaBits = { schannel: 1024, usual: 2048 }

/** Worst first. */
export function lastingFaults(chain: Chain, world: World): readonly CertificateFault[] {
  const leaf = chain.sent[0]!
  if (leaf.certificate === null)
    return [
      {
        cause: 'malformed-message',
        certain: true,
        index: 0,
        text: `The ${chain.owner}'s certificate cannot be read as X.509.`,
        mark: 'not readable as X.509',
      },
    ]
  return [
    ...usageFaults(chain, leaf.certificate),
    ...chain.path.flatMap((index) => strengthFaults(chain, index)),
    ...reusedKey(chain),
    ...trustFaults(chain, world),
  ]
}

/** RFC 5280 §4.2.1.3 and §4.2.1.12. */
export function whoseText({ owner }: Chain, index: number, certificate: Certificate): string {
  return index === 0 ? `The ${owner}'s certificate` : `The CA certificate ${subjectText(certificate)}`
}

function usageFaults(chain: Chain, leaf: Certificate): CertificateFault[] {
  const purposes = leaf.extensions.extendedKeyUsage
  const needed = chain.owner === 'server' ? 'serverAuth' : 'clientAuth'
  if (purposes !== null && !purposes.includes(needed) && !purposes.includes('anyExtendedKeyUsage'))
    return [
      {
        cause: 'wrong-key-usage',
        certain: true,
        index: 0,
        text: `The ${chain.owner}'s certificate is for ${purposes.join(', ')}, not for ${needed}.`,
        mark: `for ${purposes.join(', ')}`,
      },
    ]
  const usages = leaf.extensions.keyUsage
  if (
    usages !== null &&
    !usages.some((usage) => /^(digitalSignature|keyEncipherment|keyAgreement)$/.test(usage))
  )
    return [
      {
        cause: 'wrong-key-usage',
        certain: true,
        index: 0,
        text: `The key usage of the ${chain.owner}'s certificate (${usages.join(', ')}) does not fit TLS.`,
        mark: `key usage ${usages.join(', ')}`,
      },
    ]
  return []
}

function strengthFaults(chain: Chain, index: number): CertificateFault[] {
  const { certificate, selfSigned } = chain.sent[index]!
  if (certificate === null) return []
  const found: CertificateFault[] = []
  const whose = whoseText(chain, index, certificate)
  const { type, bits } = certificate.key
  if (bits !== null && bits < (/^(RSA|RSA-PSS|DSA)$/.test(type) ? leastRsaBits.usual : 224))
    found.push({
      cause: 'weak-key',
      certain: true,
      index,
      text: `${whose} has a weak key: ${type} with ${String(bits)} bits.`,
      mark: `${type} key of ${String(bits)} bits`,
    })
  const { hash, name } = certificate.signature
  if (!selfSigned && (hash === 'sha1' || hash === 'md5' || hash === 'md2'))
    found.push({
      cause: 'weak-signature',
      certain: true,
      index,
      text: `${whose} is signed with ${name}, which current programs refuse.`,
      mark: `signed with ${name}`,
    })
  return found
}

/** Field S29: CryptoAPI then builds a chain that looks self-signed. */
function reusedKey(chain: Chain): CertificateFault[] {
  const [leafIndex, issuerIndex] = chain.path
  const leaf = chain.sent[leafIndex ?? 0]
  const issuer = issuerIndex === undefined ? undefined : chain.sent[issuerIndex]
  if (leaf?.certificate == null || leaf.certificate.selfIssued) return []
  const { subjectKeyId, authorityKeyId } = leaf.certificate.extensions
  const sameKey =
    issuer?.certificate == null
      ? subjectKeyId !== null && subjectKeyId === authorityKeyId
      : sameBytes(spkiOf(leaf, leaf.certificate), spkiOf(issuer, issuer.certificate))
  return sameKey
    ? [
        {
          cause: 'key-reused',
          certain: true,
          index: 0,
          text: `The ${chain.owner}'s certificate has the same key as the CA that issued it.`,
          mark: 'the key of its CA',
        },
      ]
    : []
}

function spkiOf(sent: SentCertificate, certificate: Certificate): Uint8Array {
  return sent.der.subarray(certificate.spki.start, certificate.spki.end)
}

function trustFaults(chain: Chain, world: World): CertificateFault[] {
  const index = chain.path.at(-1)!
  const certificate = chain.sent[index]!.certificate
  if (certificate === null || chain.top === 'root-known') return []
  if (chain.top !== 'issuer-missing') {
    const leafItself = index === 0
    return [
      {
        cause: 'untrusted-root',
        certain: leafItself,
        index,
        text: leafItself
          ? `The ${chain.owner}'s certificate is self-signed.`
          : `The chain of the ${chain.owner}'s certificate ends in ${subjectText(certificate)}, which is not in ${world.trust.label}.`,
        mark: leafItself ? 'self-signed' : `root ${subjectText(certificate)}`,
      },
    ]
  }
  const untrusted: CertificateFault = {
    cause: 'untrusted-root',
    certain: false,
    index,
    text: `The ${chain.owner}'s chain ends at the issuer ${certificate.issuer.text}, which is not in ${world.trust.label}.`,
    mark: `issuer ${certificate.issuer.text}`,
    part: certificate.issuer,
  }
  const incomplete: CertificateFault = {
    cause: 'incomplete-chain',
    certain: false,
    index,
    text: `The ${chain.owner} sent ${String(chain.sent.length)} certificate${chain.sent.length === 1 ? '' : 's'} and left out the issuer ${certificate.issuer.text}; unless that is a root, an intermediate is missing.`,
    mark: chain.sent.length === 1 ? '1 certificate only' : `${String(chain.sent.length)} certificates only`,
  }
  return probablyRoot(chain, certificate) ? [untrusted, incomplete] : [incomplete, untrusted]
}

/** A missing issuer is a root where its name says so, or where the sender did send intermediates and left out the last. */
function probablyRoot(chain: Chain, last: Certificate): boolean {
  const name = last.issuer.text
  if (/\broot\b/i.test(name)) return true
  if (/\b(intermediate|issuing|sub)/i.test(name)) return false
  return chain.path.length > 1 && last.extensions.issuerUrls === null
}
