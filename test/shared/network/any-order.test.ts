// Reassembly does not depend on the order in which the network brought the bytes: properties over orders, cuts and repetitions.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Origin, type StreamSink, TcpStream } from '../../../shared/network/stream.ts'
import { Random } from '../../support/mutation.ts'
import { pattern } from '../../support/packets.ts'
import { opened, scanPackets, type Sent } from '../../support/segments.ts'

/** What came out of a stream: its bytes, and the gaps between them. */
class Kept implements StreamSink {
  readonly bytes: number[] = []
  gaps = 0
  data(_stream: TcpStream, b: Uint8Array, start: number, end: number): void {
    this.bytes.push(...b.subarray(start, end))
  }
  gap(): void {
    this.gaps++
  }
  repair(): void {
    // Which repairs are named depends on the order; that is tested elsewhere.
  }
}

/** Where a stream is cut into segments, how it is shuffled, and which pieces come again, larger or smaller. */
const delivery = fc.record({
  length: fc.integer({ min: 1, max: 3000 }),
  cuts: fc.array(fc.nat(3000), { maxLength: 40 }),
  again: fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 600 })), { maxLength: 20 }),
  seed: fc.nat(),
  isn: fc.oneof(fc.constantFrom(0, 0xffffffff, 0x7fffffff, 0xfffffc00), fc.nat(0xffffffff)),
})

type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never

/** The segments of a delivery as ranges of the stream, shuffled. */
function segmentsOf({ length, cuts, again, seed }: Delivery): (readonly [number, number])[] {
  const edges = [...new Set([0, ...cuts.filter((cut) => cut < length), length])].sort((a, b) => a - b)
  const ranges = edges.slice(1).map((end, i) => [edges[i]!, end] as const)
  for (const [start, size] of again) {
    if (start < length) ranges.push([start, Math.min(length, start + size)] as const)
  }
  const random = new Random(seed)
  for (let i = ranges.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[ranges[i], ranges[j]] = [ranges[j]!, ranges[i]!]
  }
  return ranges
}

describe('a stream', () => {
  it('is the same however its bytes are cut, ordered, repeated and overlapped', () => {
    fc.assert(
      fc.property(delivery, (given) => {
        const whole = pattern(given.length, given.seed)
        const stream = new TcpStream(0)
        stream.begin(given.isn, true)
        const kept = new Kept()
        segmentsOf(given).forEach(([start, end], i) => {
          const origin: Origin = { packet: i + 1, time: i * 1e6, ack: -1 }
          stream.place((given.isn + start) >>> 0, whole, start, end, 0, i, origin, kept)
        })
        stream.flush(kept)
        expect(kept.gaps).toBe(0)
        expect(kept.bytes).toEqual([...whole])
        expect([stream.holding, stream.weight, stream.next]).toEqual([false, 0, given.length])
      }),
      { numRuns: 300 },
    )
  })

  it('that lacks a piece has one gap there, and the rest in its place', () => {
    fc.assert(
      fc.property(delivery, fc.nat(), (given, pick) => {
        const ranges = segmentsOf({ ...given, again: [] }).filter(([start]) => start > 0)
        const lost = ranges[pick % Math.max(1, ranges.length)]
        // Of the last piece nobody knows.
        if (lost === undefined || lost[1] === given.length) return
        const whole = pattern(given.length, given.seed)
        const stream = new TcpStream(0)
        stream.begin(given.isn, true)
        const kept = new Kept()
        for (const [start, end] of segmentsOf({ ...given, again: [] })) {
          if (start === lost[0]) continue
          const origin: Origin = { packet: 1, time: 0, ack: -1 }
          stream.place((given.isn + start) >>> 0, whole, start, end, 0, 0, origin, kept)
        }
        stream.flush(kept)
        expect(kept.gaps).toBe(1)
        expect(kept.bytes).toEqual([...whole.subarray(0, lost[0]), ...whole.subarray(lost[1])])
      }),
      { numRuns: 200 },
    )
  })
})

describe('a conversation', () => {
  it('says the same messages however its hello is cut, ordered and repeated', () => {
    const body = 400
    const hello = Uint8Array.from([22, 3, 1, 0, 0, 1, 0, 0, 0, 3, 3, ...pattern(body)])
    const size = hello.length - 5
    hello.set([size >> 8, size & 0xff], 3)
    hello.set([(size - 4) >> 8, (size - 4) & 0xff], 7)
    const said = (sent: readonly Sent[]) => {
      const [conversation] = scanPackets([...opened, ...sent]).conversations
      return conversation?.messages.map(({ from, type, bytes }) => [from, type, [...bytes]])
    }
    const expected = said([{ from: 'client', at: 0, bytes: hello }])
    expect(expected).toHaveLength(1)
    fc.assert(
      fc.property(delivery, (given) => {
        const ranges = segmentsOf({ ...given, length: hello.length })
        const sent = ranges.map(([at, end]): Sent => ({ from: 'client', at, bytes: hello.slice(at, end) }))
        expect(said(sent)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})
