// CRYPTO frames put in order: they may repeat, overlap and come in any order (RFC 9000 §19.6).

import { joined } from '../bytes/joined.ts'
import { maxCryptoBytesHeld, maxCryptoFramesHeld } from '../limits.ts'
import type { CryptoFrame } from './frames.ts'

/** One direction's CRYPTO stream of one encryption level. */
export class CryptoStream {
  /** Offset of the next byte wanted. */
  next = 0
  /** Bytes beyond the limit were dropped. */
  overflowed = false
  /** Bytes that wait behind a hole. */
  heldBytes = 0
  private held: { readonly offset: number; readonly bytes: Uint8Array }[] = []

  /** Whether bytes wait behind a hole. */
  get holding(): boolean {
    return this.held.length > 0
  }

  /** Takes a frame; returns the bytes that are in order now, as their own memory. Empty where nothing new is. */
  add({ offset, bytes }: CryptoFrame): Uint8Array {
    const end = offset + bytes.length
    if (end <= this.next || bytes.length === 0) return nothing
    if (end > this.next + maxCryptoBytesHeld) {
      this.overflowed = true
      return nothing
    }
    if (offset > this.next) {
      this.hold(offset, bytes)
      return nothing
    }
    const parts: Uint8Array[] = [bytes.slice(this.next - offset)]
    this.next = end
    for (let first = this.held[0]; first !== undefined && first.offset <= this.next; first = this.held[0]) {
      this.held.shift()
      this.heldBytes -= first.bytes.length
      const fresh = first.bytes.subarray(Math.min(first.bytes.length, this.next - first.offset))
      parts.push(fresh)
      this.next += fresh.length
    }
    return parts.length === 1 ? parts[0]! : joined(parts)
  }

  private hold(offset: number, bytes: Uint8Array): void {
    let i = this.held.length
    while (i > 0 && this.held[i - 1]!.offset > offset) i--
    const before = this.held[i - 1]
    if (before !== undefined && before.offset + before.bytes.length >= offset + bytes.length) return
    if (this.heldBytes + bytes.length > maxCryptoBytesHeld || this.held.length >= maxCryptoFramesHeld) {
      this.overflowed = true
      return
    }
    this.held.splice(i, 0, { offset, bytes: bytes.slice() })
    this.heldBytes += bytes.length
  }
}

const nothing = new Uint8Array(0)
