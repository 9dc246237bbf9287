// One side's context on its way through a conversation: what it awaits, what it has consumed, and the calls made so far.

import type { Conversation, Message, Side, StreamFacts, Time } from '../conversation/facts.ts'
import { peerOf, streamOf } from '../conversation/facts.ts'
import type { Basis, Handle, SspiFunction } from '../sspi/calls.ts'
import type { StatusName } from '../sspi/status.ts'
import { type Delivery, securedFrom } from '../tokens/deliveries.ts'
import type { Landmarks } from '../tokens/landmarks.ts'
import type { DataRun } from './established.ts'
import type { Alternative, Call, OutcomeFacts, ReplayOptions, Token, TokenSlice, Verdict } from './model.ts'
import { type Buffers, type FlagLists, flagsOf, noFlags } from './parameters.ts'

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

export type CallDraft = { -readonly [K in keyof Call]: Call[K] }

/** One call's particulars, beyond what the walk itself knows. */
export interface CallParts {
  readonly function: SspiFunction
  readonly ruling: Ruling
  readonly handle: Handle
  readonly input: { readonly before: Buffers; readonly after: Buffers }
  readonly output: { readonly before: Buffers; readonly after: Buffers }
  readonly slices: readonly TokenSlice[]
  readonly messages: readonly number[]
  readonly out: Token | null
  readonly flagged: boolean
  readonly carried: number
  readonly packets: readonly number[]
  readonly time: Time
  readonly order: number
}

export const nothing: readonly never[] = []

/** Everything both sides' walks share. */
export interface Scene {
  readonly conversation: Conversation
  readonly landmarks: Landmarks
  readonly tokens: readonly Token[]
  readonly outcome: OutcomeFacts
  readonly verdict: Verdict | null
  readonly options: ReplayOptions
}

/** Mutable while a replay runs; its calls are the result. */
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
  flags: FlagLists
  readonly calls: CallDraft[] = []
  awaiting: Awaiting
  /** The application holds a context handle. */
  held = false
  /** Nothing more can be followed, or the context is gone. */
  ended = false
  final: StatusName | null = null
  failingCall: number | null = null
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
  /** `order` of the last token of this side that is no alert. */
  private readonly lastSpoken: number
  /** `order` of the chunk in which the peer's stream stopped being TLS. */
  private readonly foreignOrder: number
  private ownMessage = 0
  private peerToken = 0
  private readonly ordinals = { ISC: 0, DM: 0, ACT: 0, DSC: 0 }

  constructor(
    scene: Scene,
    side: Side,
    own: readonly Token[],
    positions: readonly number[],
    peerMessages: readonly number[],
    ownMessages: readonly number[],
    first: Delivery,
  ) {
    this.scene = scene
    this.side = side
    this.own = own
    this.positions = positions
    this.peerMessages = peerMessages
    this.ownMessages = ownMessages
    this.peer = streamOf(scene.conversation, peerOf(side))
    this.peerTokens = scene.tokens.filter((token) => token.from !== side)
    this.function = side === 'client' ? 'InitializeSecurityContext' : 'AcceptSecurityContext'
    this.awaiting = side === 'client' ? 'nothing' : 'client-hello'
    const mutual = side === 'server' && asksForCertificate(scene.conversation.messages)
    const asking = side === 'client' && scene.landmarks.clientCertificateEmpty
    this.flags = flagsOf(scene.conversation, side, scene.options.delivery, mutual, asking)
    this.delivery = first
    this.lastSpoken = lastSpoken(scene.tokens, side)
    const { chunks, notTls } = this.peer
    this.foreignOrder =
      notTls === null ? Infinity : (chunks.find((chunk) => chunk.end > notTls.at)?.order ?? Infinity)
    const start = securedFrom(this.peer)
    this.consumed = start
    this.available = start
    this.presented = start
    this.eatenTo = start
  }

  get datagrams(): boolean {
    return this.scene.landmarks.datagrams
  }

  /** Whether this side sent anything but alerts after the peer's stream had stopped being TLS. */
  wentOn(): boolean {
    return this.lastSpoken > this.foreignOrder
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

  /** Whether `token` carries a ChangeCipherSpec, and with it this side's Finished before TLS 1.3. */
  changesCipher(token: Token): boolean {
    const { records } = streamOf(this.scene.conversation, this.side)
    return token.records.some((index) => records[index]!.contentType === 20)
  }

  /** The peer's token that holds stream offset `at`, which lies in the input not yet consumed; null where none does. */
  peerTokenAt(at: number): Token | null {
    let i = this.peerToken
    while (i < this.peerTokens.length && this.peerTokens[i]!.end <= at) i++
    const token = this.peerTokens[i]
    return token !== undefined && token.start <= at ? token : null
  }

  /** The parts of the peer's tokens within [start, end). `start` never goes back. */
  slices(start: number, end: number): TokenSlice[] {
    while (this.peerToken < this.peerTokens.length && this.peerTokens[this.peerToken]!.end <= start)
      this.peerToken++
    const slices: TokenSlice[] = []
    for (let i = this.peerToken; i < this.peerTokens.length && this.peerTokens[i]!.start < end; i++) {
      const token = this.peerTokens[i]!
      slices.push({ token: token.id, start: Math.max(start, token.start), end: Math.min(end, token.end) })
    }
    return slices
  }

  /** Takes the indexes of the peer's messages up to stream offset `end`. */
  takeMessages(end: number): number[] {
    const { messages } = this.scene.conversation
    const taken: number[] = []
    while (this.message < this.peerMessages.length) {
      const index = this.peerMessages[this.message]!
      if (messages[index]!.end > end) break
      taken.push(index)
      this.message++
    }
    return taken
  }

  /** Writes down one call. Status, handle and state become the context's. */
  call(parts: CallParts): CallDraft {
    const { ruling } = parts
    const flags = parts.flagged ? this.flags : null
    const call: CallDraft = {
      n: this.calls.length + 1,
      ordinal: ++this.ordinals[ordinalOf[parts.function]],
      handshake: this.handshake,
      function: parts.function,
      time: parts.time,
      order: parts.order,
      handle: parts.handle,
      tokens: parts.slices,
      packets: parts.packets,
      carried: parts.carried,
      requested: flags?.requested ?? noFlags,
      returned: flags !== null && returnsFlags(ruling.status) ? flags.returned : noFlags,
      assumption: ruling.assumption ?? flags?.assumption ?? null,
      input: parts.input,
      output: parts.output,
      outToken: parts.out?.id ?? null,
      status: ruling.status,
      basis: ruling.basis,
      source: ruling.source,
      alternatives: ruling.alternatives,
      state: stateWords[this.awaiting],
      messages: parts.messages,
    }
    this.calls.push(call)
    return call
  }

  /** There is no evidence that this side's security library ever saw what was sent to it. */
  forget(): void {
    this.calls.length = 0
    this.ordinals.ISC = 0
    this.final = null
  }
}

function lastSpoken(tokens: readonly Token[], side: Side): number {
  return tokens.findLast((token) => token.from === side && token.kind !== 'alert')?.order ?? -1
}

const ordinalOf = {
  InitializeSecurityContext: 'ISC',
  AcceptSecurityContext: 'ISC',
  DecryptMessage: 'DM',
  ApplyControlToken: 'ACT',
  DeleteSecurityContext: 'DSC',
} as const

function returnsFlags(status: StatusName): boolean {
  return status === 'SEC_E_OK' || status === 'SEC_I_CONTINUE_NEEDED' || status === 'SEC_I_MESSAGE_FRAGMENT'
}

function asksForCertificate(messages: readonly Message[]): boolean {
  return messages.some(
    (message) => message.type === 13 && message.contentType === 22 && message.from === 'server',
  )
}
