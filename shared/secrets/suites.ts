// What a cipher suite means for the protection of its records: ciphers by the host's names, lengths in bytes.

import type { AeadInput, HashName } from '../ports.ts'
import { cipherSuiteInfo, type CipherSuiteInfo } from '../registries/suite-info.ts'

/** How records are protected. Cipher names are those of `Crypto.decipher` and `AeadInput`. */
export type RecordCipher =
  | {
      readonly kind: 'aead'
      readonly cipher: AeadInput['cipher']
      readonly keyLength: number
      readonly tagLength: number
      /** Bytes of the nonce that come from the keys before TLS 1.3: 4 and an explicit rest, or all 12 (RFC 7905). */
      readonly fixedNonce: 4 | 12
    }
  | {
      readonly kind: 'cbc'
      readonly cipher: string
      readonly keyLength: number
      readonly blockLength: number
      readonly mac: HashName
    }
  | {
      readonly kind: 'stream'
      /** null: the NULL ciphers, which only authenticate. */
      readonly cipher: string | null
      readonly keyLength: number
      readonly mac: HashName
    }

export interface SuiteProtection {
  readonly name: string
  /** Whether the server's private key alone opens it: RSA key exchange (RFC 5246 §7.4.7.1, with PSK RFC 4279 §4). */
  readonly staticRsa: boolean
  readonly tls13: boolean
  readonly cipher: RecordCipher
  /** Hash of the TLS 1.2 PRF and of TLS 1.3's key schedule; earlier versions use MD5 with SHA-1. */
  readonly hash: 'sha256' | 'sha384'
}

/** The protection of a suite, or null where this product cannot open it (GOST, export ciphers, ARIA-GCM, AEGIS …). */
export function suiteProtection(code: number): SuiteProtection | null {
  const info = cipherSuiteInfo(code)
  if (info === null || (info.prfHash !== 'sha256' && info.prfHash !== 'sha384')) return null
  const cipher = info.mac === null ? aead(info) : withMac(info, macs[info.mac])
  if (cipher === null) return null
  return {
    name: info.name,
    staticRsa: info.keyExchange === 'rsa',
    tls13: info.tls13,
    cipher,
    hash: info.prfHash,
  }
}

/** Bytes of a hash, and so of its HMAC. */
export function hashLength(hash: HashName): number {
  return { md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }[hash]
}

const macs: Readonly<Record<string, HashName>> = {
  MD5: 'md5',
  SHA: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
}

function aead(info: CipherSuiteInfo): RecordCipher | null {
  if (info.mode === 'chacha20-poly1305') {
    return { kind: 'aead', cipher: 'chacha20-poly1305', keyLength: 32, tagLength: 16, fixedNonce: 12 }
  }
  if (info.cipher !== 'AES' || (info.keyBits !== 128 && info.keyBits !== 256)) return null
  const mode = info.mode === 'gcm' ? 'gcm' : info.mode === 'ccm' || info.mode === 'ccm8' ? 'ccm' : null
  if (mode === null) return null
  return {
    kind: 'aead',
    cipher: `aes-${info.keyBits === 128 ? '128' : '256'}-${mode}`,
    keyLength: info.keyBits / 8,
    tagLength: info.mode === 'ccm8' ? 8 : 16,
    fixedNonce: 4,
  }
}

function withMac(info: CipherSuiteInfo, mac: HashName | undefined): RecordCipher | null {
  if (mac === undefined || info.tls13 || info.name.includes('EXPORT')) return null
  if (info.mode === 'null') return { kind: 'stream', cipher: null, keyLength: 0, mac }
  if (info.mode === 'stream') {
    return info.cipher === 'RC4' && info.keyBits === 128
      ? { kind: 'stream', cipher: 'rc4', keyLength: 16, mac }
      : null
  }
  if (info.mode !== 'cbc') return null
  if (info.cipher === '3DES')
    return { kind: 'cbc', cipher: 'des-ede3-cbc', keyLength: 24, blockLength: 8, mac }
  if (info.cipher !== 'AES' && info.cipher !== 'CAMELLIA' && info.cipher !== 'ARIA') return null
  const cipher = `${info.cipher.toLowerCase()}-${String(info.keyBits)}-cbc`
  return { kind: 'cbc', cipher, keyLength: info.keyBits / 8, blockLength: 16, mac }
}
