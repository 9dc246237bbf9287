// Copies of short stretches of bytes, side by side in larger blocks: a typed array with memory of its own costs ten times as much.

/** As long as one copy is in use its block stays. */
const blockBytes = 16384
/** Longer copies get memory of their own. */
const longestShared = blockBytes / 4

export class Slab {
  private block = new ArrayBuffer(0)
  private used = 0

  /** A copy of `b[from, to)`. */
  copy(b: Uint8Array, from: number, to: number): Uint8Array {
    const length = to - from
    if (length > longestShared) return b.slice(from, to)
    if (this.used + length > this.block.byteLength) {
      this.block = new ArrayBuffer(blockBytes)
      this.used = 0
    }
    const copy = new Uint8Array(this.block, this.used, length)
    copy.set(b.subarray(from, to))
    this.used += length
    return copy
  }
}
