// X.509 certificates (RFC 5280): the fields that a handshake's outcome can hang on, with their byte ranges.

import { hex, type FieldRecorder } from '../bytes/fields.ts'
import { parse, type Parsed, type Reader } from '../bytes/reader.ts'
import { extensionOids, hashOids, signatureOids } from '../registries/oids.ts'
import {
  bitString,
  element,
  expect,
  nextTag,
  objectIdentifier,
  optional,
  smallInteger,
  tags,
  time,
  type Range,
} from './der.ts'
import { CertificateExtensions, extensionReaders } from './extensions.ts'
import { readPublicKey, type PublicKey } from './keys.ts'
import { readName, type DistinguishedName } from './names.ts'

export interface Certificate {
  /** 1, 2 or 3. */
  readonly version: number
  /** Hex digits without separators, as in the bytes. */
  readonly serial: string
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Milliseconds since 1970 UTC; NaN where the text is no time. */
  readonly notBefore: number
  readonly notAfter: number
  readonly key: PublicKey
  /** Name of the signature algorithm, or its object identifier; its hash where it has one. */
  readonly signature: { readonly oid: string; readonly name: string; readonly hash: string | null }
  readonly extensions: CertificateExtensions
  /** Same issuer and subject, octet for octet (RFC 5280 §3.2); whether it signed itself is not checked here. */
  readonly selfIssued: boolean
  /** What the signature covers, and the SubjectPublicKeyInfo. */
  readonly tbs: Range
  readonly spki: Range
  /** Extensions that could not be read, and other breaches, as sentences. */
  readonly faults: readonly string[]
}

/** Reads one DER certificate; bytes behind it are refused. Positions count from `der[0]`. */
export function parseCertificate(der: Uint8Array, fields: FieldRecorder | null = null): Parsed<Certificate> {
  return parse(
    der,
    (r) => {
      const certificate = readCertificate(r)
      r.done('certificate')
      return certificate
    },
    fields,
  )
}

export function readCertificate(r: Reader): Certificate {
  const whole = expect(r, tags.sequence, 'certificate')
  const tbsStart = whole.at
  const tbs = expect(whole, tags.sequence, 'tbsCertificate')
  const tbsEnd = whole.at
  const version = readVersion(tbs)
  const serialElement = element(tbs, 'serial number')
  const serial = hex(
    serialElement.content.bytes.subarray(serialElement.content.at, serialElement.content.end),
  )
  show(tbs, 'serial number', serialElement.start, serial)
  readAlgorithm(tbs, 'signature')
  const issuer = readName(tbs, 'issuer')
  const period = tbs.fields === null ? null : tbs.fields.open('validity', tbs.at)
  const validity = expect(tbs, tags.sequence, 'validity')
  const notBefore = time(validity, 'not before')
  const notAfter = time(validity, 'not after')
  if (period !== null) {
    period.value = `${dayOf(notBefore)} to ${dayOf(notAfter)}`
    tbs.fields?.close(period, tbs.at)
  }
  const subject = readName(tbs, 'subject')
  const spkiStart = tbs.at
  const key = readPublicKey(tbs)
  const spkiEnd = tbs.at
  const faults: string[] = []
  const extensions = readExtensions(tbs, faults)
  const signature = readAlgorithm(whole, 'signature algorithm')
  const valueStart = whole.at
  bitString(whole, 'signature value')
  if (r.fields !== null) r.fields.bytes('signature value', valueStart, whole.at - valueStart)
  whole.done('certificate')
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) faults.push('validity is no time')
  return {
    version,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    key,
    signature,
    extensions,
    selfIssued: sameBytes(r.bytes, issuer, subject),
    tbs: { start: tbsStart, end: tbsEnd },
    spki: { start: spkiStart, end: spkiEnd },
    faults,
  }
}

function readVersion(tbs: Reader): number {
  const start = tbs.at
  const tagged = optional(tbs, 0xa0, 'version')
  if (tagged === null) return 1
  const version = smallInteger(expect(tagged, tags.integer, 'version'), 'version') + 1
  show(tbs, 'version', start, String(version))
  return version
}

function readAlgorithm(r: Reader, what: string): Certificate['signature'] {
  const start = r.at
  const algorithm = expect(r, tags.sequence, what)
  const oid = objectIdentifier(algorithm, what)
  const known = signatureOids[oid]
  const hash = oid === rsaPss ? pssHash(algorithm) : (known?.hash ?? null)
  show(r, what, start, (known?.name ?? oid) + (oid === rsaPss ? ` with ${hash ?? 'unknown hash'}` : ''))
  return { oid, name: known?.name ?? oid, hash }
}

// RFC 4055 §3.1: SHA-1 unless the parameters name another hash.
function pssHash(algorithm: Reader): string | null {
  const parameters = optional(algorithm, tags.sequence, 'parameters')
  const tagged = parameters === null ? null : optional(parameters, 0xa0, 'hash')
  if (tagged === null) return 'sha1'
  return hashOids[objectIdentifier(expect(tagged, tags.sequence, 'hash'), 'hash')] ?? null
}

function readExtensions(tbs: Reader, faults: string[]): CertificateExtensions {
  const into = new CertificateExtensions()
  // RFC 5280 §4.1.2.8: unique identifiers of issuer and subject, long unused.
  while (nextTag(tbs) !== -1 && nextTag(tbs) !== 0xa3) element(tbs, 'unique identifier')
  const tagged = optional(tbs, 0xa3, 'extensions')
  if (tagged === null) return into
  const list = expect(tagged, tags.sequence, 'extensions')
  while (list.left > 0) readExtension(list, into, faults)
  return into
}

function readExtension(list: Reader, into: CertificateExtensions, faults: string[]): void {
  const { fields } = list
  const group = fields === null ? null : fields.open('extension', list.at)
  const extension = expect(list, tags.sequence, 'extension')
  const oid = objectIdentifier(extension, 'extension')
  const criticalAt = extension.at
  const critical = optional(extension, tags.boolean, 'critical')
  const isCritical = critical !== null && smallInteger(critical, 'critical') !== 0
  if (isCritical) show(extension, 'critical', criticalAt, 'critical')
  const value = expect(extension, tags.octetString, 'extension value')
  const name = extensionOids[oid] ?? oid
  if (group !== null) group.name = name
  into.seen.push({ oid, critical: isCritical })
  const read = extensionReaders.get(oid)
  if (read !== undefined) {
    const outcome = parse(value.bytes, (inner) => read(inner, into), fields, value.at, value.end)
    if (!outcome.ok) {
      faults.push(`${name}: ${outcome.malformed.what}`)
      if (group !== null) group.malformed = outcome.malformed.what
    }
  } else if (fields !== null && value.left > 0) value.rest('value')
  if (group !== null) fields?.close(group, list.at)
}

/** `2026-11-22`; what is no time stays a question mark. */
function dayOf(time: number): string {
  return Number.isNaN(time) ? '?' : new Date(time).toISOString().slice(0, 10)
}

function show(r: Reader, name: string, start: number, text: string): void {
  if (r.fields !== null) r.fields.text(name, start, r.at - start, text)
}

function sameBytes(bytes: Uint8Array, a: Range, b: Range): boolean {
  if (a.end - a.start !== b.end - b.start) return false
  for (let i = 0; i < a.end - a.start; i++) if (bytes[a.start + i] !== bytes[b.start + i]) return false
  return true
}

const rsaPss = '1.2.840.113549.1.1.10'
