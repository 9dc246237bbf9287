// What an open capture reads from: one file, or several that follow one another, behind one face.

import {
  type CaptureInterface,
  type Clock,
  type PacketAgain,
  type PacketSink,
} from '../../shared/capture/capture.ts'
import { CaptureReader, readCapture, readPacketAt } from '../../shared/capture/reader.ts'
import type { CaptureSummary, Warning } from '../../shared/contract/report.ts'
import type { Pieces } from '../../shared/ports.ts'
import { isoTime } from '../../shared/view/time.ts'
import { Refusal } from '../outcome.ts'

/** Told how many bytes were read; false stops. */
export type GoOn = (read: number) => boolean | Promise<boolean>

export interface CaptureInput {
  /** Bytes of the input as it lies on disk; null where that is not known. */
  readonly total: number | null
  /** Packets cannot be read twice: what is noted must be spooled. */
  readonly spooled: boolean
  readonly details: string
  readonly packets: number
  /** Times of the earliest and the latest packet; NaN where none has a time. */
  readonly first: number
  readonly last: number
  readonly clock: Clock
  readonly interfaces: readonly CaptureInterface[]
  /** Hands all packets to `sink`. Throws `SourceError`, and `Refusal` where the input is no capture. */
  read(sink: PacketSink, goOn: GoOn): Promise<void>
  /** The packet at `place`, where packets need not be spooled; null where none is there. Throws `SourceError`. */
  readAgain(place: number): PacketAgain | null
  /** Of each file what is said about a capture; flows and warnings are those of the whole. */
  files(flows: number, warnings: readonly Warning[]): CaptureSummary[]
  close(): void
}

/** Bytes read at once before a longer packet is read again. */
const scratchBytes = 4096

/** One capture file or pipe. */
export class SingleInput implements CaptureInput {
  private readonly path: string
  private readonly pieces: Pieces
  private reader: CaptureReader
  private readonly scratch = new Uint8Array(scratchBytes)

  constructor(path: string, pieces: Pieces) {
    this.path = path
    this.pieces = pieces
    this.reader = new CaptureReader(nowhere, pieces.container)
  }

  get total(): number | null {
    return this.pieces.total
  }

  get spooled(): boolean {
    return this.pieces.seekable === null
  }

  get details(): string {
    return this.reader.details
  }

  get packets(): number {
    return this.reader.packets
  }

  get first(): number {
    return this.reader.first
  }

  get last(): number {
    return this.reader.last
  }

  get clock(): Clock {
    return this.reader.clock
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.reader.interfaces
  }

  async read(sink: PacketSink, goOn: GoOn): Promise<void> {
    this.reader = new CaptureReader(sink, this.pieces.container)
    await readCapture(this.pieces, this.reader, sink, goOn)
    if (this.reader.fault !== null) throw new Refusal({ ...this.reader.fault, packet: null })
  }

  readAgain(place: number): PacketAgain | null {
    const { layout } = this.reader
    const { seekable } = this.pieces
    return layout === null || seekable === null ? null : readPacketAt(seekable, layout, place, this.scratch)
  }

  files(flows: number, warnings: readonly Warning[]): CaptureSummary[] {
    const { clock, first, last, packets } = this
    return [
      {
        file: this.path,
        format: this.details,
        bytes: this.total,
        packets,
        flows,
        first: isoTime(clock, first),
        last: isoTime(clock, last),
        warnings: [...warnings],
      },
    ]
  }

  close(): void {
    this.pieces.close()
  }
}

const nowhere: PacketSink = {
  packet: () => undefined,
  secrets: () => undefined,
  warning: () => undefined,
}
