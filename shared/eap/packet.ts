// EAP packets and the fragments that TLS methods cut their messages into (RFC 3748 §4, RFC 5216 §3, RFC 7170 §4.1).

import { type Parsed, parse, type Reader } from '../bytes/reader.ts'

/** `data` is a view of what follows the type. Success and Failure have no type. */
export interface EapPacket {
  readonly code: number
  readonly id: number
  readonly type: number | null
  readonly data: Uint8Array
}

/** What one packet of a TLS method carries; `bytes` is a view. */
export interface TlsFragment {
  readonly more: boolean
  readonly start: boolean
  /** Bytes of the whole message; null where the L flag is not set. */
  readonly total: number | null
  readonly bytes: Uint8Array
}

export const eapCodes = { request: 1, response: 2, success: 3, failure: 4 } as const

export const eapTypes = { identity: 1, nak: 3 } as const

const tlsMethods: Readonly<Record<number, string>> = {
  13: 'EAP-TLS',
  21: 'EAP-TTLS',
  25: 'PEAP',
  43: 'EAP-FAST',
  55: 'TEAP',
}

const otherMethods: Readonly<Record<number, string>> = {
  4: 'EAP-MD5',
  5: 'EAP-OTP',
  6: 'EAP-GTC',
  17: 'LEAP',
  18: 'EAP-SIM',
  23: 'EAP-AKA',
  26: 'EAP-MSCHAPv2',
  46: 'EAP-PAX',
  47: 'EAP-PSK',
  50: "EAP-AKA'",
  52: 'EAP-PWD',
}

/** Whether packets of this type carry TLS. */
export function isTlsMethod(type: number): boolean {
  return tlsMethods[type] !== undefined
}

/** A method as a person knows it. Source: IANA, EAP Method Types. */
export function methodName(type: number): string {
  return tlsMethods[type] ?? otherMethods[type] ?? `EAP type ${String(type)}`
}

/** RFC 3748 §4: code, identifier, length; what lies behind the length is padding. */
export function readEap(b: Uint8Array, start = 0, end = b.length): Parsed<EapPacket> {
  return parse(b, eapPacket, null, start, end)
}

/** The flags of a TLS method and what they say of the bytes behind them. */
export function readTlsFragment(type: number, data: Uint8Array): Parsed<TlsFragment> {
  return parse(data, (r) => tlsFragment(r, type))
}

function eapPacket(r: Reader): EapPacket {
  const code = r.u8('EAP code')
  const id = r.u8('EAP identifier')
  const length = r.u16('EAP length')
  if (code < eapCodes.request || code > eapCodes.failure || length < 4) r.fail('EAP code or length')
  const body = r.sub(length - 4, 'EAP data')
  const typed = code === eapCodes.request || code === eapCodes.response
  return { code, id, type: typed ? body.u8('EAP type') : null, data: body.rest('EAP type data') }
}

const flag = { length: 0x80, more: 0x40, start: 0x20, outer: 0x10 } as const
const teap = 55

function tlsFragment(r: Reader, type: number): TlsFragment {
  const flags = r.u8('flags')
  const total = (flags & flag.length) !== 0 ? r.u32('TLS message length') : null
  const outer = type === teap && (flags & flag.outer) !== 0 ? r.u32('outer TLV length') : 0
  const start = (flags & flag.start) !== 0
  // EAP-FAST and TEAP put an authority identity behind Start, which is no TLS (RFC 4851 §4.1.1).
  const bytes = r.raw(Math.max(0, r.left - outer), 'TLS data')
  return { more: (flags & flag.more) !== 0, start, total, bytes: start ? bytes.subarray(0, 0) : bytes }
}
