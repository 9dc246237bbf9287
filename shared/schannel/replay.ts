// The replay: both sides' contexts fed with what the wire brought them, in the order in which each had it (design §4).

import type { Conversation, Side } from '../conversation/facts.ts'
import { lacksBefore, peerOf, streamOf } from '../conversation/facts.ts'
import type { StatusName } from '../sspi/status.ts'
import { type Delivery, deliveriesOf } from '../tokens/deliveries.ts'
import { landmarksOf } from '../tokens/landmarks.ts'
import { tokensOf } from '../tokens/tokens.ts'
import { closeRun, decryptCalls } from './established.ts'
import { deleteContext } from './failing.ts'
import { handshakeCall } from './handshake.ts'
import type { Call, ContextReplay, OutcomeFacts, Replay, ReplayOptions, Token, Verdict } from './model.ts'
import { flagsOf } from './parameters.ts'
import { speak } from './speaking.ts'
import { nothing, type Scene, Walk } from './walk.ts'
import { CallWriter } from './writer.ts'

/**
 * Replays one conversation through the model of both sides' contexts. `verdict` gives the failing call its status; null takes
 * the one its alert implies. Pure: the same arguments give the same calls. The calls are counted now and written down when
 * somebody looks at them: a list needs no more than their number and statuses.
 */
export function replay(
  conversation: Conversation,
  outcome: OutcomeFacts,
  verdict: Verdict | null,
  options: ReplayOptions,
  landmarks = landmarksOf(conversation),
): Replay {
  const tokens = tokensOf(conversation, landmarks)
  const messages = messagesBySide(conversation)
  const scene: Scene = { conversation, landmarks, tokens, messages, outcome, verdict, options }
  const client = follow(scene, 'client', null)
  const server = follow(scene, 'server', null)
  const failing =
    outcome.failure?.side === 'client' ? client : outcome.failure?.side === 'server' ? server : null
  return {
    tokens: tokens.all,
    client: new Followed(scene, 'client', client),
    server: new Followed(scene, 'server', server),
    failing: failing?.failing ?? null,
  }
}

/** One context: what its walk counted, and the same walk once more, with its calls written down, for who asks for them. */
class Followed implements ContextReplay {
  readonly side: Side
  readonly final: StatusName | null
  readonly made: number
  readonly statuses: readonly StatusName[]
  private readonly scene: Scene
  private written: readonly Call[] | null = null

  constructor(scene: Scene, side: Side, walk: Walk | null) {
    this.side = side
    this.final = walk?.final ?? null
    this.made = walk?.made ?? 0
    this.statuses = walk?.statuses ?? nothing
    this.scene = scene
  }

  get calls(): readonly Call[] {
    this.written ??= this.write()
    return this.written
  }

  private write(): readonly Call[] {
    const { conversation, landmarks, options } = this.scene
    const mutual = this.side === 'server' && asksForCertificate(conversation)
    const asking = this.side === 'client' && landmarks.clientCertificateEmpty
    const writer = new CallWriter(flagsOf(conversation, this.side, options.delivery, mutual, asking))
    follow(this.scene, this.side, writer)
    return writer.calls
  }
}

/** Walks one side through its calls; null where there is nothing to follow. */
function follow(scene: Scene, side: Side, writer: CallWriter | null): Walk | null {
  const { conversation, tokens } = scene
  if (!canFollow(scene, side)) return null
  const peer = streamOf(conversation, peerOf(side))
  const own = tokens[side].filter((token) => token.kind !== 'application')
  const positions = positionsOf(conversation, side, own)
  const { transport: by } = conversation
  const transport = by === 'tcp' || by === 'rdp-udp' ? 'stream' : 'message'
  const deliveries = reachable(
    peer.gaps,
    deliveriesOf(peer, transport, scene.options.delivery, positions, tokens[peerOf(side)]),
    closedAt(conversation, side),
  )
  const walk = new Walk(scene, side, own, positions, deliveries[0] ?? beforeAnything, writer)
  run(walk, deliveries)
  return walk
}

function run(walk: Walk, deliveries: readonly Delivery[]): void {
  let next = 0
  for (let i = 0; i < walk.own.length; i++) {
    const position = walk.positions[i]!
    while (next < deliveries.length && deliveries[next]!.end <= position) {
      const delivery = deliveries[next++]!
      present(walk, delivery, (deliveries[next]?.end ?? Infinity) > position)
    }
    if (walk.next <= i) speak(walk, walk.own[i]!)
  }
  while (next < deliveries.length) {
    const delivery = deliveries[next++]!
    present(walk, delivery, false)
  }
  closeRun(walk)
  if (walk.sentClose && !walk.ended) deleteContext(walk)
}

function present(walk: Walk, delivery: Delivery, lastBeforeOwn: boolean): void {
  if (walk.ended || walk.awaiting === 'nothing' || walk.awaiting === 'closed') return
  // A QUIC stack opens packets itself; what comes after the handshake was sent again.
  if (walk.awaiting === 'established' && walk.scene.conversation.transport === 'quic') return
  walk.delivery = delivery
  walk.available = delivery.end
  walk.lastBeforeOwn = lastBeforeOwn
  for (let more = true; more && !isOver(walk);) {
    more = walk.awaiting === 'established' ? decryptCalls(walk) : handshakeCall(walk)
  }
}

function isOver(walk: Walk): boolean {
  return walk.ended || walk.awaiting === 'closed'
}

/**
 * Whether this side's calls can be told: a ClientHello was seen, at least its beginning, or something else came to a server
 * that answered in TLS; and a side whose peer was not captured is told up to its own first call only.
 */
function canFollow(scene: Scene, side: Side): boolean {
  const { conversation, landmarks, tokens, messages } = scene
  const { client, server } = conversation
  if (!client.seen || (!client.fromStart && landmarks.clientHello < 0)) return false
  if (side === 'server' && !server.seen) return false
  const first = tokens.client[0]
  if (first === undefined) return false
  if (side === 'server' && first.kind === 'not-tls') return true
  if (side === 'client' && first.kind === 'alert') return client.fromStart && client.gaps.length === 0
  if (side === 'server' && first.kind === 'handshake' && tokens.server[0]?.kind === 'alert')
    return client.fromStart
  return first.kind === 'handshake' && beginsHello(conversation, messages.client[0])
}

/** `first` is the client's first message, as an index. */
function beginsHello({ messages, client }: Conversation, first: number | undefined): boolean {
  const message = first === undefined ? undefined : messages[first]
  // What lies before it may be a hello that the capture cuts short.
  if (message !== undefined && !lacksBefore(client, message.start))
    return message.contentType !== 20 && message.type === 1
  return client.opening[0] === 22 || client.opening[0]! >= 0x80
}

function asksForCertificate({ messages }: Conversation): boolean {
  return messages.some(
    (message) => message.type === 13 && message.contentType === 22 && message.from === 'server',
  )
}

/** How much of the peer's stream this side had read when it sent each of its tokens. */
function positionsOf(conversation: Conversation, side: Side, own: readonly Token[]): number[] {
  const stream = streamOf(conversation, side)
  const peer = streamOf(conversation, peerOf(side))
  const positions: number[] = []
  let chunk = 0
  let peerChunk = 0
  let heard = peer.chunks[0]?.start ?? 0
  let position = 0
  for (const token of own) {
    while (chunk < stream.chunks.length - 1 && stream.chunks[chunk]!.end <= token.start) chunk++
    while (peerChunk < peer.chunks.length && peer.chunks[peerChunk]!.order < token.order)
      heard = peer.chunks[peerChunk++]!.end
    const ack = stream.chunks[chunk]?.ack ?? -1
    // The first call of a client takes no input: what its server had said by then is left to the second, unless a carrier read it.
    if (side === 'client' && positions.length === 0 && conversation.carrier.name === 'none') {
      positions.push(position)
      continue
    }
    position = Math.max(position, ack < 0 ? heard : Math.min(ack, peer.length))
    positions.push(position)
  }
  return positions
}

function messagesBySide({ messages }: Conversation): Scene['messages'] {
  const client: number[] = []
  const server: number[] = []
  for (let i = 0; i < messages.length; i++) (messages[i]!.from === 'client' ? client : server).push(i)
  return { client, server }
}

/** Bytes that never arrived stop the reader in front of them; what came after its socket was gone it never read. */
function reachable(
  gaps: Conversation['client']['gaps'],
  deliveries: readonly Delivery[],
  closed: number,
): readonly Delivery[] {
  const lost = gaps.find((gap) => gap.reason === 'lost')
  if (lost === undefined && closed === Infinity) return deliveries
  const end = lost?.start ?? Infinity
  return deliveries.filter((delivery) => delivery.end <= end && delivery.order < closed)
}

/** `order` of a side's FIN where its reset to what came then shows that nobody read on; Infinity without. */
function closedAt({ events }: Conversation, side: Side): number {
  const fin = events.find(({ kind, from }) => kind === 'fin' && from === side)
  const reset = events.some(({ kind, from }) => kind === 'rst' && from === side)
  return fin !== undefined && reset ? fin.order : Infinity
}

const beforeAnything: Delivery = { start: 0, end: 0, packets: [], time: NaN, order: 0 }
