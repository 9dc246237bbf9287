// Fingerprints of hellos: JA3, JA3S, and JA4 of TLS clients (the part of JA4 under the BSD licence).

import { hex } from '../bytes/fields.ts'
import { parse } from '../bytes/reader.ts'
import type { Crypto } from '../ports.ts'
import { isGrease } from '../registries/registry.ts'
import type { ClientHello, Extension, ServerHello } from './messages.ts'

/** How the hello travelled: JA4 begins with it. */
export type FingerprintTransport = 'tcp' | 'quic' | 'dtls'

/** MD5 of `ja3Text`; null where that is null. */
export function ja3(hello: ClientHello, crypto: Crypto): string | null {
  if (hello.sslv2) return null
  ja3Lists(hello)
  return ja3Hashes.get(lists, () => crypto.hashHex('md5', ja3Ascii()))
}

/**
 * `version,suites,extensions,groups,point formats` in decimal and wire order without GREASE. JA3 is not defined
 * for hellos in SSLv2 format: null.
 */
export function ja3Text(hello: ClientHello): string | null {
  if (hello.sslv2) return null
  ja3Lists(hello)
  return new TextDecoder().decode(ja3Ascii())
}

/** MD5 of `version,suite,extensions` of a ServerHello, in decimal and wire order. */
export function ja3s(hello: ServerHello, crypto: Crypto): string {
  lists.clear()
  lists.push(hello.version)
  lists.push(separator)
  lists.push(hello.cipherSuite)
  lists.push(separator)
  for (const { type } of hello.extensions ?? []) lists.push(type)
  return ja3Hashes.get(lists, () => crypto.hashHex('md5', ja3Ascii()))
}

/**
 * JA4 as FoxIO's technical details give it, e.g. `t13d1516h2_8daaf6152771_e5627efa2ab1`. "Highest version" is the
 * highest number, also for DTLS, as the text and other tools have it. null for hellos in SSLv2 format.
 */
export function ja4(hello: ClientHello, transport: FingerprintTransport, crypto: Crypto): string | null {
  if (hello.sslv2) return null
  lists.clear()
  pushWithoutGrease(hello.cipherSuites)
  const suiteCount = lists.size
  const suites = ja4Hash(suiteCount, crypto)
  lists.clear()
  let extensionCount = 0
  let named = false
  for (const { type } of hello.extensions ?? []) {
    if (isGrease(type)) continue
    extensionCount++
    if (type === 0) named = true
    else if (type !== 16) lists.push(type)
  }
  const sorted = lists.size
  // Shuffled extensions are one list to the memory.
  lists.sort(sorted)
  if (sorted > 0) {
    lists.push(separator)
    pushWithoutGrease(hello.signatureAlgorithms ?? [])
  }
  const head = `${transport[0]!}${ja4Version(hello)}${named ? 'd' : 'i'}${twoDigits(suiteCount)}${twoDigits(extensionCount)}${ja4Alpn(hello.extensions)}`
  return [head, suites, ja4Hash(sorted, crypto)].join('_')
}

function ja3Lists(hello: ClientHello): void {
  lists.clear()
  lists.push(hello.version)
  lists.push(separator)
  pushWithoutGrease(hello.cipherSuites)
  lists.push(separator)
  for (const { type } of hello.extensions ?? []) if (!isGrease(type)) lists.push(type)
  lists.push(separator)
  pushWithoutGrease(hello.supportedGroups ?? [])
  lists.push(separator)
  pushWithoutGrease(hello.pointFormats ?? [])
}

function pushWithoutGrease(values: readonly number[]): void {
  for (const value of values) if (!isGrease(value)) lists.push(value)
}

/** The first `count` integers sorted, then the rest behind the separator as they are, as 12 digits of their hash. */
function ja4Hash(count: number, crypto: Crypto): string {
  if (lists.size === 0) return '000000000000'
  return ja4Hashes.get(lists, () => {
    lists.sort(count)
    return crypto.hashHex('sha256', ja4Ascii()).slice(0, 12)
  })
}

/** Decimal numbers joined by `-`, lists by `,`. */
function ja3Ascii(): Uint8Array {
  const { values, size } = lists
  text.clear()
  for (let i = 0; i < size; i++) {
    const value = values[i]!
    if (value === separator) {
      text.push(comma)
      continue
    }
    if (i > 0 && values[i - 1] !== separator) text.push(dash)
    text.decimal(value)
  }
  return text.written
}

/** Four hex digits each joined by `,`; an empty second list leaves no trace. */
function ja4Ascii(): Uint8Array {
  const { values, size } = lists
  text.clear()
  for (let i = 0; i < size; i++) {
    const value = values[i]!
    if (value === separator) {
      if (i < size - 1) text.push(underscore)
      continue
    }
    if (i > 0 && values[i - 1] !== separator) text.push(comma)
    for (let shift = 12; shift >= 0; shift -= 4) text.push(hexDigits[(value >> shift) & 15]!)
  }
  return text.written
}

function ja4Version(hello: ClientHello): string {
  let highest = -1
  for (const version of hello.supportedVersions ?? [])
    if (!isGrease(version)) highest = Math.max(highest, version)
  return ja4Versions[highest < 0 ? hello.version : highest] ?? '00'
}

function ja4Alpn(extensions: readonly Extension[] | null): string {
  const data = extensions?.find((extension) => extension.type === 16)?.data
  if (data === undefined) return '00'
  const first = parse(data, (r) => r.vector(2, 'protocol names').opaque(1, 'protocol name'))
  if (!first.ok || first.value.length === 0) return '00'
  const ends = [first.value[0]!, first.value.at(-1)!]
  if (ends.every(isAlphanumeric)) return String.fromCharCode(...ends)
  const digits = hex(first.value)
  return digits[0]! + digits.at(-1)!
}

function isAlphanumeric(octet: number): boolean {
  return /[0-9A-Za-z]/.test(String.fromCharCode(octet))
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0')
}

/** A list of integers that is written again and again without new memory. */
class Integers {
  values = new Int32Array(256)
  size = 0

  clear(): void {
    this.size = 0
  }

  push(value: number): void {
    if (this.size === this.values.length) {
      const larger = new Int32Array(this.values.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.size++] = value
  }

  sort(count: number): void {
    this.values.subarray(0, count).sort()
  }
}

/** Characters that are written again and again without new memory. */
class Ascii {
  private bytes = new Uint8Array(1024)
  private size = 0

  /** Overwritten by the next text. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.size)
  }

  clear(): void {
    this.size = 0
  }

  push(character: number): void {
    if (this.size === this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2)
      larger.set(this.bytes)
      this.bytes = larger
    }
    this.bytes[this.size++] = character
  }

  decimal(value: number): void {
    if (value > 9) this.decimal(Math.trunc(value / 10))
    this.push(zero + (value % 10))
  }
}

/**
 * Remembers texts by lists of integers: most hellos of a capture repeat, and comparing integers is cheap. What comes once is not
 * remembered: clients that shuffle their extensions never say the same again.
 */
class ListCache {
  private readonly entries = new Map<number, { readonly list: Int32Array; readonly text: string }>()
  /** Keys met before, one for each of their lower bits. */
  private readonly met = new Int32Array(4096)

  get(list: Integers, make: () => string): string {
    const key = fnv(list)
    const entry = this.entries.get(key)
    if (entry !== undefined && same(entry.list, list)) return entry.text
    const place = key & (this.met.length - 1)
    const again = this.met[place] === key
    this.met[place] = key
    const kept = again && list.size <= longestRemembered ? list.values.slice(0, list.size) : null
    const made = make()
    if (kept === null) return made
    if (this.entries.size >= maxRemembered) this.entries.clear()
    this.entries.set(key, { list: kept, text: made })
    return made
  }
}

function fnv({ values, size }: Integers): number {
  let key = 0x811c9dc5 | 0
  for (let i = 0; i < size; i++) key = Math.imul(key ^ values[i]!, 0x01000193)
  return key
}

function same(kept: Int32Array, { values, size }: Integers): boolean {
  if (kept.length !== size) return false
  for (let i = 0; i < size; i++) if (kept[i] !== values[i]) return false
  return true
}

const separator = -1
const maxRemembered = 2048
const longestRemembered = 512
const ja3Hashes = new ListCache()
const ja4Hashes = new ListCache()
/** Written for one hello after another. */
const lists = new Integers()
const text = new Ascii()
const [comma, dash, zero, underscore] = [0x2c, 0x2d, 0x30, 0x5f]
const hexDigits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

const ja4Versions: Readonly<Record<number, string>> = {
  0x0002: 's2',
  0x0300: 's3',
  0x0301: '10',
  0x0302: '11',
  0x0303: '12',
  0x0304: '13',
  0xfeff: 'd1',
  0xfefd: 'd2',
  0xfefc: 'd3',
}
