// Captures too large to hold, made packet by packet in one buffer and given straight to the scan.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { CaptureInterface } from '../../shared/capture/capture.ts'
import { nodeCrypto } from '../../electron/worker/crypto.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import type { ConversationRecord } from '../../shared/records.ts'
import { Scanner } from '../../shared/scan.ts'

export const rawInterface: CaptureInterface = {
  index: 101,
  linkType: 101,
  snaplen: 0,
  name: null,
  ticksPerSecond: 1_000_000n,
  offsetSeconds: 0,
}

export interface Segment {
  /** IPv4 addresses as numbers. */
  readonly from?: number
  readonly to?: number
  readonly sourcePort?: number
  readonly destinationPort?: number
  readonly seq?: number
  readonly ack?: number
  readonly flags?: number
  readonly payload?: Uint8Array
  /** Nanoseconds; a microsecond later than the packet before without. */
  readonly time?: number
}

export const syn = 2
export const ack = 16
export const client = 0x0a000001
export const server = 0x0a000002

/** A scan that is fed by code; it keeps only what is asked for. */
export class Flood {
  readonly conversations: { readonly conversation: Conversation; readonly record: ConversationRecord }[] = []
  readonly scanner: Scanner
  packets = 0
  /** Conversations are only counted by the scan, as the program does once it has their rows. */
  forgets = false
  private readonly buffer = new Uint8Array(1 << 17)
  private readonly view = new DataView(this.buffer.buffer)
  private time = 1e9

  constructor(options = { keepSealed: false, keepBytes: false }) {
    this.buffer[0] = 0x45
    this.buffer[8] = 64
    this.buffer[9] = 6
    this.scanner = new Scanner(
      {
        spool: null,
        crypto: nodeCrypto,
        onConversation: (conversation, record) => {
          if (!this.forgets) this.conversations.push({ conversation, record })
        },
        onSecrets: () => undefined,
      },
      options,
    )
  }

  /** Any packet: from its IP header on, or from the header of another link. */
  packet(bytes: Uint8Array, linkType = rawInterface.linkType): void {
    this.time += 1000
    const link = { ...rawInterface, index: linkType, linkType }
    this.scanner.packet(bytes, 0, bytes.length, bytes.length, ++this.packets, this.time, this.packets, link)
  }

  /** A TCP segment in IPv4. */
  segment(given: Segment): void {
    const { view, buffer } = this
    const payload = given.payload ?? nothing
    const length = 40 + payload.length
    view.setUint16(2, length)
    view.setUint16(4, this.packets & 0xffff)
    view.setUint32(12, given.from ?? client)
    view.setUint32(16, given.to ?? server)
    view.setUint16(20, given.sourcePort ?? 50000)
    view.setUint16(22, given.destinationPort ?? 443)
    view.setUint32(24, given.seq ?? 0)
    view.setUint32(28, given.ack ?? 0)
    buffer[32] = 0x50
    buffer[33] = given.flags ?? ack
    view.setUint16(34, 65535)
    buffer.set(payload, 40)
    this.time = given.time ?? this.time + 1000
    this.scanner.packet(buffer, 0, length, length, ++this.packets, this.time, this.packets, rawInterface)
  }

  /** Codes of the warnings so far. */
  get codes(): string[] {
    return this.scanner.warnings.list().map(({ code }) => code)
  }

  finish(): void {
    this.scanner.finish()
  }
}

const nothing = new Uint8Array(0)

/** The runtime's own collector, which it hides unless it is asked for. */
const collect = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/** Bytes in use now, after what can go has gone. */
export function memory(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
