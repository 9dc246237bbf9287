// Reads a capture of any known format, piece by piece, and hands its packets to a sink.

import type { ByteSource, Pieces } from '../ports.ts'
import type {
  CaptureComment,
  CaptureFault,
  CaptureInterface,
  CaptureLayout,
  Clock,
  FormatReader,
  PacketAgain,
  PacketSink,
} from './capture.ts'
import { formatOf, headBytes, refusal } from './sniff.ts'

const noClock: Clock = { baseSeconds: 0 }

/**
 * Push-style: `consume` is given the file's bytes in order, in buffers that may be used again, and returns how many it is done
 * with; the caller presents the rest again with more behind it. Never throws and never allocates by a claimed length; a
 * damaged file is read up to the damage, with a warning. After `fault` is set nothing more is read.
 */
export class CaptureReader {
  /** Why the file cannot be read at all. */
  fault: CaptureFault | null = null
  private readonly sink: PacketSink
  private readonly container: string | null
  private reader: FormatReader | null = null
  private head = new Uint8Array(0)
  private rest = 0
  private restOffset = 0

  /** `container`: what the capture was packed in, for messages and `details`. */
  constructor(sink: PacketSink, container: string | null = null) {
    this.sink = sink
    this.container = container
  }

  /** E.g. `pcap, nanoseconds, little-endian, gzip`; empty before the format is known. */
  get details(): string {
    const details = this.reader?.details ?? ''
    return this.container === null || details === '' ? details : `${details}, ${this.container}`
  }

  /** Packets numbered so far. */
  get packets(): number {
    return this.reader?.packets ?? 0
  }

  /** Times of the earliest and the latest packet; NaN where none has a time. */
  get first(): number {
    return this.reader?.first ?? NaN
  }

  get last(): number {
    return this.reader?.last ?? NaN
  }

  get clock(): Clock {
    return this.layout?.clock ?? noClock
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.layout?.interfaces ?? []
  }

  get comments(): readonly CaptureComment[] {
    return this.reader?.comments ?? []
  }

  /** What reads packets again; null before the file's header was read. */
  get layout(): CaptureLayout | null {
    return this.reader?.layout ?? null
  }

  /** Bytes that `consume` needs, from the first unconsumed one on, to get further. */
  get wanted(): number {
    return this.reader?.wanted ?? headBytes
  }

  /** Consumes the whole records of `b[start, end)`, which lie at file offset `offset`; returns how many bytes are done with. */
  consume(b: Uint8Array, start: number, end: number, offset: number): number {
    if (this.fault !== null) return end - start
    this.reader ??= this.open(b, start, end)
    const done = this.reader?.consume(b, start, end, offset) ?? 0
    this.rest = end - start - done
    this.restOffset = offset + done
    this.fault ??= this.reader?.fault ?? null
    return this.fault === null ? done : end - start
  }

  /** The file has ended; what was not consumed is a record cut short. */
  finish(): void {
    if (this.fault !== null) return
    if (this.reader === null) {
      this.fault = refusal(formatOf(this.head), this.head, this.container)
      return
    }
    this.reader.finish(this.restOffset, this.rest)
    this.fault = this.reader.fault
  }

  /** A format that is read is known by its first bytes; before refusing one, waits for as many as help to name it. */
  private open(b: Uint8Array, start: number, end: number): FormatReader | null {
    this.head = b.slice(start, Math.min(end, start + headBytes))
    const format = formatOf(this.head)
    if (format.open !== null) return format.open(this.sink)
    if (this.head.length < headBytes) return null
    this.fault = refusal(format, this.head, this.container)
    return null
  }
}

/** Reads a packet again by the `at` of its first reading, for `inspect`; see `CaptureLayout.readAgain`. */
export function readPacketAt(
  source: ByteSource,
  layout: CaptureLayout,
  at: number,
  scratch: Uint8Array,
): PacketAgain | null {
  return layout.readAgain(source, at, scratch)
}

/**
 * Reads all of `pieces` through `reader`. After each piece `goOn` is told how many bytes of the input were read; false stops
 * there, keeping what was read. An input that ends before its time is a warning. Throws `SourceError`.
 */
export async function readCapture(
  pieces: Pieces,
  reader: CaptureReader,
  sink: PacketSink,
  goOn: (read: number) => boolean | Promise<boolean>,
): Promise<void> {
  let piece = await pieces.next(0, reader.wanted)
  while (piece !== null) {
    const { bytes, start, end, offset, read } = piece
    const unconsumed = end - start - reader.consume(bytes, start, end, offset)
    if (reader.fault !== null || !(await goOn(read))) return
    piece = await pieces.next(unconsumed, reader.wanted)
  }
  for (const { code, text } of pieces.problems) sink.warning(code, null, null, text)
  reader.finish()
}
