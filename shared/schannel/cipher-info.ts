// What Windows says of an agreed suite: SecPkgContext_ConnectionInfo, _CipherInfo, _StreamSizes and _KeyInfo (schannel §7.1, §7.2).

import type { Side } from '../conversation/facts.ts'
import { cipherSuites } from '../registries/cipher-suites.ts'
import { supportedGroups } from '../registries/groups.ts'
import { hexNumber, nameOf } from '../registries/registry.ts'
import { type CipherSuiteInfo, cipherSuiteInfo } from '../registries/suite-info.ts'
import { isTls13, versions } from '../registries/tls.ts'
import { isBefore, isBeforeWindows10 } from './profiles.ts'
import { macBytes, overheadOf } from './protection.ts'

/** What was agreed in one handshake. */
export interface Agreement {
  readonly version: number
  readonly cipherSuite: number
  readonly datagrams: boolean
  readonly group: number | null
  /** Bits of the server's RSA key or of the DHE prime; null where not seen or not used. */
  readonly exchangeBits: number | null
  /** `RSA`, `EC`, … of the server's certificate; null where not seen. */
  readonly keyType: string | null
}

export interface Answer {
  readonly value: string | null
  readonly fields: { name: string; value: string }[]
  readonly basis: 'derived' | 'assumed'
}

/** SecPkgContext_StreamSizes (schannel §7.2): the trailer is the longest one, for CBC the MAC and one block. */
export function streamSizes(agreed: Agreement): Answer {
  const info = cipherSuiteInfo(agreed.cipherSuite)
  const { header, trailer } = overheadOf(agreed.version, agreed.cipherSuite, agreed.datagrams)
  const block = info === null ? null : blockBytes(info)
  const longest = trailer ?? (info?.mac == null || block === null ? null : (macBytes[info.mac] ?? 0) + block)
  const sizes: readonly (readonly [string, number | null])[] = [
    ['cbHeader', header],
    ['cbTrailer', longest],
    ['cbMaximumMessage', 16384],
    ['cBuffers', 4],
    ['cbBlockSize', block],
  ]
  const tested = agreed.version === 0x0303 && info?.mode === 'gcm'
  return {
    value: `header ${String(header)}, trailer ${longest === null ? 'unknown' : String(longest)}, maximum 16384`,
    fields: sizes.flatMap(([name, size]) => (size === null ? [] : [{ name, value: String(size) }])),
    basis: tested ? 'derived' : 'assumed',
  }
}

/** SecPkgContext_ConnectionInfo as `side` reads it: its own SP_PROT bit, CALG ids. */
export function connectionInfo(agreed: Agreement, side: Side): Answer {
  const info = cipherSuiteInfo(agreed.cipherSuite)
  const protocol = protocolBits.get(agreed.version)
  const hash = hashOf(info)
  const exchange = exchangeOf(info, agreed)
  const cipher = info === null ? undefined : cipherIds[`${info.cipher} ${String(info.keyBits)}`]
  const name = protocol === undefined ? null : `SP_PROT_${protocol.name}_${side.toUpperCase()}`
  const fields: readonly (readonly [string, string | null])[] = [
    ['dwProtocol', protocol === undefined ? null : `${hexNumber(protocol[side], 4)} ${name ?? ''}`],
    ['aiCipher', idText(cipher)],
    ['dwCipherStrength', info === null ? null : String(info.keyBits)],
    ['aiHash', idText(hash?.id)],
    ['dwHashStrength', hash === null ? null : String(hash.strength)],
    ['aiExch', idText(exchange?.id)],
    ['dwExchStrength', exchange?.bits == null ? null : String(exchange.bits)],
  ]
  return {
    value: [name, info === null ? null : `${info.cipher} ${String(info.keyBits)}`, exchangeText(exchange)]
      .filter((part) => part !== null)
      .join(', '),
    fields: written(fields),
    basis: isTls13(agreed.version) || info?.mac === null ? 'assumed' : 'derived',
  }
}

/** SecPkgContext_ConnectionInfoEx: the same as strings. */
export function connectionInfoEx(agreed: Agreement): Answer {
  const info = cipherSuiteInfo(agreed.cipherSuite)
  if (info === null) return { value: null, fields: [], basis: 'assumed' }
  const hash = hashOf(info)
  const exchange = exchangeOf(info, agreed)
  return {
    value: [nameOf(versions, agreed.version), info.cipher, exchange?.name].filter(Boolean).join(', '),
    fields: written([
      ['szCipher', windowsCipher(info)],
      ['dwCipherStrength', String(info.keyBits)],
      ['szHash', hash?.name ?? ''],
      ['dwHashStrength', String(hash?.strength ?? 0)],
      ['szExchange', exchange?.name ?? ''],
      ['dwExchStrength', exchange?.bits == null ? null : String(exchange.bits)],
    ]),
    basis: 'assumed',
  }
}

/**
 * SecPkgContext_CipherInfo as `profile` spells it: Windows 8.1 and earlier tie the curve to the suite. Only the columns of
 * TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 over TLS 1.2 are tested (schannel §7.1); others follow the pattern.
 */
export function cipherInfo(agreed: Agreement, profile: string | null): Answer {
  const info = cipherSuiteInfo(agreed.cipherSuite)
  if (info === null) return { value: null, fields: [], basis: 'assumed' }
  const curve =
    isBeforeWindows10(profile) && info.keyExchange === 'ecdhe' ? (oldCurves.get(agreed.group ?? 0) ?? '') : ''
  const name = nameOf(cipherSuites, agreed.cipherSuite) + curve
  const exchange = windowsExchange(info)
  const [least, most] = exchangeLengths(info, agreed, profile)
  const code = hexNumber(agreed.cipherSuite, 2)
  return {
    value: name,
    fields: written([
      ['dwProtocol', hexNumber(agreed.version, 2)],
      ['dwCipherSuite', code],
      ['dwBaseCipherSuite', code],
      ['szCipherSuite', name],
      ['szCipher', windowsCipher(info)],
      ['dwCipherLen', String(info.keyBits)],
      ['dwCipherBlockLen', info.mode === 'stream' ? '0' : String(blockBytes(info))],
      ['szHash', info.mac === null ? '' : windowsHash(info.mac)],
      ['dwHashLen', info.mac === null ? '0' : String((macBytes[info.mac] ?? 0) * 8)],
      ['szExchange', exchange + curve],
      ['dwMinExchangeLen', least],
      ['dwMaxExchangeLen', most],
      ['szCertificate', certificateName(info, agreed.keyType)],
      ['dwKeyType', keyTypeText(agreed.group, profile)],
    ]),
    basis: agreed.cipherSuite === 0xc02c && agreed.version === 0x0303 ? 'derived' : 'assumed',
  }
}

/** SecPkgContext_KeyInfo: the signature of the server's certificate kind and the record cipher (schannel §7, KEY_INFO). */
export function keyInfo(agreed: Agreement): Answer {
  const info = cipherSuiteInfo(agreed.cipherSuite)
  if (info === null) return { value: null, fields: [], basis: 'assumed' }
  const signature = certificateName(info, agreed.keyType)
  const cipher = cipherIds[`${info.cipher} ${String(info.keyBits)}`]
  return {
    value: [signature, `${windowsCipher(info)} ${String(info.keyBits)}`].filter(Boolean).join(', '),
    fields: written([
      ['sSignatureAlgorithmName', signature ?? null],
      ['sEncryptAlgorithmName', windowsCipher(info)],
      ['KeySize', String(info.keyBits)],
      ['SignatureAlgorithm', idText(signatureIds[signature ?? ''])],
      ['EncryptAlgorithm', idText(cipher)],
    ]),
    basis: signature === 'ECDSA' ? 'derived' : 'assumed',
  }
}

interface ProtocolBits {
  readonly name: string
  readonly client: number
  readonly server: number
}

// schannel §7.1, from schannel.h
const protocolBits: ReadonlyMap<number, ProtocolBits> = new Map([
  [0x0002, { name: 'SSL2', server: 0x4, client: 0x8 }],
  [0x0300, { name: 'SSL3', server: 0x10, client: 0x20 }],
  [0x0301, { name: 'TLS1_0', server: 0x40, client: 0x80 }],
  [0x0302, { name: 'TLS1_1', server: 0x100, client: 0x200 }],
  [0x0303, { name: 'TLS1_2', server: 0x400, client: 0x800 }],
  [0x0304, { name: 'TLS1_3', server: 0x1000, client: 0x2000 }],
  [0xfeff, { name: 'DTLS1_0', server: 0x10000, client: 0x20000 }],
  [0xfefd, { name: 'DTLS1_2', server: 0x40000, client: 0x80000 }],
])

const cipherIds: Readonly<Record<string, number>> = {
  'AES 128': 0x660e,
  'AES 256': 0x6610,
  '3DES 168': 0x6603,
  'DES 56': 0x6601,
  'RC4 128': 0x6801,
  'NULL 0': 0,
}

interface Named {
  readonly name: string
  readonly id: number
}

const hashes: Readonly<Record<string, Named>> = {
  MD5: { name: 'MD5', id: 0x8003 },
  SHA: { name: 'SHA1', id: 0x8004 },
  SHA256: { name: 'SHA256', id: 0x800c },
  SHA384: { name: 'SHA384', id: 0x800d },
}

/** The records' MAC; with an AEAD the suite's hash, whose strength counts 0 (schannel §7.1). */
function hashOf(info: CipherSuiteInfo | null): (Named & { readonly strength: number }) | null {
  if (info === null) return null
  const hash = hashes[info.mac ?? info.prfHash.toUpperCase()]
  if (hash === undefined) return null
  return { ...hash, strength: info.mac === null ? 0 : (macBytes[info.mac] ?? 0) * 8 }
}

interface Exchange {
  readonly name: string
  readonly id: number
  readonly bits: number | null
}

function exchangeOf(info: CipherSuiteInfo | null, agreed: Agreement): Exchange | null {
  if (info === null) return null
  const { keyExchange } = info
  const curve = groupBits(agreed.group)
  if (keyExchange === 'rsa') return { name: 'RSA', id: 0xa400, bits: agreed.exchangeBits }
  if (keyExchange === 'dhe' || (agreed.group !== null && agreed.group >> 8 === 1))
    return { name: 'DH', id: 0xaa02, bits: curve ?? agreed.exchangeBits }
  if (keyExchange === 'ecdh') return { name: 'ECDH', id: 0xaa05, bits: curve }
  if (keyExchange === 'ecdhe' || info.tls13) return { name: 'ECDH', id: 0xae06, bits: curve }
  return null
}

function exchangeText(exchange: Exchange | null): string | null {
  if (exchange === null) return null
  return exchange.bits === null ? exchange.name : `${exchange.name} ${String(exchange.bits)}`
}

/** Bits of a curve's field or of a finite field's prime, as its name says; x25519 works in a field of 255 bits. */
function groupBits(group: number | null): number | null {
  if (group === null) return null
  if (group === 0x001d) return 255
  if (group === 0x001e) return 448
  const digits = /^(?:sec[pt]|brainpoolP|ffdhe)(\d+)/.exec(supportedGroups.names[group] ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}

/** ECDH and DH as Windows names the exchange; a TLS 1.3 suite names none (schannel §7.1, inferred). */
function windowsExchange(info: CipherSuiteInfo): string {
  if (info.keyExchange.startsWith('ecdh')) return 'ECDH'
  if (info.keyExchange.startsWith('dh')) return 'DH'
  return info.keyExchange === 'rsa' ? 'RSA' : ''
}

/** Limits as seen on Windows: open from Windows 10 on, of the curve before (schannel §7.1). */
function exchangeLengths(
  info: CipherSuiteInfo,
  agreed: Agreement,
  profile: string | null,
): readonly [string | null, string | null] {
  if (!info.keyExchange.startsWith('ecdh')) return [null, null]
  if (!isBeforeWindows10(profile)) return ['0', '65536']
  const bits = isBefore(profile, windows81) ? groupBits(agreed.group) : 256
  return bits === null ? [null, null] : [String(bits), String(bits)]
}

const windows81 = 9600

function keyTypeText(group: number | null, profile: string | null): string | null {
  if (isBefore(profile, windows81)) return '0'
  return group === null ? null : hexNumber(group, 2)
}

function certificateName(info: CipherSuiteInfo, keyType: string | null): string | null {
  if (info.authentication === 'ecdsa' || (info.tls13 && keyType === 'EC')) return 'ECDSA'
  if (info.authentication === 'rsa' || (info.tls13 && keyType?.startsWith('RSA') === true)) return 'RSA'
  return info.authentication === 'dss' ? 'DSA' : null
}

const signatureIds: Readonly<Record<string, number>> = { RSA: 0x2400, ECDSA: 0x2203 }

function windowsCipher(info: CipherSuiteInfo): string {
  return info.mode === 'chacha20-poly1305' ? 'CHACHA20_POLY1305' : info.cipher
}

function windowsHash(mac: string): string {
  return mac === 'SHA' ? 'SHA1' : mac
}

function blockBytes({ cipher, mode }: CipherSuiteInfo): number {
  if (mode === 'stream' || mode === 'null' || mode === 'chacha20-poly1305') return 1
  return cipher === '3DES' || cipher === 'DES' || cipher === 'IDEA' ? 8 : 16
}

const oldCurves: ReadonlyMap<number, string> = new Map([
  [0x0017, '_P256'],
  [0x0018, '_P384'],
  [0x0019, '_P521'],
])

function idText(id: number | undefined): string | null {
  return id === undefined ? null : hexNumber(id, 2)
}

function written(fields: readonly (readonly [string, string | null])[]): Answer['fields'] {
  return fields.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]))
}
