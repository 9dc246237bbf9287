// Keys from secrets: the PRF of TLS 1.0–1.2 and the HKDF of TLS 1.3. Hashes and HMACs are the host's.

import { joined } from '../bytes/joined.ts'
import type { Crypto, HashName } from '../ports.ts'
import { hashLength } from './suites.ts'

/** RFC 5246 §5 with `hash`, or RFC 2246 §5 (MD5 and SHA-1 together) where `hash` is null. */
export function prf(
  crypto: Crypto,
  hash: HashName | null,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const labelled = joined([ascii(label), seed])
  if (hash !== null) return expandP(crypto, hash, secret, labelled, length)
  const half = Math.ceil(secret.length / 2)
  const out = expandP(crypto, 'md5', secret.subarray(0, half), labelled, length)
  const other = expandP(crypto, 'sha1', secret.subarray(secret.length - half), labelled, length)
  for (let i = 0; i < length; i++) out[i]! ^= other[i]!
  return out
}

/** RFC 5246 §8.1, or RFC 7627 §4 where `sessionHash` is given. 48 bytes. */
export function masterSecret(
  crypto: Crypto,
  hash: HashName | null,
  premaster: Uint8Array,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
  sessionHash: Uint8Array | null,
): Uint8Array {
  return sessionHash === null
    ? prf(crypto, hash, premaster, 'master secret', joined([randoms.client, randoms.server]), 48)
    : prf(crypto, hash, premaster, 'extended master secret', sessionHash, 48)
}

/** RFC 8446 §7.1 HKDF-Expand-Label; `length` is at most 255 hashes. */
export function expandLabel(
  crypto: Crypto,
  hash: HashName,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = ascii(`tls13 ${label}`)
  const info = joined([
    Uint8Array.of(length >> 8, length & 0xff, name.length),
    name,
    Uint8Array.of(context.length),
    context,
  ])
  const size = hashLength(hash)
  const out = new Uint8Array(length)
  let block: Uint8Array = new Uint8Array(0)
  for (let at = 0, n = 1; at < length; at += size, n++) {
    block = crypto.hmac(hash, secret, joined([block, info, Uint8Array.of(n)]))
    out.set(block.subarray(0, length - at), at)
  }
  return out
}

/** RFC 8446 §7.1 Derive-Secret over a transcript hash. */
export function deriveSecret(
  crypto: Crypto,
  hash: HashName,
  secret: Uint8Array,
  label: string,
  transcriptHash: Uint8Array,
): Uint8Array {
  return expandLabel(crypto, hash, secret, label, transcriptHash, hashLength(hash))
}

/** RFC 8446 §7.2: the application traffic secret after a KeyUpdate. */
export function nextTrafficSecret(crypto: Crypto, hash: HashName, secret: Uint8Array): Uint8Array {
  return expandLabel(crypto, hash, secret, 'traffic upd', new Uint8Array(0), hashLength(hash))
}

/** RFC 8446 §4.4.4: what Finished holds under a traffic secret. */
export function finished13(
  crypto: Crypto,
  hash: HashName,
  secret: Uint8Array,
  transcriptHash: Uint8Array,
): Uint8Array {
  const key = expandLabel(crypto, hash, secret, 'finished', new Uint8Array(0), hashLength(hash))
  return crypto.hmac(hash, key, transcriptHash)
}

/** RFC 8446 §7.5 with an empty context. */
export function exporter13(
  crypto: Crypto,
  hash: HashName,
  exporterSecret: Uint8Array,
  label: string,
  length: number,
): Uint8Array {
  const empty = crypto.hash(hash, new Uint8Array(0))
  return expandLabel(
    crypto,
    hash,
    deriveSecret(crypto, hash, exporterSecret, label, empty),
    'exporter',
    empty,
    length,
  )
}

/** Whether both hold the same bytes. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** RFC 5246 §5 P_hash. */
function expandP(
  crypto: Crypto,
  hash: HashName,
  secret: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length)
  const size = hashLength(hash)
  let a = seed
  for (let at = 0; at < length; at += size) {
    a = crypto.hmac(hash, secret, a)
    out.set(crypto.hmac(hash, secret, joined([a, seed])).subarray(0, length - at), at)
  }
  return out
}
