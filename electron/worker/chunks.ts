// Bytes on their way from an input to a capture: chunks with their cost, and exact portions taken out of them.

/** Bytes that came out of a pipe or a decompressor, and how much of the input they cost. */
export interface Chunk {
  readonly bytes: Uint8Array
  readonly read: number
}

/** Why a stream of chunks ended before its time. */
export class Cut extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Unpacks chunk by chunk, each bounded whatever the packed bytes claim. All that came out before damage comes before the `Cut`. */
export type Unpacker = (packed: AsyncGenerator<Chunk, void>, name: string) => AsyncGenerator<Chunk, void>

/** Exact portions out of chunks of any size: what the readers of block formats ask for. */
export class Portions {
  /** Bytes of the input that were read for what was taken so far. */
  read = 0
  private readonly chunks: AsyncGenerator<Chunk, void>
  private held: Uint8Array = new Uint8Array(0)

  constructor(chunks: AsyncGenerator<Chunk, void>) {
    this.chunks = chunks
  }

  /** Whether there is at least one more byte. */
  async more(): Promise<boolean> {
    return this.held.length > 0 || (await this.pull())
  }

  /** The next `count` bytes; null where the input ends before. */
  async take(count: number): Promise<Uint8Array | null> {
    if (this.held.length < count && !(await this.gather(count))) return null
    const taken = this.held.subarray(0, count)
    this.held = this.held.subarray(count)
    return taken
  }

  /** Passes over `count` bytes; false where the input ends before. */
  async skip(count: number): Promise<boolean> {
    let left = count
    for (;;) {
      const passed = Math.min(left, this.held.length)
      this.held = this.held.subarray(passed)
      left -= passed
      if (left === 0) return true
      if (!(await this.pull())) return false
    }
  }

  /** Joins chunks until `count` bytes are there: memory follows what has come, not what was claimed. */
  private async gather(count: number): Promise<boolean> {
    const parts = [this.held]
    let length = this.held.length
    this.held = new Uint8Array(0)
    while (length < count && (await this.pull())) {
      parts.push(this.held)
      length += this.held.length
    }
    this.held = joined(parts, length)
    return length >= count
  }

  private async pull(): Promise<boolean> {
    for (;;) {
      const result = await this.chunks.next()
      if (result.done === true) return false
      this.read = result.value.read
      this.held = result.value.bytes
      if (this.held.length > 0) return true
    }
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
