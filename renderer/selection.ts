// What of a conversation is selected, and which bytes a finding points at. Pure.

import type { ReportConversation, ReportEvidence } from '../shared/contract/report.ts'

/** A call of one side, or one delivery of a token on the wire. */
export type Selection =
  | { readonly kind: 'call'; readonly side: 'client' | 'server'; readonly n: number }
  | { readonly kind: 'token'; readonly token: number; readonly piece: number }

/** Bytes of the inspected token, `end` exclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What is selected when a conversation opens: what the failing call took in, else that call, else the first token with a message. */
export function openingOf(conversation: ReportConversation): Selection | null {
  const { failure } = conversation
  const first =
    conversation.tokens.find((each) => conversation.messages.some((message) => message.token === each.id)) ??
    conversation.tokens[0]
  if (failure !== null && (failure.side === 'client' || failure.side === 'server') && failure.call !== null) {
    const { calls } = conversation.contexts[failure.side]
    const call = calls.find((each) => each.n === failure.call)
    const input = call?.tokens.at(-1)?.token
    if (input === undefined) return { kind: 'call', side: failure.side, n: failure.call }
    const earlier = calls.filter(
      (each) => each.n < (failure.call ?? 0) && each.tokens.some((slice) => slice.token === input),
    )
    return { kind: 'token', token: input, piece: earlier.length }
  }
  return first === undefined ? null : { kind: 'token', token: first.id, piece: 0 }
}

/** The bytes of a side's stream that a piece of evidence points at; null where it names a packet only. */
export function rangeOf(conversation: ReportConversation, evidence: ReportEvidence): ByteRange | null {
  const { space, from, offset, length } = evidence
  if (space === 'packet' || from === null || offset === null) return null
  if (space !== 'certificate') return { start: offset, end: offset + (length ?? 1) }
  const base = certificateStart(conversation, from, evidence.packet, evidence.index ?? 0)
  if (base === null) return null
  if ('end' in base) return base
  return { start: base.start + offset, end: base.start + offset + (length ?? 1) }
}

/**
 * Where a certificate's DER begins in its sender's stream (RFC 5246 §7.4.2: message header, list length, then each with its
 * length); the whole message where records, fragments or encryption lie between.
 */
function certificateStart(
  conversation: ReportConversation,
  from: 'client' | 'server',
  packet: number | null,
  index: number,
): { readonly start: number } | ByteRange | null {
  const sent = conversation.messages.filter((each) => each.from === from && each.name === 'Certificate')
  const message = sent.find((each) => packet !== null && each.packets.includes(packet)) ?? sent[0]
  if (message === undefined) return null
  const [start, end] = message.stream
  const before = conversation.certificates[from]?.slice(0, index)
  if (
    message.protection !== 'plain' ||
    end - start !== message.bytes ||
    before === undefined ||
    before.some((each) => each.der === null)
  )
    return { start, end }
  const header = message.dtls === null ? 4 : 12
  return { start: before.reduce((at, each) => at + derBytes(each.der ?? '') + 3, start + header + 6) }
}

/** Length of the bytes that a base64 text stands for. */
export function derBytes(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
}

/** The bytes the best finding points at in a token, to be marked when it opens. */
export function evidenceIn(conversation: ReportConversation, token: number): ByteRange | null {
  const held = conversation.tokens.find((each) => each.id === token)
  const ranked = [...conversation.findings].sort((one, two) => one.rank - two.rank)
  for (const evidence of ranked.flatMap((finding) => finding.evidence)) {
    const range = rangeOf(conversation, evidence)
    if (held === undefined || range === null || evidence.from !== held.from) continue
    const start = range.start - held.stream[0]
    if (start >= 0 && start < held.bytes)
      return { start, end: Math.min(held.bytes, range.end - held.stream[0]) }
  }
  return null
}
