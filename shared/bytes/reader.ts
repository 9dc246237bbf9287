// The one cursor for binary input: named reads, children that cannot overrun their parent, faults with an address.

import type { FieldRecorder } from './fields.ts'

/** Why bytes could not be read: what was being read, and at which offset of the whole buffer. */
export interface Malformed {
  readonly what: string
  readonly at: number
}

/** The outcome of reading untrusted bytes. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly malformed: Malformed }

/**
 * Private to the readers: thrown on bad input, caught in `parse` only. One instance serves all, since making an Error writes down
 * the stack, which costs more than most messages do: a capture full of damage must not be slow to read.
 */
class ShortRead extends Error {
  malformed: Malformed = { what: '', at: 0 }
}

const shortRead = new ShortRead('Bytes that break the format')

function refuse(what: string, at: number): never {
  shortRead.malformed = { what, at }
  throw shortRead
}

/**
 * A bounds-checked cursor over `bytes[start, end)`. Integers are big-endian, as on the wire.
 * Every read names what it reads; with a recorder, each read also records its field and byte range.
 * Positions are absolute in `bytes`, also in children made by `sub`.
 */
export class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  at: number
  readonly fields: FieldRecorder | null

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, fields: FieldRecorder | null = null) {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.fields = fields
  }

  get left(): number {
    return this.end - this.at
  }

  u8(what: string): number {
    const at = this.take(1, what)
    const value = this.bytes[at]!
    if (this.fields !== null) this.fields.number(what, at, 1, value)
    return value
  }

  u16(what: string): number {
    const at = this.take(2, what)
    const value = (this.bytes[at]! << 8) | this.bytes[at + 1]!
    if (this.fields !== null) this.fields.number(what, at, 2, value)
    return value
  }

  u24(what: string): number {
    const at = this.take(3, what)
    const value = (this.bytes[at]! << 16) | (this.bytes[at + 1]! << 8) | this.bytes[at + 2]!
    if (this.fields !== null) this.fields.number(what, at, 3, value)
    return value
  }

  u32(what: string): number {
    const at = this.take(4, what)
    const b = this.bytes
    const value = ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0
    if (this.fields !== null) this.fields.number(what, at, 4, value)
    return value
  }

  /** `length` raw bytes, as a view (copy what you keep). */
  raw(length: number, what: string): Uint8Array {
    const at = this.take(length, what)
    if (this.fields !== null) this.fields.bytes(what, at, length)
    return this.bytes.subarray(at, at + length)
  }

  /** All that is left, as a view. */
  rest(what: string): Uint8Array {
    return this.raw(this.end - this.at, what)
  }

  /** A child cursor over the next `length` bytes; this cursor moves past them. */
  sub(length: number, what: string): Reader {
    const at = this.take(length, what)
    return new Reader(this.bytes, at, at + length, this.fields)
  }

  /** RFC 8446 §3.4 vectors: a length of 1, 2 or 3 bytes, then that many bytes, as a child cursor. */
  vector(lengthBytes: 1 | 2 | 3, what: string): Reader {
    return this.sub(this.length(lengthBytes, what), what)
  }

  /** A vector whose content is opaque, as a view. */
  opaque(lengthBytes: 1 | 2 | 3, what: string): Uint8Array {
    return this.raw(this.length(lengthBytes, what), what)
  }

  skip(length: number, what: string): void {
    this.take(length, what)
  }

  /** Refuses bytes left over. */
  done(what: string): void {
    if (this.at !== this.end) this.fail(`${what}: ${String(this.left)} bytes left over`)
  }

  /** Refuses what was read: the bytes are there but break the format. */
  fail(what: string, at = this.at): never {
    refuse(what, at)
  }

  /** Runs `body` inside a named group of the field tree; without a recorder it only runs it. */
  group<T>(name: string, body: () => T): T {
    if (this.fields === null) return body()
    const group = this.fields.open(name, this.at)
    try {
      return body()
    } finally {
      this.fields.close(group, this.at)
    }
  }

  /** Adds a meaning to the field read last (a registry name, a note). */
  means(text: string): void {
    if (this.fields !== null) this.fields.means(text)
  }

  /** The length in front of a vector. Its name is only made where somebody will read it. */
  private length(lengthBytes: 1 | 2 | 3, what: string): number {
    const name = this.fields === null && lengthBytes <= this.end - this.at ? what : `${what} length`
    return lengthBytes === 1 ? this.u8(name) : lengthBytes === 2 ? this.u16(name) : this.u24(name)
  }

  private take(length: number, what: string): number {
    const at = this.at
    // A length that was computed may be negative: it would lead back.
    if (length < 0 || length > this.end - at) refuse(what, at)
    this.at = at + length
    return at
  }
}

/**
 * Runs `read` on what `r` holds, as one part of a larger reading that goes on behind it; returns what breaks the format, if anything
 * does. `place` and `into` are handed through: a function made for each part would cost more than most parts do.
 */
export function attempt<Place, Into>(
  read: (r: Reader, place: Place, into: Into) => void,
  r: Reader,
  place: Place,
  into: Into,
): Malformed | null {
  try {
    read(r, place, into)
    return null
  } catch (error) {
    if (error !== shortRead) throw error
    const { malformed } = shortRead
    if (r.fields !== null) r.fields.malformed(malformed, r.end)
    return malformed
  }
}

/** Runs `read` over `bytes`; bad bytes become a value, any other exception is our own fault and passes through. */
export function parse<T>(
  bytes: Uint8Array,
  read: (reader: Reader) => T,
  fields: FieldRecorder | null = null,
  start = 0,
  end = bytes.length,
): Parsed<T> {
  try {
    return { ok: true, value: read(new Reader(bytes, start, end, fields)) }
  } catch (error) {
    if (error !== shortRead) throw error
    const { malformed } = shortRead
    if (fields !== null) fields.malformed(malformed, end)
    return { ok: false, malformed }
  }
}
