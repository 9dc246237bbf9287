// Key files: key logs and RSA private keys (PEM, DER, PFX). Keys and passwords stay in this process.

import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import forge from 'node-forge'
import { parseKeyLog, type KeyLog, type KeyLogWarning } from '../../shared/secrets/keylog.ts'
import type { RsaDecryptor } from '../../shared/secrets/schedule.ts'

/** What a key file turned out to be. Texts never repeat the file's content. */
export type KeyFile =
  | { readonly kind: 'log'; readonly log: KeyLog; readonly warnings: readonly KeyLogWarning[] }
  | { readonly kind: 'rsa'; readonly keys: readonly RsaDecryptor[] }
  | {
      readonly kind: 'refused'
      readonly code:
        'password-needed' | 'password-wrong' | 'not-an-rsa-key' | 'no-key-in-file' | 'key-file-unreadable'
      readonly text: string
    }

/**
 * Reads a key file by its content. `password` opens an encrypted key or a PFX; null asks nothing, and a file that needs
 * one is refused with `password-needed`.
 */
export function readKeyFile(bytes: Uint8Array, password: string | null): KeyFile {
  const text = pemText(bytes)
  if (text !== null) return fromPem(text, password)
  if (bytes[0] === derSequence) return fromDer(bytes, password)
  if (bytes.includes(0)) return refused('key-file-unreadable')
  const parsed = parseKeyLog(new TextDecoder().decode(bytes))
  // A key log may still be empty; text without one good line is something else.
  if (parsed.log.size === 0 && parsed.warnings.length > 0) return refused('key-file-unreadable')
  return { kind: 'log', ...parsed }
}

/** The password that a password file holds: its first line, as editors end it. */
export function passwordOfFile(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\r?\n[^]*$/, '')
}

type Refusal = Extract<KeyFile, { kind: 'refused' }>

const derSequence = 0x30
const rsaEncryption = '1.2.840.113549.1.1.1'
const pkcs7Data = '1.2.840.113549.1.7.1'
const pkcs7SignedData = '1.2.840.113549.1.7.2'

const refusals: Readonly<Record<Refusal['code'], string>> = {
  'password-needed': 'The key file is protected by a password.',
  'password-wrong': 'The password does not open the key file.',
  'not-an-rsa-key':
    'The key file holds no RSA key. A private key opens a conversation only where RSA key exchange was used; elsewhere a key log is needed.',
  'no-key-in-file': 'The file holds no private key, only certificates or other objects.',
  'key-file-unreadable':
    'The file is neither a key log nor a private key in PEM, DER or PFX form, or it is damaged.',
}

function refused(code: Refusal['code']): Refusal {
  return { kind: 'refused', code, text: refusals[code] }
}

function pemText(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1')
  return text.includes('-----BEGIN ') ? text : null
}

function fromPem(text: string, password: string | null): KeyFile {
  const blocks = quietly(() => forge.pem.decode(text))
  if (blocks === null) return refused('key-file-unreadable')
  const block = blocks.find(({ type }) => type.endsWith('PRIVATE KEY'))
  if (block === undefined) return refused('no-key-in-file')
  if (block.type === 'EC PRIVATE KEY' || block.type === 'DSA PRIVATE KEY') return refused('not-an-rsa-key')
  if (procType(block) === 'ENCRYPTED') {
    if (password === null) return refused('password-needed')
    const key = quietly(
      () =>
        forge.pki.decryptRsaPrivateKey(forge.pem.encode(block), password) as forge.pki.rsa.PrivateKey | null,
    )
    return key === null ? refused('password-wrong') : decryptors([key])
  }
  return fromDer(Buffer.from(block.body, 'latin1'), password)
}

/** `Proc-Type: 4,ENCRYPTED` (RFC 1421 §4.6.1.1); the library's types leave it open. */
function procType(block: forge.pem.ObjectPEM): string | null {
  const header = block.procType as { readonly type: string } | null | undefined
  return header?.type ?? null
}

function fromDer(bytes: Uint8Array, password: string | null): KeyFile {
  const der = quietly(() =>
    forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('latin1'))),
  )
  const parts = der === null ? [] : children(der)
  if (der === null || parts.length < 2) return refused('key-file-unreadable')
  const [first, second] = parts as [forge.asn1.Asn1, forge.asn1.Asn1, ...forge.asn1.Asn1[]]
  // RFC 7292 §4: PFX ::= SEQUENCE { version, authSafe ContentInfo, macData }
  const inner = oidOf(children(second)[0])
  if (inner === pkcs7Data || inner === pkcs7SignedData) return fromPfx(der, password)
  // RFC 5958 §3: EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm, encryptedData }
  if (parts.length === 2 && first.type === forge.asn1.Type.SEQUENCE) return fromEncryptedInfo(der, password)
  // RFC 5958 §2: OneAsymmetricKey ::= SEQUENCE { version, algorithm, key }
  if (second.type === forge.asn1.Type.SEQUENCE && first.type === forge.asn1.Type.INTEGER)
    return fromInfo(der, inner)
  // RFC 5915 §3: ECPrivateKey ::= SEQUENCE { version, OCTET STRING, … }
  if (second.type === forge.asn1.Type.OCTETSTRING) return refused('not-an-rsa-key')
  return fromInfo(der, rsaEncryption)
}

function fromInfo(der: forge.asn1.Asn1, algorithm: string | null): KeyFile {
  if (algorithm !== rsaEncryption)
    return refused(algorithm === null ? 'key-file-unreadable' : 'not-an-rsa-key')
  const key = quietly(() => forge.pki.privateKeyFromAsn1(der))
  return key === null ? refused('key-file-unreadable') : decryptors([key])
}

function fromEncryptedInfo(der: forge.asn1.Asn1, password: string | null): KeyFile {
  if (password === null) return refused('password-needed')
  const info = quietly(() => forge.pki.decryptPrivateKeyInfo(der, password) as forge.asn1.Asn1 | null)
  return info === null ? refused('password-wrong') : fromInfo(info, oidOf(children(children(info)[1])[0]))
}

function fromPfx(der: forge.asn1.Asn1, password: string | null): KeyFile {
  const pfx = quietly(() => forge.pkcs12.pkcs12FromAsn1(der, false, password ?? ''))
  if (pfx === null) return refused(password === null ? 'password-needed' : 'password-wrong')
  const bags = [forge.pki.oids['pkcs8ShroudedKeyBag']!, forge.pki.oids['keyBag']!].flatMap(
    (bagType) => pfx.getBags({ bagType })[bagType] ?? [],
  )
  if (bags.length === 0) return refused('no-key-in-file')
  const keys = bags.map((bag) => bag.key as forge.pki.rsa.PrivateKey | null | undefined)
  const rsa = keys.filter((key) => key !== null && key !== undefined)
  return rsa.length === 0 ? refused('not-an-rsa-key') : decryptors(rsa)
}

function children(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  return Array.isArray(node?.value) ? node.value : []
}

function oidOf(node: forge.asn1.Asn1 | undefined): string | null {
  if (node?.type !== forge.asn1.Type.OID || typeof node.value !== 'string') return null
  return forge.asn1.derToOid(node.value)
}

/** The library throws on bad input; what it says may quote the input, so only the failure is kept. */
function quietly<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

function decryptors(keys: readonly forge.pki.rsa.PrivateKey[]): KeyFile {
  const opened = keys.map((key) =>
    quietly(() => rsaDecryptor(createPrivateKey(forge.pki.privateKeyToPem(key)))),
  )
  const usable = opened.filter((key) => key !== null)
  return usable.length === 0 ? refused('key-file-unreadable') : { kind: 'rsa', keys: usable }
}

function rsaDecryptor(key: KeyObject): RsaDecryptor {
  const modulus = createPublicKey(key).export({ format: 'jwk' }).n
  return {
    matches: (certificateDer) =>
      quietly(() => new X509Certificate(certificateDer).publicKey.export({ format: 'jwk' }).n) === modulus,
    decrypt: (encrypted) => {
      // The library's own PKCS #1 v1.5 answers wrong padding with random bytes (implicit rejection): unpad here.
      const block = quietly(() => privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted))
      return block === null ? null : unpadded(block)
    },
  }
}

const premasterLength = 48

/** RFC 8017 §7.2.2: 00 02, at least eight bytes that are not zero, 00, the message. */
function unpadded(block: Uint8Array): Uint8Array | null {
  const end = block.indexOf(0, 2)
  if (block[0] !== 0 || block[1] !== 2 || end < 10 || block.length - end - 1 !== premasterLength) return null
  return new Uint8Array(block.subarray(end + 1))
}
