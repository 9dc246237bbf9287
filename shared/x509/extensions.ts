// Certificate extensions (RFC 5280 §4.2, RFC 7633): one reader per object identifier.

import { hex } from '../bytes/fields.ts'
import type { Reader } from '../bytes/reader.ts'
import { accessMethods, certificatePolicies, keyPurposes, keyUsages } from '../registries/oids.ts'
import {
  bitString,
  element,
  expect,
  nextTag,
  objectIdentifier,
  octet,
  optional,
  smallInteger,
  tags,
} from './der.ts'
import { readGeneralName, readGeneralNames, type GeneralName } from './names.ts'

/** What the extensions say; null where absent or malformed. */
export class CertificateExtensions {
  /** All of them in order. */
  readonly seen: { readonly oid: string; readonly critical: boolean }[] = []
  subjectAltNames: GeneralName[] | null = null
  keyUsage: string[] | null = null
  /** Purposes by name, unknown ones as object identifiers. */
  extendedKeyUsage: string[] | null = null
  basicConstraints: { ca: boolean; pathLength: number | null } | null = null
  /** Hex digits. */
  subjectKeyId: string | null = null
  authorityKeyId: string | null = null
  crlUrls: string[] | null = null
  ocspUrls: string[] | null = null
  issuerUrls: string[] | null = null
  policies: string[] | null = null
  /** TLS extension numbers that the server must answer (RFC 7633). */
  tlsFeatures: number[] | null = null

  /** OCSP must-staple. */
  get mustStaple(): boolean {
    return this.tlsFeatures?.includes(5) ?? false
  }
}

export type CertificateExtensionReader = (r: Reader, into: CertificateExtensions) => void

// RFC 5280 §4.2.1.1
function readAuthorityKeyId(r: Reader, into: CertificateExtensions): void {
  const content = expect(r, tags.sequence, 'authority key identifier')
  const start = content.at
  const id = optional(content, 0x80, 'key identifier')
  if (id !== null) {
    into.authorityKeyId = hex(id.bytes.subarray(id.at, id.end))
    show(content, 'key identifier', start, into.authorityKeyId)
  }
  if (content.left > 0 && content.fields !== null) content.rest('issuer and serial number')
}

// RFC 5280 §4.2.1.2
function readSubjectKeyId(r: Reader, into: CertificateExtensions): void {
  const start = r.at
  const id = expect(r, tags.octetString, 'key identifier')
  into.subjectKeyId = hex(id.bytes.subarray(id.at, id.end))
  show(r, 'key identifier', start, into.subjectKeyId)
}

// RFC 5280 §4.2.1.3
function readKeyUsage(r: Reader, into: CertificateExtensions): void {
  const start = r.at
  const bits = bitString(r, 'key usage')
  const usage: string[] = []
  for (let bit = 0; bits.left > 0; bit += 8) {
    const flags = octet(bits, 'key usage')
    for (let i = 0; i < 8; i++) {
      if ((flags & (0x80 >> i)) !== 0) usage.push(keyUsages[bit + i] ?? `bit ${String(bit + i)}`)
    }
  }
  into.keyUsage = usage
  show(r, 'key usage', start, usage.join(', '))
}

// RFC 5280 §4.2.1.4
function readPolicies(r: Reader, into: CertificateExtensions): void {
  const list = expect(r, tags.sequence, 'certificate policies')
  const policies: string[] = []
  while (list.left > 0) {
    const start = list.at
    const oid = objectIdentifier(expect(list, tags.sequence, 'policy'), 'policy')
    policies.push(certificatePolicies[oid] ?? oid)
    show(list, 'policy', start, policies.at(-1)!)
  }
  into.policies = policies
}

// RFC 5280 §4.2.1.6
function readSubjectAltNames(r: Reader, into: CertificateExtensions): void {
  into.subjectAltNames = readGeneralNames(r, 'subject alternative names')
}

// RFC 5280 §4.2.1.9
function readBasicConstraints(r: Reader, into: CertificateExtensions): void {
  const start = r.at
  const content = expect(r, tags.sequence, 'basic constraints')
  const flag = optional(content, tags.boolean, 'CA')
  const ca = flag !== null && smallInteger(flag, 'CA') !== 0
  const length = optional(content, tags.integer, 'path length')
  const pathLength = length === null ? null : smallInteger(length, 'path length')
  into.basicConstraints = { ca, pathLength }
  show(
    r,
    'basic constraints',
    start,
    `CA: ${ca ? 'yes' : 'no'}${length === null ? '' : `, path length ${String(pathLength)}`}`,
  )
}

// RFC 5280 §4.2.1.12
function readExtendedKeyUsage(r: Reader, into: CertificateExtensions): void {
  const list = expect(r, tags.sequence, 'extended key usage')
  const purposes: string[] = []
  while (list.left > 0) {
    const start = list.at
    const oid = objectIdentifier(list, 'key purpose')
    purposes.push(keyPurposes[oid] ?? oid)
    show(list, 'key purpose', start, purposes.at(-1)!)
  }
  into.extendedKeyUsage = purposes
}

// RFC 5280 §4.2.1.13
function readCrlDistributionPoints(r: Reader, into: CertificateExtensions): void {
  const list = expect(r, tags.sequence, 'CRL distribution points')
  const urls: string[] = []
  while (list.left > 0) {
    const point = expect(list, tags.sequence, 'distribution point')
    const name = optional(point, 0xa0, 'distribution point name')
    const full = name === null ? null : optional(name, 0xa0, 'full name')
    while (full !== null && full.left > 0) {
      const entry = readGeneralName(full)
      if (entry.kind === 'uri') urls.push(entry.value)
    }
  }
  into.crlUrls = urls
}

// RFC 5280 §4.2.2.1
function readAuthorityInfoAccess(r: Reader, into: CertificateExtensions): void {
  const list = expect(r, tags.sequence, 'authority information access')
  const ocspUrls: string[] = []
  const issuerUrls: string[] = []
  while (list.left > 0) {
    const start = list.at
    const entry = expect(list, tags.sequence, 'access description')
    const method = objectIdentifier(entry, 'access method')
    show(list, 'access method', start, accessMethods[method] ?? method)
    const location = readGeneralName(entry)
    if (location.kind !== 'uri') continue
    if (accessMethods[method] === 'ocsp') ocspUrls.push(location.value)
    if (accessMethods[method] === 'caIssuers') issuerUrls.push(location.value)
  }
  into.ocspUrls = ocspUrls
  into.issuerUrls = issuerUrls
}

// RFC 7633 §4
function readTlsFeatures(r: Reader, into: CertificateExtensions): void {
  const start = r.at
  const list = expect(r, tags.sequence, 'TLS features')
  const features: number[] = []
  while (list.left > 0) features.push(smallInteger(expect(list, tags.integer, 'TLS feature'), 'TLS feature'))
  into.tlsFeatures = features
  show(r, 'TLS features', start, features.join(', '))
}

// RFC 5280 §4.2.1.10: shown, not judged here.
function showNameConstraints(r: Reader): void {
  const content = expect(r, tags.sequence, 'name constraints')
  while (content.left > 0) {
    const permitted = nextTag(content) === 0xa0
    const subtrees = element(content, 'subtrees')
    while (subtrees.content.left > 0) {
      const subtree = expect(subtrees.content, tags.sequence, 'subtree')
      subtree.group(permitted ? 'permitted' : 'excluded', () => readGeneralName(subtree))
    }
  }
}

function show(r: Reader, name: string, start: number, text: string): void {
  if (r.fields !== null) r.fields.text(name, start, r.at - start, text)
}

export const extensionReaders: ReadonlyMap<string, CertificateExtensionReader> = new Map<
  string,
  CertificateExtensionReader
>([
  ['1.3.6.1.5.5.7.1.1', readAuthorityInfoAccess],
  ['1.3.6.1.5.5.7.1.24', readTlsFeatures],
  ['2.5.29.14', readSubjectKeyId],
  ['2.5.29.15', readKeyUsage],
  ['2.5.29.17', readSubjectAltNames],
  ['2.5.29.19', readBasicConstraints],
  ['2.5.29.30', showNameConstraints],
  ['2.5.29.31', readCrlDistributionPoints],
  ['2.5.29.32', readPolicies],
  ['2.5.29.35', readAuthorityKeyId],
  ['2.5.29.37', readExtendedKeyUsage],
])
