// Content of opened records cut into messages: handshake messages joined across records, alerts, ChangeCipherSpecs.

import { Reader } from '../bytes/reader.ts'
import { FragmentJoiner } from '../conversation/fragments.ts'
import { MessageJoiner } from '../conversation/joiner.ts'
import { CapturedMessage } from '../conversation/message.ts'
import type { DtlsPlace, Message, Side, TlsRecord } from '../conversation/facts.ts'
import type { OpenedRecord } from './record-opener.ts'

const fragmentHeaderLength = 12

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
  private readonly fragments = new Map<number, FragmentJoiner>()
  private start = 0

  constructor(from: Side, context: OpeningContext) {
    this.from = from
    this.context = context
  }

  /** The messages that `record` completes. */
  read(record: TlsRecord, { innerType, content }: OpenedRecord): Message[] {
    if (innerType === 20) return [this.message(innerType, 1, content, record, record.start)]
    if (innerType === 21) return [this.message(innerType, content[1] ?? null, content, record, record.start)]
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

  /** RFC 6347 §4.2.2: message_seq starts again with each epoch's handshake. */
  private assemble(record: TlsRecord, content: Uint8Array): Message[] {
    const messages: Message[] = []
    const epoch = record.dtls!.epoch
    let fragments = this.fragments.get(epoch)
    if (fragments === undefined) this.fragments.set(epoch, (fragments = new FragmentJoiner()))
    const r = new Reader(content)
    while (r.left >= fragmentHeaderLength) {
      const type = r.u8('type')
      const length = r.u24('length')
      const messageSeq = r.u16('message_seq')
      const offset = r.u24('fragment_offset')
      const fragmentLength = r.u24('fragment_length')
      if (fragmentLength > r.left) break
      const bytes = r.raw(fragmentLength, 'fragment')
      const whole = fragments.add({ type, length, messageSeq, offset, bytes }, record.start)
      if (whole === null) continue
      const place = { epoch, messageSeq, fragments: whole.fragments, retransmission: whole.retransmission }
      messages.push(this.message(22, type, whole.bytes, record, whole.start, place))
    }
    return messages
  }

  private message(
    contentType: number,
    type: number | null,
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
