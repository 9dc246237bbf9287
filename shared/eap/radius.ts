// RADIUS packets that carry EAP: code, identifier, and the attributes that matter here (RFC 2865 §3 and §5, RFC 3579 §3.1).

import { joined } from '../bytes/joined.ts'
import { u16 } from '../bytes/raw.ts'
import { type Parsed, parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'

export interface RadiusPacket {
  readonly code: number
  readonly id: number
  /** All EAP-Message attributes joined; null without one. */
  readonly eap: Uint8Array | null
  /** A view; null without one. */
  readonly state: Uint8Array | null
  /** What the server says to the user; null without one. */
  readonly reply: string | null
}

export const radiusCodes = { request: 1, accept: 2, reject: 3, challenge: 11 } as const

const headerLength = 20
const attribute = { reply: 18, state: 24, eapMessage: 79 } as const
const maxReplyShown = 120

/** Whether a datagram may be one of the four packets of an authentication. Allocates nothing. */
export function looksLikeRadius(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < headerLength) return false
  const code = b[start]!
  const { request, accept, reject, challenge } = radiusCodes
  if (code !== request && code !== accept && code !== reject && code !== challenge) return false
  const length = u16(b, start + 2)
  return length >= headerLength && length <= end - start
}

/** Reads the packet; octets behind its length are padding (RFC 2865 §3). */
export function readRadius(b: Uint8Array, start: number, end: number): Parsed<RadiusPacket> {
  return parse(b, radiusPacket, null, start, end)
}

function radiusPacket(r: Reader): RadiusPacket {
  const code = r.u8('RADIUS code')
  const id = r.u8('RADIUS identifier')
  const length = r.u16('RADIUS length')
  r.skip(16, 'authenticator')
  if (length < headerLength) r.fail('RADIUS length')
  const attributes = r.sub(length - headerLength, 'attributes')
  const eap: Uint8Array[] = []
  let state: Uint8Array | null = null
  let reply: string | null = null
  while (attributes.left > 0) {
    const type = attributes.u8('attribute type')
    const size = attributes.u8('attribute length')
    if (size < 2) attributes.fail('attribute length')
    const value = attributes.raw(size - 2, 'attribute value')
    if (type === attribute.eapMessage) eap.push(value)
    else if (type === attribute.state) state = value
    else if (type === attribute.reply) reply = printable(value.subarray(0, maxReplyShown))
  }
  return { code, id, eap: eap.length === 0 ? null : joined(eap), state, reply }
}
