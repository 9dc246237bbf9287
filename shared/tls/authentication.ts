// Certificate, CertificateRequest, CertificateVerify, CertificateStatus and Finished, of every version.

import { parse, type Reader } from '../bytes/reader.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import {
  certificateCompressionAlgorithms,
  certificateStatusTypes,
  clientCertificateTypes,
  isTls13,
} from '../registries/tls.ts'
import { maxCertificatesRead } from '../limits.ts'
import { readCertificate } from '../x509/certificate.ts'
import { code, codes, codesLeft } from './codes.ts'
import { readAuthorities } from './extension-readers13.ts'
import { readExtensions } from './extensions.ts'
import type {
  CertificateMessage,
  CertificateRequest,
  CertificateStatus,
  CertificateVerify,
  Extension,
  Finished,
  MessageContext,
  OtherMessage,
} from './messages.ts'

/** RFC 5246 §7.4.2; RFC 8446 §4.4.2 with request context and extensions. `start` counts from the message's header. */
export function readCertificates(r: Reader, context: MessageContext): CertificateMessage {
  const tls13 = isTls13(context.version)
  const requestContext = tls13 ? r.opaque(1, 'request context') : nothing
  const list = r.vector(3, 'certificates')
  const certificates: { der: Uint8Array; start: number; extensions: readonly Extension[] }[] = []
  while (list.left > 0) {
    if (certificates.length === maxCertificatesRead) {
      list.rest('further certificates')
      break
    }
    let subject = ''
    list.group(`certificate ${String(certificates.length + 1)}`, () => {
      const entry = list.vector(3, 'certificate')
      const der = entry.bytes.subarray(entry.at, entry.end)
      const start = entry.at
      if (entry.fields !== null) {
        entry.fields.der(`certificate ${String(certificates.length + 1)}`, entry.at, entry.end)
        const read = parse(entry.bytes, readCertificate, entry.fields, entry.at, entry.end)
        if (read.ok) subject = read.value.subject.text
      }
      const extensions = tls13 ? readExtensions(list, 'certificate').extensions : []
      certificates.push({ der, start, extensions })
    })
    list.means(subject)
  }
  r.done('Certificate')
  return { kind: 'certificate', requestContext, certificates }
}

/** RFC 8446 §4.3.2; RFC 5246 §7.4.4 with signature algorithms; RFC 4346 §7.4.4 without. */
export function readCertificateRequest(r: Reader, context: MessageContext): CertificateRequest {
  if (isTls13(context.version)) {
    const requestContext = r.opaque(1, 'request context')
    const { extensions, values } = readExtensions(r, 'certificate-request')
    r.done('CertificateRequest')
    return {
      kind: 'certificate-request',
      requestContext,
      certificateTypes: [],
      signatureAlgorithms: values.signatureAlgorithms,
      authorities: values.certificateAuthorities?.names ?? [],
      authoritiesLength: values.certificateAuthorities?.length ?? 0,
      extensions,
    }
  }
  const certificateTypes = codesLeft(
    r.vector(1, 'certificate types'),
    clientCertificateTypes,
    'certificate type',
  )
  const signatureAlgorithms = hasSchemes(context.version)
    ? codes(r, signatureSchemes, 2, 'signature schemes', 'signature scheme')
    : null
  const list = r.vector(2, 'authorities')
  const authoritiesLength = list.left
  const authorities = readAuthorities(list)
  r.done('CertificateRequest')
  return {
    kind: 'certificate-request',
    requestContext: nothing,
    certificateTypes,
    signatureAlgorithms,
    authorities,
    authoritiesLength,
    extensions: [],
  }
}

/** RFC 8446 §4.4.3, RFC 5246 §7.4.8. */
export function readCertificateVerify(r: Reader, context: MessageContext): CertificateVerify {
  const scheme = hasSchemes(context.version) ? code(r, signatureSchemes, 'signature scheme') : null
  const signature = r.opaque(2, 'signature')
  r.done('CertificateVerify')
  return { kind: 'certificate-verify', scheme, signature }
}

/** RFC 6066 §8. */
export function readCertificateStatus(r: Reader): CertificateStatus {
  const statusType = code(r, certificateStatusTypes, 'status type')
  const response = r.opaque(3, 'response')
  if (r.fields !== null && statusType === 1) r.fields.der('OCSP response', r.at - response.length, r.at)
  r.done('CertificateStatus')
  return { kind: 'certificate-status', statusType, response }
}

/** Verify data: 12 bytes, 36 in SSL 3.0, a hash in TLS 1.3. */
export function readFinished(r: Reader): Finished {
  if (r.left === 0) r.fail('verify data is empty')
  return { kind: 'finished', verifyData: r.rest('verify data') }
}

/** RFC 8879 §4. */
export function readCompressedCertificate(r: Reader): OtherMessage {
  code(r, certificateCompressionAlgorithms, 'algorithm')
  r.u24('uncompressed length')
  r.opaque(3, 'compressed certificate')
  r.done('CompressedCertificate')
  return { kind: 'other' }
}

/** RFC 6066 §5. */
export function readCertificateUrl(r: Reader): OtherMessage {
  r.u8('chain type')
  const list = r.vector(2, 'URLs')
  while (list.left > 0) {
    list.opaque(2, 'URL')
    list.u8('padding')
    list.raw(20, 'SHA-1 hash')
  }
  r.done('CertificateURL')
  return { kind: 'other' }
}

/** Whether signatures carry their scheme: from TLS 1.2 (DTLS 1.2) on. */
export function hasSchemes(version: number): boolean {
  return version === 0x0303 || version === 0xfefd || isTls13(version)
}

const nothing = new Uint8Array(0)
