// Which packets brought a range of a stream.

import type { Chunk } from '../conversation/facts.ts'

/** Packet numbers of the chunks that overlap [start, end), each once, in stream order. */
export function packetsOf(chunks: readonly Chunk[], start: number, end: number): number[] {
  const packets: number[] = []
  for (let i = firstEndingAfter(chunks, start); i < chunks.length && chunks[i]!.start < end; i++) {
    const { packet } = chunks[i]!
    if (packets.at(-1) !== packet) packets.push(packet)
  }
  return packets
}

/** Index of the first of some parts of a stream, in stream order, that ends after `offset`. */
export function firstEndingAfter(
  parts: readonly ({ readonly end: number } | { readonly start: number; readonly bytes: Uint8Array })[],
  offset: number,
): number {
  let from = 0
  let to = parts.length
  while (from < to) {
    const middle = (from + to) >> 1
    const part = parts[middle]!
    const end = 'end' in part ? part.end : part.start + part.bytes.length
    if (end > offset) to = middle
    else from = middle + 1
  }
  return from
}
