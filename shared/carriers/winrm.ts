// CredSSP in WinRM over plain HTTP: the TLS of its log-in travels in Authorization and WWW-Authenticate (MS-WSMV §2.2.9.1.3, MS-CSSP).

import { printable } from '../bytes/text.ts'
import { maxWrappedMessageBytes } from '../limits.ts'
import { Account, type Place } from './carrier.ts'
import { startsWith } from './lines.ts'
import type { Unwrapped, Wrapping } from './wrapping.ts'

const request = 'POST /wsman'
const openingBytes = 64
const lineFeed = 10
const capitalP = 0x50

class Direction {
  state: 'wrapped' | 'clear' = 'wrapped'
  opening: Uint8Array = new Uint8Array(0)
  /** The head being read. */
  head: number[] = []
  /** Bytes left of the body behind the last head. */
  left = 0
  /** A token of CredSSP came in this direction. */
  told = false
}

/** Whether a connection begins with a request to WinRM. Asked of every connection: the first octet decides for nearly all. */
export function beginsWinrm(b: Uint8Array, start: number, end: number): boolean {
  if (b[start] !== capitalP) return false
  return end - start >= request.length && startsWith(b.subarray(start, start + request.length), request)
}

export class Winrm implements Wrapping {
  readonly name = 'winrm'
  readonly reading = new Account()
  readonly endsBare = false
  private readonly sides = [new Direction(), new Direction()] as const

  get held(): number {
    return this.sides.reduce((sum, { head }) => sum + 8 * head.length, 0)
  }

  get openings(): readonly [Uint8Array, Uint8Array] {
    return [this.sides[0].opening, this.sides[1].opening]
  }

  get states(): Wrapping['states'] {
    return [this.sides[0].state, this.sides[1].state]
  }

  feed(dir: 0 | 1, b: Uint8Array, start: number, end: number, place: Place, sink: Unwrapped): number {
    const side = this.sides[dir]
    const more = Math.min(openingBytes - side.opening.length, end - start)
    if (more > 0) side.opening = Uint8Array.from([...side.opening, ...b.subarray(start, start + more)])
    for (let at = start; at < end && side.state === 'wrapped';) {
      const passed = Math.min(side.left, end - at)
      side.left -= passed
      at += passed
      if (at === end) break
      side.head.push(b[at++]!)
      const { head } = side
      const whole = head.at(-1) === lineFeed && (head.at(-2) === lineFeed || head.at(-3) === lineFeed)
      if (whole) {
        side.head = []
        this.head(dir, printable(Uint8Array.from(head)).split(/(?:\\x0d)?\\x0a/), place, sink)
      } else if (head.length > maxWrappedMessageBytes) this.clear()
    }
    return end
  }

  bareUntil(_dir: 0 | 1, _b: Uint8Array, _start: number, end: number): number {
    return end
  }

  /** Heads cannot be found again with certainty. */
  lose(): void {
    this.clear()
  }

  private head(dir: 0 | 1, [first = '', ...fields]: readonly string[], place: Place, sink: Unwrapped): void {
    const side = this.sides[dir]
    const valuesOf = (name: string) =>
      fields.filter((field) => field.toLowerCase().startsWith(`${name}:`)).map((field) => field.slice(name.length + 1).trim()) // prettier-ignore
    const length = valuesOf('content-length')[0]
    // A body of unknown length may hold anything.
    if (valuesOf('transfer-encoding').length > 0) this.clear()
    side.left = length !== undefined && /^\d{1,9}$/.test(length) ? Number(length) : 0
    const values = first.startsWith('HTTP/1.') ? valuesOf('www-authenticate') : valuesOf('authorization')
    const token = tokenOf(values.find((value) => /^credssp /i.test(value)))
    if (first.startsWith('HTTP/1.')) this.answer(dir, first, values, token, place)
    else this.ask(dir, first, values, token, place)
    if (token === null) return
    side.told = true
    sink.message(dir, [{ bytes: token, packet: place.packet }])
  }

  private ask(
    dir: 0 | 1,
    first: string,
    values: readonly string[],
    token: Uint8Array | null,
    place: Place,
  ): void {
    if (this.reading.clientDir === null) {
      this.reading.clientDir = dir
      this.reading.info(place, first.replace(/ HTTP\/1\.\d$/, '').replace(/[?#].*$/, '?…'))
    }
    const side = this.sides[dir]
    if (token !== null && !side.told) this.reading.info(place, 'Authorization: CredSSP')
    // Another way to log in, or the log-in is over: messages follow, sealed in their own way.
    if (token === null && (side.told || values.length > 0)) this.clear()
  }

  private answer(
    dir: 0 | 1,
    first: string,
    values: readonly string[],
    token: Uint8Array | null,
    place: Place,
  ): void {
    const peer = this.sides[dir === 0 ? 1 : 0]
    const status = first.replace(/^HTTP\/1\.\d /, '').trimEnd()
    if (token !== null) return
    const schemes = values.flatMap((value) => /^[\w-]+/.exec(value)?.[0] ?? [])
    const asks = schemes.length === 0 ? '' : `, asks for ${schemes.join(' or ')}`
    this.reading.info(place, peer.told ? `the log-in ends: ${status}` : `${status}${asks}`)
    if (peer.told) this.clear()
  }

  private clear(): void {
    for (const side of this.sides) {
      side.state = 'clear'
      side.head = []
    }
  }
}

/** The bytes in a header's value; null where it holds none. */
function tokenOf(value: string | undefined): Uint8Array | null {
  const text = value?.replace(/^\S+ +/, '') ?? ''
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
