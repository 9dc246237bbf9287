// Handshake bytes joined across records, each still knowing where it lies in the token.

interface Part {
  /** Where it begins in the joined bytes, and in the token. */
  readonly joined: number
  readonly start: number
  readonly length: number
}

/** Grows by pieces of one source; gives whole handshake messages (4-byte header) from its front. */
export class JoinedBytes {
  length = 0
  private parts: Part[] = []
  private source: Uint8Array = new Uint8Array(0)

  push(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.parts.push({ joined: this.length, start, length: end - start })
    this.length += end - start
  }

  /** How many of the bytes from `from` on belong to the message at the front; all while its length is not known. */
  ofFirstMessage(from: number): number {
    const end = this.length < 4 ? this.length : Math.min(this.messageLength(), this.length)
    return end - from
  }

  /** Cuts the message at the front off; null while it is not whole. */
  take(): JoinedBytes | null {
    if (this.length < 4) return null
    const length = this.messageLength()
    if (length > this.length) return null
    const message = this.slice(0, length)
    const rest = this.slice(length, this.length)
    this.parts = rest.parts
    this.length = rest.length
    return message
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.length)
    for (const part of this.parts) {
      whole.set(this.source.subarray(part.start, part.start + part.length), part.joined)
    }
    return whole
  }

  /** Where [start, end) lies in the token, cut at the end of the part that `start` is in. */
  place(start: number, end: number): [number, number] {
    const part = this.partAt(start)
    if (part === undefined) return [0, 0]
    const from = part.start + start - part.joined
    return [from, Math.min(from + end - start, part.start + part.length)]
  }

  /** Where [start, end) lies in the token, headers of records in between included. */
  reach(start: number, end: number): [number, number] {
    if (end <= start) return this.place(start, end)
    return [this.place(start, start)[0], this.place(end - 1, end)[1]]
  }

  private partAt(position: number): Part | undefined {
    return (
      this.parts.find((part) => position < part.joined + part.length && position >= part.joined) ??
      this.parts.at(-1)
    )
  }

  private messageLength(): number {
    const [, high, middle, low] = this.slice(0, 4).bytes()
    return 4 + ((high! << 16) | (middle! << 8) | low!)
  }

  private slice(start: number, end: number): JoinedBytes {
    const slice = new JoinedBytes()
    for (const part of this.parts) {
      const from = Math.max(start, part.joined)
      const to = Math.min(end, part.joined + part.length)
      if (to > from) slice.push(this.source, part.start + from - part.joined, part.start + to - part.joined)
    }
    slice.source = this.source
    return slice
  }
}
