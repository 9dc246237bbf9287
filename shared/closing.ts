// What only the whole walk through the capture knows of a conversation, put together when it closes.

import { Connection, type FlowKey } from './conversation/connection.ts'
import type { Association } from './conversation/association.ts'
import type { Closing, Counted, Gatherer } from './conversation/gatherer.ts'
import type { PacketDecoder } from './decode.ts'
import type { EapSession } from './eap/session.ts'

/** What is open while the scan goes on. */
export type Flow = Connection | Association | EapSession

/** `now`: the time of the latest packet, in nanoseconds since the clock's base. */
export function closingOf(flow: Flow, builder: Gatherer, decoder: PacketDecoder, now: number): Closing {
  const tcp = flow instanceof Connection ? flow.streams : null
  const counted = (dir: 0 | 1): Counted => {
    const stream = builder.streams[dir]
    return {
      length: stream.offset,
      uninspectedRecords: stream.uninspected,
      applicationRecords: stream.applicationRecords,
      applicationBytes: stream.applicationBytes,
    }
  }
  return {
    id: flow.id,
    within: null,
    transport: flow.transport,
    tunnels: 'key' in flow ? flow.key.tunnels : [],
    endpoints: 'endpoints' in flow ? flow.endpoints : endpointsOf(flow.key, decoder),
    seen: flow instanceof Connection ? [flow.streams[0].seen, flow.streams[1].seen] : flow.seen,
    fromSyn: tcp === null ? [true, true] : [tcp[0].fromSyn, tcp[1].fromSyn],
    synDir: flow instanceof Connection ? flow.synDir : -1,
    acknowledged: tcp === null ? [-1, -1] : [tcp[0].acknowledged, tcp[1].acknowledged],
    revived: flow instanceof Connection && flow.revived,
    counted: [counted(0), counted(1)],
    firstPacket: flow.firstPacket,
    lastPacket: flow.lastPacket,
    packets: flow.packets,
    start: flow.start,
    end: flow.end,
    quietAfter: now - flow.end,
  }
}

function endpointsOf(key: FlowKey, decoder: PacketDecoder): Closing['endpoints'] {
  const { addresses } = decoder.ip
  return [
    { address: addresses.text(key.version, key.addressA), port: key.portA },
    { address: addresses.text(key.version, key.addressB), port: key.portB },
  ]
}
