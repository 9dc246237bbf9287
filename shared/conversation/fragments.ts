// DTLS handshake messages put together from fragments that may overlap, repeat and come in any order (RFC 6347 §4.2.3).

import {
  maxFragmentedMessageBytes,
  maxFragmentedMessages,
  maxFragmentHoles,
  maxFragmentsPerMessage,
  maxMessagesKept,
} from '../limits.ts'

/** One fragment's header fields (RFC 6347 §4.2.2) and where its bytes are. */
export interface Fragment {
  readonly type: number
  readonly length: number
  readonly messageSeq: number
  readonly offset: number
  readonly bytes: Uint8Array
}

/** A whole message in the 4-byte-header form that TLS has too. */
export interface Joined {
  readonly bytes: Uint8Array
  readonly fragments: number
  /** Stream offset of the earliest fragment's record. */
  readonly start: number
  /** The same message had been complete before. */
  readonly retransmission: boolean
}

interface Pending {
  readonly length: number
  /** What came, in order of arrival: a later fragment lies over an earlier one. */
  readonly parts: { readonly offset: number; readonly bytes: Uint8Array }[]
  /** Covered ranges of the body, sorted, apart from each other: start, end, start, end … */
  covered: number[]
  fragments: number
  start: number
  held: number
}

/** What a part costs beside its bytes. */
const partCost = 120

export class FragmentJoiner {
  /** A message or the number of messages went past the limits. */
  overflowed = false
  /** Bytes of memory that unfinished messages hold, by estimate. */
  held = 0
  private readonly pending = new Map<number, Pending>()
  private readonly complete = new Set<number>()

  /** Takes a fragment; returns the message once it is whole. Fragments that contradict the message they belong to are dropped. */
  add(fragment: Fragment, recordStart: number): Joined | null {
    const { type, length, offset, bytes } = fragment
    const end = offset + bytes.length
    if (end > length) return null
    if (length > maxFragmentedMessageBytes) {
      this.overflowed = true
      return null
    }
    const key = fragment.messageSeq * 256 + type
    const retransmission = this.complete.has(key)
    if (offset === 0 && end === length) {
      const whole = new Uint8Array(4 + length)
      writeHeader(whole, type, length)
      whole.set(bytes, 4)
      return this.finish(key, whole, 1, recordStart, retransmission)
    }
    if (retransmission) return null
    let message = this.pending.get(key)
    if (message === undefined) {
      if (this.pending.size >= maxFragmentedMessages) {
        this.overflowed = true
        return null
      }
      message = { length, parts: [], covered: [], fragments: 0, start: recordStart, held: 0 }
      this.pending.set(key, message)
    }
    if (message.length !== length) return null
    // Fragments beyond any sender's need: in holes that never close, or the same again and again.
    if (message.covered.length >= 2 * maxFragmentHoles || message.parts.length >= maxFragmentsPerMessage) {
      this.overflowed = true
      return null
    }
    message.parts.push({ offset, bytes: bytes.slice() })
    message.held += bytes.length + partCost
    this.held += bytes.length + partCost
    message.fragments++
    message.start = Math.min(message.start, recordStart)
    message.covered = cover(message.covered, offset, end)
    if (message.covered.length !== 2 || message.covered[0] !== 0 || message.covered[1] !== length) return null
    const whole = new Uint8Array(4 + length)
    writeHeader(whole, type, length)
    for (const part of message.parts) whole.set(part.bytes, 4 + part.offset)
    return this.finish(key, whole, message.fragments, message.start, false)
  }

  private finish(
    key: number,
    bytes: Uint8Array,
    fragments: number,
    start: number,
    retransmission: boolean,
  ): Joined {
    this.held -= this.pending.get(key)?.held ?? 0
    this.pending.delete(key)
    if (this.complete.size < maxMessagesKept) this.complete.add(key)
    return { bytes, fragments, start, retransmission }
  }
}

function writeHeader(bytes: Uint8Array, type: number, length: number): void {
  bytes[0] = type
  bytes[1] = length >> 16
  bytes[2] = length >> 8
  bytes[3] = length
}

/** Adds the range [start, end) to sorted, disjoint ranges and merges what touches. */
function cover(ranges: readonly number[], start: number, end: number): number[] {
  const merged: number[] = []
  let from = start
  let to = end
  let placed = false
  for (let i = 0; i < ranges.length; i += 2) {
    const a = ranges[i]!
    const b = ranges[i + 1]!
    if (b < from) merged.push(a, b)
    else if (a > to) {
      if (!placed) merged.push(from, to)
      placed = true
      merged.push(a, b)
    } else {
      from = Math.min(from, a)
      to = Math.max(to, b)
    }
  }
  if (!placed) merged.push(from, to)
  return merged
}
