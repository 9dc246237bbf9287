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
  const all = uncut(stream)
  const first = all[0]
  if (first === undefined || first.start >= from) return all
  const chunks: Chunk[] = []
  for (const chunk of all) {
    if (chunk.start >= from) chunks.push(chunk)
    else if (chunk.end > from) chunks.push({ ...chunk, start: from })
  }
  return chunks
}

/** The chunks as they were sent: what the capture cut off a packet its receiver had. */
function uncut({ chunks, gaps }: StreamFacts): readonly Chunk[] {
  if (gaps.length === 0) return chunks
  const cuts = new Map(
    gaps.flatMap(({ reason, start, end }) => (reason === 'truncated' ? [[start, end]] : [])),
  )
  return cuts.size === 0
    ? chunks
    : chunks.map((chunk) => ({ ...chunk, end: cuts.get(chunk.end) ?? chunk.end }))
}

function whole({ start, end }: Chunk, index: number, chunks: readonly Chunk[]): Delivery {
  return new ChunkDelivery(chunks, index, index, start, end)
}

/** A delivery as the chunks bring it; who brought it, and when, is read off them at the look. */
class ChunkDelivery implements Delivery {
  readonly start: number
  readonly end: number
  private readonly chunks: readonly Chunk[]
  private readonly first: number
  private readonly last: number

  constructor(chunks: readonly Chunk[], first: number, last: number, start: number, end: number) {
    this.start = start
    this.end = end
    this.chunks = chunks
    this.first = first
    this.last = last
  }

  get packets(): readonly number[] {
    return this.chunks.slice(this.first, this.last + 1).map(({ packet }) => packet)
  }

  get time(): Time {
    return this.chunks[this.last]!.time
  }

  get order(): number {
    return this.chunks[this.last]!.order
  }
}

/** Ends a delivery at every cut, and with `each` at every chunk too. */
function byOffsets(chunks: readonly Chunk[], cuts: readonly number[], each: boolean): Delivery[] {
  const deliveries: Delivery[] = []
  let cut = 0
  /** The first chunk that is not handed over whole, and what is left of it. */
  let first = 0
  let start = chunks[0]?.start ?? 0
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i]!
    if (first === i) start = chunk.start
    while (cut < cuts.length && cuts[cut]! <= chunk.start) cut++
    while (cut < cuts.length && cuts[cut]! < chunk.end) {
      const end = cuts[cut++]!
      deliveries.push(new ChunkDelivery(chunks, first, i, start, end))
      start = end
      first = i
    }
    if (each || cuts[cut] === chunk.end || i === chunks.length - 1) {
      deliveries.push(new ChunkDelivery(chunks, first, i, start, chunk.end))
      first = i + 1
    }
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
      const start = Math.max(read.start, deliveries.at(-1)?.end ?? 0)
      deliveries.push({ start, end: read.end, packets, time: read.time, order: read.order })
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
