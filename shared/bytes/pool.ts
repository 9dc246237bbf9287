// Buffers that are used again: what is only put together to be read once need not be new memory each time.

/** The last holds a TLS record of the greatest length (RFC 5246 §6.2.3). */
const sizes: readonly number[] = [512, 2048, 8192, 18 * 1024]
const keptOfEachSize = 64

export class BytePool {
  private readonly free = sizes.map((): Uint8Array<ArrayBuffer>[] => [])

  /** A buffer with room for `least` bytes, with old content in it. */
  take(least: number): Uint8Array<ArrayBuffer> {
    const size = sizes.findIndex((each) => each >= least)
    return size < 0 ? new Uint8Array(least) : (this.free[size]!.pop() ?? new Uint8Array(sizes[size]!))
  }

  /** Nothing may look at `bytes` any more. */
  give(bytes: Uint8Array<ArrayBuffer>): void {
    const free = this.free[sizes.indexOf(bytes.length)]
    if (free !== undefined && free.length < keptOfEachSize) free.push(bytes)
  }
}
