// IP fragments back to datagrams, both families (RFC 791 §3.2, RFC 8200 §4.5), within fixed bounds.

import { maxDatagramBytes, maxFragmentedDatagrams, maxFragmentWait } from '../limits.ts'
import type { IpPacket } from './ip.ts'

/** A datagram's payload put together. Read on with `IpPacket.resume`. */
export interface Datagram {
  readonly bytes: Uint8Array
  readonly protocol: number
  /** The packets whose bytes are in it, and the places their caller gave them, in order of arrival. */
  readonly packets: readonly number[]
  readonly places: readonly number[]
}

/** Waits for the fragments of many datagrams. Where fragments overlap, the bytes that came first stay. */
export class Defragmenter {
  private readonly warn: (code: string, packet: number, text: string) => void
  private readonly limit: number
  private readonly datagrams = new Map<string, Assembly>()

  /** `warn` is called for overlaps, broken fragments, and datagrams given up for room. */
  constructor(warn: (code: string, packet: number, text: string) => void, limit = maxFragmentedDatagrams) {
    this.warn = warn
    this.limit = limit
  }

  /** Datagrams that still lack fragments. */
  get waiting(): number {
    return this.datagrams.size
  }

  /**
   * Adds the fragment that `ip` has just read from `b`; `number` and `time` are its packet's, `place` is handed back in
   * `Datagram.places`. Returns the datagram that it completes, or null.
   */
  add(ip: IpPacket, b: Uint8Array, number: number, time: number, place: number): Datagram | null {
    const length = ip.payloadEnd - ip.payloadStart
    const sent = ip.sentEnd - ip.payloadStart
    if ((ip.moreFragments && (sent === 0 || sent % 8 !== 0)) || ip.fragmentOffset + sent > maxDatagramBytes) {
      this.warn('fragment-malformed', number, `Packet ${String(number)} is an IP fragment that fits nowhere.`)
      return null
    }
    const key = keyOf(ip)
    const assembly = this.assemblyFor(key, ip, time, number)
    const overlaps = assembly.overlaps
    assembly.put(b, ip.payloadStart, length, sent, ip.fragmentOffset, number, place)
    if (!ip.moreFragments) assembly.endsAt(ip.fragmentOffset + sent)
    if (ip.fragmentOffset === 0) assembly.protocol = ip.protocol
    if (assembly.overlaps && !overlaps)
      this.warn(
        'fragment-overlap',
        number,
        `Packet ${String(number)} repeats part of an IP datagram with other bytes; the bytes that came first are used.`,
      )
    if (!assembly.complete) return null
    this.datagrams.delete(key)
    return {
      bytes: assembly.payload(),
      protocol: assembly.protocol,
      packets: assembly.packets,
      places: assembly.places,
    }
  }

  private assemblyFor(key: string, ip: IpPacket, time: number, number: number): Assembly {
    const known = this.datagrams.get(key)
    // The identification is used again after a while; a pause that long means another datagram.
    if (known !== undefined && !(Math.abs(time - known.begun) > maxFragmentWait)) return known
    if (known !== undefined) this.datagrams.delete(key)
    if (this.datagrams.size === this.limit) {
      for (const oldest of this.datagrams.keys()) {
        this.datagrams.delete(oldest)
        break
      }
      this.warn(
        'too-many-fragments',
        number,
        `More than ${String(this.limit)} IP datagrams lacked fragments at once; the oldest was given up.`,
      )
    }
    const made = new Assembly(time, ip.protocol)
    this.datagrams.set(key, made)
    return made
  }
}

/** RFC 791 identifies a datagram by addresses, protocol and identification, RFC 8200 without the protocol. */
function keyOf(ip: IpPacket): string {
  const protocol = ip.version === 4 ? ip.protocol : -1
  return [ip.version, ip.source, ip.destination, ip.fragmentId, protocol].join(' ')
}

/** One datagram being put together in units of 8 bytes, which fragment offsets count. */
class Assembly {
  readonly begun: number
  protocol: number
  readonly packets: number[] = []
  readonly places: number[] = []
  overlaps = false
  private bytes = new Uint8Array(2048)
  private have = new Uint8Array(256)
  private units = 0
  private total = -1

  constructor(begun: number, protocol: number) {
    this.begun = begun
    this.protocol = protocol
  }

  get complete(): boolean {
    return this.total >= 0 && this.units === (this.total + 7) >> 3
  }

  /** The first last fragment counts; units beyond its end are let go. */
  endsAt(total: number): void {
    if (this.total >= 0) {
      if (this.total !== total) this.overlaps = true
      return
    }
    this.total = total
    const last = (total + 7) >> 3
    for (let unit = last; unit < this.have.length; unit++) {
      if (this.have[unit] === 0) continue
      this.have[unit] = 0
      this.units--
      this.overlaps = true
    }
  }

  /** Only whole units count: of a fragment cut by the capture the last bytes are let go. */
  put(
    b: Uint8Array,
    start: number,
    length: number,
    sent: number,
    offset: number,
    packet: number,
    place: number,
  ): void {
    this.grow(offset + length)
    let added = false
    for (let done = 0; done < length; done += 8) {
      const unit = (offset + done) >> 3
      const size = Math.min(8, length - done)
      const at = start + done
      if (size < 8 && done + size < sent) break
      if (this.have[unit] !== 0) {
        if (!this.same(b, at, offset + done, size)) this.overlaps = true
        continue
      }
      if (this.total >= 0 && offset + done >= this.total) {
        this.overlaps = true
        continue
      }
      this.bytes.set(b.subarray(at, at + size), offset + done)
      this.have[unit] = 1
      this.units++
      added = true
    }
    if (!added) return
    this.packets.push(packet)
    this.places.push(place)
  }

  payload(): Uint8Array {
    return this.bytes.slice(0, this.total)
  }

  private same(b: Uint8Array, at: number, offset: number, size: number): boolean {
    for (let i = 0; i < size; i++) if (b[at + i] !== this.bytes[offset + i]) return false
    return true
  }

  private grow(length: number): void {
    if (length <= this.bytes.length) return
    const bytes = new Uint8Array(2 ** Math.ceil(Math.log2(length)))
    bytes.set(this.bytes)
    this.bytes = bytes
    const have = new Uint8Array(bytes.length >> 3)
    have.set(this.have)
    this.have = have
  }
}
