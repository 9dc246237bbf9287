// Types of the npm package pcap-parser, as far as tests use it.

declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events'

  export interface PcapParserPacket {
    readonly header: {
      readonly timestampSeconds: number
      readonly timestampMicroseconds: number
      readonly capturedLength: number
      readonly originalLength: number
    }
    readonly data: Buffer
  }

  export function parse(path: string): EventEmitter<{
    packet: [PcapParserPacket]
    end: []
    error: [Error]
  }>
}
