// One side's context on its way through a conversation: what it awaits, what it has consumed, and the calls made so far.

import type { Conversation, Message, Side, StreamFacts } from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import type { Basis } from '../sspi/calls.ts'
import type { StatusName } from '../sspi/status.ts'
import { type Delivery, securedFrom } from '../tokens/deliveries.ts'
import type { Landmarks } from '../tokens/landmarks.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { DataRun } from './established.ts'
import type {
  Alternative,
  FailingCall,
  OutcomeFacts,
  ReplayOptions,
  Token,
  TokenSlice,
  Verdict,
} from './model.ts'
import type { CallWriter } from './writer.ts'

/** States of a context, named by what it awaits. */
export type Awaiting =
  | 'nothing'
  | 'client-hello'
  | 'client-hello-with-cookie'
  | 'second-client-hello'
  | 'server-hello'
  | 'server-flight'
  | 'server-finished'
  | 'client-flight'
  | 'client-finished'
  | 'established'
  | 'closed'
  | 'failed'

export const stateWords: Readonly<Record<Awaiting, string>> = {
  nothing: 'no context yet',
  'client-hello': 'awaiting ClientHello',
  'client-hello-with-cookie': 'awaiting ClientHello with cookie; no context kept',
  'second-client-hello': 'awaiting the second ClientHello',
  'server-hello': 'awaiting ServerHello',
  'server-flight': 'awaiting the rest of the server flight',
  'server-finished': 'awaiting the server Finished',
  'client-flight': 'awaiting the client flight',
  'client-finished': 'awaiting the client Finished',
  established: 'established',
  closed: 'closed',
  failed: 'failed',
}

/** What a call returned and why it is believed to. */
export interface Ruling {
  readonly status: StatusName
  readonly basis: Basis
  /** Row of the reference. */
  readonly source: string
  readonly alternatives: readonly Alternative[]
  readonly assumption: string | null
}

export const noAlternatives: readonly Alternative[] = []

export function ruling(
  status: StatusName,
  basis: Basis,
  source: string,
  alternatives: readonly Alternative[] = noAlternatives,
  assumption: string | null = null,
): Ruling {
  return { status, basis, source, alternatives, assumption }
}

export const nothing: readonly never[] = []

/** Everything both sides' walks share. */
export interface Scene {
  readonly conversation: Conversation
  readonly landmarks: Landmarks
  readonly tokens: Tokens
  /** Indexes into Conversation.messages of each side's messages. */
  readonly messages: Readonly<Record<Side, readonly number[]>>
  readonly outcome: OutcomeFacts
  readonly verdict: Verdict | null
  readonly options: ReplayOptions
}

/** Mutable while a replay runs. Counts the calls; they are written down where `writer` is given. */
export class Walk {
  readonly scene: Scene
  readonly side: Side
  readonly peer: StreamFacts
  /** Tokens this side sent, in order, application data left out; `positions` says how much input had come before each. */
  readonly own: readonly Token[]
  readonly positions: readonly number[]
  /** Tokens of the peer, in stream order. */
  readonly peerTokens: readonly Token[]
  /** Indexes into Conversation.messages of the peer's messages. */
  readonly peerMessages: readonly number[]
  readonly ownMessages: readonly number[]
  readonly function: 'InitializeSecurityContext' | 'AcceptSecurityContext'
  /** Calls made, and each status they returned, in order of its first call. */
  made = 0
  readonly statuses: StatusName[] = []
  readonly writer: CallWriter | null
  awaiting: Awaiting
  /** The application holds a context handle. */
  held = false
  /** Nothing more can be followed, or the context is gone. */
  ended = false
  final: StatusName | null = null
  failing: FailingCall | null = null
  /** Next own token that no call has put out yet. */
  next = 0
  /** This side's Finished of the handshake in progress has been sent. */
  sentFinished = false
  handshake = 1
  /** A handshake of this context has been completed. */
  wasEstablished = false
  sentClose = false
  /** Stream offsets of the peer: consumed by calls, handed over so far, and handed over at the last call. */
  consumed: number
  available: number
  presented: number
  /** Where the call being made stops eating. */
  eatenTo: number
  /** Next record and message of the peer. */
  record = 0
  message = 0
  /** What the handshake flight being read has shown so far: bits of `seen`. */
  flight = 0
  /** INCOMPLETE_CREDENTIALS was returned for this CertificateRequest. */
  asked = false
  /** The run of application data being told, if the last call is one. */
  run: DataRun | null = null
  delivery: Delivery
  /** Whether no further delivery comes before the next own token. */
  lastBeforeOwn = false
  private ownMessage = 0
  private peerToken = 0

  constructor(
    scene: Scene,
    side: Side,
    own: readonly Token[],
    positions: readonly number[],
    first: Delivery,
    writer: CallWriter | null,
  ) {
    this.scene = scene
    this.side = side
    this.own = own
    this.positions = positions
    this.writer = writer
    const peer = peerOf(side)
    this.peerMessages = scene.messages[peer]
    this.ownMessages = scene.messages[side]
    this.peer = streamOf(scene.conversation, peer)
    this.peerTokens = scene.tokens[peer]
    this.function = side === 'client' ? 'InitializeSecurityContext' : 'AcceptSecurityContext'
    this.awaiting = side === 'client' ? 'nothing' : 'client-hello'
    this.delivery = first
    // What a client had read when it began, its application read as words of the carrier.
    const carried = side === 'client' && scene.conversation.carrier.name !== 'none'
    const start = Math.max(securedFrom(this.peer), carried ? (positions[0] ?? 0) : 0)
    this.consumed = start
    this.available = start
    this.presented = start
    this.eatenTo = start
  }

  get datagrams(): boolean {
    return this.scene.landmarks.datagrams
  }

  /**
   * Whether this side sent anything but alerts after the peer's stream had stopped being TLS. Its program's own words in the clear
   * about that are none.
   */
  wentOn(): boolean {
    const { chunks, notTls } = this.peer
    if (notTls === null) return false
    const foreign = chunks.find((chunk) => chunk.end > notTls.at)
    const tokens = this.scene.tokens[this.side]
    const told = this.scene.outcome.failure?.ending === 'not-tls' ? 'not-tls' : 'alert'
    const last = tokens.findLastIndex(({ kind }) => kind !== 'alert' && kind !== told)
    // A ClientHello needs no input: it may come behind a greeting in the clear.
    if (foreign === undefined || last < 0 || (last === 0 && this.side === 'client')) return false
    return tokens[last]!.order > foreign.order
  }

  /** The next own token, if it is of this kind. */
  nextOwn(kind: Token['kind']): Token | null {
    const token = this.own[this.next]
    return token?.kind === kind ? token : null
  }

  /** Whether the next own token was sent with no input between the present delivery and it. */
  nextIsHere(): boolean {
    return this.lastBeforeOwn && this.next < this.own.length
  }

  /** Messages of this side that lie in `token`. */
  messagesIn(token: Token): readonly Message[] {
    const { messages } = this.scene.conversation
    while (
      this.ownMessage < this.ownMessages.length &&
      messages[this.ownMessages[this.ownMessage]!]!.end <= token.start
    ) {
      this.ownMessage++
    }
    const found: Message[] = []
    for (let i = this.ownMessage; i < this.ownMessages.length; i++) {
      const message = messages[this.ownMessages[i]!]!
      if (message.start >= token.end) break
      found.push(message)
    }
    return found
  }

  /** The peer's token that holds stream offset `at`, which lies in the input not yet consumed; null where none does. */
  peerTokenAt(at: number): Token | null {
    const behind = Math.min(at, this.consumed)
    while (this.peerToken < this.peerTokens.length && this.peerTokens[this.peerToken]!.end <= behind)
      this.peerToken++
    const token = this.peerTokens[this.tokenFrom(at)]
    return token !== undefined && token.start <= at ? token : null
  }

  /** The parts of the peer's tokens in the input not yet consumed, up to stream offset `end`. */
  slices(end: number): TokenSlice[] {
    const start = this.consumed
    const slices: TokenSlice[] = []
    for (let i = this.tokenFrom(start); i < this.peerTokens.length && this.peerTokens[i]!.start < end; i++) {
      const token = this.peerTokens[i]!
      slices.push({ token: token.id, start: Math.max(start, token.start), end: Math.min(end, token.end) })
    }
    return slices
  }

  /** Takes the peer's messages up to stream offset `end`; `message` is the next one then. Returns the last taken, or null. */
  takeMessages(end: number): Message | null {
    const { messages } = this.scene.conversation
    let last: Message | null = null
    while (this.message < this.peerMessages.length) {
      const message = messages[this.peerMessages[this.message]!]!
      if (message.end > end) break
      last = message
      this.message++
    }
    return last
  }

  /** Indexes of the messages taken since `message` was `from`. */
  taken(from: number): readonly number[] {
    return from === this.message ? nothing : this.peerMessages.slice(from, this.message)
  }

  /** Counts a call that returns `status`. Who writes it down; null where calls are only counted. */
  call(status: StatusName): CallWriter | null {
    this.made++
    if (!this.statuses.includes(status)) this.statuses.push(status)
    return this.writer
  }

  /** There is no evidence that this side's security library ever saw what was sent to it. */
  forget(): void {
    this.made = 0
    this.statuses.length = 0
    this.writer?.forget()
    this.final = null
  }

  /** The first of the peer's tokens that ends behind stream offset `at`. */
  private tokenFrom(at: number): number {
    let i = this.peerToken
    while (i < this.peerTokens.length && this.peerTokens[i]!.end <= at) i++
    return i
  }
}
