// Sizes of record protection as DecryptMessage reports them (schannel §7.2).

import { cipherSuiteInfo } from '../registries/suite-info.ts'
import { isTls13 } from '../registries/tls.ts'

export interface Overhead {
  /** Record header with explicit nonce or IV. */
  readonly header: number
  /** Bytes after the plaintext; null where padding makes them depend on the content (CBC). */
  readonly trailer: number | null
}

/** Header and trailer of one protected record. */
export function overheadOf(version: number, cipherSuite: number, datagrams: boolean): Overhead {
  const dtls = datagrams ? 8 : 0
  const info = cipherSuiteInfo(cipherSuite)
  if (info === null) return { header: 5 + dtls, trailer: null }
  const tag = info.mode === 'ccm8' ? 8 : 16
  if (isTls13(version)) return { header: 5 + dtls, trailer: 1 + tag }
  switch (info.mode) {
    case 'gcm':
    case 'ccm':
    case 'ccm8':
    case 'mgm':
    case 'aegis':
      return { header: 13 + dtls, trailer: tag }
    case 'chacha20-poly1305':
      return { header: 5 + dtls, trailer: tag }
    case 'cbc': {
      // Explicit IV since TLS 1.1 (RFC 4346 §6.2.3.2).
      const explicit = datagrams || version > 0x0301
      const block = info.cipher === '3DES' || info.cipher === 'DES' || info.cipher === 'IDEA' ? 8 : 16
      return { header: 5 + dtls + (explicit ? block : 0), trailer: null }
    }
    case 'stream':
    case 'null':
      return { header: 5 + dtls, trailer: macBytes[info.mac ?? ''] ?? null }
  }
}

/** Bytes of a record's MAC, by the hash as suites name it. */
export const macBytes: Readonly<Record<string, number>> = { MD5: 16, SHA: 20, SHA256: 32, SHA384: 48 }
