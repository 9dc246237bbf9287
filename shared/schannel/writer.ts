// Calls written down in full: flags, buffers, slices, sources. A walk without a writer makes the same calls and only counts them.

import type { Time } from '../conversation/facts.ts'
import type { Handle, SspiFunction } from '../sspi/calls.ts'
import type { StatusName } from '../sspi/status.ts'
import type { Call, Token, TokenSlice } from './model.ts'
import { type Buffers, type FlagLists, noFlags } from './parameters.ts'
import { nothing, type Ruling, stateWords, type Walk } from './walk.ts'

export type CallDraft = { -readonly [K in keyof Call]: Call[K] }

/** One call's particulars, beyond what the walk itself knows. */
export interface CallParts {
  readonly function: SspiFunction
  readonly ruling: Ruling
  readonly handle: Handle
  readonly input: { readonly before: Buffers; readonly after: Buffers }
  readonly output: { readonly before: Buffers; readonly after: Buffers }
  /** Of the input; a call without any leaves these out. */
  readonly slices?: readonly TokenSlice[]
  readonly messages?: readonly number[]
  readonly carried?: number
  readonly out: Token | null
  readonly flagged: boolean
  readonly packets: readonly number[]
  /** What the call came with: a delivery, or the token it put out. */
  readonly at: { readonly time: Time; readonly order: number }
}

/** Writes down the calls of one walk. */
export class CallWriter {
  readonly calls: CallDraft[] = []
  /** Flags of the application; they may change on the way. */
  flags: FlagLists
  private readonly ordinals = { ISC: 0, DM: 0, ACT: 0, DSC: 0 }

  constructor(flags: FlagLists) {
    this.flags = flags
  }

  /** Status, handle and state are the walk's after the call. */
  write(walk: Walk, parts: CallParts): CallDraft {
    const { ruling } = parts
    const flags = parts.flagged ? this.flags : null
    const call: CallDraft = {
      n: walk.made,
      ordinal: ++this.ordinals[ordinalOf[parts.function]],
      handshake: walk.handshake,
      function: parts.function,
      time: parts.at.time,
      order: parts.at.order,
      handle: parts.handle,
      tokens: parts.slices ?? nothing,
      packets: parts.packets,
      carried: parts.carried ?? 0,
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
      state: stateWords[walk.awaiting],
      messages: parts.messages ?? nothing,
    }
    this.calls.push(call)
    return call
  }

  forget(): void {
    this.calls.length = 0
    this.ordinals.ISC = 0
  }
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
