// The one order in which a conversation is told, in the window and in every report: calls of both sides, and the transport's events among them.

import type { ReportCall, ReportConversation, ReportTransportEvent } from './report.ts'

export interface SideCall {
  readonly side: 'client' | 'server'
  readonly call: ReportCall
}

/**
 * Both contexts' calls in one order: a call follows the calls whose tokens it takes in, then time decides. A context's end comes
 * after its last output was taken in, and of two calls at one time after the other's.
 */
export function callsInOrder({ contexts }: ReportConversation): SideCall[] {
  const queues = { client: [...contexts.client.calls], server: [...contexts.server.calls] }
  const emitters = new Map<number, ReportCall>()
  for (const call of [...queues.client, ...queues.server])
    if (call.outToken !== null) emitters.set(call.outToken, call)
  const done = new Set<ReportCall>()
  const last: Record<SideCall['side'], number | null> = { client: null, server: null }
  const order: SideCall[] = []
  for (;;) {
    const heads = (['client', 'server'] as const).flatMap((side) => {
      const call = queues[side][0]
      return call === undefined ? [] : [{ side, call }]
    })
    const chosen = choose(heads)
    if (chosen === undefined) return order
    queues[chosen.side].shift()
    done.add(chosen.call)
    last[chosen.side] = chosen.call.outToken ?? last[chosen.side]
    order.push(chosen)
  }

  function choose(heads: readonly SideCall[]): SideCall | undefined {
    const ready = heads.filter(
      ({ side, call }) =>
        !(isEnd(call) && awaited(side)) &&
        call.tokens.every(({ token }) => {
          const emitter = emitters.get(token)
          return emitter === undefined || done.has(emitter)
        }),
    )
    const [one, two] = ready.length > 0 ? ready : heads
    if (one === undefined || two === undefined) return one
    const [first, second] = [one.call.time, two.call.time]
    if (first !== null && second !== null && first !== second) return first < second ? one : two
    if (isEnd(one.call) !== isEnd(two.call)) return isEnd(one.call) ? two : one
    return two.call.tokens.length > 0 && one.call.tokens.length === 0 ? two : one
  }

  /** The side's last output is still to be taken in. */
  function awaited(side: SideCall['side']): boolean {
    const out = last[side]
    return (
      out !== null &&
      queues[side === 'client' ? 'server' : 'client'].some((call) =>
        call.tokens.some(({ token }) => token === out),
      )
    )
  }
}

/** The call that ends a context. */
export function isEnd(call: ReportCall): boolean {
  return call.function === 'DeleteSecurityContext'
}

/** Bytes of a stream that came once more; a SYN has none. */
export function isCopy({ kind, bytes }: ReportTransportEvent): boolean {
  return (kind === 'retransmission' || kind === 'duplicate') && bytes > 0
}

/** Whether an event is told before what else happened at its time: connecting, bytes that came once more, a shut window. */
export function isFirst(event: ReportTransportEvent): boolean {
  return event.kind === 'syn' || event.kind === 'zero-window' || isCopy(event)
}

/** Bytes that are not in the capture: told where they are missing in the stream, not when that was noticed. */
export function isHole({ kind }: ReportTransportEvent): boolean {
  return kind === 'gap' || kind === 'truncated'
}

/** The holes of both streams; each is given once. */
export class Holes {
  private readonly left: Record<SideCall['side'], ReportTransportEvent[]>

  constructor(events: readonly ReportTransportEvent[]) {
    const of = (side: SideCall['side']): ReportTransportEvent[] =>
      events
        .filter((event) => event.from === side && isHole(event))
        .sort((one, two) => one.offset - two.offset)
    this.left = { client: of('client'), server: of('server') }
  }

  /** Those of a side's stream that begin at an offset or before it. */
  take(side: SideCall['side'], upTo: number): readonly ReportTransportEvent[] {
    const holes = this.left[side]
    const end = holes.findIndex((event) => event.offset > upTo)
    return holes.splice(0, end < 0 ? holes.length : end)
  }
}
