// Content of opened records cut into messages: handshake messages joined across records, alerts, ChangeCipherSpecs.

import { MessageJoiner } from '../conversation/joiner.ts'
import { CapturedMessage } from '../conversation/message.ts'
import type { DtlsPlace, Message, Side, TlsRecord } from '../conversation/facts.ts'
import { maxMessageBytes } from '../limits.ts'
import type { OpenedRecord } from './record-opener.ts'

/** Unfinished DTLS messages under one set of keys; a flight has fewer. */
const maxFragmentedMessages = 16

/** What the messages of a side need to know of the conversation. */
export interface OpeningContext {
  version: number
  cipherSuite: number
  handshake: number
}

/** One side's opened content. Each message lies, as a stream range, in the records that carried it. */
export class OpenedMessages {
  private readonly from: Side
  private readonly context: OpeningContext
  private readonly joiner = new MessageJoiner()
  private readonly fragments = new Map<number, FragmentedMessage>()
  private readonly seen = new Set<string>()
  private start = 0

  constructor(from: Side, context: OpeningContext) {
    this.from = from
    this.context = context
  }

  /** The messages that `record` completes. */
  read(record: TlsRecord, { innerType, content }: OpenedRecord): Message[] {
    if (innerType === 20 || innerType === 21) {
      return content.length === 0
        ? []
        : [this.message(innerType, content[innerType - 20]!, content, record, record.start)]
    }
    if (innerType !== 22) return []
    return record.dtls === null ? this.join(record, content) : this.assemble(record, content)
  }

  private join(record: TlsRecord, content: Uint8Array): Message[] {
    const messages: Message[] = []
    let start = this.joiner.pending > 0 ? this.start : record.start
    this.joiner.feed(content, 0, content.length, 0, (bytes) => {
      messages.push(this.message(22, bytes[0]!, bytes, record, start))
      start = record.start
    })
    this.start = start
    return messages
  }

  /** RFC 6347 §4.2.2: fragments with 12-byte headers, in any order and repeated. */
  private assemble(record: TlsRecord, content: Uint8Array): Message[] {
    const messages: Message[] = []
    for (let at = 0; at + 12 <= content.length;) {
      const number = (i: number, bytes: number) =>
        content.subarray(at + i, at + i + bytes).reduce((value, byte) => value * 256 + byte, 0)
      const [type, length, messageSeq] = [number(0, 1), number(1, 3), number(4, 2)]
      const [offset, fragment] = [number(6, 3), number(9, 3)]
      const body = content.subarray(at + 12, at + 12 + fragment)
      at += 12 + fragment
      if (body.length < fragment || offset + fragment > length || length > maxMessageBytes) break
      let message = this.fragments.get(messageSeq)
      if (message?.type !== type || message.length !== length) {
        message = new FragmentedMessage(type, length, record.start)
        if (this.fragments.size >= maxFragmentedMessages) this.fragments.clear()
        this.fragments.set(messageSeq, message)
      }
      message.add(offset, body)
      if (!message.complete) continue
      this.fragments.delete(messageSeq)
      messages.push(
        this.message(
          22,
          type,
          message.bytes(),
          record,
          message.start,
          this.place(record, messageSeq, message),
        ),
      )
    }
    return messages
  }

  private place(record: TlsRecord, messageSeq: number, message: FragmentedMessage): DtlsPlace {
    const epoch = record.dtls!.epoch
    const name = `${String(epoch)} ${String(messageSeq)}`
    const retransmission = this.seen.has(name)
    this.seen.add(name)
    return { epoch, messageSeq, fragments: message.fragments, retransmission }
  }

  private message(
    contentType: number,
    type: number,
    content: Uint8Array,
    record: TlsRecord,
    start: number,
    place: DtlsPlace | null = null,
  ): Message {
    const { version, cipherSuite } = this.context
    // RFC 5246 §7.4.1.2: a ClientHello under encryption begins a renegotiation.
    if (contentType === 22 && type === 1 && place?.retransmission !== true) this.context.handshake++
    return new CapturedMessage(
      contentType,
      type,
      content.slice(),
      { start, end: record.end, order: record.order, packet: record.packet, time: record.time },
      'opened',
      this.context.handshake,
      { version, cipherSuite, from: this.from, dtls: record.dtls !== null },
      place,
    )
  }
}

/** A DTLS handshake message while its fragments arrive. */
class FragmentedMessage {
  readonly type: number
  readonly length: number
  readonly start: number
  fragments = 0
  private readonly body: Uint8Array
  private covered: [number, number][] = []

  constructor(type: number, length: number, start: number) {
    this.type = type
    this.length = length
    this.start = start
    this.body = new Uint8Array(length)
  }

  get complete(): boolean {
    return this.length === 0
      ? this.fragments > 0
      : this.covered.length === 1 && this.size(this.covered[0]!) === this.length
  }

  add(offset: number, bytes: Uint8Array): void {
    this.fragments++
    this.body.set(bytes, offset)
    const merged: [number, number][] = []
    let [start, end] = [offset, offset + bytes.length]
    for (const run of this.covered) {
      if (run[1] < start || run[0] > end) merged.push(run)
      else [start, end] = [Math.min(start, run[0]), Math.max(end, run[1])]
    }
    this.covered = end > start ? [...merged, [start, end]] : merged
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(4 + this.length)
    out.set([this.type, this.length >> 16, (this.length >> 8) & 0xff, this.length & 0xff])
    out.set(this.body, 4)
    return out
  }

  private size(run: [number, number]): number {
    return run[1] - run[0]
  }
}
