// Which signatures a Windows version makes and accepts: no source lists them, one family of ClientHellos stands in (schannel §9.5).

import { type Profile } from '../schannel/profiles.ts'
import { isPkcs1 } from '../diagnosis/offer.ts'
import type { ServerKey } from './subject.ts'

/** In the order seen: RSA-PSS, then hash and signature pairs. */
const seenSchemes: readonly number[] = [
  0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202, 0x0601, 0x0603,
]

/** Windows 10 1607: the numbers of RSA-PSS are younger than the versions before it. */
const firstWithPss = 14393

/** Signature schemes of a version, in order. */
export function schemesOf({ build }: Profile): readonly number[] {
  return build >= firstWithPss ? seenSchemes : seenSchemes.filter((scheme) => !isPss(scheme))
}

/** Whether `key` can make a signature of this scheme; in TLS 1.3 by RFC 8446 §4.2.3, before it by RFC 5246 §7.4.3. */
export function canSign(key: ServerKey, scheme: number, tls13: boolean): boolean {
  if (key.type === 'RSA') return tls13 ? isRsae(scheme) : isPkcs1(scheme) || isRsae(scheme)
  if (key.type === 'RSA-PSS') return scheme >= 0x0809 && scheme <= 0x080b
  if (key.type === 'EC')
    return tls13 ? curveSchemes.get(key.curve ?? 0) === scheme : (scheme & 0xff) === 3 && scheme < 0x0700
  if (key.type === 'DSA') return !tls13 && (scheme & 0xff) === 2 && scheme < 0x0700
  return (key.type === 'Ed25519' && scheme === 0x0807) || (key.type === 'Ed448' && scheme === 0x0808)
}

/** What a TLS 1.2 client without the extension means (RFC 5246 §7.4.1.4.1): SHA-1. */
export const impliedSchemes: readonly number[] = [0x0201, 0x0203, 0x0202]

const curveSchemes: ReadonlyMap<number, number> = new Map([
  [0x0017, 0x0403],
  [0x0018, 0x0503],
  [0x0019, 0x0603],
])

function isRsae(scheme: number): boolean {
  return scheme >= 0x0804 && scheme <= 0x0806
}

function isPss(scheme: number): boolean {
  return scheme >> 8 === 8
}
