// Captures that are one header and then records of a fixed head, data and perhaps a tail: what their readers share.

import { maxPacketBytes } from '../limits.ts'
import type { ByteSource } from '../ports.ts'
import type {
  CaptureComment,
  CaptureFault,
  CaptureInterface,
  CaptureLayout,
  FormatReader,
  PacketAgain,
  PacketSink,
} from './capture.ts'
import { CaptureTimes } from './ticks.ts'

/** The packet of one record, read in place; one object is used for all of a capture. */
export class RecordView {
  captured = 0
  original = 0
  seconds = 0
  nanoseconds = 0
  /** Null for a record that holds no packet and takes no number. */
  link: CaptureInterface | null = null
}

/** How the records of one capture are read. */
export abstract class RecordLayout implements CaptureLayout {
  abstract readonly interfaces: readonly CaptureInterface[]
  readonly clock = new CaptureTimes()
  /** Bytes before a record's data. */
  abstract readonly headBytes: number
  /** File offset at which no record begins any more. */
  readonly end: number = Infinity
  private readonly view = new RecordView()

  /** Captured bytes of the record whose head is at `p`. */
  abstract captured(b: Uint8Array, p: number): number
  /** Bytes of the whole record, of which `captured` are its packet's. */
  abstract size(b: Uint8Array, p: number, captured: number): number
  /** Describes the whole record at `p`. */
  abstract read(b: Uint8Array, p: number, captured: number, into: RecordView): void

  readAgain(source: ByteSource, at: number, scratch: Uint8Array): PacketAgain | null {
    const head = this.headBytes
    const there = source.read(at, scratch, 0, scratch.length)
    if (there < head) return null
    const captured = this.captured(scratch, 0)
    const size = this.size(scratch, 0, captured)
    if (captured > maxPacketBytes || size > head + 2 * maxPacketBytes || size < head + captured) return null
    let record = scratch
    if (size > there) {
      record = new Uint8Array(size)
      if (source.read(at, record, 0, size) < size) return null
    }
    const view = this.view
    this.read(record, 0, captured, view)
    if (view.link === null) return null
    return {
      bytes: record.slice(head, head + captured),
      original: view.original,
      time: this.clock.of(view.seconds, view.nanoseconds),
      link: view.link,
    }
  }
}

/** Reads such a capture forward. A format gives its header's length and makes its layout from it. */
export abstract class RecordReader<Layout extends RecordLayout> implements FormatReader {
  abstract readonly details: string
  packets = 0
  wanted = 1
  fault: CaptureFault | null = null
  layout: Layout | null = null
  readonly comments: readonly CaptureComment[] = []
  protected abstract readonly format: string
  protected abstract readonly fileHeaderBytes: number
  private readonly sink: PacketSink
  private readonly view = new RecordView()
  private stopped = false

  constructor(sink: PacketSink) {
    this.sink = sink
  }

  get first(): number {
    return this.layout?.clock.first ?? NaN
  }

  get last(): number {
    return this.layout?.clock.last ?? NaN
  }

  /** Makes the layout from the file's header at `p`, or says why the file cannot be read. */
  protected abstract open(b: Uint8Array, p: number): Layout | CaptureFault

  consume(b: Uint8Array, start: number, end: number, offset: number): number {
    if (this.stopped) return end - start
    let p = start
    if (this.layout === null) {
      this.wanted = this.fileHeaderBytes
      if (end - start < this.fileHeaderBytes) return 0
      const opened = this.open(b, start)
      if (!(opened instanceof RecordLayout)) {
        this.stopped = true
        this.fault = opened
        return end - start
      }
      this.layout = opened
      p += this.fileHeaderBytes
    }
    return this.walk(this.layout, b, p, end, offset - start) - start
  }

  finish(offset: number, left: number): void {
    if (this.stopped || (left === 0 && this.layout !== null)) return
    this.stopped = true
    if (this.layout === null) {
      this.fault = {
        code: 'capture-header-truncated',
        message: `This ${this.format} file breaks off inside its header: ${String(left)} of ${String(this.fileHeaderBytes)} bytes are there.`,
        hint: 'Copy the file again, or capture again: it holds no packet.',
        offset: left,
      }
      return
    }
    this.sink.warning(
      'capture-truncated',
      offset,
      this.packets + 1,
      `The file breaks off inside packet ${String(this.packets + 1)}: ${String(left)} of ${String(this.wanted)} bytes are there. Everything before was read.`,
    )
  }

  /** `shift`: file offset minus buffer position. Returns the position of the first record that is not whole. */
  private walk(layout: Layout, b: Uint8Array, from: number, end: number, shift: number): number {
    const head = layout.headBytes
    const view = this.view
    let p = from
    while (p + shift < layout.end) {
      this.wanted = head
      if (end - p < head) return p
      const captured = layout.captured(b, p)
      const size = layout.size(b, p, captured)
      if (captured > maxPacketBytes || size < head + captured || size > head + 2 * maxPacketBytes) {
        this.damaged(p + shift, captured)
        return end
      }
      this.wanted = size
      if (end - p < size) return p
      layout.read(b, p, captured, view)
      if (view.link !== null) {
        const time = layout.clock.mark(view.seconds, view.nanoseconds)
        const number = ++this.packets
        this.sink.packet(b, p + head, captured, view.original, number, time, p + shift, view.link)
      }
      p += size
    }
    this.stopped = true
    return end
  }

  private damaged(offset: number, captured: number): void {
    this.stopped = true
    this.sink.warning(
      'capture-damaged',
      offset,
      this.packets + 1,
      `Packet ${String(this.packets + 1)} claims ${String(captured)} captured bytes in a record that has no room for them, or more than any capture tool writes (${String(maxPacketBytes)}). Reading stopped here; everything before was read.`,
    )
  }
}

/** Link types of other registries that have no LINKTYPE: numbers above all of these. */
export const foreignLinkType = 1 << 20
