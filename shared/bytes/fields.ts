// The field tree of a token: recorded by the same reads that parse it, drawn by the inspector.

import type { Malformed } from './reader.ts'

/** One field: its name, where it lies in the recorded bytes, and what it says. Depth 0 is a root. */
export interface Field {
  /** A group may be named once what it holds has been read. */
  name: string
  readonly depth: number
  readonly start: number
  end: number
  /** The value as text: a number, a name, hex; empty for a plain group. */
  value: string
  /** Set where the bytes break the format (the reason) or could not be read further. */
  malformed: string | null
}

const hexBytesShown = 32

/** Collects fields in reading order; groups nest by depth. One recorder serves one token. */
export class FieldRecorder {
  readonly fields: Field[] = []
  /** Where DER lies in `source`, and what it is called. */
  readonly ders: { readonly name: string; readonly start: number; readonly end: number }[] = []
  private depth = 0
  private last: Field | null = null
  private readonly source: Uint8Array
  private readonly shift: number

  /** `shift` is added to every position: where `source[0]` lies in the bytes shown. */
  constructor(source: Uint8Array, shift = 0) {
    this.source = source
    this.shift = shift
  }

  number(name: string, at: number, length: number, value: number): void {
    this.add(name, at, length, String(value))
  }

  bytes(name: string, at: number, length: number): void {
    this.add(
      name,
      at,
      length,
      hexText(this.source, at, Math.min(length, hexBytesShown)) + (length > hexBytesShown ? ' …' : ''),
    )
  }

  text(name: string, at: number, length: number, value: string): void {
    this.add(name, at, length, value)
  }

  /** Replaces the raw value of the last field by its meaning, e.g. `TLS 1.2 (0x0303)`. */
  means(text: string): void {
    if (this.last !== null) this.last.value = text
  }

  /** What was read at [start, end) is DER: the inspector shows its elements too. */
  der(name: string, start: number, end: number): void {
    this.ders.push({ name, start, end })
  }

  open(name: string, at: number): Field {
    const field = this.add(name, at, 0, '')
    this.depth++
    return field
  }

  close(group: Field, at: number): void {
    this.depth = group.depth
    group.end = at + this.shift
    this.last = group
  }

  malformed(fault: Malformed, end: number): void {
    this.add('malformed', fault.at, Math.max(0, end - fault.at), fault.what).malformed = fault.what
  }

  private add(name: string, at: number, length: number, value: string): Field {
    const start = at + this.shift
    const field: Field = { name, depth: this.depth, start, end: start + length, value, malformed: null }
    this.fields.push(field)
    this.last = field
    return field
  }
}

/** Bytes as lower-case hex pairs with spaces. */
export function hexText(bytes: Uint8Array, start = 0, length = bytes.length - start): string {
  let text = ''
  for (let i = start; i < start + length; i++) text += (i === start ? '' : ' ') + hexByte(bytes[i]!)
  return text
}

/** Bytes as lower-case hex without spaces. */
export function hex(bytes: Uint8Array): string {
  if (bytes.length > hexPiece) {
    const pieces: string[] = []
    for (let i = 0; i < bytes.length; i += hexPiece) pieces.push(hex(bytes.subarray(i, i + hexPiece)))
    return pieces.join('')
  }
  // One flat string: one made by appending is a chain of small ones for as long as somebody keeps it.
  const codes = new Array<number>(bytes.length * 2)
  for (let i = 0; i < bytes.length; i++) {
    codes[2 * i] = hexDigits[bytes[i]! >> 4]!
    codes[2 * i + 1] = hexDigits[bytes[i]! & 15]!
  }
  return String.fromCharCode(...codes)
}

const hexPiece = 4096
const hexDigits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

function hexByte(byte: number): string {
  return (byte < 16 ? '0' : '') + byte.toString(16)
}
