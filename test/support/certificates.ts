// Certificates made for tests: an authority, an intermediate, and leaves with chosen faults.

import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'
import type { CertificateMessage } from '../../shared/tls/messages.ts'

export interface Issued {
  readonly der: Uint8Array
  readonly certificate: forge.pki.Certificate
  readonly keys: forge.pki.rsa.KeyPair
}

interface Wish {
  readonly name: string
  readonly issuer?: Issued
  readonly ca?: boolean
  readonly names?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly purposes?: readonly ('serverAuth' | 'clientAuth')[]
  readonly bits?: number
  readonly hash?: 'sha1' | 'sha256'
  readonly keys?: forge.pki.rsa.KeyPair
  readonly mustStaple?: boolean
  /** Subject and authority key identifiers, as public authorities write them. */
  readonly keyIds?: boolean
}

const keyCache = new Map<string, forge.pki.rsa.KeyPair>()

/** One key for each size and purpose: making keys is what takes time. */
function keysOf(bits: number, use: string): forge.pki.rsa.KeyPair {
  const found = keyCache.get(`${String(bits)} ${use}`)
  if (found !== undefined) return found
  const pem = generateKeyPairSync('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const pair = {
    privateKey: forge.pki.privateKeyFromPem(pem.privateKey),
    publicKey: forge.pki.publicKeyFromPem(pem.publicKey),
  }
  keyCache.set(`${String(bits)} ${use}`, pair)
  return pair
}

export function issue(wish: Wish): Issued {
  const keys = wish.keys ?? keysOf(wish.bits ?? 2048, wish.ca === true ? wish.name : 'leaf')
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = '01'
  certificate.validity.notBefore = new Date(wish.from ?? '2026-01-01T00:00:00Z')
  certificate.validity.notAfter = new Date(wish.to ?? '2027-01-01T00:00:00Z')
  const subject = [{ shortName: 'CN', value: wish.name }]
  certificate.setSubject(subject)
  certificate.setIssuer(wish.issuer?.certificate.subject.attributes ?? subject)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: wish.ca === true },
    ...(wish.names === undefined
      ? []
      : [{ name: 'subjectAltName', altNames: wish.names.map((value) => ({ type: 2, value })) }]),
    ...(wish.purposes === undefined
      ? []
      : [{ name: 'extKeyUsage', ...Object.fromEntries(wish.purposes.map((purpose) => [purpose, true])) }]),
    ...(wish.keyIds === true
      ? [
          { name: 'subjectKeyIdentifier' },
          {
            name: 'authorityKeyIdentifier',
            keyIdentifier: (wish.issuer?.certificate ?? certificate)
              .generateSubjectKeyIdentifier()
              .getBytes(),
          },
        ]
      : []),
    // RFC 7633 §6: SEQUENCE { INTEGER 5 }
    ...(wish.mustStaple === true ? [{ id: '1.3.6.1.5.5.7.1.24', value: '\x30\x03\x02\x01\x05' }] : []),
  ])
  const hash = wish.hash === 'sha1' ? forge.md.sha1.create() : forge.md.sha256.create()
  certificate.sign((wish.issuer?.keys ?? keys).privateKey, hash)
  const der = forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes()
  return { der: Uint8Array.from(der, (letter) => letter.charCodeAt(0)), certificate, keys }
}

export function certificateMessage(...chain: readonly Issued[]): CertificateMessage {
  return {
    kind: 'certificate',
    requestContext: new Uint8Array(0),
    certificates: chain.map(({ der }) => ({ der, start: 0, extensions: [] })),
  }
}
