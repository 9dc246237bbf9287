// The second pass: one conversation read again from its noted packets, through the same rooms, with every byte kept.

import type { PacketAgain } from './capture/capture.ts'
import { Association } from './conversation/association.ts'
import { Connection, type PacketPlace } from './conversation/connection.ts'
import type { Conversation, Endpoint, Side } from './conversation/facts.ts'
import { ConversationBuilder } from './conversation/builder.ts'
import type { Closing, Gatherer, Piece } from './conversation/gatherer.ts'
import { innerConversation } from './inside/inner.ts'
import { PacketDecoder } from './decode.ts'
import { EapSession } from './eap/session.ts'
import type { Crypto } from './ports.ts'
import type { ConversationRecord, NotedStore } from './records.ts'

/** A conversation with the bytes its packets brought, in stream order for each side. */
export interface Reread {
  readonly conversation: Conversation
  readonly pieces: Readonly<Record<Side, readonly Piece[]>>
  /** Noted packets that could not be read again. */
  readonly missing: number
}

/** Reads the packet noted at `place`; null where nothing is there any more. */
export type ReadAgain = (place: number) => PacketAgain | null

const options = { keepSealed: true, keepBytes: true }
const silent = { warning: () => undefined }

/** Runs the noted packets of `record` through decoding, reassembly and record reading again. Throws `SourceError` as `read` does. */
export function reread(
  record: ConversationRecord,
  store: NotedStore,
  read: ReadAgain,
  crypto: Crypto,
): Reread {
  const decoder = new PacketDecoder(silent)
  const flow = begun(record, crypto)
  const [first] = record.closing.endpoints
  let missing = 0
  for (let i = record.noted.from; i < record.noted.to; i++) {
    const noted = store.get(i)
    const packet = read(noted.at)
    if (packet === null) {
      missing++
      continue
    }
    const { bytes, time, link } = packet
    const transport = decoder.decode(bytes, 0, bytes.length, noted.packet, time, nowhere, link)
    const { ip, tcp, udp, icmp, eapol } = decoder
    if (transport === 'icmp') {
      const { quoted, sourcePort } = icmp
      const sender = { address: ip.addresses.text(ip.version, quoted.source), port: sourcePort }
      const error = icmp.error(ip.addresses.text(ip.version, ip.source))
      if (!(flow instanceof EapSession))
        flow.unreachable(sameEnd(sender, first) ? 1 : 0, error, noted.packet, time)
      continue
    }
    const port = transport === 'tcp' ? tcp.sourcePort : udp.sourcePort
    const sender = { address: ip.addresses.text(ip.version, ip.source), port }
    const dir = sameEnd(sender, first) ? 0 : 1
    if (flow instanceof Connection) {
      if (transport === 'tcp')
        flow.segment(dir, tcp, decoder.bytes, ip.ttl, ip.ipId, noted.packet, time, noted.resume)
    } else if (transport === 'udp') {
      const { payloadStart, payloadEnd } = udp
      if (flow instanceof EapSession)
        flow.datagram(decoder.bytes, payloadStart, payloadEnd, noted.packet, time)
      else flow.datagram(dir, decoder.bytes, payloadStart, payloadEnd, udp.cut, noted.packet, time)
    } else if (transport === 'eapol' && flow instanceof EapSession) {
      flow.frame(decoder.bytes, eapol.start, eapol.end, noted.packet, time)
    }
  }
  flow.flush()
  const builder = flow instanceof EapSession ? flow.builder : flow.open()
  builder.settle()
  return rereadOf(builder, record.closing, missing)
}

/** A conversation inside `outer`, whose keys opened it, read again as the scan did. */
export function rereadInner({ closing }: ConversationRecord, outer: Conversation): Reread {
  const inner = innerConversation(outer, closing.id, options)
  const builder = inner?.builder ?? new ConversationBuilder(options, [0, 0])
  return rereadOf(builder, closing, 0)
}

function rereadOf(builder: Gatherer, closing: Closing, missing: number): Reread {
  const conversation = builder.finish(closing)
  const c = builder.clientDirection()
  const pieces = { client: builder.pieces[c], server: builder.pieces[c === 0 ? 1 : 0] }
  return { conversation, pieces, missing }
}

function sameEnd(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address
}

/** Packets read again are noted already. */
const nowhere: PacketPlace = { place: () => 0 }

function begun(record: ConversationRecord, crypto: Crypto): Connection | Association | EapSession {
  const { key, transport, closing } = record
  if (transport === 'eapol' || transport === 'radius' || key === null)
    return new EapSession(transport === 'eapol' ? 'eapol' : 'radius', closing.endpoints, options, nowhere)
  return transport === 'tcp'
    ? new Connection(key, options, nowhere)
    : new Association(key, options, nowhere, crypto)
}
