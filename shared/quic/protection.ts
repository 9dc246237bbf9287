// Packet protection of QUIC: keys from secrets, header protection off, payload opened (RFC 9001 §5). The ciphers are the host's.

import type { AeadInput, Crypto, HashName } from '../ports.ts'
import { expandLabel } from '../secrets/key-schedule.ts'
import type { LongPacket } from './packet.ts'
import { quicVersion } from './versions.ts'

/** What opens one direction's packets of one encryption level. */
export interface PacketKeys {
  readonly cipher: AeadInput['cipher']
  readonly key: Uint8Array
  readonly iv: Uint8Array
  /** Header protection key. */
  readonly headerKey: Uint8Array
}

export interface OpenedPacket {
  readonly number: number
  readonly payload: Uint8Array
}

const nothing = new Uint8Array(0)
const tagLength = 16
const sampleLength = 16

/** Both directions' Initial keys: from the destination connection id of the client's first Initial packet, or a Retry's source (RFC 9001 §5.2). */
export function initialKeys(
  crypto: Crypto,
  version: number,
  connectionId: Uint8Array,
): { readonly client: PacketKeys; readonly server: PacketKeys } | null {
  const known = quicVersion(version)
  if (known === null) return null
  const secret = crypto.hmac('sha256', known.salt, connectionId)
  const side = (label: string) =>
    packetKeys(
      crypto,
      version,
      'aes-128-gcm',
      'sha256',
      expandLabel(crypto, 'sha256', secret, label, nothing, 32),
    )
  return { client: side('client in'), server: side('server in') }
}

/** RFC 9001 §5.1: key, IV and header protection key of a traffic secret. The version must be a known one. */
export function packetKeys(
  crypto: Crypto,
  version: number,
  cipher: AeadInput['cipher'],
  hash: HashName,
  secret: Uint8Array,
): PacketKeys {
  const label = quicVersion(version)?.label ?? 'quic'
  const keyLength = cipher === 'aes-128-gcm' || cipher === 'aes-128-ccm' ? 16 : 32
  const expand = (what: string, length: number) =>
    expandLabel(crypto, hash, secret, `${label} ${what}`, nothing, length)
  return { cipher, key: expand('key', keyLength), iv: expand('iv', 12), headerKey: expand('hp', keyLength) }
}

/**
 * Opens the packet of `b`; null where the keys do not fit. `expected` is one more than the largest packet number opened
 * in its direction and level, for the bytes of the number that were not sent (RFC 9000 §A.3).
 */
export function openPacket(
  crypto: Crypto,
  keys: PacketKeys,
  b: Uint8Array,
  packet: LongPacket,
  expected: number,
): OpenedPacket | null {
  const sampleAt = packet.numberAt + 4
  if (sampleAt + sampleLength > packet.end) return null
  const mask = headerMask(crypto, keys, b.slice(sampleAt, sampleAt + sampleLength))
  if (mask === null) return null
  const header = b.slice(packet.start, packet.numberAt + 4)
  header[0]! ^= mask[0]! & 0x0f
  const numberLength = (header[0]! & 3) + 1
  const numberAt = packet.numberAt - packet.start
  let truncated = 0
  for (let i = 0; i < numberLength; i++) {
    header[numberAt + i]! ^= mask[i + 1]!
    truncated = truncated * 256 + header[numberAt + i]!
  }
  const number = wholeNumber(expected, truncated, numberLength)
  const payload = crypto.openAead({
    cipher: keys.cipher,
    key: keys.key,
    nonce: nonceOf(keys.iv, number),
    aad: header.subarray(0, numberAt + numberLength),
    sealed: b.subarray(packet.numberAt + numberLength, packet.end),
    tagLength,
  })
  return payload === null ? null : { number, payload }
}

/** RFC 9001 §5.4.3 (AES) and §5.4.4 (ChaCha20: the sample is counter and nonce). */
function headerMask(crypto: Crypto, keys: PacketKeys, sample: Uint8Array): Uint8Array | null {
  if (keys.cipher !== 'chacha20-poly1305') return crypto.aesEcb(keys.headerKey, sample)
  return crypto.decipher('chacha20', keys.headerKey, sample, new Uint8Array(5))
}

/** RFC 9000 §A.3. */
function wholeNumber(expected: number, truncated: number, length: number): number {
  const window = 256 ** length
  const candidate = expected - (expected % window) + truncated
  if (candidate + window / 2 <= expected) return candidate + window
  return candidate > expected + window / 2 && candidate >= window ? candidate - window : candidate
}

function nonceOf(iv: Uint8Array, number: number): Uint8Array {
  const nonce = iv.slice()
  for (let i = nonce.length - 1, rest = number; i >= 0 && rest > 0; i--, rest = Math.floor(rest / 256))
    nonce[i]! ^= rest % 256
  return nonce
}

/** The retry key and nonce are public (RFC 9001 §5.8): a tag that fits proves the Retry answers this connection. */
export function retryIsGenuine(
  crypto: Crypto,
  b: Uint8Array,
  packet: LongPacket,
  original: Uint8Array,
): boolean {
  const key = retryKeys.get(packet.version)
  if (key === undefined) return true
  const aad = new Uint8Array(1 + original.length + (packet.end - tagLength - packet.start))
  aad[0] = original.length
  aad.set(original, 1)
  aad.set(b.subarray(packet.start, packet.end - tagLength), 1 + original.length)
  const sealed = b.subarray(packet.end - tagLength, packet.end)
  return crypto.openAead({ cipher: 'aes-128-gcm', ...key, aad, sealed, tagLength }) !== null
}

const retryKeys = new Map<number, { readonly key: Uint8Array; readonly nonce: Uint8Array }>([
  [
    0x00000001,
    {
      key: Uint8Array.of(0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e), // prettier-ignore
      nonce: Uint8Array.of(0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb),
    },
  ],
  [
    0x6b3343cf,
    {
      key: Uint8Array.of(0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2, 0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92), // prettier-ignore
      nonce: Uint8Array.of(0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a),
    },
  ],
])
