// What the transport did to the bytes: copies, late segments and holes, each at the place in the stream it concerns. Pure.

import { Holes, isHole } from '../../shared/contract/order.ts'
import type { ReportConversation, ReportToken, ReportTransportEvent } from '../../shared/contract/report.ts'
import type { Piece, Side } from './steps.ts'

/** The packet that brought new bytes was the second of them, late, or partly known. */
export type Repair = 'retransmission' | 'reordered' | 'overlap'

/** The transport's events of a conversation, sorted by where the score draws them. */
export class Repairs {
  /** Those with a beat of their own, in the order of the capture. */
  readonly byTime: ReportTransportEvent[]
  private readonly byPacket = new Map<number, Repair>()
  private readonly holes: Holes
  private readonly data: readonly ReportToken[]

  constructor({ transportEvents, tokens }: ReportConversation) {
    this.data = tokens.filter((token) => token.kind === 'application')
    const bringers = {
      client: packetsOf(tokens, 'client'),
      server: packetsOf(tokens, 'server'),
    }
    this.byTime = transportEvents
      .filter((event) => {
        if (isHole(event)) return false
        if (isRepair(event.kind) && event.bytes > 0 && bringers[event.from].has(event.packet))
          this.byPacket.set(event.packet, event.kind)
        else return true
        return false
      })
      .sort((one, two) => order(one.time, two.time) || one.packet - two.packet)
    this.holes = new Holes(transportEvents)
  }

  /** What happened to the packets of one line. */
  of(pieces: readonly Piece[]): Repair | null {
    for (const { packets } of pieces) {
      for (const packet of packets) {
        const repair = this.byPacket.get(packet)
        if (repair !== undefined) return repair
      }
    }
    return null
  }

  /** Holes of a stream that begin at an offset or before it; each is given once. */
  takeHoles(side: Side, upTo: number): readonly ReportTransportEvent[] {
    return this.holes.take(side, upTo)
  }

  /** Whether the bytes of an event lie in application data. */
  isData({ from, offset }: ReportTransportEvent): boolean {
    return this.data.some(
      (token) => token.from === from && token.stream[0] <= offset && offset < token.stream[1],
    )
  }
}

function isRepair(kind: ReportTransportEvent['kind']): kind is Repair {
  return kind === 'retransmission' || kind === 'reordered' || kind === 'overlap'
}

function packetsOf(tokens: readonly ReportToken[], side: Side): ReadonlySet<number> {
  return new Set(tokens.flatMap((token) => (token.from === side ? token.packets : [])))
}

/** ISO 8601 in UTC sorts as text; an unknown time stays where it is. */
function order(one: string | null, two: string | null): number {
  return one === null || two === null || one === two ? 0 : one < two ? -1 : 1
}
