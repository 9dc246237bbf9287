// What captures are packed in: one unpacker each, and the bound on what they bring forth.

import { setImmediate } from 'node:timers/promises'
import type { FileKind } from '../../shared/capture/sniff.ts'
import type { Container } from '../../shared/ports.ts'
import { type Chunk, Cut, type Unpacker } from './chunks.ts'
import { inflate } from './gunzip.ts'
import { unpackLz4 } from './lz4.ts'
import { unpackZstd } from './zstd.ts'

const unpackers: Readonly<Record<Container, Unpacker>> = {
  gzip: inflate,
  zstd: unpackZstd,
  lz4: unpackLz4,
}

/** The container that files of `kind` are; null for what is not packed, or packed in something that is not read. */
export function containerOf(kind: FileKind): Container | null {
  return kind === 'gzip' || kind === 'zstd' || kind === 'lz4' ? kind : null
}

/** What `packed` unpacks to, at most `limit` bytes; beyond them a `Cut`. */
export async function* unpack(
  container: Container,
  packed: AsyncGenerator<Chunk, void>,
  limit: number,
  name: string,
): AsyncGenerator<Chunk, void> {
  let total = 0
  for await (const chunk of unpackers[container](packed, name)) {
    total += chunk.bytes.length
    yield chunk
    if (total > limit)
      throw new Cut(
        'capture-unpacks-too-large',
        `${name} unpacks to more than ${String(limit)} bytes; the rest was not read.`,
      )
    await turn()
  }
}

let lastTurn = 0

/** Lets the process hear that it is to stop, every now and then. */
async function turn(): Promise<void> {
  const now = performance.now()
  if (now - lastTurn < 50) return
  await setImmediate()
  lastTurn = performance.now()
}
