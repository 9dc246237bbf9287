// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 3279 §2.3, RFC 5480, RFC 8410): kind and size of a key.

import type { Reader } from '../bytes/reader.ts'
import { curveOids, keyOids } from '../registries/oids.ts'
import { bitString, expect, integerBits, nextTag, objectIdentifier, optional, tags } from './der.ts'

export interface PublicKey {
  /** `RSA`, `RSA-PSS`, `EC`, `Ed25519`, `DSA`, `ML-DSA-65` …, or the object identifier. */
  readonly type: string
  /** Bits of modulus, prime or curve; null where they cannot be told or say nothing. */
  readonly bits: number | null
  /** The curve by its TLS name, its object identifier if unknown, `explicit` for explicit parameters. */
  readonly curve: string | null
}

export function readPublicKey(r: Reader): PublicKey {
  const start = r.at
  const info = expect(r, tags.sequence, 'subject public key info')
  const algorithm = expect(info, tags.sequence, 'key algorithm')
  const oid = objectIdentifier(algorithm, 'key algorithm')
  const known = keyOids[oid]
  const type = known?.name ?? oid
  const curve = type === 'EC' ? readCurve(algorithm) : null
  let bits = known?.bits ?? null
  if (curve !== null) bits = curve.bits
  if (type === 'DSA' || type === 'DH') bits = primeBits(algorithm)
  const content = bitString(info, 'public key')
  if (type === 'RSA' || type === 'RSA-PSS') bits = modulusBits(content)
  if (r.fields !== null) {
    const text = [type, curve?.name, bits === null ? null : `${String(bits)} bits`].filter(Boolean).join(', ')
    r.fields.text('subject public key info', start, r.at - start, text)
  }
  return { type, bits, curve: curve?.name ?? null }
}

function readCurve(algorithm: Reader): { name: string; bits: number | null } {
  if (nextTag(algorithm) !== tags.objectIdentifier) return { name: 'explicit', bits: null }
  const oid = objectIdentifier(algorithm, 'curve')
  return curveOids[oid] ?? { name: oid, bits: null }
}

function primeBits(algorithm: Reader): number | null {
  const parameters = optional(algorithm, tags.sequence, 'parameters')
  return parameters === null ? null : integerBits(expect(parameters, tags.integer, 'prime'))
}

function modulusBits(content: Reader): number {
  return integerBits(expect(expect(content, tags.sequence, 'RSA public key'), tags.integer, 'modulus'))
}
