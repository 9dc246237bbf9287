// The neighbour index: what the other conversations of a capture say about one, kept small.

import { Fnv64 } from '../bytes/fnv.ts'
import { Shared, SharedLists } from '../bytes/shared.ts'
import type { ReportRow } from '../contract/report.ts'
import type { Conversation, Time } from '../conversation/facts.ts'
import type { OutcomeFacts } from '../schannel/model.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { Candidate, Cause } from './candidate.ts'
import { offeredVersions } from './offer.ts'
import type { ClientHello, ServerHello } from '../tls/messages.ts'
import { type HandshakeView, isHandshake } from './view.ts'

/** The facts of one conversation that others may ask for: scalars only. */
export interface NeighbourFacts {
  readonly id: number
  readonly key: string
  readonly start: Time
  readonly end: Time
  readonly client: string
  /** Address and port. */
  readonly server: string
  readonly transport: Conversation['transport']
  readonly outcome: OutcomeFacts['outcome']
  readonly cause: Cause | null
  /** Packet of the failure, else of the ClientHello; null without either. */
  readonly packet: number | null
  readonly serverName: string | null
  readonly clientRandom: string | null
  /** Bytes of the first ClientHello. */
  readonly helloBytes: number
  /** Best version offered, and the one chosen. */
  readonly offeredVersion: number | null
  readonly version: number | null
  readonly cipherSuite: number | null
  readonly group: number | null
  readonly scheme: number | null
  readonly alpn: string | null
  readonly offeredSuites: readonly number[]
  readonly offeredGroups: readonly number[]
  readonly offeredSchemes: readonly number[]
  readonly fallbackScsv: boolean
  /** Session ids and tickets, by short names. */
  readonly offeredSessions: readonly string[]
  readonly issuedSessions: readonly string[]
  /** extended_master_secret in both hellos; null where one is missing. */
  readonly extendedMasterSecret: boolean | null
  /** Hosts of the CRL and OCSP addresses in the server's certificate, in lower case. */
  readonly revocationHosts: readonly string[]
  readonly leaf: { readonly subject: string; readonly keyType: string; readonly hash: string | null } | null
}

/** A name lookup seen in the capture. `answers` is empty where the server said there is none. */
export interface DnsFact {
  readonly time: Time
  readonly packet: number
  readonly client: string
  readonly name: string
  readonly answers: readonly string[]
  readonly failed: boolean
}

/** A plain HTTP exchange seen in the capture: CRLs and OCSP travel this way. `status` is null without an answer. */
export interface HttpFact {
  readonly time: Time
  readonly packet: number
  readonly client: string
  readonly host: string
  readonly path: string
  readonly status: number | null
}

/** An instance that SQL Server Browser told this client of. */
export interface SqlInstanceFact {
  readonly time: Time
  readonly packet: number
  readonly client: string
  readonly server: string
  readonly name: string
  readonly version: string
  readonly port: number | null
}

/** Conversations remembered per server: the oldest go first. Lookups and fetches beyond their number in all are not kept. */
const maxPerServer = 64
const maxServers = 20_000
const maxLookups = 20_000

/** What clients asked for, found by client and by what they asked for. */
class Lookups<T extends { readonly client: string }> {
  private readonly kept = new Map<string, T[]>()
  private count = 0

  add(fact: T, about: string): void {
    if (this.count >= maxLookups) return
    this.count++
    const key = `${fact.client} ${about}`
    const kept = this.kept.get(key)
    if (kept === undefined) this.kept.set(key, [fact])
    else kept.push(fact)
  }

  of(client: string, about: string): readonly T[] {
    return this.kept.get(`${client} ${about}`) ?? none
  }
}

/** Gathers facts during the scan and answers the neighbour rules at its end. Memory is bounded by the caps above. */
export class NeighbourIndex {
  private readonly servers = new Map<string, NeighbourFacts[]>()
  private readonly issued = new Map<string, NeighbourFacts>()
  private readonly dns = new Lookups<DnsFact>()
  private readonly http = new Lookups<HttpFact>()
  private readonly sqlInstances = new Lookups<SqlInstanceFact>()

  add(facts: NeighbourFacts): void {
    this.addTo(facts.server, facts)
    for (const session of facts.issuedSessions)
      if (this.issued.size < maxLookups) this.issued.set(session, facts)
  }

  addDns(fact: DnsFact): void {
    this.dns.add(fact, fact.name)
  }

  addHttp(fact: HttpFact): void {
    this.http.add(fact, fact.host)
  }

  addSqlInstance(fact: SqlInstanceFact): void {
    this.sqlInstances.add(fact, `${fact.server} ${String(fact.port)}`)
  }

  /** The instance whose port this conversation goes to, as its client was told before. */
  sqlInstanceOf({ client, server, start }: NeighbourFacts): SqlInstanceFact | null {
    return this.sqlInstances.of(client, server).findLast((fact) => fact.time <= start) ?? null
  }

  /** Other conversations with the same server, in order of arrival. */
  sameServer(facts: NeighbourFacts): readonly NeighbourFacts[] {
    return (this.servers.get(facts.server) ?? []).filter((other) => other.id !== facts.id)
  }

  /** The same client's next attempt at the same server, within `seconds` of this one's end. */
  retryOf(facts: NeighbourFacts, seconds: number): NeighbourFacts | null {
    return (
      this.sameServer(facts).find(
        (other) =>
          other.client === facts.client &&
          other.start >= facts.end &&
          other.start - facts.end <= seconds * 1e9 &&
          sameNameOrNone(other, facts),
      ) ?? null
    )
  }

  /** The same client's last attempt at the same server before this one, within `seconds`. */
  attemptBefore(facts: NeighbourFacts, seconds: number): NeighbourFacts | null {
    return (
      this.sameServer(facts).findLast(
        (other) =>
          other.client === facts.client &&
          other.end <= facts.start &&
          facts.start - other.end <= seconds * 1e9 &&
          sameNameOrNone(other, facts),
      ) ?? null
    )
  }

  /** A handshake to the same server that went well; with the same name where there is one. */
  established(facts: NeighbourFacts): NeighbourFacts | null {
    const good = this.sameServer(facts).filter((other) => other.outcome === 'established')
    return good.find((other) => other.serverName === facts.serverName) ?? good[0] ?? null
  }

  /** The conversation in which the session that this one wants to resume was issued. */
  issuerOf(facts: NeighbourFacts): NeighbourFacts | null {
    for (const session of facts.offeredSessions) {
      const issuer = this.issued.get(session)
      if (issuer !== undefined && issuer.id !== facts.id) return issuer
    }
    return null
  }

  /** Lookups and fetches of one client between two times that mention one of `hosts` (in lower case, as all names here). */
  fetches(
    client: string,
    from: Time,
    to: Time,
    hosts: readonly string[],
  ): { readonly dns: readonly DnsFact[]; readonly http: readonly HttpFact[] } {
    const during = (fact: DnsFact | HttpFact) => fact.time >= from && fact.time <= to
    return {
      dns: hosts.flatMap((host) => this.dns.of(client, host).filter(during)),
      http: hosts.flatMap((host) => this.http.of(client, host).filter(during)),
    }
  }

  private addTo(server: string, facts: NeighbourFacts): void {
    const kept = this.servers.get(server)
    if (kept === undefined) {
      if (this.servers.size < maxServers) this.servers.set(server, [facts])
      return
    }
    kept.push(facts)
    if (kept.length > maxPerServer) kept.shift()
  }
}

/** What the index keeps of a conversation when it closes. */
export function neighbourFacts(
  conversation: Conversation,
  outcome: OutcomeFacts,
  view: HandshakeView,
  candidates: readonly Candidate[],
  leaf: Certificate | null,
  row: ReportRow,
): NeighbourFacts {
  const hello = view.firstHello?.body
  const chosen = view.serverHello?.body
  const { address, port } = conversation.serverEndpoint
  const name = [address, port].join(' ')
  return {
    id: conversation.id,
    key: row.key,
    start: conversation.start,
    end: conversation.end,
    client: conversation.clientEndpoint.address,
    server: serverNames.get(name, () => name),
    transport: conversation.transport,
    outcome: outcome.outcome,
    cause: candidates[0]?.cause ?? null,
    packet: outcome.failure?.packet ?? view.firstHello?.message.packet ?? null,
    serverName: hello?.serverName ?? null,
    clientRandom: row.handshakes[0]?.clientRandom ?? null,
    helloBytes: view.firstHello?.message.bytes.length ?? 0,
    offeredVersion: hello === undefined ? null : (offeredVersions(hello)[0] ?? null),
    version: chosen?.negotiatedVersion ?? null,
    cipherSuite: chosen?.cipherSuite ?? null,
    group: view.serverKeyExchange?.body.group ?? chosen?.keyShareGroup ?? null,
    scheme: view.serverKeyExchange?.body.scheme ?? null,
    alpn: chosen?.alpn ?? null,
    offeredSuites: shared(hello?.cipherSuites ?? null),
    offeredGroups: shared(hello?.supportedGroups ?? null),
    offeredSchemes: shared(hello?.signatureAlgorithms ?? null),
    fallbackScsv: hello?.cipherSuites.includes(0x5600) ?? false,
    offeredSessions: hello === undefined ? none : offeredSessions(hello),
    issuedSessions: issuedSessions(conversation, chosen),
    extendedMasterSecret:
      hello === undefined || chosen === undefined
        ? null
        : hasExtension(hello.extensions, 23) && hasExtension(chosen.extensions, 23),
    revocationHosts: leaf === null ? none : leafFacts(leaf).revocationHosts,
    leaf: leaf === null ? null : leafFacts(leaf).leaf,
  }
}

type LeafFacts = Pick<NeighbourFacts, 'revocationHosts' | 'leaf'>

/** Certificates are remembered: all conversations with the same one share what is kept of it. */
const leaves = new WeakMap<Certificate, LeafFacts>()

function leafFacts(leaf: Certificate): LeafFacts {
  let facts = leaves.get(leaf)
  if (facts === undefined) {
    const { subject, key, signature } = leaf
    facts = {
      revocationHosts: hostsOf(leaf),
      leaf: { subject: subject.text, keyType: key.type, hash: signature.hash },
    }
    leaves.set(leaf, facts)
  }
  return facts
}

const none: readonly never[] = []
const serverNames = new Shared<string>()
const offers = new SharedLists()

/** The same list for all clients that offer the same. */
function shared(list: readonly number[] | null): readonly number[] {
  return list === null ? none : offers.get(list)
}

function offeredSessions(hello: ClientHello): readonly string[] {
  const { sessionId, sessionTicket, pskIdentities } = hello
  const sessions = sessionId.length > 0 ? [nameOf(sessionId)] : []
  if (sessionTicket !== null && sessionTicket.length > 0) sessions.push(nameOf(sessionTicket))
  for (const identity of pskIdentities ?? none) sessions.push(nameOf(identity))
  return sessions.length === 0 ? none : sessions
}

function issuedSessions({ messages }: Conversation, chosen: ServerHello | undefined): readonly string[] {
  const sessions = chosen === undefined || chosen.sessionId.length === 0 ? [] : [nameOf(chosen.sessionId)]
  for (const message of messages) {
    if (!isHandshake(message, 4) || message.body?.kind !== 'new-session-ticket') continue
    sessions.push(nameOf(message.body.ticket))
  }
  return sessions.length === 0 ? none : sessions
}

function hostsOf({ extensions }: Certificate): readonly string[] {
  const urls = [...(extensions.ocspUrls ?? []), ...(extensions.crlUrls ?? [])]
  return urls.flatMap((url) => /^http:\/\/([^/:]+)/i.exec(url)?.[1]?.toLowerCase() ?? [])
}

function hasExtension(extensions: readonly { readonly type: number }[] | null, type: number): boolean {
  return (extensions ?? []).some((extension) => extension.type === type)
}

function sameNameOrNone(a: NeighbourFacts, b: NeighbourFacts): boolean {
  return a.serverName === null || b.serverName === null || a.serverName === b.serverName
}

/**
 * A short name for a session id or a ticket: a hash of its length and of three stretches of it, which differ between tickets of one
 * server. They are random: another one has the same name once in 2^64.
 */
function nameOf(session: Uint8Array): string {
  const middle = session.length >> 1
  sessionName.begin()
  sessionName.text(String(session.length))
  sessionName.bytes(session.subarray(0, 24))
  if (session.length > 24) {
    sessionName.bytes(session.subarray(Math.max(24, middle), middle + 24))
    sessionName.bytes(session.subarray(-8))
  }
  return sessionName.end()
}

const sessionName = new Fnv64()
