// Node's implementation of the Crypto port: every hash, cipher and signature check is the host library's.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hash,
  verify,
  X509Certificate,
  constants,
} from 'node:crypto'
import type { CipherCCMTypes, KeyObject, VerifyKeyObjectInput } from 'node:crypto'
import type { AeadInput, Crypto, HashName } from '../../shared/ports.ts'

/** The host's cryptography. Answers are plain `Uint8Array`s; nothing here logs or keeps a key. */
export const nodeCrypto: Crypto = {
  hash: (name, data) => plain(hash(name, data, 'buffer')),
  hashHex: (name, data) => hash(name, data, 'hex'),
  hmac: (name, key, data) => plain(createHmac(name, key).update(data).digest()),
  openAead,
  decipher,
  aesEcb,
  offers: (cipher) => offered(cipher),
  verifySignature,
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes)
}

const offers = new Map<string, boolean>()

/** Whether a cipher can really be used: OpenSSL lists RC4 also where its legacy provider is not loaded. */
function offered(cipher: string): boolean {
  let known = offers.get(cipher)
  if (known === undefined) {
    known = startsDecipher(cipher)
    offers.set(cipher, known)
  }
  return known
}

const shapes: Readonly<Record<string, { key: number; iv: number | null }>> = {
  rc4: { key: 16, iv: null },
  'chacha20-poly1305': { key: 32, iv: 12 },
}

function startsDecipher(cipher: string): boolean {
  const bits = /^(?:aes|aria|camellia)-(\d+)-(\w+)$/.exec(cipher)
  const iv = bits?.[2] === 'ecb' ? null : bits?.[2] === 'cbc' ? 16 : 12
  const shape =
    shapes[cipher] ??
    (bits !== null
      ? { key: Number(bits[1]) / 8, iv }
      : { key: cipher.startsWith('des-ede3') ? 24 : cipher.startsWith('des') ? 8 : 16, iv: 8 })
  return (
    create(cipher, new Uint8Array(shape.key), shape.iv === null ? null : new Uint8Array(shape.iv), 16) !==
    null
  )
}

function create(cipher: string, key: Uint8Array, iv: Uint8Array | null, tagLength: number) {
  try {
    // Node's types know three families of ciphers; the others ignore the tag length.
    return createDecipheriv(cipher as CipherCCMTypes, key, iv!, { authTagLength: tagLength })
  } catch {
    return null
  }
}

function openAead(input: AeadInput): Uint8Array | null {
  const length = input.sealed.length - input.tagLength
  if (length < 0 || !offered(input.cipher)) return null
  const opener = create(input.cipher, input.key, input.nonce, input.tagLength)
  if (opener === null) return null
  opener.setAuthTag(input.sealed.subarray(length))
  opener.setAAD(input.aad, { plaintextLength: length })
  try {
    const first = opener.update(input.sealed.subarray(0, length))
    const last = opener.final()
    return plain(last.length === 0 ? first : Buffer.concat([first, last]))
  } catch {
    return null
  }
}

function decipher(name: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array): Uint8Array | null {
  try {
    const opener = createDecipheriv(name, key, iv)
    opener.setAutoPadding(false)
    return plain(Buffer.concat([opener.update(data), opener.final()]))
  } catch {
    return null
  }
}

function aesEcb(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv(`aes-${String(key.length * 8)}-ecb`, key, null)
  return plain(cipher.setAutoPadding(false).update(block))
}

function verifySignature(
  certificateDer: Uint8Array,
  scheme: number,
  data: Uint8Array,
  signature: Uint8Array,
): boolean | null {
  try {
    const key = new X509Certificate(certificateDer).publicKey
    const check = checkOf(scheme, key)
    return check === null ? null : verify(check.hash, data, check.key, signature)
  } catch {
    return null
  }
}

interface SignatureCheck {
  readonly hash: string | null
  readonly key: KeyObject | VerifyKeyObjectInput
}

const hashOfScheme: Readonly<Record<number, HashName>> = {
  1: 'md5',
  2: 'sha1',
  3: 'sha224',
  4: 'sha256',
  5: 'sha384',
  6: 'sha512',
}

const pssHash: Readonly<Record<number, HashName>> = {
  0x0804: 'sha256',
  0x0805: 'sha384',
  0x0806: 'sha512',
  0x0809: 'sha256',
  0x080a: 'sha384',
  0x080b: 'sha512',
}

const brainpoolHash: Readonly<Record<number, HashName>> = {
  0x081a: 'sha256',
  0x081b: 'sha384',
  0x081c: 'sha512',
}

/** RFC 8446 §4.2.3 schemes, RFC 5246 §7.4.1.4.1 hash and signature pairs; 0 is the fixed choice before TLS 1.2. */
function checkOf(scheme: number, key: KeyObject): SignatureCheck | null {
  const kind = key.asymmetricKeyType
  if (scheme === 0) {
    // RFC 4346 §7.4.3: RSA signs MD5 and SHA-1 together, DSA and ECDSA (RFC 8422 §5.4) sign SHA-1.
    if (kind === 'rsa') return { hash: 'md5-sha1', key }
    return kind === 'dsa' || kind === 'ec' ? { hash: 'sha1', key } : null
  }
  const pss = pssHash[scheme]
  if (pss !== undefined) {
    if (kind !== 'rsa' && kind !== 'rsa-pss') return null
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
    return { hash: pss, key: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } }
  }
  if (scheme === 0x0807) return kind === 'ed25519' ? { hash: null, key } : null
  if (scheme === 0x0808) return kind === 'ed448' ? { hash: null, key } : null
  const hash = brainpoolHash[scheme] ?? hashOfScheme[scheme >> 8]
  if (hash === undefined) return null
  const wanted = brainpoolHash[scheme] !== undefined ? 'ec' : { 1: 'rsa', 2: 'dsa', 3: 'ec' }[scheme & 0xff]
  return wanted === kind ? { hash, key } : null
}
