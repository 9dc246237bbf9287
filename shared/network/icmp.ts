// ICMP errors read in place (RFC 792, RFC 4443): what became of a packet that a flow had sent. One object is reused for every packet.

import { u16, u32 } from '../bytes/raw.ts'
import type { AddressTable } from './addresses.ts'
import { IpPacket, ipProtocol } from './ip.ts'

/** What an ICMP error says of the packet it quotes. `prohibited`: a filter refused it. */
export type IcmpMeaning = 'port' | 'host' | 'prohibited' | 'too-big' | 'expired'

/** An ICMP error as the report tells it. */
export interface IcmpError {
  readonly meaning: IcmpMeaning
  /** Type and code: `ICMP 3/3`. */
  readonly name: string
  readonly text: string
  /** Who sent it: the host itself, or a router or filter on the way. */
  readonly sender: string
}

interface Row {
  readonly meaning: IcmpMeaning
  readonly text: string
}

const unreachable4 = 3
const exceeded4 = 11
const unreachable6 = 1
const tooBig6 = 2
const exceeded6 = 3
const headerLength = 8
/** Types of errors, which all quote the packet they are about: source quench, redirect and parameter problem, too. */
const errors4 = [unreachable4, 4, 5, exceeded4, 12]
const errors6 = [unreachable6, tooBig6, exceeded6, 4]

/** Where the packet that an ICMP error quotes begins in the message `b[start, end)`; -1 where it quotes none. */
export function quotedPacketAt(b: Uint8Array, start: number, end: number, version: number): number {
  if (end - start <= headerLength) return -1
  return (version === 4 ? errors4 : errors6).includes(b[start]!) ? start + headerLength : -1
}

const host = (text: string): Row => ({ meaning: 'host', text })
const prohibited = (text: string): Row => ({ meaning: 'prohibited', text })
const port: Row = { meaning: 'port', text: 'port unreachable' }

/** Codes of "destination unreachable" (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1). */
const codes4: readonly (Row | undefined)[] = [
  host('network unreachable'),
  host('host unreachable'),
  host('protocol unreachable'),
  port,
  { meaning: 'too-big', text: 'fragmentation needed' },
  host('source route failed'),
  host('network unknown'),
  host('host unknown'),
  host('source host isolated'),
  prohibited('network administratively prohibited'),
  prohibited('host administratively prohibited'),
  host('network unreachable for this type of service'),
  host('host unreachable for this type of service'),
  prohibited('communication administratively prohibited'),
  prohibited('host precedence violation'),
  prohibited('precedence cutoff in effect'),
]

/** Codes of "destination unreachable" (RFC 4443 §3.1). */
const codes6: readonly (Row | undefined)[] = [
  host('no route to destination'),
  prohibited('communication administratively prohibited'),
  host('beyond scope of source address'),
  host('address unreachable'),
  port,
  prohibited('source address failed policy'),
  prohibited('route to destination rejected'),
]

export class IcmpPacket {
  type = 0
  code = 0
  /** The packet that could not be delivered: its addresses, and its ports where it was TCP or UDP. */
  readonly quoted: IpPacket
  sourcePort = 0
  destinationPort = 0
  /** Largest packet that the next hop takes, in bytes; 0 where it does not say. */
  private mtu = 0
  private row: Row | null = null

  constructor(addresses: AddressTable) {
    this.quoted = new IpPacket(addresses)
  }

  /** Reads the message `b[start, end)` in an IP packet of this version. True for an error about a TCP or UDP packet. */
  decode(b: Uint8Array, start: number, end: number, version: number): boolean {
    // The header, a quoted IP header of 20 bytes and the ports.
    if (end - start < headerLength + 24) return false
    this.type = b[start]!
    this.code = b[start + 1]!
    this.mtu = version === 4 ? u16(b, start + 6) : u32(b, start + 4)
    this.row = version === 4 ? this.meaning4() : this.meaning6()
    const { quoted } = this
    if (this.row === null || !quoted.decode(b, start + headerLength, end)) return false
    if (quoted.version !== version || (quoted.fragment && quoted.fragmentOffset > 0)) return false
    const { protocol, payloadStart, payloadEnd } = quoted
    if (protocol !== ipProtocol.tcp && protocol !== ipProtocol.udp) return false
    if (payloadEnd - payloadStart < 4) return false
    this.sourcePort = u16(b, payloadStart)
    this.destinationPort = u16(b, payloadStart + 2)
    return true
  }

  /** The error read last, as sent by `sender`. */
  error(sender: string): IcmpError {
    const { meaning, text } = this.row!
    const mtu = meaning === 'too-big' && this.mtu > 0 ? `, largest ${String(this.mtu)} bytes` : ''
    const name = this.quoted.version === 4 ? 'ICMP' : 'ICMPv6'
    return { meaning, name: `${name} ${String(this.type)}/${String(this.code)}`, text: text + mtu, sender }
  }

  private meaning4(): Row | null {
    if (this.type === unreachable4) return codes4[this.code] ?? null
    return this.type === exceeded4 ? expired : null
  }

  private meaning6(): Row | null {
    if (this.type === unreachable6) return codes6[this.code] ?? null
    if (this.type === tooBig6) return tooBig
    return this.type === exceeded6 ? expired : null
  }
}

const tooBig: Row = { meaning: 'too-big', text: 'packet too big' }
const expired: Row = { meaning: 'expired', text: 'time exceeded on the way' }
