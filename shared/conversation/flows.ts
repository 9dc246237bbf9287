// The table of open flows: from the five-tuple of a packet to its connection.

import type { FlowKey } from './connection.ts'

/** What the table holds: something with a key and a chain link. */
interface Chained<T> {
  readonly key: FlowKey
  chain: T | null
}

/** Flows by an int32 hash that is the same for both directions, verified against the whole key (performance.md "Flow table"). */
export class FlowTable<T extends Chained<T>> {
  size = 0
  /** After `find`: the packet runs from B to A of the flow found. */
  reversed = false
  private readonly buckets = new Map<number, T>()

  find(
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    version: number,
  ): T | null {
    let flow = this.buckets.get(hash(source, destination, sourcePort, destinationPort)) ?? null
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
    const at = hashOf(flow.key)
    flow.chain = this.buckets.get(at) ?? null
    this.buckets.set(at, flow)
    this.size++
  }

  remove(flow: T): void {
    const at = hashOf(flow.key)
    let before: T | null = null
    for (let other = this.buckets.get(at) ?? null; other !== null; before = other, other = other.chain) {
      if (other !== flow) continue
      if (before !== null) before.chain = flow.chain
      else if (flow.chain !== null) this.buckets.set(at, flow.chain)
      else this.buckets.delete(at)
      flow.chain = null
      this.size--
      return
    }
  }

  /** All flows, in no useful order. */
  *flows(): Generator<T> {
    for (const head of this.buckets.values()) {
      for (let flow: T | null = head; flow !== null; flow = flow.chain) yield flow
    }
  }
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
