// Fingerprints of hellos: JA3, JA3S, and JA4 of TLS clients (the part of JA4 under the BSD licence).

import { hex } from '../bytes/fields.ts'
import { parse } from '../bytes/reader.ts'
import type { Crypto, HashName } from '../ports.ts'
import { isGrease } from '../registries/registry.ts'
import type { ClientHello, Extension, ServerHello } from './messages.ts'

/** How the hello travelled: JA4 begins with it. */
export type FingerprintTransport = 'tcp' | 'quic' | 'dtls'

/** MD5 of `ja3Text`; null where that is null. */
export function ja3(hello: ClientHello, crypto: Crypto): string | null {
  if (hello.sslv2) return null
  return ja3Hashes.get(ja3Lists(hello), (lists) => hash(crypto, 'md5', ja3TextOf(lists)))
}

/**
 * `version,suites,extensions,groups,point formats` in decimal and wire order without GREASE. JA3 is not defined
 * for hellos in SSLv2 format: null.
 */
export function ja3Text(hello: ClientHello): string | null {
  return hello.sslv2 ? null : ja3TextOf(ja3Lists(hello))
}

/** MD5 of `version,suite,extensions` of a ServerHello, in decimal and wire order. */
export function ja3s(hello: ServerHello, crypto: Crypto): string {
  const lists = [hello.version, separator, hello.cipherSuite, separator, ...extensionTypes(hello.extensions)]
  return ja3Hashes.get(lists, () => hash(crypto, 'md5', ja3TextOf(lists)))
}

/**
 * JA4 as FoxIO's technical details give it, e.g. `t13d1516h2_8daaf6152771_e5627efa2ab1`. "Highest version" is the
 * highest number, also for DTLS, as the text and other tools have it. null for hellos in SSLv2 format.
 */
export function ja4(hello: ClientHello, transport: FingerprintTransport, crypto: Crypto): string | null {
  if (hello.sslv2) return null
  const suites = withoutGrease(hello.cipherSuites)
  const extensions = withoutGrease(extensionTypes(hello.extensions))
  const head = [
    transport[0],
    ja4Version(hello),
    extensions.includes(0) ? 'd' : 'i',
    twoDigits(suites.length),
    twoDigits(extensions.length),
    ja4Alpn(hello.extensions),
  ].join('')
  const sorted = extensions.filter((type) => type !== 0 && type !== 16)
  return [
    head,
    ja4Hash(suites.sort(ascending), [], crypto),
    ja4Hash(sorted.sort(ascending), withoutGrease(hello.signatureAlgorithms ?? []), crypto),
  ].join('_')
}

function ja3Lists(hello: ClientHello): number[] {
  const lists = [hello.version]
  for (const list of [
    hello.cipherSuites,
    extensionTypes(hello.extensions),
    hello.supportedGroups ?? [],
    hello.pointFormats ?? [],
  ]) {
    lists.push(separator)
    for (const value of list) if (!isGrease(value)) lists.push(value)
  }
  return lists
}

function ja3TextOf(lists: readonly number[]): string {
  let text = ''
  let first = true
  for (const value of lists) {
    if (value === separator) text += ','
    else text += first ? String(value) : `-${String(value)}`
    first = value === separator
  }
  return text
}

function ja4Hash(sorted: readonly number[], unsorted: readonly number[], crypto: Crypto): string {
  if (sorted.length === 0) return '000000000000'
  return ja4Hashes.get([...sorted, separator, ...unsorted], () => {
    const text = unsorted.length === 0 ? fourDigits(sorted) : `${fourDigits(sorted)}_${fourDigits(unsorted)}`
    return hash(crypto, 'sha256', text).slice(0, 12)
  })
}

function ja4Version(hello: ClientHello): string {
  const offered = withoutGrease(hello.supportedVersions ?? [])
  return ja4Versions[offered.length > 0 ? Math.max(...offered) : hello.version] ?? '00'
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

function extensionTypes(extensions: readonly Extension[] | null): number[] {
  return extensions === null ? [] : extensions.map((extension) => extension.type)
}

function withoutGrease(values: readonly number[]): number[] {
  return values.filter((value) => !isGrease(value))
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0')
}

function fourDigits(values: readonly number[]): string {
  return values.map((value) => value.toString(16).padStart(4, '0')).join(',')
}

function ascending(a: number, b: number): number {
  return a - b
}

function hash(crypto: Crypto, name: HashName, text: string): string {
  return hex(crypto.hash(name, encoder.encode(text)))
}

/** Remembers texts by lists of integers: most hellos of a capture repeat, and comparing integers is cheap. */
class ListCache {
  private readonly entries = new Map<number, { readonly lists: readonly number[]; readonly text: string }>()

  get(lists: readonly number[], make: (lists: readonly number[]) => string): string {
    const key = fnv(lists)
    const entry = this.entries.get(key)
    if (entry !== undefined && same(entry.lists, lists)) return entry.text
    const text = make(lists)
    if (lists.length > longestRemembered) return text
    if (this.entries.size >= maxRemembered) this.entries.clear()
    this.entries.set(key, { lists, text })
    return text
  }
}

function fnv(lists: readonly number[]): number {
  let key = 0x811c9dc5 | 0
  for (const value of lists) key = Math.imul(key ^ value, 0x01000193)
  return key
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const separator = -1
const maxRemembered = 16384
const longestRemembered = 512
const ja3Hashes = new ListCache()
const ja4Hashes = new ListCache()
const encoder = new TextEncoder()

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
