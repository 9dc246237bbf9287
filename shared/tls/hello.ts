// ClientHello, ServerHello, HelloRetryRequest and HelloVerifyRequest (RFC 8446 §4.1, RFC 5246 §7.4.1, RFC 6347 §4.2.1).

import { parse, type Parsed, type Reader } from '../bytes/reader.ts'
import type { FieldRecorder } from '../bytes/fields.ts'
import { cipherSuites, ssl2CipherKinds } from '../registries/cipher-suites.ts'
import { labelOf } from '../registries/registry.ts'
import { compressionMethods, versions } from '../registries/tls.ts'
import { code, codesLeft } from './codes.ts'
import { ExtensionValues, readExtensions, type ExtensionBlock } from './extensions.ts'
import type { ClientHello, HelloVerifyRequest, ServerHello } from './messages.ts'

/** The body of a ClientHello. Faults inside extensions, empty lists and bytes left over are noted in `faults`. */
export function readClientHello(r: Reader, dtls: boolean): ClientHello {
  const version = code(r, versions, 'version')
  const random = r.raw(32, 'random')
  const sessionId = r.opaque(1, 'session id')
  const cookie = dtls ? r.opaque(1, 'cookie') : nothing
  const suites = r.group('cipher suites', () =>
    codesLeft(r.vector(2, 'cipher suites'), cipherSuites, 'cipher suite'),
  )
  const compression = r.group('compression methods', () =>
    codesLeft(r.vector(1, 'compression methods'), compressionMethods, 'compression method'),
  )
  const block = r.left > 0 ? readExtensions(r, 'client-hello') : null
  const faults = block?.faults ?? []
  if (sessionId.length > 32) faults.push('session id is longer than 32 bytes')
  if (suites.length === 0) faults.push('cipher suites are empty')
  if (compression.length === 0) faults.push('compression methods are empty')
  if (block !== null && pskIsNotLast(block)) faults.push('pre_shared_key is not the last extension')
  noteLeftOver(r, faults)
  return clientHello(version, random, sessionId, cookie, suites, compression, block, false, faults)
}

/** The body of a ServerHello or HelloRetryRequest. */
export function readServerHello(r: Reader): ServerHello {
  const version = code(r, versions, 'version')
  const random = r.raw(32, 'random')
  const helloRetryRequest = isHelloRetryRequest(random)
  if (helloRetryRequest) r.means('HelloRetryRequest')
  // The drafts of TLS 1.3 before 22 sent neither session id nor compression method.
  const draft = version >> 8 === 0x7f
  const sessionId = draft ? nothing : r.opaque(1, 'session id')
  const cipherSuite = code(r, cipherSuites, 'cipher suite')
  const compressionMethod = draft ? 0 : code(r, compressionMethods, 'compression method')
  const block =
    r.left > 0 ? readExtensions(r, helloRetryRequest ? 'hello-retry-request' : 'server-hello') : null
  const values = block?.values ?? noValues
  const faults = block?.faults ?? []
  if (sessionId.length > 32) faults.push('session id is longer than 32 bytes')
  if (values.alpn !== null && values.alpn.length !== 1)
    faults.push('more than one application protocol chosen')
  noteLeftOver(r, faults)
  return {
    kind: 'server-hello',
    version,
    random,
    sessionId,
    cipherSuite,
    compressionMethod,
    extensions: block?.extensions ?? null,
    helloRetryRequest,
    negotiatedVersion: values.selectedVersion ?? version,
    keyShareGroup: values.selectedGroup,
    alpn: values.alpn?.[0] ?? null,
    pskIndex: values.pskIndex,
    faults,
  }
}

/** RFC 6347 §4.2.1. */
export function readHelloVerifyRequest(r: Reader): HelloVerifyRequest {
  const version = code(r, versions, 'version')
  const cookie = r.opaque(1, 'cookie')
  r.done('HelloVerifyRequest')
  return { kind: 'hello-verify-request', version, cookie }
}

/**
 * A ClientHello in SSLv2 format, from its two-octet record header on (RFC 5246 appendix E.2). The suites of TLS
 * among the three-octet kinds become `cipherSuites`; the challenge is the random, zeros in front.
 */
export function parseSslv2ClientHello(bytes: Uint8Array, fields: FieldRecorder | null): Parsed<ClientHello> {
  return parse(
    bytes,
    (r) => {
      const length = r.u16('record length') & 0x7fff
      r.means(`${String(length)} bytes`)
      const hello = r.sub(length, 'client hello')
      if (hello.u8('message type') !== 1) hello.fail('not a client hello')
      hello.means('client_hello (1)')
      const version = code(hello, versions, 'version')
      const kindsLength = hello.u16('cipher kinds length')
      const sessionIdLength = hello.u16('session id length')
      const challengeLength = hello.u16('challenge length')
      const kinds = hello.group('cipher kinds', () => readCipherKinds(hello.sub(kindsLength, 'cipher kinds')))
      const sessionId = hello.raw(sessionIdLength, 'session id')
      const challenge = hello.raw(challengeLength, 'challenge')
      const random = new Uint8Array(32)
      random.set(challenge.subarray(0, 32), Math.max(0, 32 - challenge.length))
      const faults: string[] = []
      noteLeftOver(hello, faults)
      r.done('SSLv2 record')
      return clientHello(version, random, sessionId, nothing, kinds, [0], null, true, faults)
    },
    fields,
  )
}

function readCipherKinds(r: Reader): number[] {
  const suites: number[] = []
  while (r.left > 0) {
    const kind = r.u24('cipher kind')
    if (kind < 0x10000) suites.push(kind)
    if (r.fields !== null) {
      r.fields.means(kind < 0x10000 ? labelOf(cipherSuites, kind) : labelOf(ssl2CipherKinds, kind))
    }
  }
  return suites
}

function clientHello(
  version: number,
  random: Uint8Array,
  sessionId: Uint8Array,
  cookie: Uint8Array,
  suites: number[],
  compression: number[],
  block: ExtensionBlock | null,
  sslv2: boolean,
  faults: string[],
): ClientHello {
  const values = block?.values ?? noValues
  return {
    kind: 'client-hello',
    version,
    random,
    sessionId,
    cookie,
    cipherSuites: suites,
    compressionMethods: compression,
    extensions: block?.extensions ?? null,
    sslv2,
    serverName: values.serverName,
    supportedVersions: values.supportedVersions,
    supportedGroups: values.supportedGroups,
    signatureAlgorithms: values.signatureAlgorithms,
    signatureAlgorithmsCert: values.signatureAlgorithmsCert,
    keyShares: values.keyShares,
    pointFormats: values.pointFormats,
    alpn: values.alpn,
    pskIdentities: values.pskIdentities,
    sessionTicket: values.sessionTicket,
    faults,
  }
}

// RFC 8446 §4.2.11
function pskIsNotLast(block: ExtensionBlock): boolean {
  const at = block.extensions.findIndex((extension) => extension.type === 41)
  return at !== -1 && at !== block.extensions.length - 1
}

function noteLeftOver(r: Reader, faults: string[]): void {
  if (r.left === 0) return
  const fault = `${String(r.left)} bytes left over`
  faults.push(fault)
  if (r.fields !== null) {
    r.rest('left over')
    r.fields.fields.at(-1)!.malformed = fault
  }
}

function isHelloRetryRequest(random: Uint8Array): boolean {
  return random.every((octet, i) => octet === retryRandom[i])
}

const nothing = new Uint8Array(0)

const noValues = new ExtensionValues()

// RFC 8446 §4.1.3: SHA-256 of "HelloRetryRequest"
const retryRandom = Uint8Array.of(
  0xcf,
  0x21,
  0xad,
  0x74,
  0xe5,
  0x9a,
  0x61,
  0x11,
  0xbe,
  0x1d,
  0x8c,
  0x02,
  0x1e,
  0x65,
  0xb8,
  0x91,
  0xc2,
  0xa2,
  0x11,
  0x16,
  0x7a,
  0xbb,
  0x8c,
  0x5e,
  0x07,
  0x9e,
  0x09,
  0xe2,
  0xc8,
  0xa8,
  0x33,
  0x9c,
)
