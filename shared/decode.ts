// From a captured packet to its transport payload: link, IP, fragments, TCP or UDP header. Used by the scan and by `inspect`.

import type { CaptureInterface } from './capture/capture.ts'
import type { PacketPlace } from './conversation/connection.ts'
import { Defragmenter } from './network/defragment.ts'
import { IpPacket, ipProtocol } from './network/ip.ts'
import { type LinkDecoder, linkDecoder } from './network/link.ts'
import { TcpSegment } from './network/tcp.ts'
import { UdpDatagram } from './network/udp.ts'

export type Transport = 'tcp' | 'udp' | 'none'

/** Told what a packet could not be read for. */
export interface DecodeWarnings {
  warning(code: string, offset: number | null, packet: number | null, text: string): void
}

/** Reads one packet at a time; its fields describe the packet read last. Allocates nothing per packet. */
export class PacketDecoder {
  readonly ip = new IpPacket()
  readonly tcp = new TcpSegment()
  readonly udp = new UdpDatagram()
  /** The buffer that the transport positions refer to: the capture's, or a reassembled datagram. */
  bytes: Uint8Array = new Uint8Array(0)
  /** Where the packets of a reassembled datagram lie; null for an ordinary packet. */
  fragments: { readonly packets: readonly number[]; readonly places: readonly number[] } | null = null
  private readonly sink: DecodeWarnings
  private readonly defragmenter: Defragmenter
  private readonly links: (LinkDecoder | null)[] = []

  constructor(sink: DecodeWarnings) {
    this.sink = sink
    this.defragmenter = new Defragmenter((code, packet, text) => sink.warning(code, null, packet, text))
  }

  /** Reads the packet `b[start, end)`; the answer says which of `tcp` and `udp` now describes it. */
  decode(
    b: Uint8Array,
    start: number,
    end: number,
    packet: number,
    time: number,
    place: PacketPlace,
    link: CaptureInterface,
  ): Transport {
    let decoder = this.links[link.index]
    decoder ??= this.linkOf(link)
    if (decoder === null) return 'none'
    const ip = this.ip
    const ipStart = decoder(b, start, end)
    if (ipStart < 0 || !ip.decode(b, ipStart, end)) return 'none'
    this.bytes = b
    this.fragments = null
    if (ip.fragment) {
      const datagram = this.defragmenter.add(ip, b, packet, time, place.place())
      if (datagram === null || !ip.resume(datagram.bytes, 0, datagram.bytes.length, datagram.protocol))
        return 'none'
      this.bytes = datagram.bytes
      this.fragments = datagram
    }
    if (ip.protocol === ipProtocol.tcp) {
      return this.tcp.decode(this.bytes, ip.payloadStart, ip.payloadEnd, ip.sentEnd) ? 'tcp' : 'none'
    }
    if (ip.protocol === ipProtocol.udp) {
      return this.udp.decode(this.bytes, ip.payloadStart, ip.payloadEnd) ? 'udp' : 'none'
    }
    return 'none'
  }

  private linkOf(link: CaptureInterface): LinkDecoder | null {
    const decoder = linkDecoder(link.linkType)
    this.links[link.index] = decoder
    if (decoder === null) {
      const name = link.name === null ? '' : ` of ${link.name}`
      this.sink.warning(
        'link-type-unknown',
        null,
        null,
        `Link type ${String(link.linkType)}${name} is not known; its packets are counted but not read.`,
      )
    }
    return decoder
  }
}
