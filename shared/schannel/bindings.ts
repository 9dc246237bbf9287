// tls-server-end-point: the channel binding that the server's certificate gives (RFC 5929 §4, schannel §7.3).

import type { Crypto, HashName } from '../ports.ts'
import { parseCertificate } from '../x509/certificate.ts'

/** The hash of the DER certificate; null where it cannot be read or its signature algorithm has no single hash of its own. */
export function endpointBinding(der: Uint8Array, crypto: Pick<Crypto, 'hash'>): Uint8Array | null {
  const parsed = parseCertificate(der)
  const hash = parsed.ok ? bindingHashes.get(parsed.value.signature.hash) : undefined
  return hash === undefined ? null : crypto.hash(hash, der)
}

/** RFC 5929 §4.1: MD5 and SHA-1 give way to SHA-256. */
const bindingHashes: ReadonlyMap<string | null, HashName> = new Map([
  ['md5', 'sha256'],
  ['sha1', 'sha256'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
])
