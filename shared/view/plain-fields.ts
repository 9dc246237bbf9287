// The fields of bytes that are no TLS: packet by packet what the carrier's reading makes of them, and what they say as text.

import { type Field, hexText } from '../bytes/fields.ts'
import { clipped, printable } from '../bytes/text.ts'
import type { CarrierStep } from '../conversation/facts.ts'
import { maxTokenFields } from '../limits.ts'
import { asn1Fields, isSequences } from '../x509/asn1.ts'

/** Where the bytes of one packet lie. */
export interface PacketRun {
  readonly packet: number
  readonly start: number
  readonly end: number
}

const maxLine = 300
const maxHexBytes = 32
const rootNames = { ok: 'agreed', refused: 'refused', info: 'before TLS' } as const

/** `steps` are those of the side that sent the bytes. A packet that the carrier did not read is told as what it is: not TLS. */
export function plainFields(
  bytes: Uint8Array,
  packets: readonly PacketRun[],
  steps: readonly CarrierStep[],
): Field[] {
  const fields: Field[] = []
  for (const { packet, start, end } of packets) {
    if (fields.length >= maxTokenFields) break
    const said = steps.filter((step) => step.packets.includes(packet))
    const refusal = said.find((step) => step.result === 'refused')
    fields.push({
      name: rootNames[refusal?.result ?? said[0]?.result ?? 'info'],
      depth: 0,
      start,
      end,
      value: said.map((step) => step.text).join(', '),
      malformed: null,
    })
    if (said.length === 0) fields.at(-1)!.name = 'not TLS'
    if (isText(bytes, start, end)) addLines(bytes, start, end, fields)
    else {
      const shown = Math.min(end - start, maxHexBytes)
      const rest = end - start > shown ? ' …' : ''
      add(fields, 'bytes', start, end, hexText(bytes, start, shown) + rest)
    }
  }
  return fields
}

/** The elements of packets that are nothing but SEQUENCEs, such as those of LDAP. */
export function plainAsn1(bytes: Uint8Array, packets: readonly PacketRun[]): Field[] {
  return packets.flatMap(({ packet, start, end }) =>
    isSequences(bytes, start, end) ? asn1Fields(bytes, { name: `packet ${String(packet)}`, start, end }) : [],
  )
}

/** Lines end in CR LF, or LF alone; a line's range includes its end. */
function addLines(bytes: Uint8Array, start: number, end: number, fields: Field[]): void {
  for (let at = start; at < end && fields.length < maxTokenFields;) {
    const found = bytes.indexOf(lineFeed, at)
    const next = found < 0 || found >= end ? end : found + 1
    let last = next
    while (last > at && (bytes[last - 1] === lineFeed || bytes[last - 1] === carriageReturn)) last--
    add(fields, 'line', at, next, clipped(printable(bytes, at, Math.min(last, at + maxLine + 1)), maxLine))
    at = next
  }
}

function add(fields: Field[], name: string, start: number, end: number, value: string): void {
  fields.push({ name, depth: 1, start, end, value, malformed: null })
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Printable ASCII, tabs and line ends, and UTF-8's upper octets: what the text protocols of mail, directories and proxies send. */
function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!
    if ((octet < 0x20 && octet !== 0x09 && octet !== lineFeed && octet !== carriageReturn) || octet === 0x7f)
      return false
  }
  return end > start
}
