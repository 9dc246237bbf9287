// One EAP session while it is open: fragments joined to messages, the conversation built from them, its packets noted.

import { parse } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'
import { Account, type Place } from '../carriers/carrier.ts'
import { ConversationBuilder } from '../conversation/builder.ts'
import type { Noted, PacketPlace } from '../conversation/connection.ts'
import type { Endpoint } from '../conversation/facts.ts'
import type { BuilderOptions } from '../conversation/gatherer.ts'
import { maxFragmentsPerMessage, maxMessageBytes, maxNotedPackets } from '../limits.ts'
import {
  eapCodes,
  eapTypes,
  type EapPacket,
  isTlsMethod,
  methodName,
  readEap,
  readTlsFragment,
} from './packet.ts'
import { radiusCodes, readRadius } from './radius.ts'

/** Direction 0 is the supplicant's (over RADIUS: its authenticator's), 1 the authentication server's. */
type Direction = 0 | 1

interface Fragments {
  parts: { readonly bytes: Uint8Array; readonly packet: number }[]
  size: number
  /** What the L flag announced. */
  total: number | null
}

const eapolPacket = 0
/** What a session costs with the names it is found by. */
const sessionCost = 8000

/** The end that has only been spoken to, through the PAE group address (IEEE 802.1X-2020 §11.1.1). */
export const unknownEnd: Endpoint = { address: '01:80:c2:00:00:03', port: 0 }

export class EapSession {
  readonly transport: 'eapol' | 'radius'
  endpoints: readonly [Endpoint, Endpoint]
  readonly builder: ConversationBuilder
  readonly noted: Noted[] = []
  readonly seen: [boolean, boolean] = [false, false]
  id = 0
  packets = 0
  firstPacket = 0
  lastPacket = 0
  start = 0.5
  end = 0.5
  /** Success, Failure, Access-Accept or Access-Reject has come. */
  over = false
  /** Counts as closed once its late packets have had their time. */
  lingers = false
  gone = false
  private readonly packet: PacketPlace
  private readonly account = new Account()
  private readonly pending: [Fragments, Fragments] = [nothingYet(), nothingYet()]
  private readonly last: [EapPacket | null, EapPacket | null] = [null, null]
  /** A TLS method was started. */
  private started = false

  constructor(
    transport: 'eapol' | 'radius',
    endpoints: readonly [Endpoint, Endpoint],
    options: BuilderOptions,
    packet: PacketPlace,
  ) {
    this.transport = transport
    this.endpoints = endpoints
    this.packet = packet
    this.builder = new ConversationBuilder(options, [0, 0])
    this.account.clientDir = 0
    this.builder.outer = { name: 'eap', reading: this.account }
  }

  /** Bytes of memory that the session keeps while it is open, by estimate. */
  get weight(): number {
    const [a, b] = this.pending
    const parts = a.size + b.size + 150 * (a.parts.length + b.parts.length)
    return sessionCost + 80 * this.noted.length + parts + this.builder.weight
  }

  /** Whether this packet begins another session: after the end of this one, or with Identity where TLS had begun. */
  isNew(eap: EapPacket): boolean {
    if (eap.type === null) return false
    return this.over || (this.started && eap.type === eapTypes.identity && !this.repeats(eap))
  }

  /** Whether this end has shown its own address. */
  met(dir: Direction): boolean {
    return this.endpoints[dir] !== unknownEnd
  }

  /** An end is known by its own address. */
  meet(dir: Direction, end: Endpoint): void {
    if (this.met(dir)) return
    this.endpoints = dir === 0 ? [end, this.endpoints[1]] : [this.endpoints[0], end]
  }

  /** Whether the last request has this identifier. */
  awaits(id: number): boolean {
    return this.last[1]?.id === id
  }

  /** Takes the body of an EAPOL frame. */
  frame(b: Uint8Array, start: number, end: number, packet: number, time: number): void {
    const eap = readEapol(b, start, end)
    if (eap === null) return
    const dir = eap.code === eapCodes.response ? 0 : 1
    this.count(dir, packet, time)
    this.take(eap, '', { dir, packet, time })
  }

  /** Takes a RADIUS packet. */
  datagram(b: Uint8Array, start: number, end: number, packet: number, time: number): void {
    const read = readRadius(b, start, end)
    if (!read.ok) return
    const radius = read.value
    const dir = radius.code === radiusCodes.request ? 0 : 1
    const place = { dir, packet, time } as const
    this.count(dir, packet, time)
    const eap = radius.eap === null ? null : readEap(radius.eap)
    const words =
      radius.code === radiusCodes.accept
        ? 'Access-Accept'
        : radius.code === radiusCodes.reject
          ? `Access-Reject${radius.reply === null ? '' : ` (${radius.reply})`}`
          : ''
    if (eap?.ok === true) this.take(eap.value, words, place)
    else if (words !== '') this.finished(radius.code === radiusCodes.accept, words, place)
  }

  /** Packets of a fragmented datagram were noted after the one that completed it. */
  flush(): void {
    this.noted.sort((x, y) => x.packet - y.packet)
  }

  private count(dir: Direction, packet: number, time: number): void {
    if (this.packets++ === 0) {
      this.firstPacket = packet
      this.start = time
    }
    this.lastPacket = packet
    this.end = time
    this.seen[dir] = true
    if (this.noted.length < maxNotedPackets)
      this.noted.push({ at: this.packet.place(), packet, resume: null })
    else this.builder.limitsReached.add('maxNotedPackets')
  }

  private take(eap: EapPacket, words: string, place: Place): void {
    if (eap.type === null) {
      const name = eap.code === eapCodes.success ? 'EAP-Success' : 'EAP-Failure'
      this.finished(eap.code === eapCodes.success, words === '' ? name : `${words}, ${name}`, place)
      return
    }
    if (this.repeats(eap)) {
      const origin = { packet: place.packet, time: place.time, ack: -1 }
      const at = this.builder.streams[place.dir].offset
      this.builder.event('retransmission', place.dir, origin, eap.data.length, at, -1, -1)
      return
    }
    this.last[place.dir] = { ...eap, data: eap.data.slice() }
    if (eap.type === eapTypes.identity) this.identity(eap, place)
    else if (eap.type === eapTypes.nak) this.nak(eap, place)
    else if (isTlsMethod(eap.type)) this.fragment(eap.type, eap.data, place)
  }

  /** RFC 3748 §4.1: a packet sent again has the same identifier, and nothing was said in between. */
  private repeats({ code, id, type, data }: EapPacket): boolean {
    const last = this.last[code === eapCodes.response ? 0 : 1]
    return last?.id === id && last.type === type && last.data.length === data.length
  }

  private identity(eap: EapPacket, place: Place): void {
    if (eap.code === eapCodes.response) this.account.info(place, `Identity ${printable(eap.data)}`)
  }

  private nak(eap: EapPacket, place: Place): void {
    const wanted = [...eap.data].filter((type) => type > 0).map(methodName)
    const wish = `asks for ${wanted.join(' or ')} instead`
    this.account.info(place, wanted.length === 0 ? 'declines the method and has no other' : wish)
  }

  private fragment(type: number, data: Uint8Array, place: Place): void {
    const read = readTlsFragment(type, data)
    if (!read.ok) return
    const { more, start, total, bytes } = read.value
    if (start) {
      this.started = true
      this.account.info(place, `${methodName(type)} Start`)
      return
    }
    const pending = this.pending[place.dir]
    if (pending.parts.length === 0) pending.total = total
    if (bytes.length > 0) pending.parts.push({ bytes: bytes.slice(), packet: place.packet })
    pending.size += bytes.length
    if (pending.size > maxMessageBytes) this.builder.limitsReached.add('maxMessageBytes')
    else if (pending.parts.length > maxFragmentsPerMessage)
      this.builder.limitsReached.add('maxFragmentsPerMessage')
    else if (more) return
    else if (pending.size > 0) this.deliver(pending, place)
    this.pending[place.dir] = nothingYet()
  }

  private deliver({ parts, size, total }: Fragments, place: Place): void {
    if (total !== null && total > size) {
      const text = `${String(size)} of ${String(total)} bytes of a message in fragments were captured`
      this.account.info(place, text)
    }
    this.builder.message(place.dir, parts, { packet: place.packet, time: place.time, ack: -1 })
  }

  /**
   * A failure refuses what the peer answered last. EAP goes by turns (RFC 3748 §2): where that answer is not in the capture,
   * for it was cut or lost, nobody knows what was refused.
   */
  private finished(well: boolean, text: string, place: Place): void {
    this.over = true
    const [response, request] = this.last
    const answered = request === null || response?.id === request.id
    if (well) this.account.accept(place, text)
    else if (answered && (this.started || this.builder.confirmed)) this.account.refuse(place, text)
    else this.account.info(place, text)
  }
}

/** The EAP packet in an EAPOL frame (IEEE 802.1X-2020 §11.3): version, type 0, length; null for any other kind. */
export function readEapol(b: Uint8Array, start: number, end: number): EapPacket | null {
  const frame = parse(
    b,
    (r) => {
      r.u8('EAPOL version')
      if (r.u8('EAPOL type') !== eapolPacket) r.fail('EAPOL frame that is no EAP packet')
      const body = r.vector(2, 'EAPOL body')
      return { start: body.at, end: body.end }
    },
    null,
    start,
    end,
  )
  if (!frame.ok) return null
  const eap = readEap(b, frame.value.start, frame.value.end)
  return eap.ok ? eap.value : null
}

function nothingYet(): Fragments {
  return { parts: [], size: 0, total: null }
}
