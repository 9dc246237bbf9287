// What a dialogue is: what went over the wire, and every call of one or both sides that must come of it.

import type { ReplayOptions, Verdict } from '../../shared/schannel/model.ts'
import type { Setting, Turn } from '../support/dialogue.ts'

export interface Dialogue {
  readonly name: string
  /** Row of the reference that this dialogue holds the engine to. */
  readonly source: string
  readonly wire: readonly Turn[]
  readonly setting?: Setting
  readonly options?: Partial<ReplayOptions>
  readonly verdict?: Verdict
  /** Lines as `lineOf` in support/dialogue.ts writes them: call, handle | input before > after | output after | status. */
  readonly client?: readonly string[]
  readonly server?: readonly string[]
}
