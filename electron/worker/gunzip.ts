// gzip unpacked on the way, in bounded portions; damage ends the stream after all that came before it.

import { createGunzip } from 'node:zlib'
import { type Chunk, Cut } from './chunks.ts'

/** Compressed bytes unpacked at a time: at deflate's best ratio (1032) they become 33 MB. */
export const packedBytes = 32 << 10

/** Unpacks gzip, however many members it has. All that came out before damage is handed on before the `Cut`. */
export async function* inflate(
  packed: AsyncGenerator<Chunk, void>,
  name: string,
): AsyncGenerator<Chunk, void> {
  const inflater = new Inflater()
  let read = 0
  try {
    for await (const chunk of packed) {
      read = chunk.read
      for (let at = 0; at < chunk.bytes.length && inflater.failure === null; at += packedBytes) {
        await inflater.feed(chunk.bytes.subarray(at, at + packedBytes))
        for (const bytes of inflater.take()) yield { bytes, read }
      }
      if (inflater.failure !== null) break
    }
    await inflater.end()
    for (const bytes of inflater.take()) yield { bytes, read }
    if (inflater.failure !== null) throw damaged(name, inflater.failure)
  } finally {
    inflater.destroy()
  }
}

/** The host's gunzip, fed in small portions so that what one turn can bring forth is bounded. */
class Inflater {
  failure: (Error & { readonly code?: string }) | null = null
  private readonly gunzip = createGunzip({ chunkSize: 128 << 10 })
  private readonly ended: Promise<void>
  private out: Buffer[] = []

  constructor() {
    this.gunzip.on('data', (data: Buffer) => this.out.push(data))
    this.ended = new Promise((resolve) => {
      this.gunzip.on('end', resolve)
      this.gunzip.on('error', (error) => {
        this.failure = error
        resolve()
      })
    })
  }

  /** Resolves when all that these bytes bring forth is out. */
  async feed(bytes: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.gunzip.write(bytes, () => {
        resolve()
      })
    })
    await Promise.race([written, this.ended])
  }

  async end(): Promise<void> {
    if (this.failure === null) this.gunzip.end()
    await this.ended
  }

  take(): Buffer[] {
    const { out } = this
    this.out = []
    return out
  }

  destroy(): void {
    this.gunzip.destroy()
  }
}

function damaged(name: string, failure: Error & { readonly code?: string }): Cut {
  return failure.code === 'Z_BUF_ERROR'
    ? new Cut('gzip-truncated', `${name} breaks off inside its gzip compression. What was there was read.`)
    : new Cut('gzip-damaged', `The gzip compression of ${name} is damaged. What came before was read.`)
}
