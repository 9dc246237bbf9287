// TDS 7.x, SQL Server's protocol: PRELOGIN in clear, the TLS handshake in its packets, bare records after (MS-TDS 2.2.6.5, 3.2.5.1).

import { parse, type Reader } from '../bytes/reader.ts'
import { maxWrappedMessageBytes } from '../limits.ts'
import { Account, type Place } from './carrier.ts'
import type { CarriedPart, Unwrapped, Wrapping } from './wrapping.ts'

const headerLength = 8
const packetTypes = { tabular: 0x04, login7: 0x10, prelogin: 0x12 } as const
const endOfMessage = 0x01
const options = { version: 0x00, encryption: 0x01, end: 0xff } as const
const encrypt = { off: 0, on: 1, notSupported: 2, required: 3 } as const
const encryptNames = ['ENCRYPT_OFF', 'ENCRYPT_ON', 'ENCRYPT_NOT_SUP', 'ENCRYPT_REQ']
const openingBytes = 64

interface Prelogin {
  /** As sent, `encrypt` in its low bits; null where the option is missing. */
  readonly encryption: number | null
  readonly version: string | null
}

class Direction {
  state: 'wrapped' | 'bare' | 'clear' = 'wrapped'
  /** Framing was lost with missing bytes. */
  lost = false
  opening: Uint8Array = new Uint8Array(0)
  readonly header = new Uint8Array(headerLength)
  headerBytes = 0
  /** Bytes left of the current packet. */
  left = 0
  parts: CarriedPart[] = []
  size = 0
  prelogin: Prelogin | null = null
  /** TLS came wrapped in this direction. */
  secured = false
  /** Bytes left of the current bare record, and of its header so far. */
  recordLeft = 0
  recordHeader: number[] = []
}

/**
 * Whether a connection that begins with these bytes, which may be few, speaks TDS: a PRELOGIN, whose first option is VERSION
 * (MS-TDS 2.2.6.5), or TLS in the packets that carry it.
 */
export function beginsTds(b: Uint8Array, start: number, end: number): boolean {
  const size = end - start
  if (b[start] !== packetTypes.prelogin || (size > 1 && b[start + 1]! > 1)) return false
  if (size >= 4 && ((b[start + 2]! << 8) | b[start + 3]!) <= headerLength) return false
  const first = start + headerLength
  if (size <= headerLength) return true
  if (b[first] === options.version)
    return size < headerLength + 5 || (b[first + 3] === 0 && b[first + 4] === 6)
  return isRecordType(b[first]!) && (size < headerLength + 2 || b[first + 1] === 3)
}

export class Tds implements Wrapping {
  readonly name = 'tds'
  readonly reading = new Account()
  private readonly sides = [new Direction(), new Direction()] as const

  get held(): number {
    return this.sides.reduce((sum, { size, parts }) => sum + size + 150 * parts.length, 0)
  }

  get openings(): readonly [Uint8Array, Uint8Array] {
    return [this.sides[0].opening, this.sides[1].opening]
  }

  get states(): Wrapping['states'] {
    return [this.sides[0].state, this.sides[1].state]
  }

  feed(dir: 0 | 1, b: Uint8Array, start: number, end: number, place: Place, sink: Unwrapped): number {
    const side = this.sides[dir]
    remember(side, b, start, end)
    let at = start
    while (at < end && side.state === 'wrapped') {
      if (side.left > 0) {
        const taken = Math.min(side.left, end - at)
        side.parts.push({ bytes: b.slice(at, at + taken), packet: place.packet })
        side.left -= taken
        side.size += taken
        at += taken
        if (side.left === 0) this.packet(dir, place, sink)
        continue
      }
      if (side.headerBytes === 0 && isRecordType(b[at]!) && side.parts.length === 0) {
        side.state = 'bare'
        return at
      }
      if (side.lost && b[at] !== packetTypes.prelogin) return end
      side.lost = false
      side.header[side.headerBytes++] = b[at++]!
      if (side.headerBytes === headerLength) this.begin(dir, place)
    }
    return end
  }

  bareUntil(dir: 0 | 1, b: Uint8Array, start: number, end: number, place: Place): number {
    if (!this.endsBare) return end
    const side = this.sides[dir]
    for (let at = start; at < end;) {
      if (side.recordLeft > 0) {
        const passed = Math.min(side.recordLeft, end - at)
        side.recordLeft -= passed
        at += passed
        continue
      }
      if (side.recordHeader.length === 0 && !isRecordType(b[at]!)) {
        side.state = 'clear'
        this.reading.info(place, 'goes on in clear after the login')
        return at
      }
      side.recordHeader.push(b[at++]!)
      if (side.recordHeader.length < 5) continue
      side.recordLeft = (side.recordHeader[3]! << 8) | side.recordHeader[4]!
      side.recordHeader = []
    }
    return end
  }

  lose(dir: 0 | 1): void {
    const side = this.sides[dir]
    if (side.state !== 'wrapped') return
    side.lost = true
    side.headerBytes = 0
    side.left = 0
    side.parts = []
    side.size = 0
  }

  /** Both sides said ENCRYPT_OFF: only the login is encrypted (MS-TDS 2.2.6.5). */
  get endsBare(): boolean {
    return this.sides.every(({ prelogin }) => prelogin?.encryption === encrypt.off)
  }

  /** A packet's header is whole. */
  private begin(dir: 0 | 1, place: Place): void {
    const side = this.sides[dir]
    side.headerBytes = 0
    const type = side.header[0]!
    const length = (side.header[2]! << 8) | side.header[3]!
    const peer = this.sides[dir === 0 ? 1 : 0]
    const answers =
      type === packetTypes.tabular && !side.secured && side.prelogin === null && peer.prelogin !== null
    if (length <= headerLength || (type !== packetTypes.prelogin && !answers)) this.clear(dir, type, place)
    else side.left = length - headerLength
    if (side.size + side.left > maxWrappedMessageBytes) this.clear(dir, type, place)
  }

  /** A packet is whole: the last one of a message hands it on. */
  private packet(dir: 0 | 1, place: Place, sink: Unwrapped): void {
    const side = this.sides[dir]
    if ((side.header[1]! & endOfMessage) === 0) return
    const { parts } = side
    side.parts = []
    side.size = 0
    const first = parts[0]!.bytes[0]!
    if (isRecordType(first)) {
      side.secured = true
      sink.message(dir, parts)
    } else this.prelogin(dir, parts, place)
  }

  private prelogin(dir: 0 | 1, parts: readonly CarriedPart[], place: Place): void {
    const side = this.sides[dir]
    const peer = this.sides[dir === 0 ? 1 : 0]
    const read = parse(Uint8Array.from(parts.flatMap(({ bytes }) => [...bytes])), readPrelogin)
    if (!read.ok || side.prelogin !== null) return
    side.prelogin = read.value
    const { encryption, version } = read.value
    const said = encryption === null ? 'no encryption option' : nameOf(encryption)
    if (peer.prelogin === null) {
      this.reading.clientDir = dir
      this.reading.info(place, `PRELOGIN with ${said}`)
      return
    }
    const of = version === null ? '' : ` of SQL Server ${version}`
    this.answer(place, `PRELOGIN${of} with ${said}`, peer.prelogin.encryption, encryption)
  }

  /** What both ENCRYPTION options come to (MS-TDS 2.2.6.5, table of client and server values). */
  private answer(place: Place, text: string, client: number | null, server: number | null): void {
    const asked = client === null ? encrypt.notSupported : client & 3
    const had = server === null ? encrypt.notSupported : server & 3
    if (had === encrypt.notSupported && (asked === encrypt.on || asked === encrypt.required))
      this.reading.refuse(place, `${text}: has no encryption, which the client asked for`)
    else if (asked === encrypt.notSupported && (had === encrypt.on || had === encrypt.required))
      this.reading.refuse(place, `${text}: wants encryption, which the client does not have`)
    else if (asked === encrypt.notSupported || had === encrypt.notSupported)
      this.reading.info(place, `${text}: nothing will be encrypted`)
    else if (asked === encrypt.off && had === encrypt.off)
      this.reading.accept(place, `${text}: the login will be encrypted, nothing else`)
    else this.reading.accept(place, `${text}: everything will be encrypted`)
  }

  private clear(dir: 0 | 1, type: number, place: Place): void {
    const side = this.sides[dir]
    side.state = 'clear'
    side.left = 0
    side.parts = []
    if (side.secured) this.reading.info(place, 'goes on in clear after the login')
    else if (type === packetTypes.login7) this.reading.info(place, 'LOGIN7 in clear')
  }
}

/** Types of TLS records, which no TDS packet has (RFC 8446 §5.1, MS-TDS 2.2.3.1.1). */
function isRecordType(type: number): boolean {
  return type >= 0x14 && type <= 0x17
}

/** The option as both sides call it; the high bit asks for a client certificate (MS-TDS 2.2.6.5). */
function nameOf(encryption: number): string {
  const name = encryptNames[encryption & 0x7f] ?? `encryption option ${String(encryption)}`
  return (encryption & 0x80) === 0 ? name : `${name} and a client certificate`
}

function readPrelogin(r: Reader): Prelogin {
  const start = r.at
  let encryption: number | null = null
  let version: string | null = null
  for (let token = r.u8('option'); token !== options.end; token = r.u8('option')) {
    const offset = r.u16('option offset')
    const length = r.u16('option length')
    if (start + offset + length > r.end) r.fail('option outside of the message')
    const value = r.bytes.subarray(start + offset, start + offset + length)
    if (token === options.encryption && length === 1) encryption = value[0]!
    else if (token === options.version && length === 6)
      version = `${String(value[0]!)}.${String(value[1]!)}.${String((value[2]! << 8) | value[3]!)}`
  }
  return { encryption, version }
}

function remember(side: Direction, b: Uint8Array, start: number, end: number): void {
  const taken = Math.min(openingBytes - side.opening.length, end - start)
  if (taken > 0) side.opening = Uint8Array.from([...side.opening, ...b.subarray(start, start + taken)])
}
