// Between a connection and its TLS streams: takes TLS out of a carrier's packets, and keeps both counts of offsets apart.

import type { CarriedPart, Wrapping } from '../carriers/wrapping.ts'
import { maxWrappedMessages } from '../limits.ts'
import type { Origin } from '../network/stream.ts'
import type { StreamState } from './stream-state.ts'

/** Where TLS goes once it is unwrapped. */
export interface TlsTarget {
  readonly streams: readonly [StreamState, StreamState]
  /** One whole message of the carrier. */
  message(dir: 0 | 1, parts: readonly CarriedPart[], origin: Origin): void
  /** Bytes that lie bare on the wire. True if the packet is worth noting. */
  bare(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean
}

export class Unwrapper {
  readonly wrapping: Wrapping
  private readonly target: TlsTarget
  private readonly offsets = [new Offsets(), new Offsets()] as const

  constructor(wrapping: Wrapping, target: TlsTarget) {
    this.wrapping = wrapping
    this.target = target
  }

  /** Neither direction will bring TLS any more, and none has. */
  get hopeless(): boolean {
    return this.wrapping.states.every((state) => state === 'clear')
  }

  /** Takes in-order bytes of the wire. True if the packet is worth noting. */
  data(dir: 0 | 1, b: Uint8Array, start: number, end: number, origin: Origin): boolean {
    const { wrapping, target } = this
    const own = this.offsets[dir]
    const stream = target.streams[dir]
    const from = own.wire
    own.wire += end - start
    if (wrapping.states[dir] === 'clear') return false
    const place = { dir, packet: origin.packet, time: origin.time }
    const carried = { ...origin, ack: this.carried(dir === 0 ? 1 : 0, origin.ack) }
    let noted = false
    let at = start
    if (wrapping.states[dir] === 'wrapped') {
      const sink = {
        message: (of: 0 | 1, parts: readonly CarriedPart[]) => target.message(of, parts, carried),
      }
      at = wrapping.feed(dir, b, start, end, place, sink)
      own.mark(from + (at - start), stream.offset)
      noted = true
    }
    if (at < end) {
      const until = wrapping.bareUntil(dir, b, at, end, place)
      if (until > at && target.bare(dir, b, at, until, carried)) noted = true
      if (until < end) noted = true
    }
    // What comes in clear is only passed over; until then every record's end must be seen where clear may follow.
    stream.bulk = this.states(dir) === 'clear' || (stream.bulk && !wrapping.endsBare)
    return noted
  }

  /** `length` bytes of the wire are missing. False if they carried nothing any more. */
  missing(dir: 0 | 1, length: number): boolean {
    this.offsets[dir].wire += length
    this.wrapping.lose(dir)
    return this.states(dir) !== 'clear'
  }

  /** The stream offset behind a wire offset of `dir`; -1 stays unknown. */
  carried(dir: 0 | 1, wire: number): number {
    return this.offsets[dir].of(wire, this.states(dir) === 'bare')
  }

  private states(dir: 0 | 1): Wrapping['states'][number] {
    return this.wrapping.states[dir]
  }
}

/** How far the stream had come where messages of the wire ended. */
class Offsets {
  wire = 0
  private readonly marks: { readonly wire: number; readonly stream: number }[] = []

  mark(wire: number, stream: number): void {
    if (this.marks.length >= maxWrappedMessages) this.marks.shift()
    this.marks.push({ wire, stream })
  }

  /** Behind the last mark both count alike where TLS comes bare. */
  of(wire: number, bare: boolean): number {
    if (wire < 0) return wire
    const mark = this.marks.findLast((each) => each.wire <= wire)
    if (mark === undefined) return 0
    return bare && mark === this.marks.at(-1) ? mark.stream + (wire - mark.wire) : mark.stream
  }
}
