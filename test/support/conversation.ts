// Builds conversations as facts, step by step, for tests of the rooms that read facts.

import type {
  Conversation,
  Gap,
  Message,
  Side,
  StreamFacts,
  TlsRecord,
  TransportEvent,
} from '../../shared/conversation/facts.ts'
import type { IcmpError } from '../../shared/network/icmp.ts'
import type { OutcomeFacts } from '../../shared/schannel/model.ts'
import type { ClientHello, HandshakeBody, ServerHello } from '../../shared/tls/messages.ts'

/** One packet of a conversation; steps are numbered as packets from 1. */
export type Step =
  | {
      readonly kind: 'message'
      readonly from: Side
      readonly body: HandshakeBody
      readonly bytes: number
      readonly segments: number
    }
  | { readonly kind: 'sealed'; readonly from: Side; readonly contentType: number; readonly bytes: number }
  | {
      readonly kind: 'event'
      readonly from: Side
      readonly event: TransportEvent['kind']
      readonly ttl: number
      readonly bytes: number
      readonly at: number
      readonly icmp: TransportEvent['icmp']
    }
  | { readonly kind: 'raw'; readonly from: Side; readonly text: string }
  | { readonly kind: 'wait'; readonly seconds: number }

export interface Settings {
  readonly transport?: Conversation['transport']
  readonly quietAfter?: number
  readonly gaps?: Partial<Record<Side, readonly Gap[]>>
  readonly unseen?: Side
  readonly fromStart?: boolean
  readonly acknowledged?: Partial<Record<Side, number>>
  readonly applicationBytes?: number
  readonly recordVersion?: number
  readonly id?: number
}

const types: Partial<Record<HandshakeBody['kind'], number>> = {
  'client-hello': 1,
  'server-hello': 2,
  'hello-verify-request': 3,
  'new-session-ticket': 4,
  certificate: 11,
  'server-key-exchange': 12,
  'certificate-request': 13,
  'certificate-verify': 15,
  'client-key-exchange': 16,
  finished: 20,
}

export function message(from: Side, body: HandshakeBody, bytes = 80, segments = 1): Step {
  return { kind: 'message', from, body, bytes, segments }
}

export function alert(from: Side, description: number, level = 2): Step {
  return message(from, { kind: 'alert', level, description }, 2)
}

export function event(from: Side, kind: TransportEvent['kind'], ttl = -1, bytes = 0, at = 0): Step {
  return { kind: 'event', from, event: kind, ttl, bytes, at, icmp: null }
}

/** An ICMP error from the direction of `from`, about a packet of the other side. */
export function icmp(from: Side, meaning: IcmpError['meaning'], sender = '10.0.0.2'): Step {
  const error = { meaning, name: 'ICMP 3/3', text: `${meaning} unreachable`, sender }
  return { kind: 'event', from, event: 'icmp', ttl: -1, bytes: 0, at: 0, icmp: error }
}

export function clientHello(parts: Partial<ClientHello> = {}): ClientHello {
  return {
    kind: 'client-hello',
    version: 0x0303,
    random: new Uint8Array(32).fill(7),
    sessionId: new Uint8Array(0),
    cookie: new Uint8Array(0),
    cipherSuites: [0x1301, 0x1302, 0xc02f, 0xc030, 0xc02b, 0x009c, 0x002f],
    compressionMethods: [0],
    extensions: [{ type: 23, data: new Uint8Array(0) }],
    sslv2: false,
    serverName: 'server.example',
    supportedVersions: [0x0304, 0x0303],
    supportedGroups: [0x1d, 0x17, 0x18],
    signatureAlgorithms: [0x0804, 0x0401, 0x0403, 0x0503],
    signatureAlgorithmsCert: null,
    keyShares: [0x1d],
    pointFormats: [0],
    alpn: null,
    pskIdentities: null,
    sessionTicket: null,
    faults: [],
    ...parts,
  }
}

export function serverHello(parts: Partial<ServerHello> = {}): ServerHello {
  return {
    kind: 'server-hello',
    version: 0x0303,
    random: new Uint8Array(32).fill(9),
    sessionId: new Uint8Array(0),
    cipherSuite: 0xc02f,
    compressionMethod: 0,
    extensions: [
      { type: 0xff01, data: new Uint8Array(1) },
      { type: 23, data: new Uint8Array(0) },
    ],
    helloRetryRequest: false,
    negotiatedVersion: 0x0303,
    keyShareGroup: null,
    alpn: null,
    pskIndex: null,
    faults: [],
    ...parts,
  }
}

/** The conversation that these packets make; a wait moves the clock and takes no packet number. */
export function conversationOf(steps: readonly Step[], settings: Settings = {}): Conversation {
  const streams = { client: new Half(), server: new Half() }
  const messages: Message[] = []
  const events: TransportEvent[] = []
  let [time, packet] = [0, 0]
  for (const step of steps) {
    if (step.kind === 'wait') {
      time += step.seconds * 1e9
      continue
    }
    packet++
    time += 1e6
    const order = packet * 10
    const half = streams[step.from]
    if (step.kind === 'event') {
      events.push({
        kind: step.event,
        from: step.from,
        packet,
        time,
        order,
        bytes: step.bytes,
        ttl: step.ttl,
        ipId: packet,
        at: step.at,
        icmp: step.icmp,
      })
    } else if (step.kind === 'raw') {
      half.raw(step.text, packet, time, order)
    } else if (step.kind === 'sealed') {
      half.add(step.bytes, step.contentType, 'sealed', packet, time, order, 1)
    } else {
      const contentType = step.body.kind === 'alert' ? 21 : step.body.kind === 'change-cipher-spec' ? 20 : 22
      const { start, end } = half.add(step.bytes, contentType, 'plain', packet, time, order, step.segments)
      messages.push({
        from: step.from,
        contentType,
        type:
          step.body.kind === 'alert'
            ? step.body.description
            : (types[step.body.kind] ?? (contentType === 20 ? 1 : 14)),
        start,
        end,
        order,
        packet,
        time,
        bytes: new Uint8Array(step.bytes),
        protection: 'plain',
        handshake: 1,
        body: step.body,
        malformed: null,
        dtls: null,
        verified: null,
      })
    }
  }
  const facts = (side: Side): StreamFacts => streams[side].facts(side, settings)
  return {
    id: settings.id ?? 1,
    parent: null,
    transport: settings.transport ?? 'tcp',
    clientEndpoint: { address: '10.0.0.1', port: 50000 },
    serverEndpoint: { address: '10.0.0.2', port: 443 },
    tunnels: [],
    carrier: { name: 'none', steps: [] },
    rolesBy: 'client-hello',
    client: facts('client'),
    server: facts('server'),
    messages,
    events,
    firstPacket: 1,
    lastPacket: packet,
    packets: packet,
    start: 0,
    end: time,
    quietAfter: settings.quietAfter ?? 60e9,
    inside: null,
    limitsReached: [],
  }
}

/** The outcome that the last packet makes: an alert, a FIN or reset, or silence. */
export function failedAt(
  conversation: Conversation,
  ending: 'alert' | 'reset' | 'closed' | 'no-answer' | 'stalled' | 'not-tls',
): OutcomeFacts {
  const lastAlert = conversation.messages.findLastIndex(({ contentType }) => contentType === 21)
  const kind = ending === 'reset' ? 'rst' : ending === 'closed' ? 'fin' : 'icmp'
  const lastEvent = conversation.events.findLastIndex(
    (each) => each.kind === kind && each.icmp?.meaning !== 'too-big' && each.icmp?.meaning !== 'expired',
  )
  const withAlert = ending === 'alert' || (ending === 'not-tls' && lastAlert >= 0)
  const alertMessage = withAlert ? conversation.messages[lastAlert] : undefined
  const index = lastEvent < 0 ? null : lastEvent
  return {
    outcome: 'failed',
    failure: {
      by: withAlert ? 'schannel' : 'transport',
      side:
        alertMessage?.from ??
        (ending === 'not-tls'
          ? conversation.client.records.length === 0
            ? 'server'
            : 'client'
          : 'transport'),
      handshake: 1,
      alert: withAlert ? lastAlert : null,
      event: index,
      packet:
        alertMessage?.packet ??
        (index === null ? conversation.lastPacket : conversation.events[index]!.packet),
      trigger: null,
      seen: 0,
      ending,
    },
  }
}

class Half {
  private length = 0
  private readonly chunks: {
    start: number
    end: number
    packet: number
    time: number
    order: number
    ack: number
  }[] = []
  private readonly records: TlsRecord[] = []
  private opening = new Uint8Array(0)
  private stranger = false

  add(
    bytes: number,
    contentType: number,
    protection: 'plain' | 'sealed',
    packet: number,
    time: number,
    order: number,
    segments: number,
  ): { start: number; end: number } {
    const start = this.length
    const end = start + bytes + 5
    for (let i = 0; i < segments; i++)
      this.chunks.push({
        start: start + Math.floor(((end - start) * i) / segments),
        end: start + Math.floor(((end - start) * (i + 1)) / segments),
        packet,
        time,
        order: order - segments + 1 + i,
        ack: -1,
      })
    const record: TlsRecord = {
      index: this.records.length,
      start,
      end,
      contentType,
      version: 0x0303,
      protection,
      innerType: contentType,
      order,
      packet,
      time,
      dtls: null,
      sealedBytes: null,
      opened: null,
    }
    this.records.push(record)
    this.length = end
    return { start, end }
  }

  raw(text: string, packet: number, time: number, order: number): void {
    const bytes = new TextEncoder().encode(text)
    this.chunks.push({ start: this.length, end: this.length + bytes.length, packet, time, order, ack: -1 })
    this.length += bytes.length
    this.opening = bytes.slice(0, 64)
    this.stranger = true
  }

  facts(side: Side, settings: Settings): StreamFacts {
    return {
      chunks: this.chunks,
      gaps: settings.gaps?.[side] ?? [],
      records: this.records.map((record) => ({
        ...record,
        version: settings.recordVersion ?? record.version,
      })),
      length: this.length,
      acknowledged: settings.acknowledged?.[side] ?? this.length,
      opening: this.opening,
      fromStart: settings.fromStart ?? true,
      uninspectedRecords: 0,
      applicationRecords: settings.applicationBytes === undefined ? 0 : 1,
      applicationBytes: settings.applicationBytes ?? 0,
      notTls: this.stranger ? { what: 'no TLS record', at: 0 } : null,
      seen: settings.unseen !== side,
    }
  }
}
