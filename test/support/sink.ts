// A sink that keeps what a capture reader hands on, and ways to feed the reader, for tests.

import type { CaptureInterface, PacketSink } from '../../shared/capture/capture.ts'
import { CaptureReader } from '../../shared/capture/reader.ts'
import type { ByteSource } from '../../shared/ports.ts'

export interface KeptPacket {
  readonly data: Uint8Array
  readonly original: number
  readonly number: number
  readonly time: number
  readonly at: number
  readonly link: CaptureInterface
}

export interface KeptWarning {
  readonly code: string
  readonly offset: number | null
  readonly packet: number | null
  readonly text: string
}

export class KeepingSink implements PacketSink {
  readonly packets: KeptPacket[] = []
  readonly secretBlocks: { readonly type: number; readonly data: Uint8Array }[] = []
  readonly warnings: KeptWarning[] = []

  packet(
    b: Uint8Array,
    start: number,
    captured: number,
    original: number,
    number: number,
    time: number,
    at: number,
    link: CaptureInterface,
  ): void {
    this.packets.push({ data: b.slice(start, start + captured), original, number, time, at, link })
  }

  secrets(type: number, data: Uint8Array): void {
    this.secretBlocks.push({ type, data })
  }

  warning(code: string, offset: number | null, packet: number | null, text: string): void {
    this.warnings.push({ code, offset, packet, text })
  }

  get codes(): string[] {
    return this.warnings.map((warning) => warning.code)
  }
}

/** Reads a capture that is in memory, at most `step` bytes further at a time. */
export function read(
  file: Uint8Array,
  step = Infinity,
  container: string | null = null,
): { sink: KeepingSink; reader: CaptureReader } {
  const sink = new KeepingSink()
  const reader = new CaptureReader(sink, container)
  let from = 0
  for (let end = Math.min(step, file.length); ; end = Math.min(end + step, file.length)) {
    // A buffer of its own for each piece, with something in front, shows up what is kept without a copy.
    const piece = new Uint8Array(end - from + 3)
    piece.set(file.subarray(from, end), 3)
    from += reader.consume(piece, 3, piece.length, from)
    piece.fill(0xee)
    if (end === file.length) break
  }
  reader.finish()
  return { sink, reader }
}

/** A file in memory. */
export function memorySource(file: Uint8Array): ByteSource {
  return {
    name: 'memory',
    size: file.length,
    read: (offset, into, start, length) => {
      const part = file.subarray(offset, offset + length)
      into.set(part, start)
      return part.length
    },
  }
}
