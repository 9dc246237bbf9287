// What an OCSP response says of one certificate (RFC 6960 §4.2.1), as stapled by TLS servers. Its signature is not checked.

import { parse, type Parsed, type Reader } from '../bytes/reader.ts'
import { element, expect, nextTag, objectIdentifier, octet, optional, tags, time } from './der.ts'

export interface OcspResponse {
  /** `successful` only has the rest. */
  readonly responseStatus: number
  readonly status: 'good' | 'revoked' | 'unknown' | null
  /** Milliseconds since 1970 UTC; null where the response has none. */
  readonly revokedAt: number | null
  readonly thisUpdate: number | null
  readonly nextUpdate: number | null
}

const basicResponse = '1.3.6.1.5.5.7.48.1.1'
const context0 = 0xa0
const certStatus = { good: 0x80, revoked: 0xa1, unknown: 0x82 } as const

/** Reads the DER of an OCSPResponse: of several answers the first, which is the leaf's. */
export function parseOcspResponse(der: Uint8Array): Parsed<OcspResponse> {
  return parse(der, readResponse, null)
}

function readResponse(r: Reader): OcspResponse {
  const whole = expect(r, tags.sequence, 'OCSPResponse')
  const responseStatus = octet(expect(whole, 0x0a, 'responseStatus'), 'responseStatus')
  const nothing = { responseStatus, status: null, revokedAt: null, thisUpdate: null, nextUpdate: null }
  const explicit = optional(whole, context0, 'responseBytes')
  if (explicit === null) return nothing
  const bytes = expect(explicit, tags.sequence, 'responseBytes')
  if (objectIdentifier(bytes, 'responseType') !== basicResponse) return nothing
  const basic = expect(expect(bytes, tags.octetString, 'response'), tags.sequence, 'BasicOCSPResponse')
  const data = expect(basic, tags.sequence, 'tbsResponseData')
  optional(data, context0, 'version')
  element(data, 'responderID')
  element(data, 'producedAt')
  const single = expect(expect(data, tags.sequence, 'responses'), tags.sequence, 'SingleResponse')
  element(single, 'certID')
  const { tag, content } = element(single, 'certStatus')
  const revokedAt = tag === certStatus.revoked ? time(content, 'revocationTime') : null
  const thisUpdate = time(single, 'thisUpdate')
  const next = nextTag(single) === context0 ? element(single, 'nextUpdate').content : null
  const nextUpdate = next === null ? null : time(next, 'nextUpdate')
  return { responseStatus, status: statusOf(tag), revokedAt, thisUpdate, nextUpdate }
}

function statusOf(tag: number): OcspResponse['status'] {
  if (tag === certStatus.revoked) return 'revoked'
  return tag === certStatus.good ? 'good' : 'unknown'
}
