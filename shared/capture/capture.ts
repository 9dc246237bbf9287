// What a capture file is to the rest: interfaces, packets handed to a sink, and where everything lies for reading it again.

import type { ByteSource } from '../ports.ts'

/** One interface of the capture; a classic capture has exactly one. */
export interface CaptureInterface {
  /** Counts from 0 over all sections of the file. */
  readonly index: number
  /** LINKTYPE of the file, without the bits above it. */
  readonly linkType: number
  /** Bytes kept of each packet; 0 where there was no limit. */
  readonly snaplen: number
  readonly name: string | null
  /** Ticks of its timestamps in one second, and seconds to add to them. */
  readonly ticksPerSecond: bigint
  readonly offsetSeconds: number
}

/** What a reader hands on. `b` is used again for the next piece: copy what you keep. */
export interface PacketSink {
  /**
   * `b[start, start + captured)` is the packet as captured, `original` its length on the wire. `number` counts from 1 as
   * Wireshark does. `time`: nanoseconds since the clock's base, NaN if the capture has none. `at`: file offset of the record.
   */
  packet(
    b: Uint8Array,
    start: number,
    captured: number,
    original: number,
    number: number,
    time: number,
    at: number,
    link: CaptureInterface,
  ): void
  /** A pcapng Decryption Secrets Block: its secrets type and a copy of its data. */
  secrets(type: number, data: Uint8Array): void
  warning(code: string, offset: number | null, packet: number | null, text: string): void
}

/** Why a capture cannot be read at all. `message` is one sentence, `hint` says what to do. */
export interface CaptureFault {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly offset: number | null
}

export interface CaptureComment {
  /** Null for a comment on a whole section. */
  readonly packet: number | null
  readonly text: string
}

/** Where `time` zero lies: whole seconds since 1970-01-01 UTC of the first packet with a time. */
export interface Clock {
  readonly baseSeconds: number
}

/** Reads one file format, piece by piece. A new format is one such class and one row in `sniff.ts`. */
export interface FormatReader {
  /** E.g. `pcap, nanoseconds, little-endian`. */
  readonly details: string
  /** Packets numbered so far. */
  readonly packets: number
  /** Earliest and latest packet, NaN where no packet has a time. */
  readonly first: number
  readonly last: number
  readonly comments: readonly CaptureComment[]
  /** Bytes needed from the first unconsumed byte on; at least 1. */
  readonly wanted: number
  /** Set where the file cannot be read at all. */
  readonly fault: CaptureFault | null
  /** Hands on all whole records of `b[start, end)`, which lie at `offset`; returns how many bytes are done with. */
  consume(b: Uint8Array, start: number, end: number, offset: number): number
  /** The file ends here with `left` bytes unconsumed. */
  finish(offset: number, left: number): void
  /** Null until the file's header was read. */
  readonly layout: CaptureLayout | null
}

/** What is needed to read one packet again by the `at` of its first reading. Holds no packets and no sink. */
export interface CaptureLayout {
  readonly clock: Clock
  readonly interfaces: readonly CaptureInterface[]
  /**
   * Null where no whole packet lies at `at`. `scratch` (at least 64 bytes; 2 KiB spares most packets a second read) is
   * overwritten. Throws `SourceError` as `source` does.
   */
  readAgain(source: ByteSource, at: number, scratch: Uint8Array): PacketAgain | null
}

/** A packet read a second time. `bytes` is a copy. */
export interface PacketAgain {
  readonly bytes: Uint8Array
  readonly original: number
  readonly time: number
  readonly link: CaptureInterface
}
