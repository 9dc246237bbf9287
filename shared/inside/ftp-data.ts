// FTP's data connections tied to the control connections that announced them (RFC 959 §3.2, RFC 2428, RFC 4217 §9).

import type { CarrierFacts, Conversation, Endpoint } from '../conversation/facts.ts'
import type { Closing } from '../conversation/gatherer.ts'
import { maxAnnounced } from '../limits.ts'
import { type Announced, announcedBy } from './ftp.ts'

/** One announcement, and the control connection it was made in. */
interface Known extends Announced {
  readonly control: number
  readonly ends: { readonly client: string; readonly server: string }
}

/** Gathers announcements while conversations close; asked once all have. */
export class DataConnections {
  /** By port, in order of time. */
  private readonly byPort = new Map<number, Known[]>()
  private count = 0

  /** A conversation closed, opened where keys fit. */
  closed(conversation: Conversation): void {
    const { id, clientEndpoint, serverEndpoint } = conversation
    const ends = { client: clientEndpoint.address, server: serverEndpoint.address }
    for (const announced of announcedBy(conversation)) {
      if (this.count++ >= maxAnnounced) return
      const known = { ...announced, control: id, ends }
      const same = this.byPort.get(announced.port)
      if (same === undefined) this.byPort.set(announced.port, [known])
      else same.push(known)
    }
  }

  get none(): boolean {
    return this.count === 0
  }

  /** Which announcement a connection follows, as what it lies within; null for any other connection. */
  of({ id, within, transport, endpoints, start }: Closing): Closing['within'] {
    if (within !== null || transport !== 'tcp') return null
    const [a, b] = endpoints
    const found = [...this.at(a, b), ...this.at(b, a)]
      .filter(({ control, time }) => control !== id && time <= start)
      .sort((x, y) => y.time - x.time)[0]
    return found === undefined ? null : { parent: found.control, carrier: carrierOf(found) }
  }

  /** Announcements of `listening`, to which `other` may connect. Behind NAT the address said is another one than the wire's. */
  private at(listening: Endpoint, other: Endpoint): readonly Known[] {
    const known = this.byPort.get(listening.port) ?? []
    return known.filter(({ by, address, ends }) => {
      const [own, peer] = by === 'server' ? [ends.server, ends.client] : [ends.client, ends.server]
      return (listening.address === own || listening.address === address) && other.address === peer
    })
  }
}

function carrierOf({ time, packet, by, command, port, control }: Known): CarrierFacts {
  const text = `${command}, port ${String(port)}, said in conversation ${String(control)}`
  return { name: 'ftp-data', steps: [{ time, packets: [packet], from: by, text, result: 'ok' }] }
}
