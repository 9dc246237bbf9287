// Test support: conversations written down as what each side sends, and calls as lines a reviewer reads without running.

import type { IcmpError } from '../../shared/network/icmp.ts'
import type {
  Chunk,
  Conversation,
  Gap,
  Message,
  Side,
  StreamFacts,
  TlsRecord,
  TransportEvent,
} from '../../shared/conversation/facts.ts'
import type { Call, ContextReplay, Replay, ReplayOptions, Verdict } from '../../shared/schannel/model.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { outcomeOf } from '../../shared/schannel/outcome.ts'
import { replay } from '../../shared/schannel/replay.ts'
import type { SecBuffer } from '../../shared/sspi/calls.ts'
import type { ClientHello, HandshakeBody, ServerHello } from '../../shared/tls/messages.ts'

/** One message inside a record; a type of null is sealed. */
export interface Part {
  readonly contentType: number
  readonly type: number | null
  readonly bytes: Uint8Array
  readonly body: HandshakeBody | null
}

/** One record: its size on the wire with header, and the messages that end in it. */
export interface Sent {
  readonly contentType: number
  readonly bytes: number
  readonly protection: 'plain' | 'opened' | 'sealed'
  readonly innerType: number
  readonly parts: readonly Part[]
}

/** What one side sends before it waits again. */
export interface Turn {
  readonly from: Side
  readonly records: readonly Sent[]
  /** Sizes of the TCP segments (or datagrams); one segment without it. */
  readonly segments?: readonly number[]
  /** Bytes of the peer's stream acknowledged; all that were sent before without it; -1 unknown. */
  readonly ack?: number
  /** Bytes instead of records: something that is not TLS. */
  readonly text?: string
  /** Only so many bytes of this turn arrive; the rest is never sent. */
  readonly arrives?: number
  readonly handshake?: number
  readonly retransmission?: boolean
}

export interface Setting {
  readonly transport?: Conversation['transport']
  /** `before`: index of the turn that they come just before; behind the last turn without it. */
  readonly events?: readonly {
    kind: TransportEvent['kind']
    from: Side
    before?: number
    at?: number
    icmp?: IcmpError['meaning']
  }[]
  readonly quietAfter?: number
  readonly gaps?: Partial<Record<Side, readonly Gap[]>>
  readonly unseen?: Side
}

const random = new Uint8Array(32).fill(7)

export function clientHello(bytes: number, more: Partial<ClientHello> = {}): Sent {
  const body: ClientHello = {
    kind: 'client-hello',
    version: 0x0303,
    random,
    sessionId: new Uint8Array(0),
    cookie: new Uint8Array(0),
    cipherSuites: [0xc02f],
    compressionMethods: [0],
    extensions: [],
    sslv2: false,
    serverName: null,
    supportedVersions: null,
    supportedGroups: null,
    signatureAlgorithms: null,
    signatureAlgorithmsCert: null,
    keyShares: null,
    pointFormats: null,
    alpn: null,
    pskIdentities: null,
    sessionTicket: null,
    faults: [],
    ...more,
  }
  return record(22, bytes, [handshake(1, bytes - 5, body)])
}

export function serverHelloBody(
  version: number,
  cipherSuite: number,
  more: Partial<ServerHello> = {},
): ServerHello {
  return {
    kind: 'server-hello',
    version: 0x0303,
    random,
    sessionId: new Uint8Array(0),
    cipherSuite,
    compressionMethod: 0,
    extensions: [],
    helloRetryRequest: false,
    negotiatedVersion: version,
    keyShareGroup: null,
    alpn: null,
    pskIndex: null,
    faults: [],
    ...more,
  }
}

export function serverHello(
  bytes: number,
  version = 0x0303,
  cipherSuite = 0xc02f,
  more: Partial<ServerHello> = {},
): Sent {
  return record(22, bytes, [handshake(2, bytes - 5, serverHelloBody(version, cipherSuite, more))])
}

/** A plain handshake record with one message of this type. */
export function message(type: number, bytes: number, body: HandshakeBody | null = null): Sent {
  return record(22, bytes, [handshake(type, bytes - 5, body)])
}

/** One record with several messages. */
export function messages(bytes: number, ...parts: readonly Part[]): Sent {
  return record(22, bytes, parts)
}

/** A record that holds only part of a message; the record with the rest carries it. */
export function fragment(bytes: number): Sent {
  return record(22, bytes, [])
}

export function handshake(type: number | null, bytes: number, body: HandshakeBody | null = null): Part {
  const content = new Uint8Array(Math.max(4, bytes))
  content[0] = type ?? 0
  return { contentType: 22, type, bytes: content, body }
}

export const emptyCertificate: HandshakeBody = {
  kind: 'certificate',
  requestContext: new Uint8Array(0),
  certificates: [],
}
export const oneCertificate: HandshakeBody = {
  kind: 'certificate',
  requestContext: new Uint8Array(0),
  certificates: [{ der: new Uint8Array(8), start: 0, extensions: [] }],
}

export function ccs(): Sent {
  return record(20, 6, [
    { contentType: 20, type: 1, bytes: Uint8Array.of(1), body: { kind: 'change-cipher-spec' } },
  ])
}

export function alert(level: number, description: number): Sent {
  return record(21, 7, [alertPart(level, description)])
}

function alertPart(level: number, description: number): Part {
  return {
    contentType: 21,
    type: description,
    bytes: Uint8Array.of(level, description),
    body: { kind: 'alert', level, description },
  }
}

/** A sealed record before TLS 1.3: its content type shows. */
export function sealed(contentType: 21 | 22 | 23, bytes: number): Sent {
  const parts: Part[] =
    contentType === 23 ? [] : [{ contentType, type: null, bytes: new Uint8Array(0), body: null }]
  return { contentType, bytes, protection: 'sealed', innerType: contentType, parts }
}

/** A sealed TLS 1.3 record. */
export function hidden(bytes: number): Sent {
  return { contentType: 23, bytes, protection: 'sealed', innerType: 23, parts: [] }
}

/** A record opened with keys; `contentType` is what the header says. */
export function opened(
  bytes: number,
  innerType: 21 | 22 | 23,
  parts: readonly Part[] = [],
  contentType = 23,
): Sent {
  return { contentType, bytes, protection: 'opened', innerType, parts }
}

export function openedAlert(bytes: number, level: number, description: number): Sent {
  return opened(bytes, 21, [alertPart(level, description)])
}

export function record(contentType: number, bytes: number, parts: readonly Part[]): Sent {
  return { contentType, bytes, protection: 'plain', innerType: contentType, parts }
}

export function client(...records: readonly Sent[]): Turn {
  return { from: 'client', records }
}

export function server(...records: readonly Sent[]): Turn {
  return { from: 'server', records }
}

type Growing = { -readonly [K in keyof StreamFacts]: StreamFacts[K] } & {
  chunks: Chunk[]
  records: TlsRecord[]
}

/** The facts of a conversation in which the turns follow one another; every segment is one packet, 1 ms apart. */
export function conversationOf(turns: readonly Turn[], setting: Setting = {}): Conversation {
  const streams: Record<Side, Growing> = { client: stream(), server: stream() }
  const found: Message[] = []
  let order = 0
  const begins: number[] = []
  for (const turn of turns) {
    const own = streams[turn.from]
    const ack = turn.ack ?? streams[turn.from === 'client' ? 'server' : 'client'].length
    const base = own.length
    const total = turn.text?.length ?? turn.records.reduce((sum, sent) => sum + sent.bytes, 0)
    const arrives = turn.arrives ?? total
    const segments = turn.segments ?? [arrives]
    let at = base
    begins.push(order + 1)
    for (const size of segments) {
      order++
      own.chunks.push({ start: at, end: at + size, packet: order, time: order * 1e6, order, ack })
      at += size
    }
    own.length = base + arrives
    if (turn.text !== undefined) own.notTls = { what: 'not a record', at: base }
    placeRecords(turn, base, own, found, setting.transport === 'udp')
  }
  for (const side of ['client', 'server'] as const) {
    streams[side].gaps = setting.gaps?.[side] ?? []
    streams[side].seen = setting.unseen !== side
    streams[side].opening = openingOf(turns, side)
  }
  found.sort((a, b) => a.order - b.order)
  const events = (setting.events ?? []).map(({ kind, from, before, at: offset, icmp }, i): TransportEvent => {
    const at = before === undefined ? order + 1 + i : begins[before]! - 0.5
    return {
      kind,
      from,
      packet: at,
      time: at * 1e6,
      order: at,
      bytes: 0,
      ttl: -1,
      ipId: -1,
      at: offset ?? 0,
      icmp: icmp === undefined ? null : { meaning: icmp, name: 'ICMP 3/3', text: icmp, sender: '10.0.0.2' },
    }
  })
  const last = order + events.length
  return {
    id: 1,
    parent: null,
    transport: setting.transport ?? 'tcp',
    clientEndpoint: { address: '192.0.2.1', port: 50000 },
    serverEndpoint: { address: '192.0.2.2', port: 443 },
    tunnels: [],
    carrier: { name: 'none', steps: [] },
    rolesBy: 'client-hello',
    client: streams.client,
    server: streams.server,
    messages: found,
    events,
    firstPacket: 1,
    lastPacket: last,
    packets: last,
    start: 1e6,
    end: last * 1e6,
    quietAfter: setting.quietAfter ?? 0,
    inside: null,
    limitsReached: [],
  }
}

function stream(): Growing {
  return {
    chunks: [],
    gaps: [],
    records: [],
    length: 0,
    acknowledged: -1,
    opening: new Uint8Array(0),
    fromStart: true,
    uninspectedRecords: 0,
    applicationRecords: 0,
    applicationBytes: 0,
    notTls: null,
    seen: true,
  }
}

function placeRecords(turn: Turn, base: number, own: Growing, found: Message[], dtls: boolean): void {
  let start = base
  for (const sent of turn.records) {
    const end = start + sent.bytes
    const chunk = own.chunks.find((each) => each.end >= end)
    if (end > own.length || chunk === undefined) return
    const { order, packet, time } = chunk
    own.records.push({
      start,
      end,
      contentType: sent.contentType,
      version: 0x0303,
      protection: sent.protection,
      innerType: sent.innerType,
      order,
      packet,
      time,
      index: own.records.length,
      dtls: dtls ? { epoch: 0, sequence: 0 } : null,
      sealedBytes: null,
      opened: null,
    })
    if (sent.contentType === 23 && sent.innerType === 23) own.applicationRecords++
    for (const part of sent.parts) {
      found.push({
        from: turn.from,
        contentType: part.contentType,
        type: part.type,
        start,
        end,
        order,
        packet,
        time,
        bytes: part.bytes,
        protection: sent.protection,
        handshake: turn.handshake ?? 1,
        body: part.body,
        malformed: null,
        dtls: dtls
          ? { epoch: 0, messageSeq: 0, fragments: 1, retransmission: turn.retransmission === true }
          : null,
        verified: null,
      })
    }
    start = end
  }
}

/** The first record's header, as far as `opening` is read for. */
function openingOf(turns: readonly Turn[], side: Side): Uint8Array {
  const first = turns.find((turn) => turn.from === side)
  if (first === undefined) return new Uint8Array(0)
  if (first.text !== undefined)
    return Uint8Array.from(first.text.slice(0, 64), (letter) => letter.charCodeAt(0))
  const sent = first.records[0]!
  const length = sent.bytes - 5
  const opening = Uint8Array.of(sent.contentType, 3, 3, length >> 8, length & 0xff, 1)
  return opening.subarray(0, Math.min(opening.length, first.arrives ?? opening.length))
}

export interface Told {
  readonly replay: Replay
  readonly client: readonly string[]
  readonly server: readonly string[]
  readonly finals: readonly [string | null, string | null]
}

/** Replays the turns and tells each side's calls as lines. */
export function tell(
  turns: readonly Turn[],
  setting: Setting = {},
  options: Partial<ReplayOptions> = {},
  verdict: Verdict | null = null,
): Told {
  const conversation = conversationOf(turns, setting)
  const result = replay(conversation, outcomeOf(conversation), verdict, { ...defaultReplay, ...options })
  return {
    replay: result,
    client: lines(result.client),
    server: lines(result.server),
    finals: [result.client.final, result.server.final],
  }
}

/** `ISC 2 held | TOKEN 1460, EMPTY 0 > TOKEN 1460, EXTRA 12 | TOKEN 93, ALERT 0 | SEC_I_CONTINUE_NEEDED`. */
export function lines(context: ContextReplay): string[] {
  return context.calls.map(lineOf)
}

export function lineOf(call: Call): string {
  const before = buffers(call.input.before)
  const after = buffers(call.input.after)
  const input = before === after ? before : `${before} > ${after}`
  return `${names[call.function]} ${String(call.ordinal)} ${call.handle} | ${input} | ${buffers(call.output.after)} | ${call.status}`
}

function buffers(list: readonly SecBuffer[]): string {
  if (list.length === 0) return 'NULL'
  return list
    .map(({ type, bytes }) => `${type.slice('SECBUFFER_'.length)} ${bytes === null ? '?' : String(bytes)}`)
    .join(', ')
}

const names = {
  InitializeSecurityContext: 'ISC',
  AcceptSecurityContext: 'ASC',
  DecryptMessage: 'DM',
  ApplyControlToken: 'ACT',
  DeleteSecurityContext: 'DSC',
} as const
