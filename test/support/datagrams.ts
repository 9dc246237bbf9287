// Frames that are no TCP given to a scan one after the other, for tests of carriers over UDP and beside IP.

import { nodeCrypto } from '../../electron/worker/crypto.ts'
import type { CaptureInterface } from '../../shared/capture/capture.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import { reread } from '../../shared/inspect.ts'
import type { ConversationRecord } from '../../shared/records.ts'
import { Scanner } from '../../shared/scan.ts'

/** A frame, and when it came in milliseconds; a millisecond apart without. */
export interface Frame {
  readonly bytes: Uint8Array
  readonly ms?: number
}

/** Scans the frames, reads every conversation a second time, and returns both readings, and what else there was. */
export function scanFrames(
  frames: readonly Frame[],
  linkType = 1,
): { conversations: Conversation[]; again: Conversation[]; others: ReturnType<Scanner['otherFlows']> } {
  const found: { conversation: Conversation; record: ConversationRecord }[] = []
  const link: CaptureInterface = {
    index: 0,
    linkType,
    snaplen: 262144,
    name: null,
    ticksPerSecond: 1000000n,
    offsetSeconds: 0,
  }
  const scanner = new Scanner(
    {
      spool: null,
      crypto: nodeCrypto,
      onConversation: (conversation, record) => found.push({ conversation, record }),
      onSecrets: () => undefined,
    },
    { keepSealed: false, keepBytes: false },
  )
  const timeOf = (i: number) => (frames[i]!.ms ?? i) * 1e6
  frames.forEach(({ bytes }, i) => {
    scanner.packet(bytes, 0, bytes.length, bytes.length, i + 1, timeOf(i), i, link)
  })
  scanner.finish()
  const read = (at: number) => {
    const { bytes } = frames[at]!
    return { bytes, original: bytes.length, time: timeOf(at), link }
  }
  return {
    conversations: found.map(({ conversation }) => conversation),
    others: scanner.otherFlows(),
    again: found.map(({ record }) => reread(record, scanner.noted, read, nodeCrypto).conversation),
  }
}

/** The frames of a classic little-endian capture, as test/recordings writes it. */
export function framesOf(capture: Uint8Array): Uint8Array[] {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.length)
  const frames: Uint8Array[] = []
  for (let at = 24; at + 16 <= capture.length;) {
    const length = view.getUint32(at + 8, true)
    frames.push(capture.slice(at + 16, at + 16 + length))
    at += 16 + length
  }
  return frames
}
