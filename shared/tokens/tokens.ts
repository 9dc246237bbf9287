// Tokens: what one side sends between two of its waits, cut from its records (design §4, "Tokens").

import type {
  Chunk,
  Conversation,
  Message,
  Side,
  StreamFacts,
  Time,
  TlsRecord,
} from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import type { Token } from '../schannel/model.ts'
import { type Landmarks, landmarksOf, recordClass } from './landmarks.ts'

/** The tokens of a conversation: all in the order of their first bytes, and those of each side. */
export interface Tokens {
  readonly all: readonly Token[]
  readonly client: readonly Token[]
  readonly server: readonly Token[]
}

/** All tokens of both sides, ids from 1 in the order of their first bytes. Application data between two tokens is one token. */
export function tokensOf(conversation: Conversation, landmarks = landmarksOf(conversation)): Tokens {
  const client = new Cutter(conversation, 'client', landmarks).run()
  const server = new Cutter(conversation, 'server', landmarks).run()
  const all: Token[] = []
  for (let c = 0, s = 0; c < client.length || s < server.length;) {
    const takeClient = s >= server.length || (c < client.length && client[c]!.order <= server[s]!.order)
    const token = takeClient ? client[c++]! : server[s++]!
    token.id = all.length + 1
    all.push(token)
  }
  return { all, client, server }
}

/** A token as it is cut. Its lists are read off the stream when somebody looks: most tokens of a scan are only counted. */
class CutToken implements Token {
  id = 0
  readonly from: Side
  readonly start: number
  end: number
  readonly time: Time
  readonly order: number
  handshake: number
  kind: Token['kind']
  private readonly stream: StreamFacts
  private readonly classes: Uint8Array
  private readonly firstChunk: number
  private firstRecord = -1
  private lastRecord = -1
  private count = 0
  private cipherChanges = 0

  constructor(cutter: Cutter, kind: Token['kind'], start: number) {
    const chunk = cutter.stream.chunks[cutter.chunk]
    this.from = cutter.side
    this.start = start
    this.end = start
    this.time = chunk?.time ?? NaN
    this.order = chunk?.order ?? 0
    this.handshake = cutter.handshake
    this.kind = kind
    this.stream = cutter.stream
    this.classes = cutter.classes
    this.firstChunk = cutter.chunk
  }

  get changesCipher(): boolean {
    return this.cipherChanges > 0
  }

  get onlyChangesCipher(): boolean {
    return this.cipherChanges === this.count
  }

  get packets(): readonly number[] {
    const { chunks } = this.stream
    const packets: number[] = []
    for (let i = this.firstChunk; i < chunks.length && chunks[i]!.start < this.end; i++) {
      if (chunks[i]!.end > this.start) packets.push(chunks[i]!.packet)
    }
    return packets
  }

  get records(): readonly number[] {
    const records: number[] = []
    for (let i = this.firstRecord; i >= 0 && i <= this.lastRecord; i++) {
      if (isPlaced(this.stream.records[i]!, this.classes[i]!)) records.push(i)
    }
    return records
  }

  /** Takes in the next record of its stream. */
  take(index: number): void {
    if (this.firstRecord < 0) this.firstRecord = index
    this.lastRecord = index
    this.count++
    if (this.stream.records[index]!.contentType === 20) this.cipherChanges++
  }
}

/** A QUIC Handshake packet that adds nothing to the stream belongs to no token. */
function isPlaced({ start, end }: TlsRecord, kind: number): boolean {
  return end > start || kind === recordClass.alert
}

/** Walks the records of one side; the walk's positions only move forward. */
class Cutter {
  readonly side: Side
  readonly stream: StreamFacts
  readonly classes: Uint8Array
  chunk = 0
  handshake = 1
  private readonly tokens: CutToken[] = []
  private readonly peer: StreamFacts
  private readonly peerClasses: Uint8Array
  private readonly messages: readonly Message[]
  private readonly landmarks: Landmarks
  private message = 0
  private peerRecord = 0
  private counted = 0
  private current: CutToken | null = null
  /** How many of the peer's handshake records had come when the current token began. */
  private heard = 0
  private currentChunk = -1
  private flightEnded = false
  /** The current token holds a ChangeCipherSpec; and a handshake message behind it. */
  private cipherChanged = false
  private finished = false

  constructor(conversation: Conversation, side: Side, landmarks: Landmarks) {
    this.side = side
    this.stream = streamOf(conversation, side)
    this.peer = streamOf(conversation, peerOf(side))
    this.messages = conversation.messages
    this.landmarks = landmarks
    this.classes = landmarks.classes[side]
    this.peerClasses = landmarks.classes[peerOf(side)]
  }

  run(): readonly CutToken[] {
    const { records } = this.stream
    const { classes } = this
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!
      if (!isPlaced(record, classes[i]!)) continue
      const kind = this.isRemark(i) ? 'handshake' : kinds[classes[i]!]!
      this.place(kind, record.start, Math.min(record.end, this.stream.length), i)
    }
    this.rest()
    return this.tokens
  }

  /** A warning that a side puts in front of its flight, unrecognized_name mostly, is part of the flight's token. */
  private isRemark(record: number): boolean {
    const { start, contentType, protection } = this.stream.records[record]!
    if (contentType !== 21 || protection !== 'plain') return false
    const message = this.messages.find((each) => each.from === this.side && each.start === start)
    return message?.type === unrecognizedName && message.bytes[0] === 1
  }

  /** Bytes after the last record: something else than TLS, or the beginning of a record that never became whole. */
  private rest(): void {
    const { length, notTls } = this.stream
    const last = this.stream.records.at(-1)
    const from = last === undefined ? (this.stream.chunks[0]?.start ?? length) : last.end
    if (from >= length) return
    if (notTls !== null) this.place('not-tls', Math.max(from, notTls.at), length, -1)
    else if (this.current?.kind === 'application') this.current.end = length
    else this.place('handshake', from, length, -1)
  }

  private place(kind: Token['kind'], start: number, end: number, record: number): void {
    const { chunks } = this.stream
    while (this.chunk < chunks.length - 1 && chunks[this.chunk]!.end <= start) this.chunk++
    const begun = this.current
    if (kind === 'alert' && begun !== null && this.goesWithAlert(begun, record)) begun.kind = 'alert'
    else if (begun === null || !this.continues(begun, kind, start)) this.begin(kind, start)
    const token = this.current!
    token.end = Math.max(token.end, end)
    if (record >= 0) token.take(record)
    this.readMessages(token, end)
    if (kind === 'handshake' && record >= 0 && this.sealedHandshake(record)) this.flightEnded = true
  }

  /** Whether bytes of this kind at the current chunk still belong to the token begun. */
  private continues(token: CutToken, kind: Token['kind'], start: number): boolean {
    if (token.kind !== kind) return false
    if (kind === 'application' || kind === 'not-tls') return true
    if (kind === 'alert') return false
    if (this.landmarks.datagrams) return this.chunk === this.currentChunk
    // Before TLS 1.3 a Finished is the last of its handshake: what follows is a HelloRequest (RFC 5246 §7.4.1.1).
    if (this.finished && !this.landmarks.tls13) return false
    // A TLS 1.3 client sends its ChangeCipherSpec as soon as it likes, long before its flight (RFC 8446 §D.4).
    if (this.flightEnded || token.onlyChangesCipher || this.lacks(token.start, start))
      return !this.heardSince()
    return true
  }

  /** Whether the capture has a hole between these offsets: the end of a flight may lie in it. */
  private lacks(from: number, to: number): boolean {
    return this.stream.gaps.some((gap) => gap.start >= from && gap.start < to)
  }

  /** Whether the side had received anything new since its current token began. */
  private heardSince(): boolean {
    const chunk = this.stream.chunks[this.chunk]
    return chunk !== undefined && this.countHeard(chunk) > this.heard
  }

  /** The peer's handshake records that the sender of `chunk` had; a ChangeCipherSpec alone asks for no answer. */
  private countHeard(chunk: Chunk): number {
    const { records } = this.peer
    for (; this.peerRecord < records.length; this.peerRecord++) {
      const record = records[this.peerRecord]!
      if (chunk.ack >= 0 ? record.end > chunk.ack : record.order > chunk.order) break
      if (this.peerClasses[this.peerRecord] === recordClass.handshake && record.contentType !== 20)
        this.counted++
    }
    return this.counted
  }

  /** A side that refuses in the middle of its flight: what it had begun to send and the alert are one output. */
  private goesWithAlert(token: CutToken, record: number): boolean {
    if (token.kind !== 'handshake' || this.landmarks.datagrams || this.heardSince()) return false
    const { sealedRefusal } = this.landmarks
    const refuses = sealedRefusal?.side === this.side && sealedRefusal.record === record
    return refuses || !this.flightEnded
  }

  private begin(kind: Token['kind'], start: number): void {
    const chunk = this.stream.chunks[this.chunk]
    if (chunk !== undefined) this.heard = this.countHeard(chunk)
    this.currentChunk = this.chunk
    this.flightEnded = false
    this.cipherChanged = false
    this.finished = false
    this.current = new CutToken(this, kind, start)
    this.tokens.push(this.current)
  }

  private readMessages(token: CutToken, end: number): void {
    for (; this.message < this.messages.length; this.message++) {
      const message = this.messages[this.message]!
      if (message.from !== this.side) continue
      if (message.end > end) return
      if (message.handshake !== this.handshake) {
        this.handshake = message.handshake
        token.handshake = message.handshake
      }
      // A ChangeCipherSpec belongs to what it follows (RFC 8446 §D.4).
      if (message.contentType === 20) this.cipherChanged = true
      else {
        this.flightEnded = endsFlight(message, this.landmarks)
        this.finished ||= this.cipherChanged && message.contentType === 22
      }
    }
  }

  /** A sealed record of a TLS 1.3 flight: nothing tells whether more of it follows. */
  private sealedHandshake(record: number): boolean {
    const { protection, contentType } = this.stream.records[record]!
    return protection === 'sealed' && contentType === 23
  }
}

const unrecognizedName = 112

/** Whether a side waits after sending this message (RFC 5246 §7.3, RFC 8446 §2, RFC 6347 §4.2.4). */
function endsFlight(message: Message, landmarks: Landmarks): boolean {
  switch (message.type) {
    case null:
    case 0:
    case 1:
    case 3:
    case 14:
    case 20:
    case 24:
      return true
    case 2: {
      const { body } = message
      return body !== null && body.kind === 'server-hello' && body.helloRetryRequest
    }
    case 4:
      return landmarks.tls13
    case 13:
      // Post-handshake authentication: a CertificateRequest that stands alone (RFC 8446 §4.6.2).
      return landmarks.tls13 && landmarks.finished.client >= 0 && message.order > landmarks.finished.client
    default:
      return false
  }
}

const kinds: Readonly<Record<number, Token['kind']>> = {
  [recordClass.handshake]: 'handshake',
  [recordClass.alert]: 'alert',
  [recordClass.application]: 'application',
}
