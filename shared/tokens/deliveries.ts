// Deliveries: a stream in the pieces in which an application would hand it to its context (design §4, "Deliveries"; schannel §8).

import type { Chunk, StreamFacts, Time } from '../conversation/facts.ts'
import type { DeliveryMode } from '../schannel/model.ts'

/** One piece of a stream as presented by one read. Offsets of the stream. */
export interface Delivery {
  readonly start: number
  readonly end: number
  readonly packets: readonly number[]
  readonly time: Time
  readonly order: number
}

/** How a stream is cut: a mode, or stream offsets at which reads ended. */
export type Feeding = DeliveryMode | { readonly cuts: readonly number[] }

/**
 * The deliveries of `stream`. `turns` are the ascending offsets up to which its receiver had read when it spoke itself: no
 * delivery crosses one. `boundaries` are tokens in stream order, before each of which a read of everything waiting may end.
 * Datagrams and joined EAP messages are handed over one by one whatever the mode.
 */
export function deliveriesOf(
  stream: StreamFacts,
  transport: 'stream' | 'message',
  feeding: Feeding,
  turns: readonly number[],
  boundaries: readonly { readonly start: number }[],
): Delivery[] {
  const chunks = secured(stream)
  if (transport === 'message') return chunks.map(whole)
  if (typeof feeding === 'object') return byOffsets(chunks, merged(feeding.cuts, turns), false)
  switch (feeding) {
    case 'as-captured':
      return byOffsets(chunks, turns, true)
    case 'per-flight':
      return byOffsets(chunks, merged(turns, chunkStarts(chunks, boundaries)), false)
    case 'per-record':
      return byRecords(stream, byOffsets(chunks, turns, true))
  }
}

/** Where the secured part of a stream begins: behind what its carrier says in the clear (SMTP before STARTTLS …). */
export function securedFrom(stream: StreamFacts): number {
  return stream.records[0]?.start ?? stream.notTls?.at ?? stream.chunks[0]?.start ?? 0
}

function secured(stream: StreamFacts): readonly Chunk[] {
  const from = securedFrom(stream)
  const first = stream.chunks[0]
  if (first === undefined || first.start >= from) return stream.chunks
  const chunks: Chunk[] = []
  for (const chunk of stream.chunks) {
    if (chunk.start >= from) chunks.push(chunk)
    else if (chunk.end > from) chunks.push({ ...chunk, start: from })
  }
  return chunks
}

function whole(chunk: Chunk): Delivery {
  return { start: chunk.start, end: chunk.end, packets: [chunk.packet], time: chunk.time, order: chunk.order }
}

/** Ends a delivery at every cut, and with `each` at every chunk too. */
function byOffsets(chunks: readonly Chunk[], cuts: readonly number[], each: boolean): Delivery[] {
  const deliveries: Delivery[] = []
  let cut = 0
  let start = 0
  let packets: number[] | null = null
  for (const chunk of chunks) {
    if (packets === null) {
      start = chunk.start
      packets = [chunk.packet]
    } else packets.push(chunk.packet)
    while (cut < cuts.length && cuts[cut]! <= chunk.start) cut++
    while (cut < cuts.length && cuts[cut]! < chunk.end) {
      const end = cuts[cut++]!
      deliveries.push({ start, end, packets, time: chunk.time, order: chunk.order })
      start = end
      packets = [chunk.packet]
    }
    if (each || cuts[cut] === chunk.end) {
      deliveries.push({ start, end: chunk.end, packets, time: chunk.time, order: chunk.order })
      packets = null
    }
  }
  const last = chunks.at(-1)
  if (last !== undefined && packets !== null) {
    deliveries.push({ start, end: last.end, packets, time: last.time, order: last.order })
  }
  return deliveries
}

/**
 * .NET's way (schannel §8): at least one complete record, then further complete Handshake and ChangeCipherSpec records that
 * have already come; every other record by itself. Bytes of a record that is not complete wait.
 */
function byRecords(stream: StreamFacts, reads: readonly Delivery[]): Delivery[] {
  const { records } = stream
  const deliveries: Delivery[] = []
  let next = 0
  let packets: number[] = []
  for (const read of reads) {
    packets.push(...read.packets)
    while (next < records.length && records[next]!.end <= read.end) {
      const start = records[next]!.start
      let last = next
      if (coalesces(records[next]!.contentType)) {
        while (
          last + 1 < records.length &&
          records[last + 1]!.end <= read.end &&
          coalesces(records[last + 1]!.contentType)
        )
          last++
      }
      deliveries.push({ start, end: records[last]!.end, packets, time: read.time, order: read.order })
      next = last + 1
      packets = read.end > records[last]!.end ? [read.packets.at(-1)!] : []
    }
    if (next >= records.length && stream.notTls !== null && read.end > stream.notTls.at) {
      deliveries.push({ ...read, start: Math.max(read.start, deliveries.at(-1)?.end ?? 0), packets })
      packets = []
    }
  }
  const end = reads.at(-1)
  const from = deliveries.at(-1)?.end ?? reads[0]?.start ?? 0
  if (end !== undefined && end.end > from && next >= records.length) {
    deliveries.push({ start: from, end: end.end, packets, time: end.time, order: end.order })
  }
  return deliveries
}

function coalesces(contentType: number): boolean {
  return contentType === 22 || contentType === 20 || contentType === 128
}

/** The boundaries at which a chunk begins: what began there was not glued to the bytes before. */
function chunkStarts(chunks: readonly Chunk[], boundaries: readonly { readonly start: number }[]): number[] {
  const starts: number[] = []
  let i = 0
  for (const { start } of boundaries) {
    while (i < chunks.length && chunks[i]!.start < start) i++
    if (chunks[i]?.start === start) starts.push(start)
  }
  return starts
}

/** Two ascending lists as one, without repeats. */
function merged(a: readonly number[], b: readonly number[]): number[] {
  const all: number[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const takeA = j >= b.length || (i < a.length && a[i]! <= b[j]!)
    const value = takeA ? a[i++]! : b[j++]!
    if (all.at(-1) !== value) all.push(value)
  }
  return all
}
