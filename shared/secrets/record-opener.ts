// Opens one direction's sealed records under one set of keys: AEAD of TLS 1.2 and 1.3, CBC and stream ciphers with a MAC.

import { joined } from '../bytes/joined.ts'
import type { Crypto, HashName } from '../ports.ts'
import { equal } from './key-schedule.ts'
import { hashLength, type RecordCipher } from './suites.ts'

/** A sealed record: the header's numbers, its place in the epoch, and the fragment as captured. */
export interface SealedRecord {
  readonly contentType: number
  readonly version: number
  /** DTLS epoch; 0 in TLS, where the sequence number alone is authenticated. */
  readonly epoch: number
  readonly sequence: number
  readonly body: Uint8Array
}

export interface OpenedRecord {
  readonly innerType: number
  readonly content: Uint8Array
}

/** Openers for CBC before TLS 1.1 and for stream ciphers depend on the records before: feed or `pass` each one in order. */
export interface RecordOpener {
  /** The content, or null where the tag, MAC or padding does not fit. */
  open(record: SealedRecord): OpenedRecord | null
  /** `length` bytes of records whose content is not at hand go by. */
  pass(length: number): void
  /** Whether a record can only be opened after the ones before it. */
  readonly dependsOnEarlier: boolean
}

export interface DirectionKeys {
  readonly mac: Uint8Array
  readonly key: Uint8Array
  readonly iv: Uint8Array
}

/** TLS 1.0–1.2 and DTLS. `chained`: TLS 1.0, where a record's IV is the last block before it (RFC 2246 §6.2.3.2). */
export function openerBefore13(
  crypto: Crypto,
  cipher: RecordCipher,
  keys: DirectionKeys,
  options: { readonly chained: boolean; readonly encryptThenMac: boolean },
): RecordOpener {
  switch (cipher.kind) {
    case 'aead':
      return aeadOpener(crypto, cipher, keys)
    case 'cbc':
      return cbcOpener(crypto, cipher, keys, options)
    case 'stream':
      return streamOpener(crypto, cipher, keys)
  }
}

/** TLS 1.3 (RFC 8446 §5.2–5.4). */
export function opener13(
  crypto: Crypto,
  cipher: RecordCipher & { kind: 'aead' },
  key: Uint8Array,
  iv: Uint8Array,
): RecordOpener {
  return {
    open: (record) => {
      if (record.contentType !== 23) return null
      const inner = crypto.openAead({
        cipher: cipher.cipher,
        key,
        nonce: maskedNonce(iv, 0, record.sequence),
        aad: Uint8Array.of(
          23,
          record.version >> 8,
          record.version & 0xff,
          record.body.length >> 8,
          record.body.length & 0xff,
        ),
        sealed: record.body,
        tagLength: cipher.tagLength,
      })
      if (inner === null) return null
      let end = inner.length
      while (end > 0 && inner[end - 1] === 0) end--
      return end === 0 ? null : { innerType: inner[end - 1]!, content: inner.subarray(0, end - 1) }
    },
    pass: () => undefined,
    dependsOnEarlier: false,
  }
}

const explicitNonceLength = 8

function aeadOpener(
  crypto: Crypto,
  cipher: RecordCipher & { kind: 'aead' },
  keys: DirectionKeys,
): RecordOpener {
  const explicit = cipher.fixedNonce === 4 ? explicitNonceLength : 0
  return {
    open: (record) => {
      const length = record.body.length - explicit - cipher.tagLength
      if (length < 0) return null
      const content = crypto.openAead({
        cipher: cipher.cipher,
        key: keys.key,
        nonce:
          explicit === 0
            ? maskedNonce(keys.iv, record.epoch, record.sequence)
            : joined([keys.iv, record.body.subarray(0, explicit)]),
        aad: authenticated(record, length),
        sealed: record.body.subarray(explicit),
        tagLength: cipher.tagLength,
      })
      return content === null ? null : { innerType: record.contentType, content }
    },
    pass: () => undefined,
    dependsOnEarlier: false,
  }
}

function cbcOpener(
  crypto: Crypto,
  cipher: RecordCipher & { kind: 'cbc' },
  keys: DirectionKeys,
  options: { readonly chained: boolean; readonly encryptThenMac: boolean },
): RecordOpener {
  const macLength = hashLength(cipher.mac)
  let chain: Uint8Array | null = keys.iv
  return {
    open: (record) => {
      // RFC 7366 §3: the MAC covers IV and ciphertext, and is not encrypted.
      const end = record.body.length - (options.encryptThenMac ? macLength : 0)
      const sealed = record.body.subarray(0, Math.max(0, end))
      const iv = options.chained ? chain : sealed.subarray(0, cipher.blockLength)
      const blocks = options.chained ? sealed : sealed.subarray(cipher.blockLength)
      const whole = blocks.length > 0 && blocks.length % cipher.blockLength === 0
      if (options.chained) chain = whole ? blocks.slice(-cipher.blockLength) : null
      if (iv === null || !whole) return null
      const tag = record.body.subarray(end)
      if (options.encryptThenMac && !macFits(crypto, cipher.mac, keys.mac, record, sealed, tag)) return null
      const plain = crypto.decipher(cipher.cipher, keys.key, iv, blocks)
      const unpadded = plain === null ? null : withoutPadding(plain)
      if (unpadded === null) return null
      if (options.encryptThenMac) return { innerType: record.contentType, content: unpadded }
      return macChecked(crypto, cipher.mac, keys.mac, record, unpadded)
    },
    pass: () => {
      chain = null
    },
    dependsOnEarlier: options.chained,
  }
}

function streamOpener(
  crypto: Crypto,
  cipher: RecordCipher & { kind: 'stream' },
  keys: DirectionKeys,
): RecordOpener {
  let stream: Uint8Array = new Uint8Array(0)
  let at = 0
  const take = (length: number): Uint8Array | null => {
    if (at + length > stream.length && cipher.cipher !== null) {
      // Deciphering zeros gives the key stream, which the port has no way to hand on between calls.
      const grown = crypto.decipher(
        cipher.cipher,
        keys.key,
        null,
        new Uint8Array(Math.max(4096, 2 * (at + length))),
      )
      if (grown === null) return null
      stream = grown
    }
    at += length
    return cipher.cipher === null ? new Uint8Array(length) : stream.subarray(at - length, at)
  }
  return {
    open: (record) => {
      const keyStream = take(record.body.length)
      if (keyStream === null) return null
      const plain = record.body.map((byte, i) => byte ^ keyStream[i]!)
      return macChecked(crypto, cipher.mac, keys.mac, record, plain)
    },
    pass: (length) => {
      at += length
    },
    dependsOnEarlier: cipher.cipher !== null,
  }
}

/** RFC 5246 §6.2.3.2: every padding byte holds the padding's length. */
function withoutPadding(plain: Uint8Array): Uint8Array | null {
  const padding = plain[plain.length - 1]!
  const end = plain.length - 1 - padding
  if (end < 0) return null
  return plain.subarray(end).every((byte) => byte === padding) ? plain.subarray(0, end) : null
}

function macChecked(
  crypto: Crypto,
  hash: HashName,
  key: Uint8Array,
  record: SealedRecord,
  plain: Uint8Array,
): OpenedRecord | null {
  const end = plain.length - hashLength(hash)
  if (end < 0) return null
  const content = plain.subarray(0, end)
  if (!macFits(crypto, hash, key, record, content, plain.subarray(end))) return null
  return { innerType: record.contentType, content }
}

function macFits(
  crypto: Crypto,
  hash: HashName,
  key: Uint8Array,
  record: SealedRecord,
  covered: Uint8Array,
  tag: Uint8Array,
): boolean {
  return equal(crypto.hmac(hash, key, joined([authenticated(record, covered.length), covered])), tag)
}

/** RFC 5246 §6.2.3.3 additional_data; RFC 6347 §4.1.2.1 for DTLS. */
function authenticated(record: SealedRecord, length: number): Uint8Array {
  const out = new Uint8Array(13)
  out.set(sequenceBytes(record.epoch, record.sequence))
  out[8] = record.contentType
  out[9] = record.version >> 8
  out[10] = record.version & 0xff
  out[11] = length >> 8
  out[12] = length & 0xff
  return out
}

/** RFC 8446 §5.3, RFC 7905 §2: the sequence number, left-padded, XORed into the IV. */
function maskedNonce(iv: Uint8Array, epoch: number, sequence: number): Uint8Array {
  const nonce = iv.slice()
  const number = sequenceBytes(epoch, sequence)
  for (let i = 0; i < 8; i++) nonce[nonce.length - 8 + i]! ^= number[i]!
  return nonce
}

/** 64 bits: the DTLS epoch in the first 16, else all sequence number. */
function sequenceBytes(epoch: number, sequence: number): Uint8Array {
  const out = new Uint8Array(8)
  for (let i = 7, left = sequence; i >= 0; i--, left = Math.floor(left / 256)) out[i] = left % 256
  if (epoch > 0) {
    out[0] = epoch >> 8
    out[1] = epoch & 0xff
  }
  return out
}
