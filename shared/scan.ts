// The first pass: one walk through the capture that finds every conversation, rebuilds it, and lets it go when it closes.

import type { CaptureInterface, PacketSink } from './capture/capture.ts'
import { closingOf, type Flow } from './closing.ts'
import { Association } from './conversation/association.ts'
import { Connection, type FlowKey, type PacketPlace } from './conversation/connection.ts'
import type { Conversation } from './conversation/facts.ts'
import { FlowTable } from './conversation/flows.ts'
import type { BuilderOptions } from './conversation/gatherer.ts'
import { Queue } from './conversation/queue.ts'
import {
  type DnsAnswer,
  dnsAnswer,
  type HttpExchange,
  type SqlInstance,
  sqlInstances,
} from './conversation/lookups.ts'
import { looksLike } from './conversation/looks-like.ts'
import { PacketDecoder } from './decode.ts'
import { looksLikeRadius } from './eap/radius.ts'
import type { EapSession } from './eap/session.ts'
import { EapSessions } from './eap/sessions.ts'
import { heaviest } from './heaviest.ts'
import {
  defaultLimits,
  limitWords,
  lingerNs,
  maxLingering,
  maxNotedPackets,
  type ReadingLimits,
} from './limits.ts'
import type { Crypto, PacketSpool } from './ports.ts'
import { type ConversationRecord, NotedStore } from './records.ts'
import { ipProtocol } from './network/ip.ts'
import { Warnings } from './warnings.ts'

/** Called for each conversation as it closes, in order of closing. */
export type OnConversation = (conversation: Conversation, record: ConversationRecord) => void

export interface ScanHost {
  /** Where noted packets of an input that cannot be read twice are kept; null if the file can be read again. */
  readonly spool: PacketSpool | null
  /** Opens what is sealed with keys that everybody can make: QUIC Initial packets. */
  readonly crypto: Crypto
  onConversation: OnConversation
  /** There is no room for another conversation: from here on they are counted. */
  full?(): boolean
  onSecrets(type: number, data: Uint8Array): void
  /** Names looked up and plain HTTP fetched beside the handshakes: revocation lists travel that way. */
  onDns?(fact: DnsAnswer & Seen): void
  onHttp?(fact: HttpExchange & Seen): void
  /** Instances of SQL Server that its Browser told of. */
  onSqlInstance?(fact: SqlInstance & Seen & { readonly server: string }): void
}

/** When a lookup was seen, and who asked. */
interface Seen {
  readonly time: number
  readonly packet: number
  readonly client: string
}

const dnsPort = 53
/** MC-SQLR §2.1. */
const sqlBrowserPort = 1434
/** Less is usual where several interfaces write into one capture. */
const backwardsNs = 1e9
/** What a packet may add to what is kept beside its bytes. */
const packetCost = 1024

export class Scanner implements PacketSink, PacketPlace {
  readonly warnings = new Warnings()
  readonly noted = new NotedStore()
  /** TCP connections and UDP pairs seen. */
  flows = 0
  conversations = 0
  /** Conversations that were only counted. */
  private unlisted = 0
  private readonly host: ScanHost
  private readonly options: BuilderOptions
  private readonly maxOpen: number
  private readonly maxOpenBytes: number
  /** Bytes of packets (with an allowance for each) after which the open conversations are weighed again. */
  private readonly weighEvery: number
  private readonly decoder = new PacketDecoder(this)
  private readonly connections = new FlowTable<Connection>()
  private readonly associations = new FlowTable<Association>()
  private readonly sessions: EapSessions
  /** Closed connections and sessions that may still get late packets, oldest first. */
  private readonly lingering = new Queue<Connection | EapSession>(maxLingering)
  private now = 0.5
  /** Packets more than a second earlier than one before them, and the first of these. */
  private backwards = 0
  private firstBackwards = 0
  /** What the packets since the open flows were last weighed may have added. */
  private unweighed = 0
  private spoolFull = false
  // The packet being read.
  private current: Uint8Array = new Uint8Array(0)
  private currentStart = 0
  private currentCaptured = 0
  private currentOriginal = 0
  private currentTime = 0.5
  private currentLink = 0
  private currentLinkType = 0
  private currentPlace = 0
  private readonly others = new Map<string, number>()

  constructor(host: ScanHost, options: BuilderOptions, limits: ReadingLimits = defaultLimits) {
    this.host = host
    this.options = options
    this.maxOpen = limits.openConversations
    this.maxOpenBytes = limits.openMegabytes * 2 ** 20
    this.weighEvery = this.maxOpenBytes / 8
    this.sessions = new EapSessions(options, this)
  }

  packet(
    b: Uint8Array,
    start: number,
    captured: number,
    original: number,
    number: number,
    time: number,
    at: number,
    link: CaptureInterface,
  ): void {
    if (time > this.now) this.now = time
    else if (this.now - time > backwardsNs && this.backwards++ === 0) this.firstBackwards = number
    this.unweighed += captured + packetCost
    if (this.unweighed > this.weighEvery) this.weigh()
    this.current = b
    this.currentStart = start
    this.currentCaptured = captured
    this.currentOriginal = original
    this.currentTime = time
    this.currentLink = link.index
    this.currentLinkType = link.linkType
    this.currentPlace = this.host.spool === null ? at : -1
    const transport = this.decoder.decode(b, start, start + captured, number, time, this, link)
    if (transport === 'tcp') this.segment(number, time)
    else if (transport === 'udp') this.datagram(number, time)
    else if (transport === 'icmp') this.unreachable(number, time)
    else if (transport === 'eapol') this.frame(number, time)
  }

  /** Where the current packet can be read again; a packet of an input that is read only once is copied now. */
  place(): number {
    const { spool } = this.host
    if (spool !== null && this.currentPlace < 0) {
      this.currentPlace = spool.append(
        this.current,
        this.currentStart,
        this.currentCaptured,
        this.currentOriginal,
        this.currentTime,
        this.currentLink,
      )
      if (this.currentPlace < 0 && !this.spoolFull) {
        this.spoolFull = true
        const text = 'The temporary file for packets is full; later conversations have a row but no details.'
        this.warnings.add('spool-full', null, null, text)
      }
    }
    return this.currentPlace
  }

  secrets(type: number, data: Uint8Array): void {
    this.host.onSecrets(type, data)
  }

  warning(code: string, offset: number | null, packet: number | null, text: string): void {
    this.warnings.add(code, offset, packet, text)
  }

  /** No packet has come for a while (of a capture being written): closed connections wait no longer for late ones. */
  quiet(): void {
    for (let flow = this.lingering.shift(); flow !== null; flow = this.lingering.shift()) {
      if (!flow.gone) this.close(flow)
    }
  }

  /** The capture has ended: everything still open is closed, oldest first. */
  finish(): void {
    if (this.backwards > 0) {
      const text = `Times run backwards: of ${String(this.backwards)} packets each is more than a second earlier than one before it. Durations, and what was closed when, are uncertain.`
      this.warnings.add('time-backwards', null, this.firstBackwards, text)
    }
    const open = [...this.open()].sort((x, y) => x.firstPacket - y.firstPacket)
    for (const flow of open) this.close(flow)
    if (this.unlisted > 0) {
      const text = `The capture holds more conversations than there is memory for: ${String(this.unlisted)} that ended later are counted, not listed. Cut the capture into smaller files (editcap -c) to see them.`
      this.warnings.add('too-many-conversations', null, null, text)
    }
  }

  /** Flows without TLS, by what they look like, most frequent first. */
  otherFlows(): { looksLike: string; flows: number }[] {
    const list = [...this.others].map(([name, flows]) => ({ looksLike: name, flows }))
    return list.sort((x, y) => y.flows - x.flows)
  }

  private segment(number: number, time: number): void {
    const { ip, tcp } = this.decoder
    let connection = this.connections.find(
      ip.source,
      ip.destination,
      tcp.sourcePort,
      tcp.destinationPort,
      ip.version,
    )
    let dir: 0 | 1 = this.connections.reversed ? 1 : 0
    if (connection?.isReuse(dir, tcp) === true) {
      this.close(connection)
      connection = null
    }
    if (connection === null) {
      dir = 0
      connection = new Connection(this.keyOf(tcp.sourcePort, tcp.destinationPort), this.options, this)
      if (this.connections.size >= this.maxOpen) this.evict()
      this.connections.add(connection)
      this.flows++
    }
    const wasClosed = connection.closed
    this.noteFragments(connection)
    connection.segment(dir, tcp, this.decoder.bytes, ip.ttl, ip.ipId, number, time, null)
    if (connection.id === 0 && connection.builder?.confirmed === true) connection.id = ++this.conversations
    if (connection.closed && !wasClosed) this.linger(connection)
    this.release()
  }

  private datagram(number: number, time: number): void {
    const { ip, udp, bytes } = this.decoder
    let association = this.associations.find(
      ip.source,
      ip.destination,
      udp.sourcePort,
      udp.destinationPort,
      ip.version,
    )
    let dir: 0 | 1 = this.associations.reversed ? 1 : 0
    if (association?.isNew(dir, bytes, udp.payloadStart, udp.payloadEnd, time) === true) {
      this.close(association)
      association = null
    }
    if (association === null) {
      dir = 0
      const key = this.keyOf(udp.sourcePort, udp.destinationPort)
      association = new Association(key, this.options, this, this.host.crypto)
      if (this.associations.size >= this.maxOpen) this.evict()
      this.associations.add(association)
      this.flows++
    }
    if (udp.sourcePort === dnsPort) this.dns(number, time)
    else if (udp.sourcePort === sqlBrowserPort) this.sqlBrowser(number, time)
    this.noteFragments(association)
    association.datagram(dir, bytes, udp.payloadStart, udp.payloadEnd, udp.cut, number, time)
    if (association.id === 0 && association.builder?.confirmed === true) association.id = ++this.conversations
    const { payloadStart, payloadEnd } = udp
    if (association.builder === null && looksLikeRadius(bytes, payloadStart, payloadEnd))
      this.radius(number, time)
  }

  /** An ICMP error goes to the flow whose packet it quotes. */
  private unreachable(number: number, time: number): void {
    const { ip, icmp } = this.decoder
    const { quoted, sourcePort, destinationPort } = icmp
    const table = quoted.protocol === ipProtocol.tcp ? this.connections : this.associations
    const flow = table.find(quoted.source, quoted.destination, sourcePort, destinationPort, ip.version)
    if (flow === null) return
    const error = icmp.error(ip.addresses.text(ip.version, ip.source))
    flow.unreachable(table.reversed ? 0 : 1, error, number, time)
  }

  private dns(packet: number, time: number): void {
    const { ip, udp, bytes } = this.decoder
    const answer = dnsAnswer(bytes, udp.payloadStart, udp.payloadEnd)
    if (answer === null) return
    this.host.onDns?.({ ...answer, time, packet, client: ip.addresses.text(ip.version, ip.destination) })
  }

  private sqlBrowser(packet: number, time: number): void {
    const { ip, udp, bytes } = this.decoder
    const { version, addresses } = ip
    const [client, server] = [addresses.text(version, ip.destination), addresses.text(version, ip.source)]
    for (const instance of sqlInstances(bytes, udp.payloadStart, udp.payloadEnd))
      this.host.onSqlInstance?.({ ...instance, time, packet, client, server })
  }

  /** EAP over LAN. */
  private frame(number: number, time: number): void {
    const { eapol, bytes } = this.decoder
    const told = this.sessions.frame(bytes, eapol.start, eapol.end, eapol, number, time)
    if (told === null) return
    if (told.before !== null && !told.before.gone) this.close(told.before)
    this.follow(told.session)
  }

  /** EAP over RADIUS. */
  private radius(number: number, time: number): void {
    const { ip, udp, bytes } = this.decoder
    const { version, addresses } = ip
    const source = { address: addresses.text(version, ip.source), port: udp.sourcePort }
    const destination = { address: addresses.text(version, ip.destination), port: udp.destinationPort }
    const { payloadStart, payloadEnd } = udp
    const session = this.sessions.radius(bytes, payloadStart, payloadEnd, source, destination, number, time)
    if (session === null) return
    this.noteFragments(session)
    this.follow(session)
  }

  private follow(session: EapSession): void {
    if (session.id === 0 && session.builder.confirmed) session.id = ++this.conversations
    if (session.over && !session.lingers) {
      session.lingers = true
      this.linger(session)
    }
    const { oldest } = this.sessions
    if (oldest !== null) this.close(oldest)
    this.release()
  }

  private keyOf(portA: number, portB: number): FlowKey {
    const { ip } = this.decoder
    const { current, currentStart, currentCaptured, currentLinkType } = this
    const end = currentStart + currentCaptured
    const tunnels = this.decoder.tunnelsOf(current, currentStart, end, currentLinkType)
    return { addressA: ip.source, addressB: ip.destination, portA, portB, version: ip.version, tunnels }
  }

  /** The earlier packets of a reassembled datagram are read again together with the one that completed it. */
  private noteFragments(flow: Flow): void {
    const { fragments } = this.decoder
    if (fragments === null) return
    for (let i = 0; i < fragments.packets.length - 1 && flow.noted.length < maxNotedPackets; i++) {
      flow.noted.push({ at: fragments.places[i]!, packet: fragments.packets[i]!, resume: null })
    }
  }

  private linger(flow: Connection | EapSession): void {
    const first = this.lingering.push(flow)
    if (first !== null && !first.gone) this.close(first)
  }

  /** Closes connections whose late packets have had their time. */
  private release(): void {
    for (let flow = this.lingering.first; flow !== null; flow = this.lingering.first) {
      if (!(this.now - flow.end > lingerNs)) break
      this.lingering.shift()
      if (!flow.gone) this.close(flow)
    }
  }

  /** Too many flows are open: the tenth that has been silent longest is closed. */
  private evict(): void {
    const open: (Connection | Association)[] = []
    const ends = new Float64Array(this.connections.size + this.associations.size)
    for (const table of [this.connections, this.associations]) {
      for (const flow of table.flows()) ends[open.push(flow) - 1] = flow.end
    }
    const count = Math.ceil(open.length / 10)
    // Flows lie all over the memory: they are looked at once, the rest is done with numbers.
    const latest = ends.slice().sort()[count - 1]!
    const silent = open.filter((_, i) => !(ends[i]! > latest))
    silent.sort((x, y) => x.end - y.end || x.firstPacket - y.firstPacket)
    for (const flow of silent.slice(0, count)) this.close(flow)
    this.warnings.add(
      'too-many-flows',
      null,
      null,
      `More than ${String(this.maxOpen)} flows were open at once; the ${String(count)} silent longest were closed.`,
    )
  }

  private *open(): Generator<Flow> {
    yield* this.connections.flows()
    yield* this.associations.flows()
    yield* this.sessions.all()
  }

  /** All open flows together keep too much: the heaviest are closed. */
  private weigh(): void {
    this.unweighed = 0
    const given = heaviest(() => this.open(), this.maxOpenBytes)
    if (given.length === 0) return
    for (const flow of given) {
      flow.builder?.limitsReached.add('maxOpenBytes')
      this.close(flow)
    }
    this.warnings.add(
      'too-much-open',
      null,
      null,
      `Open conversations kept more than ${String(this.maxOpenBytes / 2 ** 20)} MiB together; the ${String(given.length)} that kept most were closed.`,
    )
  }

  private close(flow: Flow): void {
    if (flow instanceof Connection) this.connections.remove(flow)
    else if (flow instanceof Association) this.associations.remove(flow)
    else this.sessions.remove(flow)
    flow.flush()
    flow.gone = true
    const { builder } = flow
    builder?.settle()
    if (builder !== null && flow.id === 0 && (builder.confirmed || builder.refused))
      flow.id = ++this.conversations
    if (builder === null || !(builder.confirmed || builder.refused)) {
      this.count(flow)
      return
    }
    if (this.host.full?.() === true) {
      this.unlisted++
      return
    }
    const record: ConversationRecord = {
      transport: flow.transport,
      key: 'key' in flow ? flow.key : null,
      closing: closingOf(flow, builder, this.decoder, this.now),
      noted: this.noted.add(flow.noted),
    }
    const conversation = builder.finish(record.closing)
    for (const limit of conversation.limitsReached) {
      const text = `Conversation ${String(flow.id)} has ${limitWords[limit]}; what lies beyond is only counted.`
      this.warnings.add('limit-reached', null, flow.lastPacket, text)
    }
    this.host.onConversation(conversation, record)
  }

  private count(flow: Flow): void {
    // Its frames are no flow, its datagrams are counted as theirs.
    if ('endpoints' in flow) return
    const name =
      flow instanceof Association
        ? flow.looksLike
        : (flow.ignoredAs ?? (flow.builder === null ? 'no data' : looksLike(flow.builder.openings)))
    this.others.set(name, (this.others.get(name) ?? 0) + 1)
    if (!(flow instanceof Connection)) return
    const exchange = flow.http ?? flow.builder?.http ?? null
    if (exchange === null) return
    const { version, addressA } = flow.key
    const client = this.decoder.ip.addresses.text(version, addressA)
    this.host.onHttp?.({ ...exchange, time: flow.start, packet: flow.firstPacket, client })
  }
}
