// Any DER, or BER with definite lengths, as a tree of its elements (X.690): for who wants the bytes' own structure, not our reading of it.

import { type Field, hexText } from '../bytes/fields.ts'
import { parse, Reader } from '../bytes/reader.ts'
import { clipped, printable } from '../bytes/text.ts'
import { maxAsn1Depth, maxAsn1Elements } from '../limits.ts'
import { oidName } from '../registries/oids.ts'
import { dotted, element, type Element, tags, timeText } from './der.ts'
import { stringOf } from './names.ts'

/** Where DER lies in the bytes read, and what it is called. */
export interface Asn1Part {
  readonly name: string
  readonly start: number
  readonly end: number
}

/**
 * The elements of `bytes[start, end)` below a root called `name`: tag and length as the name, what it says as the value. An OCTET
 * STRING or BIT STRING that holds whole elements shows them. What breaks the format is marked where it does; nesting and number
 * of elements are bounded by `maxAsn1Depth` and `maxAsn1Elements`.
 */
export function asn1Fields(bytes: Uint8Array, { name, start, end }: Asn1Part): Field[] {
  const root: Field = { name, depth: 0, start, end, value: bytesWord(end - start), malformed: null }
  const into = [root]
  new Tree(bytes).elements(start, end, 1, into)
  return into
}

/** Whether bytes are one or more whole SEQUENCEs, as messages of LDAP and CredSSP are (RFC 4511 §4.1.1, MS-CSSP §2.2.1). */
export function isSequences(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2) return false
  const read = parse(
    bytes,
    (r) => {
      while (r.left > 0) if (element(r, 'element').tag !== tags.sequence) r.fail('no SEQUENCE')
    },
    null,
    start,
    end,
  )
  return read.ok
}

class Tree {
  private readonly bytes: Uint8Array
  private left = maxAsn1Elements

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Adds the elements of [start, end) at `depth`; false where they break the format. */
  elements(start: number, end: number, depth: number, into: Field[]): boolean {
    const r = new Reader(this.bytes, start, end)
    while (r.left > 0) {
      const at = r.at
      if (this.left-- <= 0) {
        into.push(leaf('not shown', depth, at, end, `more than ${String(maxAsn1Elements)} elements`))
        return true
      }
      const read = parse(
        this.bytes,
        (reader) => ({ found: element(reader, 'element'), next: reader.at }),
        null,
        at,
        end,
      )
      if (!read.ok) {
        const field = leaf('malformed', depth, at, end, '')
        field.malformed = read.malformed.what
        into.push(field)
        return false
      }
      const { found, next } = read.value
      r.skip(next - at, 'element')
      if (!this.element(found, next, depth, into)) return false
    }
    return true
  }

  private element({ tag, start, content }: Element, end: number, depth: number, into: Field[]): boolean {
    const field = leaf(`${tagName(tag)}, ${bytesWord(content.left)}`, depth, start, end, '')
    into.push(field)
    if (depth >= maxAsn1Depth) {
      field.value = `not opened: nested deeper than ${String(maxAsn1Depth)}`
      return true
    }
    const first = into.length
    if ((tag & constructed) !== 0) {
      const whole = this.elements(content.at, content.end, depth + 1, into)
      field.value = digest(into, first, depth + 1)
      return whole
    }
    const held = heldFrom(tag, content)
    if (held !== null && this.opens(held, content.end, depth + 1, into))
      field.value = digest(into, first, depth + 1)
    else field.value = valueOf(tag, content)
    return true
  }

  /** Adds what a string holds where that is whole elements. A try that fails counts: hostile bytes may fail at every level. */
  private opens(start: number, end: number, depth: number, into: Field[]): boolean {
    const inner: Field[] = []
    if (!this.elements(start, end, depth, inner)) return false
    for (const field of inner) into.push(field)
    return true
  }
}

const constructed = 0x20
/** Tags that what an OCTET STRING holds begins with: anything else is more likely chance. */
const heldTags: readonly number[] = [
  tags.sequence,
  tags.set,
  tags.octetString,
  tags.bitString,
  tags.integer,
  tags.ia5String,
  tags.utf8String,
]

/** Where elements may begin in the content of a string; null where it is none, or holds something else. */
function heldFrom(tag: number, content: Reader): number | null {
  const { bytes, at, end } = content
  const from = tag === tags.bitString ? at + 1 : at
  if (end - from < 2) return null
  if (tag === tags.bitString) return bytes[at] === 0 && bytes[from] === tags.sequence ? from : null
  return tag === tags.octetString && heldTags.includes(bytes[from]!) ? from : null
}

function leaf(name: string, depth: number, start: number, end: number, value: string): Field {
  return { name, depth, start, end, value, malformed: null }
}

/** What the elements from `first` on at `depth` amount to: an algorithm or attribute by its name, a single element by its value. */
function digest(fields: readonly Field[], first: number, depth: number): string {
  const members: Field[] = []
  for (let at = first; at < fields.length; at++) if (fields[at]!.depth === depth) members.push(fields[at]!)
  const [one, two] = members
  if (one === undefined) return 'empty'
  if (members.length === 1) return one.value
  if (!one.name.startsWith('OBJECT IDENTIFIER')) return `${String(members.length)} elements`
  const named = one.value.replace(/ \([\d.]+\)$/, '')
  return two === undefined || two.value === '' ? named : clipped(`${named}: ${two.value}`, maxText)
}

function bytesWord(count: number): string {
  return count === 1 ? '1 byte' : `${String(count)} bytes`
}

const classes = ['', 'APPLICATION ', '', 'PRIVATE ']

/** X.680 §8.4: universal tags by their names, others by class and number. */
function tagName(tag: number): string {
  if (tag >= 0x40) return `[${classes[tag >> 6]!}${String(tag & 0x1f)}]`
  return universal[tag & 0x1f] ?? `[UNIVERSAL ${String(tag & 0x1f)}]`
}

const universal: Readonly<Record<number, string>> = {
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT IDENTIFIER',
  9: 'REAL',
  10: 'ENUMERATED',
  12: 'UTF8String',
  16: 'SEQUENCE',
  17: 'SET',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'TeletexString',
  22: 'IA5String',
  23: 'UTCTime',
  24: 'GeneralizedTime',
  26: 'VisibleString',
  27: 'GeneralString',
  28: 'UniversalString',
  30: 'BMPString',
}

const maxShown = 32
const maxText = 300

function valueOf(tag: number, content: Reader): string {
  const { bytes, at, end, left } = content
  switch (tag) {
    case tags.boolean:
      return left === 1 ? (bytes[at] === 0 ? 'FALSE' : 'TRUE') : hexOf(content)
    case tags.integer:
    case enumerated:
      return left > 0 && left <= 6 ? String(integer(bytes, at, end)) : hexOf(content)
    case tags.bitString:
      if (left === 0) return ''
      return `${bytes[at] === 0 ? '' : `${String(bytes[at])} unused bits, `}${hexOf(new Reader(bytes, at + 1, end))}`
    case tags.null:
      return ''
    case tags.objectIdentifier: {
      const read = parse(bytes, (r) => dotted(r, 'object identifier'), null, at, end)
      if (!read.ok) return hexOf(content)
      const known = oidName(read.value)
      return known === null ? read.value : `${known} (${read.value})`
    }
    case tags.utcTime:
    case tags.generalizedTime:
      return timeText(printable(bytes, at, Math.min(end, at + maxText)), tag)
    default: {
      const text = stringOf({ tag, start: at, content: new Reader(bytes, at, end) })
      if (text !== null) return clipped(text, maxText)
      // Context tags hold strings of their own kind: names, addresses, URLs.
      return tag >= 0x80 && isPrintable(content)
        ? clipped(printable(bytes, at, end), maxText)
        : hexOf(content)
    }
  }
}

const enumerated = 0x0a

/** Two's complement, at most six octets. */
function integer(bytes: Uint8Array, start: number, end: number): number {
  let value = bytes[start]! >= 0x80 ? -1 : 0
  for (let i = start; i < end; i++) value = value * 256 + bytes[i]!
  return value
}

function isPrintable({ bytes, at, end }: Reader): boolean {
  for (let i = at; i < end; i++) if (bytes[i]! < 0x20 || bytes[i]! > 0x7e) return false
  return end > at
}

function hexOf({ bytes, at, left }: Reader): string {
  return hexText(bytes, at, Math.min(left, maxShown)) + (left > maxShown ? ' …' : '')
}
