// Microsoft Network Monitor 2.x captures, little-endian (the format's description in Network Monitor 3's help).

import { orderedU16, orderedU32 } from '../bytes/raw.ts'
import type { CaptureFault, CaptureInterface } from './capture.ts'
import { foreignLinkType, RecordLayout, RecordReader, type RecordView } from './records.ts'

/** Media types that have a LINKTYPE: Ethernet, and IP without a link header (tunnels, mobile broadband, raw). */
const linkTypes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 7: 101, 8: 101, 9: 101 }
/** Media types from here on are a LINKTYPE above this base … */
const linkTypeBase = 0xe000
/** … but for those of other tools' messages, and events, filters and the like, which are no packets. */
const firstMessage = 0xe080
const firstMetadata = 0xff00

/** Bytes behind a frame by minor version: media type; process index; UTC time and time zone index. */
const tailBytes = [0, 2, 6, 15] as const
/** 100 ns between 1601 and 1970 (FILETIME). */
const fileTimeEpoch = 116_444_736_000_000_000n

export class NetmonReader extends RecordReader<NetmonLayout> {
  protected readonly format = 'Network Monitor'
  protected readonly fileHeaderBytes = 128

  get details(): string {
    return this.layout === null ? 'Network Monitor' : `Network Monitor 2.${String(this.layout.minor)}`
  }

  protected open(b: Uint8Array, p: number): NetmonLayout | CaptureFault {
    const minor = b[p + 4]!
    const major = b[p + 5]!
    if (major === 2) return new NetmonLayout(b, p, minor)
    return {
      code: 'capture-version-unknown',
      message: `This Network Monitor file says it has version ${String(major)}.${String(minor)}; only 2.0 to 2.3 are known.`,
      hint: 'Convert it: editcap -F pcapng IN OUT.pcapng',
      offset: 4,
    }
  }
}

class NetmonLayout extends RecordLayout {
  readonly headBytes = 16
  readonly interfaces: CaptureInterface[] = []
  readonly minor: number
  /** The table of frames follows the frames. */
  override readonly end: number
  private readonly tail: number
  private readonly media: number
  /** Start of the capture in milliseconds since 1970. The header has local time of an unknown zone: it is taken as UTC. */
  private readonly begun: number
  private readonly byMedia = new Map<number, CaptureInterface>()

  constructor(b: Uint8Array, p: number, minor: number) {
    super()
    this.minor = minor
    this.tail = tailBytes[Math.min(minor, 3) as 0 | 1 | 2 | 3]
    this.media = orderedU16(b, p + 6, true)
    const part = (i: number) => orderedU16(b, p + 8 + 2 * i, true)
    const begun = Date.UTC(part(0), part(1) - 1, part(3), part(4), part(5), part(6), part(7))
    this.begun = Number.isFinite(begun) ? begun : 0
    const table = orderedU32(b, p + 24, true)
    this.end = table >= 128 ? table : Infinity
  }

  captured(b: Uint8Array, p: number): number {
    return orderedU32(b, p + 12, true)
  }

  size(_b: Uint8Array, _p: number, captured: number): number {
    return this.headBytes + captured + this.tail
  }

  read(b: Uint8Array, p: number, captured: number, into: RecordView): void {
    const tail = p + this.headBytes + captured
    into.captured = captured
    into.original = orderedU32(b, p + 8, true)
    into.link = this.linkOf(this.tail === 0 ? this.media : orderedU16(b, tail, true))
    const hundreds = this.minor >= 3 ? u64(b, tail + 6) - fileTimeEpoch : this.sinceBegun(b, p)
    const seconds = hundreds / 10_000_000n - (hundreds < 0n ? 1n : 0n)
    into.seconds = Number(seconds)
    into.nanoseconds = Number(hundreds - seconds * 10_000_000n) * 100
  }

  /** The head counts microseconds from the start; ten times as many, read as signed, may lie before it. */
  private sinceBegun(b: Uint8Array, p: number): bigint {
    return BigInt(this.begun) * 10_000n + BigInt.asIntN(64, u64(b, p) * 10n)
  }

  private linkOf(media: number): CaptureInterface | null {
    if (media >= firstMetadata) return null
    const known = this.byMedia.get(media)
    if (known !== undefined) return known
    const pcap = media >= linkTypeBase && media < firstMessage ? media - linkTypeBase : null
    const made: CaptureInterface = {
      index: this.interfaces.length,
      linkType: pcap ?? linkTypes[media] ?? foreignLinkType + media,
      snaplen: 0,
      name: null,
      ticksPerSecond: this.minor >= 3 ? 10_000_000n : 1_000_000n,
      offsetSeconds: 0,
    }
    this.byMedia.set(media, made)
    this.interfaces.push(made)
    return made
  }
}

function u64(b: Uint8Array, p: number): bigint {
  return (BigInt(orderedU32(b, p + 4, true)) << 32n) | BigInt(orderedU32(b, p, true))
}
