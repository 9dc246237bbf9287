// Tokens: what one side sends between two of its waits, cut from its records (design §4, "Tokens").

import type { Chunk, Conversation, Message, Side, StreamFacts } from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import type { Token } from '../schannel/model.ts'
import { type Landmarks, landmarksOf, recordClass } from './landmarks.ts'

/** All tokens of both sides, ids from 1 in the order of their first bytes. Application data between two tokens is one token. */
export function tokensOf(conversation: Conversation, landmarks = landmarksOf(conversation)): Token[] {
  const client = cut(conversation, 'client', landmarks)
  const server = cut(conversation, 'server', landmarks)
  const tokens: Token[] = []
  for (let c = 0, s = 0; c < client.length || s < server.length;) {
    const takeClient = s >= server.length || (c < client.length && client[c]!.order <= server[s]!.order)
    const draft = takeClient ? client[c++]! : server[s++]!
    draft.id = tokens.length + 1
    tokens.push(draft)
  }
  return tokens
}

type Draft = { -readonly [K in keyof Token]: Token[K] } & { packets: number[]; records: number[] }

/** Walks the records of one side; the walk's positions only move forward. */
class Cutter {
  readonly tokens: Draft[] = []
  private readonly side: Side
  private readonly stream: StreamFacts
  private readonly peer: StreamFacts
  private readonly messages: readonly Message[]
  private readonly landmarks: Landmarks
  private chunk = 0
  private message = 0
  private peerRecord = 0
  private counted = 0
  private current: Draft | null = null
  /** How many of the peer's handshake records had come when the current token began. */
  private heard = 0
  private currentChunk = -1
  private handshake = 1
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
  }

  run(): Draft[] {
    const { records } = this.stream
    const classes = this.landmarks.classes[this.side]
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!
      if (record.end === record.start && classes[i] !== recordClass.alert) continue
      const kind = this.isRemark(i) ? 'handshake' : kinds[classes[i]!]!
      this.place(kind, record.start, Math.min(record.end, this.stream.length), i)
    }
    this.rest()
    this.gatherPackets()
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
    if (kind === 'alert' && begun !== null && this.goesWithAlert(begun)) begun.kind = 'alert'
    else if (begun === null || !this.continues(begun, kind)) this.begin(kind, start)
    const token = this.current!
    token.end = Math.max(token.end, end)
    if (record >= 0) token.records.push(record)
    this.readMessages(token, end)
    if (kind === 'handshake' && record >= 0 && this.sealedHandshake(record)) this.flightEnded = true
  }

  /** Whether bytes of this kind at the current chunk still belong to the token begun. */
  private continues(token: Draft, kind: Token['kind']): boolean {
    if (token.kind !== kind) return false
    if (kind === 'application' || kind === 'not-tls') return true
    if (kind === 'alert') return false
    if (this.landmarks.datagrams) return this.chunk === this.currentChunk
    // Before TLS 1.3 a Finished is the last of its handshake: what follows is a HelloRequest (RFC 5246 §7.4.1.1).
    if (this.finished && !this.landmarks.tls13) return false
    return this.flightEnded || this.onlyChangesCipher(token) ? !this.heardSince() : true
  }

  /** Whether the side had received anything new since its current token began. */
  private heardSince(): boolean {
    const chunk = this.stream.chunks[this.chunk]
    return chunk !== undefined && this.countHeard(chunk) > this.heard
  }

  /** The peer's handshake records that the sender of `chunk` had; a ChangeCipherSpec alone asks for no answer. */
  private countHeard(chunk: Chunk): number {
    const { records } = this.peer
    const classes = this.landmarks.classes[peerOf(this.side)]
    for (; this.peerRecord < records.length; this.peerRecord++) {
      const record = records[this.peerRecord]!
      if (chunk.ack >= 0 ? record.end > chunk.ack : record.order > chunk.order) break
      if (classes[this.peerRecord] === recordClass.handshake && record.contentType !== 20) this.counted++
    }
    return this.counted
  }

  /** A TLS 1.3 client that refuses changes its cipher first: one output. */
  private goesWithAlert(token: Draft): boolean {
    return (
      token.kind === 'handshake' &&
      this.landmarks.tls13 &&
      this.onlyChangesCipher(token) &&
      !this.heardSince()
    )
  }

  /** A TLS 1.3 client sends its ChangeCipherSpec as soon as it likes, long before its flight (RFC 8446 §D.4). */
  private onlyChangesCipher(token: Draft): boolean {
    return token.records.every((index) => this.stream.records[index]!.contentType === 20)
  }

  private begin(kind: Token['kind'], start: number): void {
    const chunk = this.stream.chunks[this.chunk]
    if (chunk !== undefined) this.heard = this.countHeard(chunk)
    this.currentChunk = this.chunk
    this.flightEnded = false
    this.cipherChanged = false
    this.finished = false
    this.current = {
      id: 0,
      from: this.side,
      start,
      end: start,
      packets: [],
      time: chunk?.time ?? NaN,
      order: chunk?.order ?? 0,
      handshake: this.handshake,
      kind,
      records: [],
    }
    this.tokens.push(this.current)
  }

  private readMessages(token: Draft, end: number): void {
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

  private gatherPackets(): void {
    const { chunks } = this.stream
    let chunk = 0
    for (const token of this.tokens) {
      while (chunk < chunks.length && chunks[chunk]!.end <= token.start) chunk++
      for (let i = chunk; i < chunks.length && chunks[i]!.start < token.end; i++) {
        token.packets.push(chunks[i]!.packet)
      }
    }
  }
}

function cut(conversation: Conversation, side: Side, landmarks: Landmarks): Draft[] {
  return new Cutter(conversation, side, landmarks).run()
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
