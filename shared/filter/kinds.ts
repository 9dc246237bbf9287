// Kinds of values a field can hold: how the user writes one, how two compare, and what `contains` looks at.

import { alerts, alertRow } from '../sspi/alerts.ts'
import { statuses, statusNames } from '../sspi/status.ts'
import { isInNetwork, parseAddress, parseNetwork } from './address.ts'

export type Value = string | number | boolean

export type Kind =
  'text' | 'number' | 'duration' | 'address' | 'status' | 'alert' | 'version' | 'time' | 'flag'

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | '~' | 'in'

/**
 * What the user wrote, ready to compare: negative where `value` lies before it, 0 where they are equal (or `value` lies inside a
 * range or network), positive where it lies after, NaN where the two have no order.
 */
export type Comparison = (value: Value) => number

export interface KindRules {
  readonly operators: readonly Operator[]
  /** The comparison, or a sentence that says why this is not such a value. */
  readonly read: (text: string) => Comparison | string
  /** A value as `contains` and `~` see it, in each way it may be written. */
  readonly texts: (value: Value) => readonly string[]
}

const equality: readonly Operator[] = ['==', '!=', 'in']
const textual: readonly Operator[] = ['contains', '~']
const order: readonly Operator[] = ['<', '<=', '>', '>=']

export const kinds: Readonly<Record<Kind, KindRules>> = {
  text: { operators: [...equality, ...textual], read: readText, texts: asIs },
  number: { operators: [...equality, ...order], read: readNumber, texts: asIs },
  duration: { operators: [...equality, ...order], read: readDuration, texts: asIs },
  address: { operators: [...equality, ...textual], read: readAddress, texts: asIs },
  status: { operators: [...equality, ...textual, ...order], read: readStatus, texts: statusTexts },
  alert: { operators: [...equality, ...textual, ...order], read: readAlert, texts: alertTexts },
  version: { operators: [...equality, ...textual, ...order], read: readVersion, texts: asIs },
  time: { operators: [...equality, ...textual, ...order], read: readTime, texts: asIs },
  flag: { operators: equality, read: readFlag, texts: asIs },
}

/** The code of a status name as the report has it; NaN for a name that is not in the registry. */
export function codeOfStatus(name: Value): number {
  return codes.get(name) ?? NaN
}

const codes = new Map<Value, number>(statusNames.map((name) => [name, statuses[name].code]))

/**
 * The code meant by a status as people hold it: a name, `0x80090326`, `80090326`, or decimal, signed (`-2146893018`) or not.
 * Null where no known status has it.
 */
export function findStatus(text: string): number | null {
  const upper = text.toUpperCase()
  const named = statusNames.find((name) => name === upper)
  if (named !== undefined) return statuses[named].code
  const numbers = [
    /^0X[0-9A-F]{1,8}$/.test(upper) ? parseInt(upper.slice(2), 16) : NaN,
    /^-?\d{1,10}$/.test(text) ? unsigned(Number(text)) : NaN,
    /^[0-9A-F]{8}$/.test(upper) ? parseInt(upper, 16) : NaN,
  ]
  return numbers.find((code) => statusNames.some((name) => statuses[name].code === code)) ?? null
}

/** A number of 32 bits, signed or not, without a sign; NaN where it has more. */
function unsigned(number: number): number {
  return number >= -(2 ** 31) && number < 2 ** 32 ? number >>> 0 : NaN
}

function asIs(value: Value): readonly string[] {
  return [String(value)]
}

function readText(text: string): Comparison {
  const wanted = text.toLowerCase()
  return (value) => compare(String(value).toLowerCase(), wanted)
}

function readNumber(text: string): Comparison | string {
  return readRange(text, toNumber) ?? `${text} is not a number`
}

/** Milliseconds, or with a unit: `250ms`, `1.5s`. */
function readDuration(text: string): Comparison | string {
  const milliseconds = (part: string): number => {
    const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(part)
    return match === null ? NaN : Number(match[1]) * (match[2] === 's' ? 1000 : 1)
  }
  return (
    readRange(text, milliseconds) ?? `${text} is not a duration: write milliseconds, or a unit as in 1.5s`
  )
}

/** One number, or two with `..` between them; null where `read` gives NaN. */
function readRange(text: string, read: (part: string) => number): Comparison | null {
  const [low = NaN, high = low, ...more] = text.split('..').map(read)
  if (Number.isNaN(low) || Number.isNaN(high) || more.length > 0) return null
  return (value) => (Number(value) < low ? -1 : Number(value) > high ? 1 : 0)
}

function readAddress(text: string): Comparison | string {
  // EAP over a local network has hardware addresses.
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) return readText(text)
  const network = parseNetwork(text)
  if (network === null) return `${text} is not an address; networks are written 10.0.0.0/8`
  const known = new Map<Value, number>()
  return (value) => {
    let answer = known.get(value)
    if (answer === undefined) {
      const bytes = parseAddress(String(value))
      answer = bytes !== null && isInNetwork(bytes, network) ? 0 : NaN
      known.set(value, answer)
    }
    return answer
  }
}

function readStatus(text: string): Comparison | string {
  const code = findStatus(text) ?? (/^0x[0-9a-f]{8}$/i.test(text) ? parseInt(text, 16) : null)
  if (code === null) return `${text} is not a status: write its name, 0x80090326 or -2146893018`
  return (value) => codeOfStatus(value) - code
}

function statusTexts(value: Value): readonly string[] {
  const code = codeOfStatus(value)
  return Number.isNaN(code) ? asIs(value) : [String(value), `0x${code.toString(16).padStart(8, '0')}`]
}

function readAlert(text: string): Comparison | string {
  if (text.includes('..')) return readNumber(text)
  const number = toNumber(text)
  const wanted = text.toLowerCase()
  const code = Number.isNaN(number)
    ? Object.keys(alerts).find((key) => alerts[Number(key)]?.name === wanted)
    : number
  if (code === undefined || Number(code) > 255) return `${text} is not an alert: write its number or name`
  return (value) => Number(value) - Number(code)
}

function alertTexts(value: Value): readonly string[] {
  return [String(value), alertRow(Number(value)).name]
}

/** In order of age; DTLS beside the TLS it is made of. */
const versions = ['ssl20', 'ssl30', 'tls10', 'tls11', 'dtls10', 'tls12', 'dtls12', 'tls13', 'dtls13']
/** ProtocolVersion on the wire, as Wireshark's filters write it. */
const wireVersions: Readonly<Record<string, string>> = {
  '0x0002': 'ssl20',
  '0x0300': 'ssl30',
  '0x0301': 'tls10',
  '0x0302': 'tls11',
  '0x0303': 'tls12',
  '0x0304': 'tls13',
  '0xfeff': 'dtls10',
  '0xfefd': 'dtls12',
  '0xfefc': 'dtls13',
}

/** `TLS 1.2`, `tls1.2`, `1.2`, Zeek's `TLSv12` and `SSLv3`, Wireshark's `0x0303`. */
function readVersion(text: string): Comparison | string {
  const wanted = versionRank(
    wireVersions[text.toLowerCase()] ?? (/^1\.\d$/.test(text) ? `TLS ${text}` : text),
  )
  if (wanted < 0) return `${text} is not a version: write "TLS 1.2", TLSv12 or 0x0303`
  return (value) => {
    const rank = versionRank(String(value))
    return rank < 0 ? NaN : rank - wanted
  }
}

function versionRank(text: string): number {
  const bare = text.toLowerCase().replace(/[ .v]/g, '')
  return versions.indexOf(/^(ssl|d?tls)\d$/.test(bare) ? `${bare}0` : bare)
}

/** A date, a date with time, or a time of day, UTC, as exact as the user likes: `2026-11-22`, `2026-11-22T10:14`, `10:14:03.5`. */
function readTime(text: string): Comparison | string {
  const wanted = text.trim().replace(' ', 'T').replace(/Z$/i, '')
  const ofDay = /^\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/.test(wanted)
  if (!ofDay && !/^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d{1,9})?)?)?)?)?)?$/.test(wanted))
    return `${text} is not a time: write 2026-11-22T10:14 or 10:14:03 (UTC)`
  const from = ofDay ? 11 : 0
  return (value) => compare(String(value).slice(from, from + wanted.length), wanted)
}

function readFlag(text: string): Comparison | string {
  const wanted = ['true', 'yes', '1', 't'].includes(text.toLowerCase())
  if (!wanted && !['false', 'no', '0', 'f'].includes(text.toLowerCase()))
    return `${text} is neither true nor false`
  return (value) => (value === wanted ? 0 : NaN)
}

function toNumber(text: string): number {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return parseInt(text, 16)
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
