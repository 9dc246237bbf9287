// Opening a capture: what it is opened with, what it tells while it is read, and what can be asked of it.

import type { Outcome } from '../../shared/contract/bridge.ts'
import type { Hellos } from '../../shared/contract/compare.ts'
import type {
  CaptureSummary,
  ModelOptions,
  ReportConversation,
  ReportRow,
} from '../../shared/contract/report.ts'
import type { WhatIf, WhatIfQuestion } from '../../shared/contract/whatif.ts'
import type { SavedPacket } from '../../shared/export/saved.ts'
import type { ReadingLimits } from '../../shared/limits.ts'
import type { ReplayOptions } from '../../shared/schannel/model.ts'
import type { TokenView } from '../../shared/view/token.ts'
import { outcomeOf } from '../outcome.ts'
import { openChain } from './chain.ts'
import { type CaptureInput, SingleInput } from './input.ts'
import { loadKeys } from './key-files.ts'
import { openCaptureInput, openGrowing } from './source.ts'
import { Capture } from './open-capture.ts'
import { loadRoots } from './trust.ts'

export interface AnalyseOptions {
  /** SSLKEYLOGFILE log. */
  readonly keylog: string | null
  /** RSA private key: PEM, DER or PFX. */
  readonly key: string | null
  readonly passwordFile: string | null
  /** PEM file of the roots to trust; without one Node's built-in list. */
  readonly roots?: string | null
  readonly replay: ReplayOptions
  /** More files of the same capture, in whatever order: read with the first as one, in time order. */
  readonly chain?: readonly string[]
  /** The file is still being written: read on as it grows, until `cancelled` says so. */
  readonly follow?: boolean
  /** Bounds of this reading; without them the defaults. */
  readonly limits?: ReadingLimits
  /** Bytes that conversations may keep before further ones are only counted; without it a share of what V8 may have. */
  readonly listedBytes?: number
}

export interface AnalyseHooks {
  /** Reading begins; from here on the capture answers about every conversation that has a row. */
  begun(capture: OpenCapture): void
  /** Bytes of the input read so far, of how many (null: not known). */
  progress(bytes: number, total: number | null, packets: number): void
  /** Asked after each piece; true stops reading and keeps what was read. */
  cancelled(): boolean
  /** New rows, and rows revised later. */
  rows(rows: ReportRow[]): void
}

export interface OpenCapture {
  readonly summary: CaptureSummary
  /** Of each file of the capture; one unless several were read as one. */
  readonly files: readonly CaptureSummary[]
  /** In order of `id`. */
  readonly rows: readonly ReportRow[]
  readonly otherFlows: { looksLike: string; flows: number }[]
  readonly model: ModelOptions
  readonly cancelled: boolean
  /** Everything about one conversation. Throws `Refusal` for an unknown id, `SourceError` where the file has gone. */
  inspect(id: number, replay: ReplayOptions): ReportConversation
  /** What Windows versions would have answered or offered. Throws as `inspect` does, and `Refusal` for an unknown profile. */
  whatIf(id: number, question: WhatIfQuestion): WhatIf
  /** One token of a conversation, in the replay it was inspected with last. */
  token(id: number, token: number): TokenView
  /** The hellos of a conversation's first handshake, in the replay it was inspected with last. */
  hellos(id: number): Hellos
  /**
   * The noted packets of these conversations in the order of the capture, each once, read again as they are asked for.
   * Throws `SourceError` or `Refusal` where one cannot be read any more.
   */
  notedPackets(ids: readonly number[]): Iterable<SavedPacket>
  /** The loaded key log's lines that open these conversations and no others; empty without. */
  keyLogOf(ids: readonly number[]): string
  /** Seconds since 1970-01-01 UTC that times of packets count from. */
  readonly baseSeconds: number
  close(): void
}

/** Reads the capture at `path` to its end (or until cancelled) and keeps it open for `inspect`. Faults come back as values. */
export function analyseFile(
  path: string,
  options: AnalyseOptions,
  hooks: Partial<AnalyseHooks> = {},
): Promise<Outcome<OpenCapture>> {
  return outcomeOf(async () => {
    const keys = await loadKeys(options)
    const trust = loadRoots(options.roots ?? null)
    const input = await openInput(path, options)
    try {
      const capture = new Capture(path, input, keys, trust, options)
      hooks.begun?.(capture)
      await capture.read(hooks, options.follow === true)
      return capture
    } catch (error) {
      input.close()
      throw error
    }
  })
}

async function openInput(
  path: string,
  { chain = [], follow = false }: AnalyseOptions,
): Promise<CaptureInput> {
  if (chain.length > 0) return openChain([path, ...chain])
  return new SingleInput(path, follow ? openGrowing(path) : await openCaptureInput(path))
}
