// One TCP segment read in place (RFC 9293 §3.1). One object is reused for every packet.

export const tcpFlag = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const

/** The largest window a TCP can open, in bytes (RFC 7323 §2.3). */
export const maxTcpWindow = 2 ** 30

/** The fields of the segment read last. Sequence numbers are int32: compare them by `(a - b) | 0`. */
export class TcpSegment {
  sourcePort = 0
  destinationPort = 0
  seq = 0
  ack = 0
  flags = 0
  window = 0
  payloadStart = 0
  payloadEnd = 0
  /** Payload bytes that were sent but that the capture cut off (snaplen). */
  cut = 0

  /**
   * Reads the segment in `b[start, end)`; `sentEnd` is where it ended on the wire (beyond `end` where the capture is cut).
   * False where the bytes are too few or the data offset is impossible.
   */
  decode(b: Uint8Array, start: number, end: number, sentEnd: number): boolean {
    if (end - start < 20) return false
    const header = (b[start + 12]! >> 4) << 2
    if (header < 20 || start + header > sentEnd) return false
    this.sourcePort = (b[start]! << 8) | b[start + 1]!
    this.destinationPort = (b[start + 2]! << 8) | b[start + 3]!
    this.seq = (b[start + 4]! << 24) | (b[start + 5]! << 16) | (b[start + 6]! << 8) | b[start + 7]!
    this.ack = (b[start + 8]! << 24) | (b[start + 9]! << 16) | (b[start + 10]! << 8) | b[start + 11]!
    this.flags = b[start + 13]!
    this.window = (b[start + 14]! << 8) | b[start + 15]!
    this.payloadStart = Math.min(start + header, end)
    this.payloadEnd = end
    this.cut = sentEnd - end
    return true
  }
}
