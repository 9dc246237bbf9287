// Application data that keys opened, as a stream of each side, with the packets and times it came at.

import type { PrologueBytes } from '../carriers/carrier.ts'
import { type Conversation, type Side, streamOf, type TlsRecord } from '../conversation/facts.ts'

/** The content of one record. Direction 0 is the client's. */
export interface OpenedPiece extends PrologueBytes {
  /** Position in capture order, as in `Chunk`. */
  readonly order: number
  /** The record in its stream. */
  readonly start: number
  readonly end: number
}

/** What both sides said, in capture order, without holes: a side is read up to its first record that is not at hand. */
export interface OpenedData {
  readonly pieces: readonly OpenedPiece[]
  /** Where a side goes on unread: the record behind its last piece; null where all of it was read. */
  readonly cut: readonly [TlsRecord | null, TlsRecord | null]
}

const nothing: OpenedData = { pieces: [], cut: [null, null] }

/** Of a conversation over a byte stream; datagrams are no stream. */
export function openedData(conversation: Conversation): OpenedData {
  const { transport } = conversation
  if (transport === 'udp' || transport === 'quic') return nothing
  const client = sideOf(conversation, 'client')
  const server = sideOf(conversation, 'server')
  if (client.pieces.length + server.pieces.length === 0) return nothing
  const pieces = [...client.pieces, ...server.pieces].sort((a, b) => a.order - b.order || a.start - b.start)
  return { pieces, cut: [client.cut, server.cut] }
}

function sideOf(
  conversation: Conversation,
  side: Side,
): { readonly pieces: readonly OpenedPiece[]; readonly cut: TlsRecord | null } {
  const pieces: OpenedPiece[] = []
  let index = -1
  for (const record of streamOf(conversation, side).records) {
    if (record.order < 0) break
    const isData = record.innerType === 23 && record.protection === 'opened'
    const isNext = index < 0 || record.index === index + 1
    const sealed = record.contentType === 23 && record.protection === 'sealed'
    if (!isNext || (pieces.length > 0 && sealed) || (isData && record.opened === null))
      return { pieces, cut: record }
    if (isData || pieces.length > 0) index = record.index
    if (!isData || record.opened === null || record.opened.length === 0) continue
    const { opened: bytes, packet, time, order, start, end } = record
    pieces.push({ dir: side === 'client' ? 0 : 1, bytes, packet, time, order, start, end })
  }
  return { pieces, cut: null }
}
