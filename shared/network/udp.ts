// One UDP datagram read in place (RFC 768). One object is reused for every packet.

import { u16 } from '../bytes/raw.ts'

export class UdpDatagram {
  sourcePort = 0
  destinationPort = 0
  payloadStart = 0
  payloadEnd = 0
  /** Bytes of the payload that were sent and not captured. */
  cut = 0

  /** Reads the datagram in `b[start, end)`. False where the header is not all there. */
  decode(b: Uint8Array, start: number, end: number): boolean {
    if (end - start < 8) return false
    const length = u16(b, start + 4)
    this.sourcePort = u16(b, start)
    this.destinationPort = u16(b, start + 2)
    this.payloadStart = start + 8
    // A length of 0 is a jumbogram or was left to the network card.
    this.payloadEnd = length >= 8 ? Math.min(end, start + length) : end
    this.cut = Math.max(0, start + length - end)
    return true
  }
}
