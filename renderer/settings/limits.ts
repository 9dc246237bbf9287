// The limits a reader may meet, in words; their values are those of shared/limits.ts.

import * as bounds from '../../shared/limits.ts'
import { size } from '../format.ts'

export interface Limit {
  readonly text: string
  readonly value: number
  /** The value in words where it counts bytes. */
  readonly bytes?: string
}

export const limits: readonly Limit[] = [
  inBytes('Handshake bytes per side', bounds.maxHandshakeBytes),
  inBytes('One handshake message', bounds.maxMessageBytes),
  inBytes('Bytes waiting for a hole', bounds.maxHeldBytes),
  { text: 'Records described per side', value: bounds.maxRecordsKept },
  { text: 'Deliveries remembered per side', value: bounds.maxChunksKept },
  { text: 'Packets read again for one view', value: bounds.maxNotedPackets },
  { text: 'Certificates of one message', value: bounds.maxCertificatesRead },
  inBytes('One packet', bounds.maxPacketBytes),
  inBytes('An unpacked capture', bounds.maxInflatedBytes),
]

function inBytes(text: string, value: number): Limit {
  return { text, value, bytes: size(value) }
}
