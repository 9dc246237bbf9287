// From a captured packet to its transport payload: link, IP, fragments, tunnels, TCP or UDP header. Used by the scan and by `inspect`.

import type { CaptureInterface } from './capture/capture.ts'
import type { PacketPlace } from './conversation/connection.ts'
import { maxHeaderNesting } from './limits.ts'
import { Defragmenter } from './network/defragment.ts'
import { EapolFrame } from './network/eapol.ts'
import { IcmpPacket } from './network/icmp.ts'
import { IpPacket, ipProtocol } from './network/ip.ts'
import { frameDecoder, FramePayload, type LinkDecoder, linkDecoder, nestedTooDeep } from './network/link.ts'
import { TcpSegment } from './network/tcp.ts'
import { type TunnelName, TunnelReader } from './network/tunnels.ts'
import { UdpDatagram } from './network/udp.ts'

/** `icmp`: an error about a TCP or UDP packet. */
export type Transport = 'tcp' | 'udp' | 'icmp' | 'eapol' | 'none'

/** Told what a packet could not be read for. */
export interface DecodeWarnings {
  warning(code: string, offset: number | null, packet: number | null, text: string): void
}

/** Answers of the search for a packet inside a packet: there is none, or the outer one cannot be read either. */
const noTunnels: readonly TunnelName[] = []
const ordinary = -1
const noPacket = -2

/** Reads one packet at a time; its fields describe the packet read last. Allocates nothing per packet. */
export class PacketDecoder {
  readonly ip: IpPacket
  readonly tcp = new TcpSegment()
  readonly udp = new UdpDatagram()
  readonly eapol = new EapolFrame()
  readonly icmp: IcmpPacket
  /** The buffer that the transport positions refer to: the capture's, or a reassembled datagram. */
  bytes: Uint8Array = new Uint8Array(0)
  /** Where the packets of a reassembled datagram lie; null for an ordinary packet. */
  fragments: { readonly packets: readonly number[]; readonly places: readonly number[] } | null = null
  private readonly sink: DecodeWarnings
  private readonly tunnels = new TunnelReader()
  /** Tunnels of IP that the packet read last came through, the outermost first: `passed` of them. */
  private readonly names: TunnelName[] = []
  private passed = 0
  private readonly defragmenter: Defragmenter
  private readonly links: (LinkDecoder | null)[] = []

  constructor(sink: DecodeWarnings, ip = new IpPacket()) {
    this.sink = sink
    this.ip = ip
    this.icmp = new IcmpPacket(ip.addresses)
    this.defragmenter = new Defragmenter((code, packet, text) => sink.warning(code, null, packet, text))
  }

  /** Reads the packet `b[start, end)`; the answer says which of `tcp`, `udp`, `icmp` and `eapol` now describes it. */
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
    this.bytes = b
    this.fragments = null
    this.passed = 0
    if (ipStart === nestedTooDeep) return this.nested(packet)
    if (ipStart < 0) return this.eapol.decode(b, start, end, link.linkType) ? 'eapol' : 'none'
    if (!ip.decode(b, ipStart, end)) return this.unreadable(packet)
    for (let depth = 0; depth < maxHeaderNesting; depth++) {
      if (ip.fragment && !this.reassembled(packet, time, place)) return this.unreadable(packet)
      const { protocol, payloadStart, payloadEnd, sentEnd } = ip
      if (protocol === ipProtocol.tcp)
        return this.tcp.decode(this.bytes, payloadStart, payloadEnd, sentEnd) ? 'tcp' : 'none'
      if (protocol === ipProtocol.icmp || protocol === ipProtocol.icmpv6)
        return this.icmp.decode(this.bytes, payloadStart, payloadEnd, ip.version) ? 'icmp' : 'none'
      const inner =
        protocol === ipProtocol.udp
          ? this.insideUdp()
          : this.tunnels.insideIp(protocol, this.bytes, payloadStart, payloadEnd, sentEnd)
      if (inner === noPacket) return 'none'
      if (inner === ordinary) return protocol === ipProtocol.udp ? 'udp' : 'none'
      this.names[this.passed++] = this.tunnels.name
      if (!ip.decode(this.bytes, inner, payloadEnd)) return this.unreadable(packet)
    }
    return this.nested(packet)
  }

  /** The IP header was not read. Damage goes without saying; a limit of ours does not. */
  private unreadable(packet: number): 'none' {
    const { fault } = this.ip
    if (fault === 'nested') return this.nested(packet)
    if (fault === 'too-many-addresses') {
      const text = `Packet ${String(packet)} brings more IPv6 addresses than are told apart; it is counted but not read.`
      this.sink.warning('too-many-addresses', null, packet, text)
    }
    return 'none'
  }

  private nested(packet: number): 'none' {
    const text = `Packet ${String(packet)} has more than ${String(maxHeaderNesting)} headers inside one another; it is counted but not read.`
    this.sink.warning('headers-nested', null, packet, text)
    return 'none'
  }

  /** The tunnels that the packet `b[start, end)`, which was decoded last, came through, the outermost first. */
  tunnelsOf(b: Uint8Array, start: number, end: number, linkType: number): readonly TunnelName[] {
    const found = new FramePayload()
    frameDecoder(linkType)?.(b, start, end, found)
    if (found.tunnel === null && this.passed === 0) return noTunnels
    return [...(found.tunnel === null ? [] : [found.tunnel]), ...this.names.slice(0, this.passed)]
  }

  /** Where the packet inside a datagram begins: `ordinary` where the datagram is no tunnel's. */
  private insideUdp(): number {
    const { ip, udp, bytes } = this
    if (!udp.decode(bytes, ip.payloadStart, ip.payloadEnd)) return noPacket
    const { sourcePort, destinationPort, payloadStart, payloadEnd } = udp
    const sentEnd = payloadEnd === ip.payloadEnd ? ip.sentEnd : payloadEnd
    return this.tunnels.insideUdp(sourcePort, destinationPort, bytes, payloadStart, payloadEnd, sentEnd)
  }

  /** Whether the fragment just read completes its datagram; then the datagram takes its place. */
  private reassembled(packet: number, time: number, place: PacketPlace): boolean {
    const { ip } = this
    const datagram = this.defragmenter.add(ip, this.bytes, packet, time, place.place())
    if (datagram === null || !ip.resume(datagram.bytes, 0, datagram.bytes.length, datagram.protocol))
      return false
    this.bytes = datagram.bytes
    this.fragments = datagram
    return true
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
