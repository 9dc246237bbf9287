// One pcapng section: its byte order and interfaces, and the options of its blocks.

import { orderedU16, orderedU32 } from '../bytes/raw.ts'
import { maxCaptureInterfaces, maxCommentLength } from '../limits.ts'
import type { CaptureInterface } from './capture.ts'
import { TickScale } from './ticks.ts'

/** What the blocks of a section are read by. */
export class Section {
  /** File offset of its header. */
  readonly offset: number
  readonly littleEndian: boolean
  readonly interfaces: CaptureInterface[] = []
  /** In step with `interfaces`. */
  readonly scales: TickScale[] = []

  constructor(offset: number, littleEndian: boolean) {
    this.offset = offset
    this.littleEndian = littleEndian
  }
}

const option = { end: 0, comment: 1, interfaceName: 2, timeResolution: 9, timeOffset: 14 } as const
const interfaceHead = 16

/** Reads the Interface Description Block at `p` into its section; `index` is the interface's number in the whole file. */
export function readInterface(
  b: Uint8Array,
  p: number,
  total: number,
  section: Section,
  index: number,
): CaptureInterface | 'damaged' | 'too-many' {
  if (total < interfaceHead + 4) return 'damaged'
  if (index >= maxCaptureInterfaces) return 'too-many'
  const le = section.littleEndian
  let name: string | null = null
  let ticksPerSecond = 1_000_000n
  let offsetSeconds = 0
  eachOption(b, p + interfaceHead, p + total - 4, le, (code, at, length) => {
    if (code === option.interfaceName) name = text(b, at, length)
    else if (code === option.timeResolution && length >= 1) ticksPerSecond = resolution(b[at]!)
    else if (code === option.timeOffset && length >= 8) offsetSeconds = signed64(b, at, le)
  })
  const made: CaptureInterface = {
    index,
    linkType: orderedU16(b, p + 8, le),
    snaplen: orderedU32(b, p + 12, le),
    name,
    ticksPerSecond,
    offsetSeconds,
  }
  section.interfaces.push(made)
  section.scales.push(new TickScale(ticksPerSecond, offsetSeconds))
  return made
}

/** The comments among the options in `b[from, to)`. */
export function commentsOf(b: Uint8Array, from: number, to: number, littleEndian: boolean): string[] {
  const found: string[] = []
  eachOption(b, from, to, littleEndian, (code, at, length) => {
    if (code === option.comment) found.push(text(b, at, length))
  })
  return found
}

/** Ends silently at an option that overruns its block: the block's own fields were sound. */
function eachOption(
  b: Uint8Array,
  from: number,
  to: number,
  littleEndian: boolean,
  found: (code: number, at: number, length: number) => void,
): void {
  let p = from
  while (to - p >= 4) {
    const code = orderedU16(b, p, littleEndian)
    const length = orderedU16(b, p + 2, littleEndian)
    if (code === option.end || length > to - p - 4) return
    found(code, p + 4, length)
    p += 4 + length + ((4 - (length % 4)) % 4)
  }
}

/** if_tsresol: a negative power of 10, or of 2 where the top bit is set. */
function resolution(value: number): bigint {
  return (value & 0x80) !== 0 ? 2n ** BigInt(value & 0x7f) : 10n ** BigInt(value)
}

function signed64(b: Uint8Array, at: number, littleEndian: boolean): number {
  const high = orderedU32(b, littleEndian ? at + 4 : at, littleEndian) | 0
  const low = orderedU32(b, littleEndian ? at : at + 4, littleEndian)
  return high * 0x100000000 + low
}

function text(b: Uint8Array, at: number, length: number): string {
  let end = at + Math.min(length, maxCommentLength)
  // Some writers count a closing zero byte.
  while (end > at && b[end - 1] === 0) end--
  return new TextDecoder().decode(b.subarray(at, end))
}
