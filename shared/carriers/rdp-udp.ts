// RDP over UDP: the SYN exchange, and TLS or DTLS in packets with sequence numbers (MS-RDPEUDP §2.2.2, MS-RDPEUDP2 §2.2.1).

import { type Parsed, parse, type Reader } from '../bytes/reader.ts'
import { u16 } from '../bytes/raw.ts'
import { Account, type Place } from './carrier.ts'

/** RDPUDP_FEC_HEADER.uFlags (MS-RDPEUDP §2.2.2.1). */
const flag = { syn: 1, fin: 2, ack: 4, data: 8, fec: 0x10, acksAcked: 0x100, lossy: 0x200, extended: 0x1000 }
const correlated = 0x800
const allFlags = 0x1fff

/** The optional payloads that RDP-UDP2 puts in front of its data (MS-RDPEUDP2 §2.2.1.1). */
const flag2 = { ack: 1, data: 4, ackVector: 8, acksAcked: 0x10, overhead: 0x40, delay: 0x100 }
const ordinaryPacket = 0

/** From this version on, packets behind the SYNs are those of MS-RDPEUDP2 (MS-RDPEUDP §2.2.2.9). */
const version3 = 0x0101
const leastMtu = 1132
const largestMtu = 1232
const nothingReceived = 0xffffffff

interface Syn {
  readonly answers: boolean
  readonly lossy: boolean
  readonly sequence: number
  readonly mtu: number
  readonly version: number
}

/** What one packet carries: its number among the source packets of its sender, and where in `bytes` TLS or DTLS lies. */
export interface RdpUdpData {
  readonly sequence: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** Sequence numbers come round again: how far `sequence` lies ahead of `next`. */
type Ahead = (sequence: number, next: number) => number

/** Whether a datagram opens a connection: a SYN, padded to the MTU it asks for (MS-RDPEUDP §3.1.5.1.1). Allocates nothing. */
export function beginsRdpUdp(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < leastMtu) return false
  const flags = u16(b, start + 6)
  if ((flags & flag.syn) === 0 || (flags & (flag.data | flag.fec | flag.fin)) !== 0 || flags > allFlags)
    return false
  const [up, down] = [u16(b, start + 12), u16(b, start + 14)]
  const mtus = up >= leastMtu && up <= largestMtu && down >= leastMtu && down <= largestMtu
  const firstWord = b[start]! & b[start + 1]! & b[start + 2]! & b[start + 3]!
  return mtus && ((flags & flag.ack) !== 0 || firstWord === 0xff)
}

/** One connection. It begins with a datagram that `beginsRdpUdp`. */
export class RdpUdp {
  readonly name = 'rdp-udp'
  readonly reading = new Account()
  /** Lost packets are not sent again: they carry DTLS, each packet a datagram. Otherwise TLS (MS-RDPEMT §1.3.2). */
  readonly lossy: boolean
  private readonly syns: [Syn | null, Syn | null] = [null, null]

  constructor(dir: 0 | 1, b: Uint8Array, start: number, end: number) {
    const read = readSyn(b, start, end)
    this.reading.clientDir = read.ok && read.value.answers ? (dir === 0 ? 1 : 0) : dir
    this.lossy = read.ok && read.value.lossy
  }

  /** Bytes that a packet of `dir` may carry, about: what a lost one took with it. */
  mtu(dir: 0 | 1): number {
    return this.syns[dir]?.mtu ?? largestMtu
  }

  /** Of the first packet of `dir` that carries anything; null where that is not known. */
  firstSequence(dir: 0 | 1): number | null {
    if (this.isVersion3) return 1
    const syn = this.syns[dir]
    return syn === null ? null : (syn.sequence + 1) >>> 0
  }

  get ahead(): Ahead {
    return this.isVersion3
      ? (sequence, next) => ((sequence - next) << 16) >> 16
      : (sequence, next) => (sequence - next) | 0
  }

  /** The sequence number behind this one. */
  after(sequence: number): number {
    return this.isVersion3 ? (sequence + 1) & 0xffff : (sequence + 1) >>> 0
  }

  /** Whether this is a SYN that opens another connection. */
  opensAnother(dir: 0 | 1, b: Uint8Array, start: number, end: number): boolean {
    const before = this.syns[dir]
    if (before === null || !beginsRdpUdp(b, start, end)) return false
    const read = readSyn(b, start, end)
    return read.ok && !read.value.answers && read.value.sequence !== before.sequence
  }

  /** Takes a SYN. `new`: the first of its sender; `again`: sent once more; `none`: no SYN. */
  syn(b: Uint8Array, start: number, end: number, place: Place): 'new' | 'again' | 'none' {
    if (!beginsRdpUdp(b, start, end)) return 'none'
    const read = readSyn(b, start, end)
    if (!read.ok) return 'none'
    if (this.syns[place.dir] !== null) return 'again'
    const syn = read.value
    this.syns[place.dir] = syn
    const words = `${versionName(syn.version)}, MTU ${String(syn.mtu)}`
    if (syn.answers) this.reading.accept(place, `SYN+ACK: ${words}`)
    else this.reading.info(place, `SYN: ${this.lossy ? 'lossy (DTLS)' : 'reliable (TLS)'}, ${words}`)
    return 'new'
  }

  /** What a packet behind the SYNs carries; null where it only acknowledges, or cannot be read. */
  data(b: Uint8Array, start: number, end: number): RdpUdpData | null {
    if (this.isVersion3) return readVersion3(b, start, end)
    const read = parse(b, sourcePacket, null, start, end)
    return read.ok ? read.value : null
  }

  /** Whether this packet ends the connection; RDP-UDP2 has no such packet. */
  isFin(b: Uint8Array, start: number, end: number): boolean {
    return !this.isVersion3 && end - start >= 8 && (u16(b, start + 6) & flag.fin) !== 0
  }

  /** The server's answer decides; until it comes, what the client asked for. */
  private get isVersion3(): boolean {
    const [a, b] = this.syns
    const decides = [a, b].find((syn) => syn?.answers === true) ?? a ?? b
    return decides?.version === version3
  }
}

function readSyn(b: Uint8Array, start: number, end: number): Parsed<Syn> {
  return parse(b, synPacket, null, start, end)
}

function synPacket(r: Reader): Syn {
  const answers = r.u32('snSourceAck') !== nothingReceived
  r.skip(2, 'uReceiveWindowSize')
  const flags = r.u16('uFlags')
  const sequence = r.u32('snInitialSequenceNumber')
  const mtu = Math.min(r.u16('uUpStreamMtu'), r.u16('uDownStreamMtu'))
  if ((flags & correlated) !== 0) r.skip(32, 'correlation id')
  let version = 1
  if ((flags & flag.extended) !== 0) {
    const valid = (r.u16('uSynExFlags') & 1) !== 0
    const named = r.u16('uUdpVer')
    if (valid) version = named
  }
  return { answers, lossy: (flags & flag.lossy) !== 0, sequence, mtu, version }
}

/** A source packet of MS-RDPEUDP §2.2.2.4; packets for forward error correction only repeat others. */
function sourcePacket(r: Reader): RdpUdpData | null {
  r.skip(6, 'snSourceAck, uReceiveWindowSize')
  const flags = r.u16('uFlags')
  if ((flags & flag.data) === 0 || (flags & (flag.fec | flag.syn)) !== 0) return null
  if ((flags & flag.ack) !== 0) {
    const size = r.u16('uAckVectorSize')
    r.skip(size, 'AckVector')
    r.skip((4 - ((size + 2) % 4)) % 4, 'padding')
  }
  if ((flags & flag.acksAcked) !== 0) r.skip(4, 'snResetSeqNum')
  r.skip(4, 'snCoded')
  const sequence = r.u32('snSourceStart')
  return { sequence, bytes: r.bytes, start: r.at, end: r.end }
}

/** MS-RDPEUDP2 §3.1.1.1.5.2: the first and the eighth byte have changed places, and a short packet is padded. */
function readVersion3(b: Uint8Array, start: number, end: number): RdpUdpData | null {
  if (end - start < 8) return null
  const packet = b.slice(start, end)
  packet[0] = b[start + 7]!
  packet[7] = b[start]!
  const prefix = packet[0]
  const short = prefix >> 5
  const read = parse(packet, dataPacket, null, 1, short < 7 ? 1 + short : packet.length)
  return ((prefix >> 1) & 0xf) === ordinaryPacket && read.ok ? read.value : null
}

/** MS-RDPEUDP2 §2.2.1: header, optional payloads in this order, data. */
function dataPacket(r: Reader): RdpUdpData | null {
  const flags = littleEndian16(r, 'Header')
  if ((flags & flag2.data) === 0) return null
  if ((flags & flag2.ack) !== 0) {
    r.skip(6, 'SeqNum, receivedTS, sendAckTimeGap')
    r.skip(r.u8('numDelayedAcks') & 0xf, 'delayAckTimeAdditions')
  }
  if ((flags & flag2.overhead) !== 0) r.skip(1, 'OverheadSize')
  if ((flags & flag2.delay) !== 0) r.skip(3, 'DelayAckInfo')
  if ((flags & flag2.acksAcked) !== 0) r.skip(2, 'AckOfAcks')
  r.skip(2, 'DataSeqNum')
  if ((flags & flag2.ackVector) !== 0) {
    r.skip(2, 'BaseSeqNum')
    const size = r.u8('codedAckVecSize')
    if ((size & 0x80) !== 0) r.skip(4, 'TimeStamp, SendAckTimeGapInMs')
    r.skip(size & 0x7f, 'codedAckVector')
  }
  const sequence = littleEndian16(r, 'ChannelSeqNum')
  return { sequence, bytes: r.bytes, start: r.at, end: r.end }
}

function littleEndian16(r: Reader, what: string): number {
  const value = r.u16(what)
  return ((value & 0xff) << 8) | (value >> 8)
}

function versionName(version: number): string {
  if (version === version3) return 'version 3 (RDP-UDP2)'
  return `version ${version < 0x100 ? String(version) : `0x${version.toString(16).padStart(4, '0')}`}`
}
