// What captures are packed in: one unpacker each, and the bound on what they bring forth.

import { setImmediate } from 'node:timers/promises'
import type { FileKind } from '../../shared/capture/sniff.ts'
import { suspectInflatedBytes, suspectInflation } from '../../shared/limits.ts'
import type { Container, PieceProblem } from '../../shared/ports.ts'
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

/** What `packed` unpacks to, at most `limit` bytes; beyond them a `Cut`. `problems` takes a warning where it swells as no capture does. */
export async function* unpack(
  container: Container,
  packed: AsyncGenerator<Chunk, void>,
  limit: number,
  name: string,
  problems: PieceProblem[],
): AsyncGenerator<Chunk, void> {
  let total = 0
  let told = false
  for await (const chunk of unpackers[container](packed, name)) {
    total += chunk.bytes.length
    if (!told && total > suspectInflatedBytes && total > suspectInflation * chunk.read) {
      told = true
      const text = `${name} unpacks to more than ${String(suspectInflation)} times its size, as no capture does: it may have been made to exhaust whoever opens it.`
      problems.push({ code: 'capture-swells', text })
    }
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
