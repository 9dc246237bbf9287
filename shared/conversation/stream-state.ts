// What every kind of stream gathers about one direction, whatever carries its records.

import type { Malformed } from '../bytes/reader.ts'
import type { Chunk, Gap, TlsRecord } from './facts.ts'

const openingBytes = 64
const noBytes = new Uint8Array(0)

export class StreamState {
  readonly dir: 0 | 1
  offset = 0
  readonly chunks: Chunk[] = []
  readonly gaps: Gap[] = []
  readonly records: TlsRecord[] = []
  notTls: Malformed | null = null
  /** The first captured bytes, at most 64. */
  opening: Uint8Array = noBytes
  /** ChangeCipherSpec was seen in this direction. */
  changedCipher = false
  /** Sealed records seen: handshake ones under TLS 1.3 included. */
  sealedRecords = 0
  applicationRecords = 0
  applicationBytes = 0
  /** Application records are only counted from here on. */
  bulk = false
  /** Something in the packet just fed is worth reading again in `inspect`. */
  noteworthy = false
  uninspected = 0
  /** Bytes of sealed records that are kept because keys may open them. */
  sealedBytes = 0

  constructor(dir: 0 | 1) {
    this.dir = dir
  }

  /** Bytes of memory that the stream keeps, by estimate. */
  get weight(): number {
    return this.sealedBytes + 100 * this.chunks.length + 80 * this.gaps.length + 200 * this.records.length
  }

  /** Another packet is about to be fed. */
  beginPacket(): void {
    this.noteworthy = false
  }

  /** Keeps the beginning of `b[start, end)` while the opening is not full. */
  protected remember(b: Uint8Array, start: number, end: number): void {
    const taken = Math.min(openingBytes - this.opening.length, end - start)
    if (taken <= 0) return
    if (this.opening.length === 0) {
      this.opening = b.slice(start, start + taken)
      return
    }
    const grown = new Uint8Array(this.opening.length + taken)
    grown.set(this.opening)
    grown.set(b.subarray(start, start + taken), this.opening.length)
    this.opening = grown
  }
}
