// What a cipher suite's name says: key exchange, authentication, cipher, MAC and hash.

import { cipherSuites } from './cipher-suites.ts'

export type CipherMode =
  'gcm' | 'ccm' | 'ccm8' | 'chacha20-poly1305' | 'mgm' | 'aegis' | 'cbc' | 'stream' | 'null'

export interface CipherSuiteInfo {
  readonly name: string
  /** As in the name, lower case: `rsa`, `dhe`, `ecdhe`, `ecdhe-psk`, `krb5`, `srp` …; `any` in TLS 1.3, where it is negotiated apart. */
  readonly keyExchange: string
  /** `rsa`, `dss`, `ecdsa`, `psk`, `anon`, `krb5` …; `any` in TLS 1.3. */
  readonly authentication: string
  /** `AES`, `CAMELLIA`, `ARIA`, `3DES`, `RC4`, `CHACHA20` …; `NULL` where nothing is encrypted. */
  readonly cipher: string
  /** Bits of the cipher's key as it counts: 40 for export suites, 0 without encryption. */
  readonly keyBits: number
  readonly mode: CipherMode
  /** HMAC of the records (`MD5`, `SHA`, `SHA256`, `SHA384`, …); null with an AEAD. */
  readonly mac: string | null
  /** Hash of the TLS 1.2 PRF or the TLS 1.3 key schedule; earlier versions always use MD5 and SHA-1. */
  readonly prfHash: 'sha256' | 'sha384' | 'sha512' | 'sm3' | 'streebog'
  readonly tls13: boolean
}

/** What is known of a suite; null for unknown numbers, GREASE and signalling values (SCSV). */
export function cipherSuiteInfo(code: number): CipherSuiteInfo | null {
  const known = cache.get(code)
  if (known !== undefined) return known
  const name = cipherSuites.names[code]
  if (name === undefined || name.endsWith('_SCSV')) return null
  const info = describe(code, name)
  cache.set(code, info)
  return info
}

/** Only what the registry knows: a capture may hold any number. */
const cache = new Map<number, CipherSuiteInfo>()

function describe(code: number, name: string): CipherSuiteInfo {
  const words = name.replace(/ .*$/, '').replace(/^(TLS|SSL|TLCP)_/, '')
  const [left, right] = words.includes('_WITH_') ? words.split('_WITH_', 2) : ['', words]
  const tls13 =
    code >> 8 === 0x13 || code === 0xc6 || code === 0xc7 || tls13Gost.has(code) || integrityOnly.has(code)
  const tlcp = /^TLCP_(ECDHE|ECC)_/.exec(name)?.[1]
  const exchange = tlcp !== undefined ? `${tlcp}_SM2` : tls13 ? '' : left!
  const protection = tlcp !== undefined ? right!.slice(tlcp.length + 1) : right!
  const mode = modeOf(protection)
  const hash = integrityOnly.has(code)
    ? protection.split('_')[0]!
    : (/(MD5|SHA\d*|SM3)$/.exec(protection)?.[0] ?? null)
  return {
    name,
    ...parties(exchange),
    cipher: cipherOf(protection),
    keyBits: keyBitsOf(protection, left!),
    mode,
    mac: aead.has(mode) ? null : (hash ?? protection.split('_').at(-1)!),
    prfHash: prfHashOf(name, hash),
    tls13,
  }
}

function parties(exchange: string): { keyExchange: string; authentication: string } {
  if (exchange === '') return { keyExchange: 'any', authentication: 'any' }
  const words = exchange
    .replace(/_EXPORT(1024)?$/, '')
    .replace(/_FIPS$/, '')
    .replace('PSK_DHE', 'DHE_PSK')
  if (words.startsWith('SRP_SHA')) {
    return { keyExchange: 'srp', authentication: words.split('_')[2]?.toLowerCase() ?? 'srp' }
  }
  if (words.endsWith('PSK')) {
    return {
      keyExchange: words.toLowerCase().replace('_', '-'),
      authentication: words === 'RSA_PSK' ? 'rsa' : 'psk',
    }
  }
  if (words.startsWith('GOST')) return { keyExchange: 'gost', authentication: 'gost' }
  const [keyExchange, authentication] = words.toLowerCase().split('_') as [string, string?]
  return { keyExchange, authentication: authentication ?? keyExchange }
}

function cipherOf(protection: string): string {
  if (/^(NULL|SHA\d+_SHA\d+)/.test(protection)) return 'NULL'
  if (protection.startsWith('28147')) return 'GOST28147'
  return protection.split('_')[0]!.replace('DES40', 'DES')
}

function keyBitsOf(protection: string, exchange: string): number {
  const cipher = cipherOf(protection)
  if (cipher === 'NULL') return 0
  if (protection.startsWith('AEGIS')) return protection.startsWith('AEGIS_256') ? 256 : 128
  if (exchange.endsWith('_EXPORT')) return 40
  if (exchange.endsWith('_EXPORT1024')) return 56
  const written = /^[A-Z0-9]+?_(128|256|56|40)(_|$)/.exec(protection)?.[1]
  return written === undefined ? (fixedKeyBits[cipher] ?? 0) : Number(written)
}

function modeOf(protection: string): CipherMode {
  if (/^(NULL|SHA\d+_SHA\d+)/.test(protection)) return 'null'
  if (protection.includes('_GCM_')) return 'gcm'
  if (protection.includes('_CCM_8')) return 'ccm8'
  if (protection.includes('_CCM')) return 'ccm'
  if (protection.includes('_MGM_')) return 'mgm'
  if (protection.includes('POLY1305')) return 'chacha20-poly1305'
  if (protection.startsWith('AEGIS')) return 'aegis'
  return protection.includes('_CBC') ? 'cbc' : 'stream'
}

function prfHashOf(name: string, hash: string | null): CipherSuiteInfo['prfHash'] {
  if (hash === 'SHA384') return 'sha384'
  if (hash === 'SHA512') return 'sha512'
  if (hash === 'SM3') return 'sm3'
  return name.includes('GOST') ? 'streebog' : 'sha256'
}

const aead: ReadonlySet<CipherMode> = new Set(['gcm', 'ccm', 'ccm8', 'chacha20-poly1305', 'mgm', 'aegis'])

const fixedKeyBits: Readonly<Record<string, number>> = {
  '3DES': 168,
  DES: 56,
  IDEA: 128,
  SEED: 128,
  SM4: 128,
  CHACHA20: 256,
  FORTEZZA: 80,
  KUZNYECHIK: 256,
  MAGMA: 256,
  GOST28147: 256,
}

// RFC 9367
const tls13Gost: ReadonlySet<number> = new Set([0xc103, 0xc104, 0xc105, 0xc106])

// RFC 9150
const integrityOnly: ReadonlySet<number> = new Set([0xc0b4, 0xc0b5])
