// ASN.1 elements of DER, and of the BER that old certificates contain (X.690), with positions.

import type { Reader } from '../bytes/reader.ts'

/** One element: its identifier octet, where its header begins, and a cursor over its content. */
export interface Element {
  readonly tag: number
  readonly start: number
  readonly content: Reader
}

/** A byte range of the bytes read: [start, end). */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The next element, whatever it is. Multi-octet tags and indefinite lengths are refused, long lengths are not. */
export function element(r: Reader, what: string): Element {
  const start = r.at
  const tag = octet(r, what)
  if ((tag & 0x1f) === 0x1f) r.fail(`${what}: tag number above 30`, start)
  const first = octet(r, what)
  let length = first
  if (first === 0x80) r.fail(`${what}: indefinite length`, start)
  if (first > 0x80) {
    if (first > 0x84) r.fail(`${what}: length of ${String(first & 0x7f)} octets`, start)
    length = 0
    for (let i = first & 0x7f; i > 0; i--) length = length * 256 + octet(r, what)
  }
  return { tag, start, content: r.sub(length, what) }
}

/** The content of an element that must have this tag. */
export function expect(r: Reader, tag: number, what: string): Reader {
  const at = r.at
  const found = element(r, what)
  if (found.tag !== tag) r.fail(`${what}: tag ${String(found.tag)} instead of ${String(tag)}`, at)
  return found.content
}

/** The content of an optional element, or null if the next one has another tag. */
export function optional(r: Reader, tag: number, what: string): Reader | null {
  return nextTag(r) === tag ? expect(r, tag, what) : null
}

/** The identifier octet of the next element; -1 at the end. */
export function nextTag(r: Reader): number {
  return r.left > 0 ? r.bytes[r.at]! : -1
}

/** An OBJECT IDENTIFIER in dotted form. */
export function objectIdentifier(r: Reader, what: string): string {
  const content = expect(r, tags.objectIdentifier, what)
  if (content.left === 0) r.fail(`${what}: empty object identifier`)
  return dotted(content, what)
}

/** X.690 §8.19. Arcs above 2^53 lose precision. */
export function dotted(content: Reader, what: string): string {
  let text = ''
  let arc = 0
  while (content.left > 0) {
    const next = octet(content, what)
    arc = arc * 128 + (next & 0x7f)
    if ((next & 0x80) !== 0) {
      if (content.left === 0) content.fail(`${what}: object identifier breaks off`)
      continue
    }
    if (text === '') {
      const first = Math.min(2, Math.floor(arc / 40))
      text = `${String(first)}.${String(arc - first * 40)}`
    } else text += `.${String(arc)}`
    arc = 0
  }
  return text
}

/** Bits of an unsigned INTEGER's content. */
export function integerBits(content: Reader): number {
  let at = content.at
  while (at < content.end && content.bytes[at] === 0) at++
  return at === content.end ? 0 : (content.end - at) * 8 - (Math.clz32(content.bytes[at]!) - 24)
}

/** A small INTEGER; capped, as only tiny ones are read so. */
export function smallInteger(content: Reader, what: string): number {
  let value = 0
  while (content.left > 0) value = Math.min(value * 256 + octet(content, what), 0x7fffffff)
  return value
}

/** The octets of a BIT STRING without the count of unused bits. */
export function bitString(r: Reader, what: string): Reader {
  const content = expect(r, tags.bitString, what)
  const unused = octet(content, what)
  if (unused > 7) r.fail(`${what}: ${String(unused)} unused bits`)
  return content
}

/**
 * UTCTime or GeneralizedTime as milliseconds since 1970 UTC; NaN where its text is no time
 * (RFC 5280 §4.1.2.5, with the seconds and offsets that BER leaves open).
 */
export function time(r: Reader, what: string): number {
  const { tag, content, start } = element(r, what)
  let text = ''
  while (content.left > 0) text += String.fromCharCode(octet(content, what))
  const known = tag === tags.utcTime || tag === tags.generalizedTime
  if (r.fields !== null) r.fields.text(what, start, r.at - start, known ? timeText(text, tag) : text)
  return known ? timeOf(text, tag) : NaN
}

/** The text of a UTCTime or GeneralizedTime in ISO 8601; as it is where it is no time. */
export function timeText(text: string, tag: number): string {
  const value = timeOf(text, tag)
  return Number.isNaN(value) ? text : new Date(value).toISOString()
}

function timeOf(text: string, tag: number): number {
  const short = tag === tags.utcTime
  const parts = (short ? utcTimeForm : generalizedTimeForm).exec(text)
  if (parts === null) return NaN
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // RFC 5280 §4.1.2.5.1
  const fullYear = !short ? year : year < 50 ? 2000 + year : 1900 + year
  const offset = (parts[7] === '-' ? -1 : 1) * (Number(parts[8] ?? 0) * 60 + Number(parts[9] ?? 0))
  const utc = new Date(0)
  utc.setUTCFullYear(fullYear, month - 1, day)
  utc.setUTCHours(hour, minute - offset, second)
  return utc.getTime()
}

const utcTimeForm = timeForm(2)
const generalizedTimeForm = timeForm(4)

/** Year in so many digits, month, day, hour, minute, seconds if any, a fraction that nobody needs, offset. */
function timeForm(yearDigits: number): RegExp {
  return new RegExp(
    `^(\\d{${String(yearDigits)}})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d{0,2})(?:[.,]\\d+)?(?:Z|([+-])(\\d\\d)(\\d\\d))?$`,
  )
}

/** One octet that the field tree does not show by itself. */
export function octet(r: Reader, what: string): number {
  const at = r.at
  r.skip(1, what)
  return r.bytes[at]!
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const
