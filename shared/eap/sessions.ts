// Which EAP session a frame or a RADIUS packet belongs to: by the supplicant's address, by the RADIUS State, by the request answered.

import { hex } from '../bytes/fields.ts'
import type { PacketPlace } from '../conversation/connection.ts'
import type { Endpoint } from '../conversation/facts.ts'
import type { BuilderOptions } from '../conversation/gatherer.ts'
import { maxEapSessions } from '../limits.ts'
import { eapCodes, type EapPacket } from './packet.ts'
import { radiusCodes, type RadiusPacket, readRadius } from './radius.ts'
import { EapSession, readEapol, unknownEnd } from './session.ts'

/** Both ends of an EAPOL frame as text; `destination` is null for the group address or where the link does not tell it. */
export interface FrameEnds {
  readonly source: string
  readonly destination: string | null
}

interface Name {
  readonly table: Map<string, EapSession>
  readonly name: string
}

/** Every RADIUS packet has an identifier and a State of its own; late repetitions ask for the last few only. */
const namesPerSession = 12

export class EapSessions {
  private readonly options: BuilderOptions
  private readonly packet: PacketPlace
  private readonly open = new Set<EapSession>()
  /** The session begun last of which one end is not known: where both ends speak to the group address. */
  private unmet: EapSession | null = null
  private readonly bySupplicant = new Map<string, EapSession>()
  /** The session that an authenticator without a known supplicant spoke in last. */
  private readonly byAuthenticator = new Map<string, EapSession>()
  private readonly byState = new Map<string, EapSession>()
  private readonly byRequest = new Map<string, EapSession>()
  private readonly names = new Map<EapSession, Name[]>()

  constructor(options: BuilderOptions, packet: PacketPlace) {
    this.options = options
    this.packet = packet
  }

  all(): Iterable<EapSession> {
    return this.open
  }

  /** Too many are open: the oldest must go. */
  get oldest(): EapSession | null {
    if (this.open.size <= maxEapSessions) return null
    return this.open.values().next().value ?? null
  }

  /** Takes an EAPOL frame; returns the session it belongs to, and another one that it shows to be over. */
  frame(
    b: Uint8Array,
    start: number,
    end: number,
    ends: FrameEnds,
    packet: number,
    time: number,
  ): { session: EapSession; before: EapSession | null } | null {
    const eap = readEapol(b, start, end)
    if (eap === null) return null
    const fromSupplicant = eap.code === eapCodes.response
    const [supplicant, authenticator] = fromSupplicant
      ? [ends.source, ends.destination]
      : [ends.destination, ends.source]
    const known =
      (supplicant === null ? undefined : this.bySupplicant.get(supplicant)) ??
      (authenticator === null ? undefined : this.byAuthenticator.get(authenticator))
    const before = known?.isNew(eap) === true ? known : null
    let session = (before === null ? known : undefined) ?? this.answered(eap, ends)
    if (session === undefined) {
      if (eap.code === eapCodes.success || eap.code === eapCodes.failure) return null
      session = this.begin('eapol', [unknownEnd, unknownEnd])
      this.unmet = session
    }
    if (supplicant !== null) {
      this.name(session, this.bySupplicant, supplicant)
      session.meet(0, { address: supplicant, port: 0 })
    }
    if (authenticator !== null) {
      this.name(session, this.byAuthenticator, authenticator)
      session.meet(1, { address: authenticator, port: 0 })
    }
    session.frame(b, start, end, packet, time)
    return { session, before }
  }

  /** The session in which somebody spoke to the group address before, and which this frame to the group address goes on with. */
  private answered(eap: EapPacket, ends: FrameEnds): EapSession | undefined {
    const { unmet } = this
    if (unmet === null || unmet.over || unmet.gone || ends.destination !== null) return undefined
    const fits = eap.code === eapCodes.response ? !unmet.met(0) && unmet.awaits(eap.id) : !unmet.met(1)
    return fits ? unmet : undefined
  }

  /** Takes a RADIUS packet; null where it belongs to no EAP session. */
  radius(
    b: Uint8Array,
    start: number,
    end: number,
    source: Endpoint,
    destination: Endpoint,
    packet: number,
    time: number,
  ): EapSession | null {
    const read = readRadius(b, start, end)
    if (!read.ok || (read.value.eap === null && read.value.code !== radiusCodes.reject)) return null
    const radius = read.value
    const asks = radius.code === radiusCodes.request
    const ends = asks ? ([source, destination] as const) : ([destination, source] as const)
    const request = `${nameOf(ends[0])} ${nameOf(ends[1])} ${String(radius.id)}`
    const session = this.radiusSession(radius, ends, request)
    if (session === null) return null
    if (radius.code === radiusCodes.request) this.name(session, this.byRequest, request)
    else if (radius.state !== null) this.name(session, this.byState, stateName(ends[1], radius.state))
    session.datagram(b, start, end, packet, time)
    return session
  }

  remove(session: EapSession): void {
    this.open.delete(session)
    for (const { table, name } of this.names.get(session) ?? [])
      if (table.get(name) === session) table.delete(name)
    this.names.delete(session)
  }

  private radiusSession(
    radius: RadiusPacket,
    ends: readonly [Endpoint, Endpoint],
    request: string,
  ): EapSession | null {
    if (radius.code !== radiusCodes.request) return this.byRequest.get(request) ?? null
    const { state } = radius
    if (state !== null) {
      const session = this.byState.get(stateName(ends[1], state))
      if (session !== undefined) return session
    } else {
      // A request sent again before its answer came.
      const session = this.byRequest.get(request)
      if (session !== undefined && !session.over && session.packets <= 1) return session
    }
    return this.begin('radius', ends)
  }

  private begin(transport: 'eapol' | 'radius', ends: readonly [Endpoint, Endpoint]): EapSession {
    const session = new EapSession(transport, ends, this.options, this.packet)
    this.open.add(session)
    this.names.set(session, [])
    return session
  }

  private name(session: EapSession, table: Map<string, EapSession>, name: string): void {
    if (table.get(name) === session) return
    table.set(name, session)
    const names = this.names.get(session)!
    names.push({ table, name })
    const forgotten = names.length > namesPerSession ? names.shift() : undefined
    if (forgotten?.table.get(forgotten.name) === session) forgotten.table.delete(forgotten.name)
  }
}

function nameOf({ address, port }: Endpoint): string {
  return `${address}|${String(port)}`
}

function stateName(server: Endpoint, state: Uint8Array): string {
  return `${nameOf(server)} ${hex(state)}`
}
