// snoop captures of Solaris and others (RFC 1761), big-endian throughout.

import { orderedU32 } from '../bytes/raw.ts'
import type { CaptureFault, CaptureInterface } from './capture.ts'
import { foreignLinkType, RecordLayout, RecordReader, type RecordView } from './records.ts'

const versionKnown = 2

/** RFC 1761 datalink types as LINKTYPE. */
const linkTypes: Readonly<Record<number, number>> = { 0: 1, 4: 1 }

export class SnoopReader extends RecordReader<SnoopLayout> {
  readonly details = 'snoop'
  protected readonly format = 'snoop'
  protected readonly fileHeaderBytes = 16

  protected open(b: Uint8Array, p: number): SnoopLayout | CaptureFault {
    const version = orderedU32(b, p + 8, false)
    if (version === versionKnown) return new SnoopLayout(orderedU32(b, p + 12, false))
    return {
      code: 'capture-version-unknown',
      message: `This snoop file says it has version ${String(version)}; RFC 1761 knows version 2.`,
      hint: 'Convert it: editcap -F pcapng IN OUT.pcapng',
      offset: 8,
    }
  }
}

class SnoopLayout extends RecordLayout {
  readonly headBytes = 24
  readonly interfaces: readonly CaptureInterface[]

  constructor(datalink: number) {
    super()
    const link: CaptureInterface = {
      index: 0,
      linkType: linkTypes[datalink] ?? foreignLinkType + (datalink % foreignLinkType),
      snaplen: 0,
      name: null,
      ticksPerSecond: 1_000_000n,
      offsetSeconds: 0,
    }
    this.interfaces = [link]
  }

  captured(b: Uint8Array, p: number): number {
    return orderedU32(b, p + 4, false)
  }

  /** The record's own length counts its head, its data, and padding of the writer's choice. */
  size(b: Uint8Array, p: number): number {
    return orderedU32(b, p + 8, false)
  }

  read(b: Uint8Array, p: number, captured: number, into: RecordView): void {
    into.captured = captured
    into.original = orderedU32(b, p, false)
    into.seconds = orderedU32(b, p + 16, false)
    into.nanoseconds = orderedU32(b, p + 20, false) * 1000
    into.link = this.interfaces[0]!
  }
}
