// FTP's data connections tied to the control connections that announced them (RFC 959 §3.2, RFC 2428, RFC 4217 §9).

import { hex } from '../bytes/fields.ts'
import type { CarrierFacts, Conversation, Endpoint } from '../conversation/facts.ts'
import type { Closing } from '../conversation/gatherer.ts'
import { maxAnnounced } from '../limits.ts'
import { type Announced, announcedBy, isControl } from './ftp.ts'

/** One announcement, and the control connection it was made in. */
interface Known extends Announced {
  readonly control: number
  readonly ends: { readonly client: string; readonly server: string }
}

/** Control connections between two hosts that are remembered. */
const maxBetweenHosts = 256
/** Announcements of one port to one host that are remembered: each connection to it is held against all of them. */
const maxAtPlace = 4096

/** A control connection whose announcements stayed sealed. */
interface Control {
  readonly id: number
  readonly client: string
  readonly server: Endpoint
  readonly start: number
  readonly end: number
  /** Session id of its handshake, as text; null without. */
  readonly session: string | null
}

/** What a connection follows: an announcement, or, where none could be read, a control connection that it fits. */
export interface Followed {
  readonly parent: number
  readonly carrier: CarrierFacts
  /** Only fits: it must also look like a data connection itself (`fits`). */
  readonly guess: Control | null
}

/** Gathers announcements and control connections while conversations close; asked once all have. */
export class DataConnections {
  /** By port and by the address of who will connect to it. */
  private readonly announced = new Map<string, Known[]>()
  /** By both addresses. */
  private readonly sealed = new Map<string, Control[]>()
  private count = 0

  /** A conversation closed, opened where keys fit. */
  closed(conversation: Conversation): void {
    const implicit = conversation.serverEndpoint.port === implicitFtps && conversation.carrier.name === 'none'
    if (!implicit && !isControl(conversation)) return
    const { id, clientEndpoint, serverEndpoint, start, end } = conversation
    const ends = { client: clientEndpoint.address, server: serverEndpoint.address }
    if (conversation.inside === null && this.count++ < maxAnnounced) {
      const session = sessionOf(conversation, 'server-hello')
      const control = { id, client: ends.client, server: serverEndpoint, start, end, session }
      const hosts = `${ends.client} ${ends.server}`
      const same = this.sealed.get(hosts)
      if (same === undefined) this.sealed.set(hosts, [control])
      else if (same.length < maxBetweenHosts) same.push(control)
    }
    for (const announced of announcedBy(conversation)) {
      if (this.count++ >= maxAnnounced) return
      const known = { ...announced, control: id, ends }
      const place = `${String(announced.port)} ${announced.by === 'server' ? ends.client : ends.server}`
      const same = this.announced.get(place)
      if (same === undefined) this.announced.set(place, [known])
      else if (same.length < maxAtPlace) same.push(known)
    }
  }

  get none(): boolean {
    return this.count === 0
  }

  /** What a connection follows; null for any other connection. */
  of({ id, within, transport, endpoints, start, synDir, firstPacket }: Closing): Followed | null {
    if (within !== null || transport !== 'tcp') return null
    const [a, b] = endpoints
    const found = [...this.at(a, b), ...this.at(b, a)]
      .filter(({ control, time }) => control !== id && time <= start)
      .sort((x, y) => y.time - x.time)[0]
    if (found !== undefined) return { parent: found.control, carrier: carrierOf(found), guess: null }
    const [opener, listener] = synDir === 1 ? [b, a] : [a, b]
    const between = [`${opener.address} ${listener.address}`, `${listener.address} ${opener.address}`]
    for (const control of new Set(between.flatMap((hosts) => this.sealed.get(hosts) ?? []))) {
      if (control.id === id || !(start >= control.start && start <= control.end)) continue
      const text = likeData(control, opener, listener)
      if (text === null) continue
      const step = { time: start, packets: [firstPacket], from: 'client', text, result: 'info' } as const
      return { parent: control.id, carrier: { name: 'ftp-data', steps: [step] }, guess: control }
    }
    return null
  }

  /** Announcements of `listening`, to which `other` may connect. Behind NAT the address said is another one than the wire's. */
  private at(listening: Endpoint, other: Endpoint): readonly Known[] {
    const known = this.announced.get(`${String(listening.port)} ${other.address}`) ?? []
    return known.filter(
      ({ by, address, ends }) => listening.address === ends[by] || listening.address === address,
    )
  }
}

/** Whether a connection that only fits looks like FTP's: no carrier before its ClientHello, no other protocol named in it. */
export function fits(carrier: string, offered: readonly string[] | null): boolean {
  return carrier === 'none' && (offered ?? []).every((name) => name.startsWith('ftp'))
}

/** The guess with what the handshake adds: the session id of the control connection makes it as good as certain. */
export function surer(conversation: Conversation, { carrier, guess, parent }: Followed): CarrierFacts {
  if (guess?.session == null || sessionOf(conversation, 'client-hello') !== guess.session) return carrier
  const steps = carrier.steps.map((step) => ({
    ...step,
    result: 'ok' as const,
    text: `surely data of conversation ${String(parent)}: it resumes its TLS session, while it was open`,
  }))
  return { ...carrier, steps }
}

/** How the ends of a connection fit active mode, from the port below the control connection's, or passive mode (RFC 959 §3.2). */
function likeData({ id, client, server }: Control, opener: Endpoint, listener: Endpoint): string | null {
  const of = `data of conversation ${String(id)}`
  const active = opener.address === server.address && listener.address === client
  if (active && (opener.port === ftpData || opener.port === server.port - 1))
    return `probably ${of}: opened from port ${String(opener.port)} of its server while it was open`
  const passive = opener.address === client && listener.address === server.address
  if (!passive || listener.port < firstFreePort || listener.port === server.port) return null
  return `possibly ${of}: opened between the same hosts while it was open`
}

const ftpData = 20
/** Where FTP begins with TLS: sealed, its words cannot tell it. */
const implicitFtps = 990
const firstFreePort = 1024

/** The session id of this hello, in hexadecimal (RFC 5246 §7.4.1.2); null where it is empty. */
function sessionOf({ messages }: Conversation, kind: 'client-hello' | 'server-hello'): string | null {
  const hello = messages.map(({ body }) => body).find((body) => body?.kind === kind)
  return hello?.kind === kind && hello.sessionId.length > 0 ? hex(hello.sessionId) : null
}

function carrierOf({ time, packet, by, command, port, control }: Known): CarrierFacts {
  const text = `${command}, port ${String(port)}, said in conversation ${String(control)}`
  return { name: 'ftp-data', steps: [{ time, packets: [packet], from: by, text, result: 'ok' }] }
}
