// Classic pcap: both byte orders, micro- and nanoseconds, and the variant with longer record headers.
// Source: draft-ietf-opsawg-pcap; libpcap's savefile reader for the swapped lengths of versions before 2.4.

import { orderedU16, orderedU32 } from '../bytes/raw.ts'
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

const fileHeaderBytes = 24

/** By the first four bytes as a big-endian number. */
const magics: Readonly<Record<number, Variant>> = {
  0xa1b2c3d4: { littleEndian: false, unit: 1000, recordHeaderBytes: 16 },
  0xd4c3b2a1: { littleEndian: true, unit: 1000, recordHeaderBytes: 16 },
  0xa1b23c4d: { littleEndian: false, unit: 1, recordHeaderBytes: 16 },
  0x4d3cb2a1: { littleEndian: true, unit: 1, recordHeaderBytes: 16 },
  0xa1b2cd34: { littleEndian: false, unit: 1000, recordHeaderBytes: 24 },
  0x34cdb2a1: { littleEndian: true, unit: 1000, recordHeaderBytes: 24 },
}

interface Variant {
  readonly littleEndian: boolean
  /** Nanoseconds of one unit of the fraction field. */
  readonly unit: number
  readonly recordHeaderBytes: number
}

/** Whether `magic`, the first four bytes as a big-endian number, opens a classic capture. */
export function isPcap(magic: number): boolean {
  return magics[magic] !== undefined
}

export class PcapReader implements FormatReader {
  details = 'pcap'
  packets = 0
  wanted = fileHeaderBytes
  fault: CaptureFault | null = null
  layout: PcapLayout | null = null
  readonly comments: readonly CaptureComment[] = []
  private readonly sink: PacketSink
  private readonly times = new CaptureTimes()
  private stopped = false
  private tooLongNoted = false

  constructor(sink: PacketSink) {
    this.sink = sink
  }

  get first(): number {
    return this.times.first
  }

  get last(): number {
    return this.times.last
  }

  consume(b: Uint8Array, start: number, end: number, offset: number): number {
    if (this.stopped) return end - start
    if (this.layout !== null) return this.walk(b, start, end, offset - start, this.layout) - start
    if (end - start < fileHeaderBytes) {
      this.wanted = fileHeaderBytes
      return 0
    }
    const layout = this.openFile(b, start)
    if (layout === null) return end - start
    this.layout = layout
    return this.walk(b, start + fileHeaderBytes, end, offset - start, layout) - start
  }

  finish(offset: number, left: number): void {
    if (this.stopped || (left === 0 && this.layout !== null)) return
    this.stopped = true
    if (this.layout === null) {
      this.fault = {
        code: 'capture-header-truncated',
        message: `This pcap file breaks off inside its header: ${String(left)} of ${String(fileHeaderBytes)} bytes are there.`,
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

  private openFile(b: Uint8Array, at: number): PcapLayout | null {
    const variant = magics[orderedU32(b, at, false)]!
    const le = variant.littleEndian
    const major = orderedU16(b, at + 4, le)
    const minor = orderedU16(b, at + 6, le)
    if (major !== 2) {
      this.stopped = true
      this.fault = {
        code: 'capture-version-unknown',
        message: `This pcap file says it has version ${String(major)}.${String(minor)}; only version 2 exists.`,
        hint: 'The file is damaged, or it is not a capture. Capture or copy it again.',
        offset: 4,
      }
      return null
    }
    this.details = `pcap, ${variant.unit === 1 ? 'nanoseconds' : 'microseconds'}, ${le ? 'little-endian' : 'big-endian'}`
    const link: CaptureInterface = {
      index: 0,
      // The upper bits tell the length of a frame check sequence.
      linkType: orderedU32(b, at + 20, le) & 0x03ffffff,
      snaplen: orderedU32(b, at + 16, le),
      name: null,
      ticksPerSecond: variant.unit === 1 ? 1_000_000_000n : 1_000_000n,
      offsetSeconds: 0,
    }
    return new PcapLayout(variant, minor, link, this.times)
  }

  /** `shift`: file offset minus buffer position. Returns the position of the first record that is not whole. */
  private walk(b: Uint8Array, from: number, end: number, shift: number, layout: PcapLayout): number {
    const { littleEndian: le, recordHeaderBytes: header, unit } = layout.variant
    const plain = layout.lengths === 'captured-first'
    const link = layout.link
    let p = from
    while (end - p >= header) {
      const captured = plain ? orderedU32(b, p + 8, le) : layout.captured(b, p)
      if (captured > maxPacketBytes) {
        this.stop(p + shift, captured)
        return end
      }
      const next = p + header + captured
      if (next > end) {
        this.wanted = header + captured
        return p
      }
      const original = plain ? orderedU32(b, p + 12, le) : layout.original(b, p)
      const number = ++this.packets
      if (captured > original && !this.tooLongNoted) this.noteTooLong(p + shift, number)
      const time = this.times.mark(orderedU32(b, p, le), orderedU32(b, p + 4, le) * unit)
      this.sink.packet(b, p + header, captured, original, number, time, p + shift, link)
      p = next
    }
    this.wanted = header
    return p
  }

  private stop(offset: number, captured: number): void {
    this.stopped = true
    this.sink.warning(
      'capture-damaged',
      offset,
      this.packets + 1,
      `Packet ${String(this.packets + 1)} claims ${String(captured)} captured bytes, more than any capture tool writes (${String(maxPacketBytes)}). Reading stopped here; everything before was read.`,
    )
  }

  private noteTooLong(offset: number, number: number): void {
    this.tooLongNoted = true
    this.sink.warning(
      'captured-longer-than-original',
      offset,
      number,
      `Packet ${String(number)} claims more captured bytes than it had on the wire. The captured length is used, here and in later packets like it.`,
    )
  }
}

/** How records of one classic capture are read. */
class PcapLayout implements CaptureLayout {
  readonly variant: Variant
  readonly link: CaptureInterface
  readonly interfaces: readonly CaptureInterface[]
  readonly clock: CaptureTimes
  /** libpcap wrote the two lengths the other way round before 2.3; in 2.3 the smaller one is what was captured. */
  readonly lengths: 'captured-first' | 'original-first' | 'smaller-is-captured'

  constructor(variant: Variant, minor: number, link: CaptureInterface, clock: CaptureTimes) {
    this.variant = variant
    this.link = link
    this.interfaces = [link]
    this.clock = clock
    this.lengths = minor > 3 ? 'captured-first' : minor === 3 ? 'smaller-is-captured' : 'original-first'
  }

  captured(b: Uint8Array, p: number): number {
    const first = orderedU32(b, p + 8, this.variant.littleEndian)
    const second = orderedU32(b, p + 12, this.variant.littleEndian)
    if (this.lengths === 'captured-first') return first
    return this.lengths === 'original-first' ? second : Math.min(first, second)
  }

  original(b: Uint8Array, p: number): number {
    const first = orderedU32(b, p + 8, this.variant.littleEndian)
    const second = orderedU32(b, p + 12, this.variant.littleEndian)
    if (this.lengths === 'captured-first') return second
    return this.lengths === 'original-first' ? first : Math.max(first, second)
  }

  readAgain(source: ByteSource, at: number, scratch: Uint8Array): PacketAgain | null {
    const { littleEndian: le, recordHeaderBytes: header, unit } = this.variant
    const there = source.read(at, scratch, 0, scratch.length)
    if (there < header) return null
    const captured = this.captured(scratch, 0)
    if (captured > maxPacketBytes) return null
    const bytes = new Uint8Array(captured)
    const early = Math.min(captured, there - header)
    const late = captured - early
    bytes.set(scratch.subarray(header, header + early))
    if (late > 0 && source.read(at + header + early, bytes, early, late) < late) return null
    return {
      bytes,
      original: this.original(scratch, 0),
      time: this.clock.of(orderedU32(scratch, 0, le), orderedU32(scratch, 4, le) * unit),
      link: this.link,
    }
  }
}
