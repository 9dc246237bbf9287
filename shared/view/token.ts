// One token for the inspector: its bytes, their packets, and the field tree over them.

import type { Analysis } from '../analyse.ts'
import type { Field } from '../bytes/fields.ts'
import { streamOf, type Side, type TlsRecord } from '../conversation/facts.ts'
import type { Piece } from '../conversation/gatherer.ts'
import { firstEndingAfter } from './packets.ts'
import { plainAsn1, plainFields } from './plain-fields.ts'
import type { Reread } from '../inspect.ts'
import { maxTokenBytes } from '../limits.ts'
import type { Token } from '../schannel/model.ts'
import type { MessageContext } from '../tls/messages.ts'
import { dtlsRecordHeaderLength, recordHeaderLength } from '../tls/records.ts'
import { type BarePart, bareFields, tokenFields } from '../tls/token-fields.ts'

export interface TokenView {
  /** The token's bytes on the wire, at most `maxTokenBytes`, then what keys opened of it. Bytes that were not captured are zero. */
  readonly bytes: Uint8Array
  readonly fields: Field[]
  readonly packets: { packet: number; start: number; end: number }[]
  /** The elements of the DER in it; empty without. */
  readonly asn1: Field[]
  /** Where opened content begins in `bytes`; null without. */
  readonly openedFrom: number | null
}

/** The view of one of `analysis.replay.tokens`; `reread` gives the bytes. */
export function tokenView(token: Token, analysis: Analysis, pieces: Reread['pieces']): TokenView {
  const end = Math.min(token.end, token.start + maxTokenBytes)
  const wire = new Uint8Array(end - token.start)
  const packets: TokenView['packets'] = []
  const own = pieces[token.from]
  for (let i = firstEndingAfter(own, token.start); i < own.length && own[i]!.start < end; i++) {
    const piece = own[i]!
    const from = Math.max(piece.start, token.start)
    const to = Math.min(endOf(piece), end)
    wire.set(piece.bytes.subarray(from - piece.start, to - piece.start), from - token.start)
    const last = packets.at(-1)
    // QUIC's packets bring several pieces in a row, one for each CRYPTO frame.
    if (last?.packet === piece.packet && last.end === from - token.start) last.end = to - token.start
    else packets.push({ packet: piece.packet, start: from - token.start, end: to - token.start })
  }
  const records = token.records.map((index) => streamOf(analysis.conversation, token.from).records[index]!)
  const context = contextOf(token.from, token.start, analysis)
  const { carrier, transport } = analysis.conversation
  if (token.kind === 'not-tls') {
    const steps = carrier.steps.filter((step) => step.from === token.from)
    return {
      bytes: wire,
      fields: plainFields(wire, packets, steps),
      asn1: plainAsn1(wire, packets),
      packets,
      openedFrom: null,
    }
  }
  const asn1: Field[] = []
  const fields =
    transport === 'quic'
      ? bareFields(wire, bareParts(token, records), context, asn1)
      : tokenFields(wire, {
          context,
          sealedFrom: (index) => records[index]?.protection !== 'plain',
          sslv2: records[0]?.contentType === 128,
          asn1,
        })
  const opened = openedContent(records, token.from, wire.length, analysis)
  if (opened === null) return { bytes: wire, fields, asn1, packets, openedFrom: null }
  const bytes = new Uint8Array(wire.length + opened.bytes.length)
  bytes.set(wire)
  bytes.set(opened.bytes, wire.length)
  return {
    bytes,
    fields: [...fields, ...opened.fields],
    asn1: [...asn1, ...opened.asn1],
    packets,
    openedFrom: wire.length,
  }
}

function bareParts(token: Token, records: readonly TlsRecord[]): BarePart[] {
  const parts = records.map(({ contentType, start, end, protection }) => ({
    contentType,
    start: start - token.start,
    end: end - token.start,
    sealed: protection !== 'plain',
  }))
  // What came of a message that never became whole.
  const rest = parts.at(-1)?.end ?? 0
  const length = Math.min(token.end - token.start, maxTokenBytes)
  return rest < length ? [...parts, { contentType: 22, start: rest, end: length, sealed: false }] : parts
}

function endOf(piece: Piece): number {
  return piece.start + piece.bytes.length
}

/** What was agreed before the byte at `start` of what `from` sent: the parsers of later messages depend on it. */
function contextOf(from: Side, start: number, analysis: Analysis): MessageContext {
  let version = 0
  let cipherSuite = 0
  for (const message of analysis.conversation.messages) {
    if (message.from === from && message.start >= start) break
    if (message.body?.kind !== 'server-hello') continue
    version = message.body.negotiatedVersion
    cipherSuite = message.body.cipherSuite
  }
  return { version, cipherSuite, from, dtls: analysis.conversation.transport === 'udp' }
}

/** Opened records shown as the plaintext records they would have been: a header of their inner type, then the content. */
function openedContent(
  records: readonly TlsRecord[],
  from: Side,
  shift: number,
  analysis: Analysis,
): { bytes: Uint8Array; fields: Field[]; asn1: Field[] } | null {
  const opened = records.filter((record) => record.opened !== null && record.opened.length > 0)
  const [first] = opened
  if (first === undefined) return null
  const parts = opened.map(plaintextRecord)
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  const asn1: Field[] = []
  const fields = tokenFields(bytes, {
    context: { ...contextOf(from, first.start, analysis), dtls: first.dtls !== null },
    sealedFrom: () => false,
    sslv2: false,
    asn1,
  })
  const shifted = (field: Field): Field => ({ ...field, start: field.start + shift, end: field.end + shift })
  return { bytes, fields: fields.map(shifted), asn1: asn1.map(shifted) }
}

/** RFC 8446 §5.1, RFC 6347 §4.1: the record that `record` would have been in the clear. */
function plaintextRecord({ opened, innerType, version, dtls }: TlsRecord): Uint8Array {
  const content = opened!
  const header = dtls === null ? recordHeaderLength : dtlsRecordHeaderLength
  const record = new Uint8Array(header + content.length)
  const fields = new DataView(record.buffer)
  fields.setUint8(0, innerType)
  fields.setUint16(1, version)
  if (dtls !== null) fields.setBigUint64(3, (BigInt(dtls.epoch) << 48n) | BigInt(dtls.sequence))
  fields.setUint16(header - 2, content.length)
  record.set(content, header)
  return record
}
