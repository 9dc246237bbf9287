// A packet on its way into a saved capture, and what the file says about itself.

import type { CaptureInterface } from '../capture/capture.ts'

export interface SavedPacket {
  /** As captured; never changed in place. */
  readonly bytes: Uint8Array
  /** Bytes it had on the wire. */
  readonly original: number
  /** Nanoseconds since the clock's base; NaN without a time. */
  readonly time: number
  readonly link: CaptureInterface
  /** Its number in the capture it comes from. */
  readonly packet: number
}

export type SavedFormat = 'pcap' | 'pcapng'

export interface SavedOptions {
  /** Seconds since 1970-01-01 UTC that times count from. */
  readonly baseSeconds: number
  /** Name and version of the program. */
  readonly writer: string
  /** What the file holds and what it leaves out, for its section's comment. */
  readonly comment: string
  /** Lines of a key log to store beside the packets; empty: none. pcapng only. */
  readonly secrets: string
  /** Names of interfaces may say whose machine it was. */
  readonly interfaceNames: boolean
  /** Number of each packet in the original capture, as its comment. */
  readonly packetComments: boolean
}
