// A conversation inside another: what keys opened of one is fed into the same builder as any connection's bytes.

import { Account } from '../carriers/carrier.ts'
import { proxies } from '../carriers/proxies.ts'
import { ConversationBuilder } from '../conversation/builder.ts'
import { type Conversation, peerOf, type Side, streamOf } from '../conversation/facts.ts'
import type { BuilderOptions, Closing } from '../conversation/gatherer.ts'
import { tunnelled } from './eap.ts'
import { type OpenedData, openedData, type OpenedPiece } from './opened.ts'

/** The builder with all that was carried, and what its carrier knows of its end. */
export interface Inner {
  readonly builder: ConversationBuilder
  readonly closing: Closing
}

/**
 * The conversation that `outer` carries, `id` its number; null where what was opened is no TLS and no proxy's refusal.
 * An HTTPS proxy's tunnel (RFC 9110 §9.3.6 over TLS), EAP-TLS inside PEAP or TTLS, any protocol over TLS that begins TLS again.
 */
export function innerConversation(outer: Conversation, id: number, options: BuilderOptions): Inner | null {
  const data = openedData(outer)
  if (data.pieces.length === 0) return null
  const tunnel = tunnelled(outer, data)
  const feeding = new Feeding(outer, tunnel ?? data, options)
  const builder = feeding.run()
  if (tunnel !== null) builder.outer = { name: 'eap', reading: new Account() }
  builder.settle()
  // Inside TLS nobody needs STARTTLS: its absence is no refusal. A proxy's answer is one.
  const refused = builder.refused && proxies.includes(builder.found?.name ?? '')
  return builder.confirmed || refused ? { builder, closing: feeding.closing(id) } : null
}

/** What happens to the carried streams, in capture order. */
type Happening =
  | { readonly order: number; readonly piece: OpenedPiece }
  | {
      readonly order: number
      readonly end: 'fin' | 'rst'
      readonly from: Side
      readonly packet: number
      readonly time: number
    }
  | {
      readonly order: number
      readonly cut: number
      readonly from: Side
      readonly packet: number
      readonly time: number
    }

class Feeding {
  private readonly outer: Conversation
  private readonly data: OpenedData
  private readonly builder: ConversationBuilder
  private readonly ended: Record<Side, boolean> = { client: false, server: false }
  /** How much of each side was fed where a record of the outer stream ended. */
  private readonly marks: Record<Side, { readonly outer: number; readonly inner: number }[]> = {
    client: [],
    server: [],
  }
  /** What the sender had acknowledged of the outer stream, by the order of its chunks. */
  private readonly acks: Record<Side, ReadonlyMap<number, number>>
  private lastTime: number

  constructor(outer: Conversation, data: OpenedData, options: BuilderOptions) {
    this.outer = outer
    this.data = data
    this.builder = new ConversationBuilder(options, [outer.clientEndpoint.port, outer.serverEndpoint.port])
    this.acks = { client: acksOf(outer, 'client'), server: acksOf(outer, 'server') }
    this.lastTime = data.pieces[0]?.time ?? outer.start
  }

  run(): ConversationBuilder {
    for (const each of this.happenings()) {
      if ('piece' in each) this.piece(each.piece)
      else if ('cut' in each) this.lose(each.from, each.cut, each.packet, each.time)
      else this.finish(each.from, each.end, each.packet, each.time)
    }
    return this.builder
  }

  closing(id: number): Closing {
    const { outer, builder, data } = this
    const packets = new Set(data.pieces.map(({ packet }) => packet))
    const first = data.pieces[0]
    const counted = ([0, 1] as const).map((dir) => {
      const { offset, uninspected, applicationRecords, applicationBytes } = builder.streams[dir]
      return { length: offset, uninspectedRecords: uninspected, applicationRecords, applicationBytes }
    })
    return {
      id,
      within: { parent: outer.id, carrier: null },
      transport: outer.transport,
      tunnels: outer.tunnels,
      endpoints: [outer.clientEndpoint, outer.serverEndpoint],
      seen: [true, true],
      fromSyn: [true, true],
      synDir: 0,
      acknowledged: [
        this.heard('client', outer.client.acknowledged),
        this.heard('server', outer.server.acknowledged),
      ],
      revived: false,
      counted: [counted[0]!, counted[1]!],
      firstPacket: first?.packet ?? outer.firstPacket,
      lastPacket: data.pieces.at(-1)?.packet ?? outer.lastPacket,
      packets: packets.size,
      start: first?.time ?? outer.start,
      end: this.lastTime,
      quietAfter: outer.quietAfter + (outer.end - this.lastTime),
    }
  }

  private happenings(): Happening[] {
    const { outer, data } = this
    const list: Happening[] = data.pieces.map((piece) => ({ order: piece.order, piece }))
    for (const [dir, side] of (['client', 'server'] as const).entries()) {
      const cut = data.cut[dir]
      if (cut === null || cut === undefined) continue
      const { order, packet, time, start, end } = cut
      list.push({ order, cut: end - start, from: side, packet, time })
    }
    for (const { kind, from, order, packet, time } of outer.events) {
      if (kind === 'fin' || kind === 'rst') list.push({ order, end: kind, from, packet, time })
    }
    // close_notify ends what a side carries, whatever its connection does later (RFC 8446 §6.1).
    for (const { from, contentType, type, order, packet, time } of outer.messages) {
      if (contentType === 21 && type === 0) list.push({ order, end: 'fin', from, packet, time })
    }
    return list.sort((a, b) => a.order - b.order)
  }

  private piece({ dir, bytes, packet, time, order, end }: OpenedPiece): void {
    const side = dir === 0 ? 'client' : 'server'
    const ack = this.heard(peerOf(side), this.acks[side].get(order) ?? -1)
    this.builder.data(dir, bytes, 0, bytes.length, { packet, time, ack })
    this.marks[side].push({ outer: end, inner: this.builder.streams[dir].offset })
    this.lastTime = time
  }

  private finish(from: Side, kind: 'fin' | 'rst', packet: number, time: number): void {
    if (this.ended[from]) return
    this.ended[from] = true
    const dir = from === 'client' ? 0 : 1
    const { offset } = this.builder.streams[dir]
    this.builder.event(kind, dir, { packet, time, ack: -1 }, 0, offset, -1, -1)
    this.lastTime = time
  }

  /** A handshake that goes on where nothing was opened has a hole; bulk data behind one has not. */
  private lose(from: Side, length: number, packet: number, time: number): void {
    const dir = from === 'client' ? 0 : 1
    if (this.builder.streams[dir].bulk) return
    this.builder.missing(dir, length, 'not-captured', { packet, time, ack: -1 })
  }

  /** How much of a side's carried bytes lies before an offset of its outer stream; -1 stays unknown. */
  private heard(side: Side, offset: number): number {
    if (offset < 0) return -1
    return this.marks[side].findLast(({ outer }) => outer <= offset)?.inner ?? 0
  }
}

function acksOf(conversation: Conversation, side: Side): ReadonlyMap<number, number> {
  return new Map(streamOf(conversation, side).chunks.map(({ order, ack }) => [order, ack]))
}
