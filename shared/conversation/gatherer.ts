// Messages, events and roles of one conversation while it is built, whatever transport brings its records.

import { carrierByAlpn } from '../carriers/by-alpn.ts'
import type { CarrierReading } from '../carriers/carrier.ts'
import { type LimitName, maxEventsKept, maxHandshakeBytes, maxListed, maxMessagesKept } from '../limits.ts'
import type { IcmpError } from '../network/icmp.ts'
import type { Origin } from '../network/stream.ts'
import { cipherSuiteInfo } from '../registries/suite-info.ts'
import type { MessageContext, ServerHello } from '../tls/messages.ts'
import { contentTypes, handshakeTypes } from './content.ts'
import type {
  CarrierFacts,
  Conversation,
  DtlsPlace,
  Endpoint,
  Side,
  StreamFacts,
  Time,
  TlsRecord,
  TransportEvent,
} from './facts.ts'
import { CapturedMessage, type MessagePlace } from './message.ts'
import type { StreamState } from './stream-state.ts'

export interface BuilderOptions {
  /** Keep the bytes of sealed records, because keys may open them. */
  readonly keepSealed: boolean
  /** Keep every byte fed, for `inspect`. */
  readonly keepBytes: boolean
}

/** Bytes of a stream as one packet brought them; kept for `inspect` only. */
export interface Piece {
  readonly start: number
  readonly packet: number
  readonly bytes: Uint8Array
}

/** What the transport knows at the end and the builder does not. */
export interface Closing {
  readonly id: number
  /** The conversation in which this one lies, or that announced it, and what was said of it there. */
  readonly within: { readonly parent: number; readonly carrier: CarrierFacts | null } | null
  readonly transport: Conversation['transport']
  readonly tunnels: Conversation['tunnels']
  readonly endpoints: readonly [Endpoint, Endpoint]
  readonly seen: readonly [boolean, boolean]
  readonly fromSyn: readonly [boolean, boolean]
  /** Which direction opened the connection; -1 where that was not captured. */
  readonly synDir: 0 | 1 | -1
  readonly acknowledged: readonly [number, number]
  /** Bytes of another protocol were passed over before TLS began. */
  readonly revived: boolean
  /** Counted by the scan; an `inspect` that re-reads only noted packets takes them from there. */
  readonly counted: readonly [Counted, Counted]
  readonly firstPacket: number
  readonly lastPacket: number
  readonly packets: number
  readonly start: Time
  readonly end: Time
  readonly quietAfter: number
}

export interface Counted {
  readonly length: number
  readonly uninspectedRecords: number
  readonly applicationRecords: number
  readonly applicationBytes: number
}

/** A carrier by name, and what it read. */
export interface Carried {
  readonly name: string
  readonly reading: CarrierReading
}

type MutableEvent = { -readonly [K in keyof TransportEvent]: TransportEvent[K] }

const noCarrier: CarrierFacts = { name: 'none', steps: [] }
const unknownCarrier: CarrierFacts = { name: 'unknown', steps: [] }
const empty = new Uint8Array(0)
/** What a conversation costs before anything was said. */
const emptyCost = 3000
const noLimits: readonly LimitName[] = []
/** Of a scan, which keeps none. */
const noPieces: readonly [Piece[], Piece[]] = [[], []]

export abstract class Gatherer {
  abstract readonly streams: readonly [StreamState, StreamState]
  readonly pieces: readonly [Piece[], Piece[]]
  carrier: CarrierFacts = noCarrier
  /** A carrier that wraps TLS in packets of its own reads itself. */
  outer: Carried | null = null
  /** TLS was meant: a handshake message or a plaintext alert was found. */
  confirmed = false
  protected readonly options: BuilderOptions
  protected order = 0
  protected version = 0
  private readonly dtls: boolean
  private readonly messages: CapturedMessage[] = []
  private readonly events: MutableEvent[] = []
  private handshakeBytes = 0
  private alerts = 0
  private cipherSuite = 0
  /** A NULL cipher suite: sealed records are read without keys. */
  private unencrypted = false
  private clientDir: 0 | 1 | -1 = -1
  private rolesBy: Conversation['rolesBy'] = 'guess'
  private contexts: [MessageContext | null, MessageContext | null] = [null, null]
  private limits: Set<LimitName> | null = null

  constructor(options: BuilderOptions, dtls: boolean) {
    this.options = options
    this.dtls = dtls
    this.pieces = options.keepBytes ? [[], []] : noPieces
  }

  /** Names of limits; hardly any conversation reaches one. */
  get limitsReached(): Set<LimitName> {
    return (this.limits ??= new Set())
  }

  event(
    kind: TransportEvent['kind'],
    dir: 0 | 1,
    origin: Origin,
    bytes: number,
    at: number,
    ttl: number,
    ipId: number,
    icmp: IcmpError | null = null,
  ): void {
    if (this.events.length >= maxEventsKept && kind !== 'rst' && kind !== 'fin') {
      this.limitsReached.add('maxEventsKept')
      return
    }
    const { packet, time } = origin
    const from = this.side(dir)
    this.events.push({ kind, from, packet, time, order: ++this.order, bytes, ttl, ipId, at, icmp })
  }

  /** Bytes of memory that the conversation keeps while it is open, by estimate. */
  get weight(): number {
    const said = Math.min(this.handshakeBytes, maxHandshakeBytes)
    const [a, b] = this.streams
    return emptyCost + said + 300 * this.messages.length + 120 * this.events.length + a.weight + b.weight
  }

  /** TLS was wanted and refused before it began: a conversation even without a handshake. */
  abstract get refused(): boolean

  /** No more bytes will come. Call once, before `finish`. */
  abstract settle(): void

  /** The conversation's facts; `closing` is what the transport knows. */
  finish(closing: Closing): Conversation {
    if (this.clientDir === -1) {
      this.rolesBy = closing.synDir === -1 ? 'guess' : 'syn'
      this.setClient(closing.synDir === -1 ? clientByPort(closing.endpoints) : closing.synDir)
    }
    if (closing.revived) this.carrier = unknownCarrier
    const c = this.clientDir === 1 ? 1 : 0
    const s = c === 1 ? 0 : 1
    return {
      id: closing.id,
      parent: closing.within?.parent ?? null,
      transport: closing.transport,
      tunnels: closing.tunnels,
      clientEndpoint: closing.endpoints[c],
      serverEndpoint: closing.endpoints[s],
      carrier: closing.within?.carrier ?? this.carrier,
      inside: null,
      rolesBy: this.rolesBy,
      client: this.streamFacts(c, closing),
      server: this.streamFacts(s, closing),
      messages: this.messages,
      events: this.events,
      firstPacket: closing.firstPacket,
      lastPacket: closing.lastPacket,
      packets: closing.packets,
      start: closing.start,
      end: closing.end,
      quietAfter: closing.quietAfter,
      limitsReached: this.limits === null ? noLimits : [...this.limits],
    }
  }

  /** What was said in the clear before TLS. The carrier also knows who the client is, where no hello says so. */
  protected carried(name: string, reading: CarrierReading | null): void {
    if (this.clientDir === -1 && reading !== null && reading.clientDir !== null) {
      this.rolesBy = 'carrier'
      this.setClient(reading.clientDir)
    }
    const steps = (reading?.steps ?? []).map(({ dir, ...step }) => ({ ...step, from: this.side(dir) }))
    this.carrier = { name, steps }
  }

  /** Which direction the client's is, as far as is known; 0 until something says otherwise. */
  clientDirection(): 0 | 1 {
    return this.clientDir === 1 ? 1 : 0
  }

  /** The carrier that the first ClientHello names by its application protocol. */
  protected get namedCarrier(): string | null {
    const body = this.messages[0]?.body
    return body?.kind === 'client-hello' ? carrierByAlpn(body.alpn) : null
  }

  /** A hello tells client from server: whoever sends the ClientHello is the client, on whatever port. */
  protected confirm(dir: 0 | 1, type: number): void {
    this.confirmed = true
    if (type === handshakeTypes.clientHello && this.rolesBy !== 'client-hello') {
      this.rolesBy = 'client-hello'
      this.setClient(dir)
    } else if (
      (type === handshakeTypes.serverHello || type === handshakeTypes.helloVerifyRequest) &&
      this.clientDir === -1
    ) {
      this.rolesBy = 'server-hello'
      this.setClient(dir === 0 ? 1 : 0)
    }
  }

  /** Whether what is sealed is kept, for it may be read. */
  protected get keepsSealed(): boolean {
    return this.options.keepSealed || this.unencrypted
  }

  /** A message whose content is sealed, or a record of a kind that has none worth keeping. */
  protected sealed(
    stream: StreamState,
    record: TlsRecord,
    body: Uint8Array | null,
    from: number,
    to: number,
  ): void {
    stream.sealedRecords++
    record.protection = 'sealed'
    if (this.keepsSealed && body !== null) {
      record.sealedBytes = body.slice(from, to)
      stream.sealedBytes += to - from
    }
    if (record.contentType === contentTypes.applicationData) {
      const peer = this.streams[stream.dir === 0 ? 1 : 0]
      stream.bulk = peer.sealedRecords > 0 || peer.offset === 0
    } else if (record.contentType !== contentTypes.heartbeat) {
      this.push(stream.dir, record.contentType, null, empty, record, 'sealed', null)
    }
  }

  protected push(
    dir: 0 | 1,
    contentType: number,
    type: number | null,
    bytes: Uint8Array,
    place: MessagePlace,
    protection: 'plain' | 'sealed',
    dtls: DtlsPlace | null,
  ): void {
    this.handshakeBytes += bytes.length
    if (this.messages.length >= maxMessagesKept) {
      this.limitsReached.add('maxMessagesKept')
      return
    }
    if (this.handshakeBytes > maxHandshakeBytes) {
      this.limitsReached.add('maxHandshakeBytes')
      return
    }
    if (contentType === contentTypes.alert && ++this.alerts > maxListed) this.limitsReached.add('maxListed')
    const message = new CapturedMessage(
      contentType,
      type,
      bytes,
      place,
      protection,
      1,
      this.context(dir),
      dtls,
    )
    this.messages.push(message)
    if (contentType === contentTypes.handshake && type === handshakeTypes.serverHello) {
      const body = message.body
      if (body?.kind === 'server-hello') this.agreed(body)
    }
  }

  private agreed(hello: ServerHello): void {
    this.version = hello.negotiatedVersion
    this.cipherSuite = hello.cipherSuite
    const suite = cipherSuiteInfo(hello.cipherSuite)
    this.unencrypted = suite?.mode === 'null' && !suite.tls13
    this.contexts = [null, null]
  }

  private context(dir: 0 | 1): MessageContext {
    return (this.contexts[dir] ??= {
      version: this.version,
      cipherSuite: this.cipherSuite,
      from: this.side(dir),
      dtls: this.dtls,
    })
  }

  private side(dir: 0 | 1): Side {
    return dir === this.clientDirection() ? 'client' : 'server'
  }

  /** Until now direction 0 counted as the client; if that was wrong, what was recorded changes sides. */
  private setClient(dir: 0 | 1): void {
    const flips = dir === 1 && this.clientDir !== 1
    this.clientDir = dir
    this.contexts = [null, null]
    if (!flips) return
    for (const message of this.messages) message.from = message.from === 'client' ? 'server' : 'client'
    for (const event of this.events) event.from = event.from === 'client' ? 'server' : 'client'
  }

  private streamFacts(dir: 0 | 1, closing: Closing): StreamFacts {
    const stream = this.streams[dir]
    const counted = closing.counted[dir]
    const other = dir === 0 ? 1 : 0
    return {
      length: counted.length,
      uninspectedRecords: counted.uninspectedRecords,
      applicationRecords: counted.applicationRecords,
      applicationBytes: counted.applicationBytes,
      chunks: this.neverAcknowledges(dir, closing)
        ? stream.chunks.map((chunk) => ({ ...chunk, ack: -1 }))
        : stream.chunks,
      gaps: stream.gaps,
      records: stream.records,
      acknowledged: this.neverAcknowledges(other, closing) ? -1 : closing.acknowledged[dir],
      opening: stream.opening,
      fromStart: closing.fromSyn[dir] || beginsHandshake(stream.opening),
      notTls: stream.notTls,
      seen: closing.seen[dir],
    }
  }

  /**
   * Whether a direction spoke after it was spoken to and yet acknowledged nothing in any packet: a host cannot (RFC 9293
   * §3.10.7.4), but tools that make packets leave the number as it was. Then capture order says who had heard what.
   */
  private neverAcknowledges(dir: 0 | 1, { acknowledged }: Closing): boolean {
    const other = dir === 0 ? 1 : 0
    const [heard, spoken] = [this.streams[other].chunks[0], this.streams[dir].chunks.at(-1)]
    return (
      acknowledged[other] === 0 && heard !== undefined && spoken !== undefined && heard.order < spoken.order
    )
  }
}

function beginsHandshake(opening: Uint8Array): boolean {
  if (opening.length < 3) return false
  if (opening[0]! >= 0x80) return opening[2] === handshakeTypes.clientHello
  return opening[0] === contentTypes.handshake && opening.length > 5 && (opening[5] === 1 || opening[5] === 2)
}

/** Without a better sign the lower port is the server's. */
function clientByPort(endpoints: readonly [Endpoint, Endpoint]): 0 | 1 {
  return endpoints[0].port >= endpoints[1].port ? 0 : 1
}
