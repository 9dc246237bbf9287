// The shapes of the context engine: tokens, deliveries, calls, contexts. Pure data; the rules are in the files beside it.

import type { Side, Time } from '../conversation/facts.ts'
import type { Basis, Handle, SecBuffer, SspiFunction } from '../sspi/calls.ts'
import type { StatusName } from '../sspi/status.ts'

export type DeliveryMode = 'as-captured' | 'per-record' | 'per-flight'
export type PartialMode = 'consume' | 'retain'
export type StatusMode = 'documented' | 'observed'

/** What a replay depends on besides the bytes. */
export interface ReplayOptions {
  readonly delivery: DeliveryMode
  /** Reading of reference §5.3 for input that ends inside a record. */
  readonly partial: PartialMode
  /** Reading of reference §6.2 for alerts received during a handshake. */
  readonly statuses: StatusMode
  /** Windows profile ids; null is a current Windows. */
  readonly profile: { readonly client: string | null; readonly server: string | null }
}

export const defaultReplay: ReplayOptions = {
  delivery: 'as-captured',
  partial: 'consume',
  statuses: 'documented',
  profile: { client: null, server: null },
}

/** The bytes one side sends between two of its waits: one SECBUFFER_TOKEN of output. Ids count from 1 over both sides in order. */
export interface Token {
  readonly id: number
  readonly from: Side
  readonly start: number
  readonly end: number
  readonly packets: readonly number[]
  readonly time: Time
  readonly order: number
  readonly handshake: number
  /** `application` tokens hold only application data and are summarised. */
  readonly kind: 'handshake' | 'alert' | 'application' | 'not-tls'
  /** Indexes into the sender's StreamFacts.records that begin in this token. */
  readonly records: readonly number[]
  /** One of its records is a ChangeCipherSpec; all of them are. */
  readonly changesCipher: boolean
  readonly onlyChangesCipher: boolean
}

/** Part of a peer's token presented in a call: stream offsets. */
export interface TokenSlice {
  readonly token: number
  readonly start: number
  readonly end: number
}

export interface Alternative {
  readonly status: StatusName
  readonly basis: Basis
  /** When Windows would return this instead, in words. */
  readonly when: string
}

export interface Call {
  /** Counts all calls of this context from 1. */
  readonly n: number
  /** Counts per function from 1: what the page shows as ISC #2. */
  readonly ordinal: number
  readonly handshake: number
  readonly function: SspiFunction
  readonly time: Time
  readonly order: number
  readonly handle: Handle
  readonly tokens: readonly TokenSlice[]
  readonly packets: readonly number[]
  /** Bytes of the input left over from an earlier call. */
  readonly carried: number
  /** Requirement and return flags, names without value: ISC_REQ_STREAM … */
  readonly requested: readonly string[]
  readonly returned: readonly string[]
  readonly assumption: string | null
  readonly input: { readonly before: readonly SecBuffer[]; readonly after: readonly SecBuffer[] }
  readonly output: { readonly before: readonly SecBuffer[]; readonly after: readonly SecBuffer[] }
  /** The token this call put out. */
  readonly outToken: number | null
  readonly status: StatusName
  readonly basis: Basis
  /** Row of the reference, e.g. `schannel §4.1 row 3`. */
  readonly source: string
  readonly alternatives: readonly Alternative[]
  /** The context's state after the call, in words: what it awaits. */
  readonly state: string
  /** Indexes into Conversation.messages that this call consumed. */
  readonly messages: readonly number[]
}

export interface ContextReplay {
  readonly side: Side
  /** How many calls were made, and each status they returned once, in order of its first call. */
  readonly made: number
  readonly statuses: readonly StatusName[]
  /** Written down at the first look. */
  readonly calls: readonly Call[]
  /** Status of the last ISC/ASC call of the handshake, shutdown legs excluded; null where there was none. */
  readonly final: StatusName | null
}

export type Confidence = 'observed' | 'likely' | 'possible'

/** Where a conversation stopped, before anyone asks why. */
export interface FailurePoint {
  readonly by: 'schannel' | 'application' | 'transport'
  readonly side: Side | 'transport'
  readonly handshake: number
  /** The alert that says so: index into Conversation.messages; null for transport failures. */
  readonly alert: number | null
  /** Transport event (index into Conversation.events) that ended it; null for silence and alerts. */
  readonly event: number | null
  /** Packet of the failure itself (the alert, the RST; for silence the unanswered token's last packet). */
  readonly packet: number
  /** Packet of what provoked it: the last packet the failing side had received; null where none. */
  readonly trigger: number | null
  /** Stream offset in the failing side's input up to which bytes had arrived. */
  readonly seen: number
  /** Transport: what kind of ending. */
  readonly ending: 'alert' | 'reset' | 'closed' | 'no-answer' | 'stalled' | 'not-tls' | 'gap' | 'none'
}

export interface OutcomeFacts {
  readonly outcome: 'established' | 'failed' | 'incomplete' | 'none'
  readonly failure: FailurePoint | null
}

/** Why, as the diagnosis room ranks it; the engine only needs the status that goes with it. */
export interface Verdict {
  readonly cause: string
  readonly confidence: Confidence
  /** Status the failing side's call returned, with its basis; null: take the one the alert itself implies (reference §6.3). */
  readonly status: { readonly name: StatusName; readonly basis: Basis; readonly source: string } | null
}

/** The call that failed: its `n` in its context, and what it returned. */
export interface FailingCall {
  readonly n: number
  readonly status: StatusName
}

/** Both contexts replayed. */
export interface Replay {
  readonly tokens: readonly Token[]
  readonly client: ContextReplay
  readonly server: ContextReplay
  /** In the failing side's context; null where no call failed (transport). */
  readonly failing: FailingCall | null
}
