// Handshake messages in a few words: the structure's name, and what an expert would say of its content.

import { cipherSuites } from '../registries/cipher-suites.ts'
import { supportedGroups } from '../registries/groups.ts'
import { isGrease, nameOf, type Registry } from '../registries/registry.ts'
import { signatureSchemes } from '../registries/signatures.ts'
import { alertLevels, handshakeTypes, versions } from '../registries/tls.ts'
import { parseCertificate } from '../x509/certificate.ts'
import type { CertificateMessage, ClientHello, HandshakeBody, ServerHello } from './messages.ts'

/** `client_hello` as RFC 8446 prints the structure's name: ClientHello. */
export function handshakeName(type: number): string {
  const name = nameOf(handshakeTypes, type)
  return /^[a-z_]+$/.test(name)
    ? name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
    : name
}

/**
 * What a message says, in one line without names of hosts or people: `TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
 * Empty where its name says all.
 */
export function summaryOf(body: HandshakeBody): string {
  switch (body.kind) {
    case 'client-hello':
      return clientHelloWords(body)
    case 'server-hello':
      return serverHelloWords(body)
    case 'hello-verify-request':
      return `cookie of ${bytes(body.cookie.length)}`
    case 'certificate':
      return certificateWords(body)
    case 'certificate-request':
      return `names ${many(body.authorities.length, 'authority', 'authorities')}`
    case 'certificate-verify':
      return body.scheme === null ? '' : nameOf(signatureSchemes, body.scheme)
    case 'server-key-exchange':
      return [
        body.group === null ? null : nameOf(supportedGroups, body.group),
        body.bits === null ? null : `${String(body.bits)} bits`,
        body.scheme === null ? null : nameOf(signatureSchemes, body.scheme),
      ]
        .filter((part) => part !== null)
        .join(', ')
    case 'new-session-ticket':
      return `valid for ${String(body.lifetime)} s`
    case 'encrypted-extensions':
      return body.alpn === null
        ? many(body.extensions.length, 'extension', 'extensions')
        : `ALPN ${body.alpn}`
    case 'certificate-status':
      return `OCSP response, ${bytes(body.response.length)}`
    case 'key-update':
      return body.requested ? 'asks for the peer’s in return' : ''
    case 'finished':
      return `verify data, ${bytes(body.verifyData.length)}`
    case 'alert':
      return nameOf(alertLevels, body.level)
    case 'client-key-exchange':
    case 'change-cipher-spec':
    case 'other':
      return ''
  }
}

/** The groups a ClientHello sends keys for: `key share x25519`; empty where it has no key_share extension. */
export function keyShareWords({ keyShares }: ClientHello): string {
  if (keyShares === null) return ''
  const groups = known(supportedGroups, keyShares)
  return groups.length === 0 ? 'no key share' : `key share ${groups.join(', ')}`
}

/** What a HelloRetryRequest asks for (RFC 8446 §4.1.4): `wants secp384r1`. */
export function retryWords({ keyShareGroup }: ServerHello): string {
  return keyShareGroup === null ? 'wants its cookie back' : `wants ${nameOf(supportedGroups, keyShareGroup)}`
}

function clientHelloWords(body: ClientHello): string {
  const suites = known(cipherSuites, body.cipherSuites).length
  const offered = known(versions, body.supportedVersions ?? [body.version])
  return [
    offered.length > 2 ? `${offered[0]!} to ${offered.at(-1)!}` : offered.join(', '),
    many(suites, 'suite', 'suites'),
    keyShareWords(body),
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function serverHelloWords(body: ServerHello): string {
  if (body.helloRetryRequest) return retryWords(body)
  return [
    nameOf(versions, body.negotiatedVersion),
    nameOf(cipherSuites, body.cipherSuite),
    ...(body.keyShareGroup === null ? [] : [nameOf(supportedGroups, body.keyShareGroup)]),
    ...(body.pskIndex === null ? [] : ['resumed']),
  ].join(', ')
}

function certificateWords({ certificates }: CertificateMessage): string {
  const [leaf] = certificates
  if (leaf === undefined) return 'no certificate'
  const number = many(certificates.length, 'certificate', 'certificates')
  if (certificates.length > 1) return number
  const read = parseCertificate(leaf.der)
  if (!read.ok) return number
  return `${number}, ${read.value.selfIssued ? 'its own issuer' : 'no issuer sent along'}`
}

function known(registry: Registry, numbers: readonly number[]): string[] {
  return numbers.filter((number) => !isGrease(number)).map((number) => nameOf(registry, number))
}

function many(number: number, one: string, more: string): string {
  return `${String(number)} ${number === 1 ? one : more}`
}

function bytes(length: number): string {
  return many(length, 'byte', 'bytes')
}
