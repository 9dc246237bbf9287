// What can be told of a conversation in one pass: rules say which of it they need, and the others are not asked.

import { streamOf } from '../conversation/facts.ts'
import { shortestNotable } from './rules/limits.ts'
import { recordLimit } from './rules/records.ts'
import type { Context } from './finding.ts'

/** Traits as bits. Each is necessary for the rules that ask for it; they look more closely themselves. */
const bits = {
  established: 1 << 0,
  failed: 1 << 1,
  /** Failed, or left open by the capture. */
  unfinished: 1 << 2,
  /** There is a cause to speak of. */
  candidate: 1 << 3,
  tcp: 1 << 4,
  udp: 1 << 5,
  quic: 1 << 6,
  eap: 1 << 7,
  /** Something was said before TLS, or around it. */
  carried: 1 << 8,
  /** A readable alert is the failure; or there are readable alerts at all. */
  alert: 1 << 9,
  alerts: 1 << 10,
  /** ServerHello, HelloRetryRequest, CertificateRequest, the server's Certificate, its Certificate or ServerKeyExchange. */
  answered: 1 << 11,
  retry: 1 << 12,
  request: 1 << 13,
  certificate: 1 << 14,
  serverKey: 1 << 15,
  /** A hello in SSLv2 format. */
  oldHello: 1 << 16,
  /** An alert no_renegotiation, or a failure in a later handshake. */
  renegotiation: 1 << 17,
  reset: 1 << 18,
  fin: 1 << 19,
  /** A FIN or a reset. */
  ended: 1 << 27,
  repeated: 1 << 20,
  disorder: 1 << 21,
  zeroWindow: 1 << 22,
  gap: 1 << 23,
  /** Keys opened records. */
  opened: 1 << 24,
  longMessage: 1 << 25,
  longRecord: 1 << 26,
  /** What was opened is a protocol that is read. */
  inside: 1 << 28,
  /** An ICMP error about one of its packets. */
  icmp: 1 << 29,
} as const

export type Trait = keyof typeof bits

/** The traits that a conversation must have, as one number. */
export function traitBits(traits: readonly Trait[]): number {
  return traits.reduce((sum, trait) => sum | bits[trait], 0)
}

/** The traits of a conversation. */
export function traitsOf(context: Context): number {
  const { conversation, outcome, candidates, view, alert, failure } = context
  const { carrier } = conversation
  let found: number = ofTransport[conversation.transport]
  found |= outcome.outcome === 'established' ? bits.established : bits.unfinished
  if (outcome.outcome === 'failed') found |= bits.failed
  if (candidates.length > 0) found |= bits.candidate
  if (carrier.name !== 'none' || carrier.steps.length > 0) found |= bits.carried
  if (conversation.inside !== null) found |= bits.inside
  if (alert !== null) found |= bits.alert
  if (view.alerts.length > 0) found |= bits.alerts
  if (view.serverHello !== null) found |= bits.answered
  if (view.retry !== null) found |= bits.retry
  if (view.request !== null) found |= bits.request
  if (view.certificate.server !== null) found |= bits.certificate | bits.serverKey
  if (view.serverKeyExchange !== null) found |= bits.serverKey
  if (view.firstHello?.body.sslv2 === true) found |= bits.oldHello
  if (failure !== null && failure.handshake > 1) found |= bits.renegotiation
  return (
    found |
    ofMessages(context) |
    ofEvents(context) |
    ofStream(context, 'client') |
    ofStream(context, 'server')
  )
}

const ofTransport = {
  tcp: bits.tcp,
  udp: bits.udp,
  quic: bits.quic,
  eapol: bits.eap,
  radius: bits.eap,
  'rdp-udp': 0,
} as const

function ofMessages({ conversation }: Context): number {
  let found = 0
  for (const { contentType, type, bytes } of conversation.messages) {
    if (contentType === 21 && type === 100) found |= bits.renegotiation
    if (contentType === 22 && bytes.length >= shortestNotable) found |= bits.longMessage
  }
  return found
}

function ofEvents({ conversation }: Context): number {
  let found = 0
  for (const { kind } of conversation.events) found |= ofEvent[kind]
  return found
}

const ofEvent = {
  syn: 0,
  retransmission: bits.repeated,
  duplicate: 0,
  reordered: bits.disorder,
  overlap: bits.disorder,
  gap: 0,
  truncated: 0,
  rst: bits.reset | bits.ended,
  fin: bits.fin | bits.ended,
  'zero-window': bits.zeroWindow,
  'keep-alive': 0,
  icmp: bits.icmp,
} as const

function ofStream({ conversation }: Context, side: 'client' | 'server'): number {
  const { records, gaps } = streamOf(conversation, side)
  let found = gaps.length > 0 ? bits.gap : 0
  for (const { start, end, opened } of records) {
    if (end - start - 5 > recordLimit.tls12) found |= bits.longRecord
    if (opened !== null) found |= bits.opened
  }
  return found
}
