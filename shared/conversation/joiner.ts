// Handshake messages joined across records: bytes in, whole messages out (RFC 8446 §5.1).

import { Slab } from '../bytes/slab.ts'
import { maxMessageBytes } from '../limits.ts'

/** Called for each whole message: its bytes with the 4-byte header (own memory), and its stream range. */
export type OnMessage = (bytes: Uint8Array, start: number, end: number) => void

/** Room of this size stays for the next message; more is given back. */
const roomKept = 16 << 10
const messages = new Slab()

export class MessageJoiner {
  private kept: Uint8Array | null = null
  private length = 0
  private start = 0
  /** Bytes of an oversized message still to be skipped. */
  private skip = 0
  oversized = false

  /** Bytes of an unfinished message that are waiting for more. */
  get pending(): number {
    return this.length
  }

  /** Bytes of memory held for it. */
  get held(): number {
    return this.kept?.length ?? 0
  }

  /** Where the unfinished message began. */
  get pendingStart(): number {
    return this.start
  }

  /** Feeds `b[from, to)`, handshake content that lies at stream offset `offset`. */
  feed(b: Uint8Array, from: number, to: number, offset: number, onMessage: OnMessage): void {
    let at = from
    while (at < to) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, to - at)
        this.skip -= passed
        at += passed
        continue
      }
      if (this.length === 0) {
        this.start = offset + (at - from)
        const size = to - at < 4 ? 0 : messageSize(b, at)
        if (size > 0 && size <= to - at) {
          at += size
          onMessage(messages.copy(b, at - size, at), this.start, this.start + size)
          continue
        }
      }
      at += this.keep(b, at, to)
      if (this.length < 4) continue
      const size = messageSize(this.kept!, 0)
      if (size > maxMessageBytes) {
        this.oversized = true
        this.skip = size - this.length
        this.length = 0
        this.kept = null
      } else if (this.length === size) {
        this.length = 0
        onMessage(messages.copy(this.kept!, 0, size), this.start, offset + (at - from))
        if (size > roomKept) this.kept = null
      }
    }
  }

  /** Forgets an unfinished message: the bytes behind it are missing. */
  drop(): void {
    this.length = 0
    this.skip = 0
  }

  /** Takes what the unfinished message still wants, at most to its end; returns how many bytes were taken. */
  private keep(b: Uint8Array, at: number, to: number): number {
    const wanted = this.length < 4 ? 4 - this.length : messageSize(this.kept!, 0) - this.length
    const taken = Math.min(wanted, to - at)
    const needed = this.length + taken
    if (this.kept === null || this.kept.length < needed) {
      const grown = new Uint8Array(Math.max(needed, 2 * (this.kept?.length ?? 512)))
      if (this.kept !== null) grown.set(this.kept.subarray(0, this.length))
      this.kept = grown
    }
    this.kept.set(b.subarray(at, at + taken), this.length)
    this.length = needed
    return taken
  }
}

/** The whole message's size: header and the 24-bit length in it. */
function messageSize(b: Uint8Array, at: number): number {
  return 4 + ((b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!)
}
