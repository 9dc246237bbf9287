// Distinguished names and general names of certificates (RFC 5280 §4.1.2.4 and §4.2.1.6), as text.

import { hex } from '../bytes/fields.ts'
import { parse, type Reader } from '../bytes/reader.ts'
import { nameAttributes } from '../registries/oids.ts'
import { dotted, element, expect, objectIdentifier, tags, type Element } from './der.ts'

/** A Name: its text as RFC 4514 writes it (last part first) and its common names in the order of the bytes. */
export interface DistinguishedName {
  readonly text: string
  readonly commonNames: readonly string[]
  /** Its DER, to compare issuers with subjects. */
  readonly start: number
  readonly end: number
}

export interface GeneralName {
  readonly kind: 'dns' | 'ip' | 'email' | 'uri' | 'directory' | 'registered' | 'other'
  /** IP addresses in their usual form; a directory name as text; other kinds as hex. */
  readonly value: string
}

/** Reads a Name and records it as one field, with its attributes below. */
export function readName(r: Reader, what: string): DistinguishedName {
  const start = r.at
  const group = r.fields === null ? null : r.fields.open(what, start)
  const parts: string[] = []
  const commonNames: string[] = []
  const sequence = expect(r, tags.sequence, what)
  while (sequence.left > 0) {
    const set = expect(sequence, tags.set, 'relative name')
    const relative: string[] = []
    while (set.left > 0) {
      const at = set.at
      const pair = expect(set, tags.sequence, 'attribute')
      const type = objectIdentifier(pair, 'attribute type')
      const value = element(pair, 'attribute value')
      const text = stringOf(value)
      const name = nameAttributes[type] ?? type
      if (type === '2.5.4.3' && text !== null) commonNames.push(text)
      relative.push(`${name}=${text === null ? `#${hexOf(pair, value.start, pair.at)}` : escaped(text)}`)
      if (set.fields !== null)
        set.fields.text(name, at, set.at - at, text ?? hexOf(pair, value.start, pair.at))
    }
    parts.push(relative.join('+'))
  }
  const text = parts.reverse().join(',')
  if (group !== null) {
    group.value = text
    r.fields?.close(group, r.at)
  }
  return { text, commonNames, start, end: r.at }
}

/** Records a Name where there is a recorder; one that cannot be read is marked and harms nothing else. */
export function showName(r: Reader): void {
  if (r.fields !== null)
    parse(r.bytes, (inner) => readName(inner, 'distinguished name'), r.fields, r.at, r.end)
}

/** A GeneralNames sequence. */
export function readGeneralNames(r: Reader, what: string): GeneralName[] {
  const names: GeneralName[] = []
  const list = expect(r, tags.sequence, what)
  while (list.left > 0) names.push(readGeneralName(list))
  return names
}

export function readGeneralName(r: Reader): GeneralName {
  const part = element(r, 'general name')
  const name = generalNameOf(part)
  if (r.fields !== null) r.fields.text(kindLabels[name.kind], part.start, r.at - part.start, name.value)
  return name
}

/** `DNS:example.com`, `IP:192.0.2.1`, … as certificate viewers write them. */
export function generalNameText(name: GeneralName): string {
  return `${kindLabels[name.kind]}:${name.value}`
}

/** Octets of an address as text; hex for any other count than 4 or 16. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return hex(bytes)
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2]! << 8) | bytes[i * 2 + 1]!).toString(16))
  // RFC 5952 §4.2
  const zeros = groups.join(':').match(/(^|(?<=:))0(:0)+(?=:|$)/g) ?? []
  const longest = zeros.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return groups.join(':')
  const [before, after] = splitOnce(`:${groups.join(':')}:`, `:${longest}:`)
  return `${before.slice(1)}::${after.slice(0, -1)}`
}

function splitOnce(text: string, at: string): [string, string] {
  const i = text.indexOf(at)
  return [text.slice(0, i), text.slice(i + at.length)]
}

function generalNameOf(part: Element): GeneralName {
  const { content } = part
  switch (part.tag) {
    case 0x81:
      return { kind: 'email', value: ascii(content) }
    case 0x82:
      return { kind: 'dns', value: ascii(content) }
    case 0x86:
      return { kind: 'uri', value: ascii(content) }
    case 0x87:
      return { kind: 'ip', value: addressText(content.bytes.subarray(content.at, content.end)) }
    case 0x88:
      return { kind: 'registered', value: dotted(content, 'registered id') }
    case 0xa4:
      return { kind: 'directory', value: readName(content, 'directory name').text }
    default:
      return { kind: 'other', value: hexOf(content, content.at, content.end) }
  }
}

/** The text of a string element by its tag; null for a tag that is no string. */
/** The text of a string type; null for any other element. */
export function stringOf({ tag, content }: Element): string | null {
  switch (tag) {
    case tags.utf8String:
      return utf8(content)
    case tags.numericString:
    case tags.printableString:
    case tags.ia5String:
    case tags.visibleString:
    case tags.teletexString:
      return ascii(content)
    case tags.bmpString:
      return wide(content, 2)
    case tags.universalString:
      return wide(content, 4)
    default:
      return null
  }
}

// Latin-1 for the octets above 0x7f, as deployed T61Strings have it.
function ascii(content: Reader): string {
  let text = ''
  for (let i = content.at; i < content.end; i++) text += String.fromCharCode(content.bytes[i]!)
  return text
}

function utf8(content: Reader): string {
  for (let i = content.at; i < content.end; i++) {
    if (content.bytes[i]! > 0x7f) return decoder.decode(content.bytes.subarray(content.at, content.end))
  }
  return ascii(content)
}

function wide(content: Reader, octets: number): string {
  let text = ''
  for (let i = content.at; i + octets <= content.end; i += octets) {
    let unit = 0
    for (let k = 0; k < octets; k++) unit = unit * 256 + content.bytes[i + k]!
    text +=
      octets === 2 ? String.fromCharCode(unit) : unit <= 0x10ffff ? String.fromCodePoint(unit) : '\ufffd'
  }
  return text
}

// RFC 4514 §2.4
function escaped(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    const edge = (i === 0 && (char === '#' || char === ' ')) || (i === text.length - 1 && char === ' ')
    if (edge || '"+,;<>\\'.includes(char)) out += `\\${char}`
    else if (char < ' ' || char === '\x7f') out += `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`
    else out += char
  }
  return out
}

function hexOf(r: Reader, start: number, end: number): string {
  return hex(r.bytes.subarray(start, end))
}

const kindLabels: Readonly<Record<GeneralName['kind'], string>> = {
  dns: 'DNS',
  ip: 'IP',
  email: 'email',
  uri: 'URI',
  directory: 'directory name',
  registered: 'registered id',
  other: 'other name',
}

const decoder = new TextDecoder()
