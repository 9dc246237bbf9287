// The table of open flows: from the five-tuple of a packet to its connection.

import type { FlowKey } from './connection.ts'

/** What the table holds: something with a key, a chain link, and its place among all. */
interface Chained<T> {
  readonly key: FlowKey
  chain: T | null
  place: number
}

const firstBuckets = 1024

/**
 * Flows in chains by an int32 hash that is the same for both directions, verified against the whole key. No `Map`: one that
 * loses entries as fast as it gains them is made anew again and again, and V8 links each forgotten table to its successor, so
 * that a single one in the old generation keeps every later one, and all flows in them, from being collected young.
 */
export class FlowTable<T extends Chained<T>> {
  /** After `find`: the packet runs from B to A of the flow found. */
  reversed = false
  private buckets = emptyBuckets<T>(firstBuckets)
  /** About in the order in which they began, and so as they lie in memory: a walk through the buckets would jump about. */
  private readonly all: T[] = []

  get size(): number {
    return this.all.length
  }

  find(
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    version: number,
  ): T | null {
    const { buckets } = this
    let flow: T | null =
      buckets[hash(source, destination, sourcePort, destinationPort) & (buckets.length - 1)] ?? null
    for (; flow !== null; flow = flow.chain) {
      const key = flow.key
      if (key.version !== version) continue
      if (
        key.addressA === source &&
        key.addressB === destination &&
        key.portA === sourcePort &&
        key.portB === destinationPort
      ) {
        this.reversed = false
        return flow
      }
      if (
        key.addressA === destination &&
        key.addressB === source &&
        key.portA === destinationPort &&
        key.portB === sourcePort
      ) {
        this.reversed = true
        return flow
      }
    }
    return null
  }

  add(flow: T): void {
    if (this.size === this.buckets.length) this.grow()
    this.put(flow)
    flow.place = this.all.push(flow) - 1
  }

  remove(flow: T): void {
    if (this.all[flow.place] !== flow) return
    const last = this.all.pop()!
    if (last !== flow) {
      last.place = flow.place
      this.all[flow.place] = last
    }
    const { buckets } = this
    const at = hashOf(flow.key) & (buckets.length - 1)
    let before = buckets[at] ?? null
    if (before === flow) buckets[at] = flow.chain
    else {
      while (before !== null && before.chain !== flow) before = before.chain
      if (before !== null) before.chain = flow.chain
    }
    flow.chain = null
  }

  /** All flows, about in the order in which they began. */
  flows(): readonly T[] {
    return this.all
  }

  private put(flow: T): void {
    const at = hashOf(flow.key) & (this.buckets.length - 1)
    flow.chain = this.buckets[at] ?? null
    this.buckets[at] = flow
  }

  private grow(): void {
    this.buckets = emptyBuckets(this.buckets.length * 2)
    for (const flow of this.all) this.put(flow)
  }
}

/** One by one: an array made at once with so many places is a dictionary to V8. */
function emptyBuckets<T>(count: number): (T | null)[] {
  const buckets: (T | null)[] = []
  while (buckets.length < count) buckets.push(null)
  return buckets
}

/** Differs from run to run of the program, so that no capture can be built to fill one bucket. */
const seed = (Math.random() * 0x100000000) | 0

function hashOf(key: FlowKey): number {
  return hash(key.addressA, key.addressB, key.portA, key.portB)
}

/** Symmetric in its two ends. */
function hash(a: number, b: number, portA: number, portB: number): number {
  return (spread(a, portA) + spread(b, portB)) | 0
}

/** The mixing steps of MurmurHash3 over an address and a port. */
function spread(address: number, port: number): number {
  let h = Math.imul(address ^ seed, 0xcc9e2d51)
  h = Math.imul(h ^ (h >>> 15) ^ port, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
