// What the page may ask the worker and what the worker tells it, once, for all three hosts: Electron, the served page, tests.

import { z } from 'zod'
import { limitRanges, type ReadingLimits } from '../limits.ts'
import { comparison } from './compare.ts'
import { explanation } from './explain.ts'
import { notebook } from './notes.ts'
import { redactionKinds, replacement } from './redaction.ts'
import { captureSummary, conversation, modelOptions, row, warning } from './report.ts'
import { profileFile, whatIf, whatIfQuestion, windowsProfile } from './whatif.ts'

/** Errors cross processes as values. `message` is one sentence, `hint` says what to do. */
export const fault = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  /** Place in the file, where there is one. */
  offset: z.number().nullable(),
  packet: z.number().nullable(),
})
export type Fault = z.infer<typeof fault>
export type Outcome<T> = { ok: true; value: T } | { ok: false; fault: Fault }

const field = z.object({
  name: z.string(),
  depth: z.number(),
  start: z.number(),
  end: z.number(),
  value: z.string(),
  malformed: z.string().nullable(),
})

const replay = modelOptions.omit({ keys: true })

const sortKey = z.object({ field: z.string(), descending: z.boolean() })

/** What is replaced in a report, and whether the analyst's notes go into it. */
const cleaned = {
  redact: z.array(z.enum(redactionKinds)).default([]),
  notes: z.boolean().default(false),
}

export const exportFormat = z.enum(['html', 'json', 'jsonl', 'md', 'csv', 'text', 'pdf'])

const scope = z.union([z.enum(['all', 'failed', 'filtered']), z.array(z.number())])

/** One outcome in one slice of time: how many, and the first few. */
const sliceCell = z.object({ count: z.number(), ids: z.array(z.number()) })

const rowsOverview = z.object({
  all: z.number(),
  established: z.number(),
  failed: z.number(),
  incomplete: z.number(),
  /** Time of the first and the last conversation in ms since 1970; null where none has a time. */
  first: z.number().nullable(),
  last: z.number().nullable(),
  /** Equal slices from `first` to `last`; none where no conversation has a time. */
  slices: z.array(z.object({ established: sliceCell, failed: sliceCell, incomplete: sliceCell })),
})
export type RowsOverview = z.infer<typeof rowsOverview>

const completion = z.object({
  /** The part of the text that a suggestion replaces. */
  start: z.number(),
  end: z.number(),
  suggestions: z.array(
    z.object({
      kind: z.enum(['field', 'operator', 'value', 'joiner']),
      /** What to put between `start` and `end`. */
      text: z.string(),
      /** Number of a status or alert, other name of a field. */
      detail: z.string(),
      meaning: z.string(),
      /** Rows that have this value; null where it is not a value. */
      rows: z.number().nullable(),
    }),
  ),
})
export type Completion = z.infer<typeof completion>
export type Suggestion = Completion['suggestions'][number]

function within([least, most]: readonly [number, number]): z.ZodNumber {
  return z.number().int().min(least).max(most)
}

/** Bounds of one reading, each within its range. */
export const readingLimits = z.object({
  openConversations: within(limitRanges.openConversations),
  openMegabytes: within(limitRanges.openMegabytes),
  minutes: within(limitRanges.minutes).nullable(),
})

/** Channels the worker answers: input and output of each. */
export const requests = {
  /** Starts reading; rows, progress and the end come as events with the same capture number. */
  'capture.open': {
    input: z.object({
      path: z.string(),
      /** More files of the same capture, in whatever order: read with the first as one, in time order. */
      chain: z.array(z.string()).optional(),
      keylog: z.string().nullable(),
      /** PEM file of the roots to trust; without one the built-in list. */
      roots: z.string().nullable().optional(),
      /** The capture is still being written: it is read on until `capture.cancel`, which ends it as its end would. One file only. */
      follow: z.boolean().optional(),
      limits: readingLimits.optional(),
    }),
    output: z.object({ capture: z.number() }),
  },
  /** Stops reading and keeps what was read. */
  'capture.cancel': { input: z.object({ capture: z.number() }), output: z.null() },
  'capture.close': { input: z.object({ capture: z.number() }), output: z.null() },
  /**
   * Filters and sorts all rows; the page holds their ids and asks for the rows in view. An unfinished filter is an error in
   * `problem`, with nothing found.
   */
  'rows.query': {
    input: z.object({
      capture: z.number(),
      filter: z.string(),
      /** Only rows of this outcome are listed; `counts` are of all that the filter finds. */
      outcome: z.enum(['all', 'failed', 'established', 'incomplete']).optional(),
      sort: z.array(sortKey),
      /** `server` or a field: rows of one value side by side. */
      group: z.string().nullable().optional(),
    }),
    output: z.object({
      ids: z.instanceof(Uint32Array),
      /** For each of `ids`: 1 where it failed. */
      failed: z.instanceof(Uint8Array),
      /** The groups that `ids` falls into, in its order; null where none were asked for. */
      groups: z.array(z.object({ value: z.string(), rows: z.number(), failed: z.number() })).nullable(),
      counts: z.object({
        all: z.number(),
        failed: z.number(),
        established: z.number(),
        incomplete: z.number(),
      }),
      /** All conversations found at that moment, whatever the filter. */
      found: z.object({ all: z.number(), failed: z.number() }),
      problem: z.object({ message: z.string(), start: z.number(), end: z.number() }).nullable(),
    }),
  },
  'rows.get': {
    input: z.object({ capture: z.number(), ids: z.array(z.number()) }),
    output: z.array(row),
  },
  /** All rows by outcome, and by slices of time: the overview strip. */
  'rows.overview': { input: z.object({ capture: z.number() }), output: rowsOverview },
  /** What may follow at the cursor of a filter being typed; values with the number of rows that have them, of all rows. */
  'filter.complete': {
    input: z.object({ capture: z.number(), text: z.string(), cursor: z.number() }),
    output: completion,
  },
  'conversation.inspect': {
    input: z.object({ capture: z.number(), id: z.number(), replay }),
    output: conversation,
  },
  /** Two conversations side by side, of one capture or of two. */
  'conversation.compare': {
    input: z.object({
      left: z.object({ capture: z.number(), id: z.number() }),
      right: z.object({ capture: z.number(), id: z.number() }),
      replay,
    }),
    output: comparison,
  },
  /** What each Windows version would have answered the captured ClientHello, or offered the captured server. */
  'conversation.whatif': {
    input: whatIfQuestion.extend({ capture: z.number(), id: z.number() }),
    output: whatIf,
  },
  /** All Windows versions with their switches, newest first, for editing. */
  'profiles.list': { input: z.null(), output: z.array(windowsProfile) },
  /** A changed profile from a file the user named. */
  'profile.load': { input: z.object({ path: z.string() }), output: profileFile },
  /** Puts a machine's exported Schannel policy (.reg or JSON) on a Windows version. */
  'policy.load': {
    input: z.object({ path: z.string(), base: z.string(), side: z.enum(['client', 'server']) }),
    output: z.object({ profile: profileFile, unused: z.array(z.string()) }),
  },
  /** Writes a changed profile as JSON to a destination the user chose; without a path the text comes back. */
  'profile.save': {
    input: z.object({ profile: profileFile, path: z.string().nullable() }),
    output: z.object({ text: z.string().nullable() }),
  },
  /** The meaning of a pasted error, and with a capture the conversations its filter finds. */
  explain: {
    input: z.object({ text: z.string(), capture: z.number().nullable() }),
    output: z.object({ explanation, ids: z.array(z.number()).nullable() }),
  },
  /** Certificates (DER in base64) as one P7B file, in base64. */
  'certificates.bundle': {
    input: z.object({ certificates: z.array(z.string()) }),
    output: z.object({ p7b: z.string() }),
  },
  /** Bytes and field tree of one token; field positions count from the token's first byte. */
  'token.inspect': {
    input: z.object({ capture: z.number(), id: z.number(), token: z.number() }),
    output: z.object({
      bytes: z.instanceof(Uint8Array),
      fields: z.array(field),
      /** The elements of certificates, OCSP responses and whatever else in it is DER, each piece a root. */
      asn1: z.array(field),
      /** Which packet each run of bytes came from. */
      packets: z.array(z.object({ packet: z.number(), start: z.number(), end: z.number() })),
      /** Opened contents follow the wire bytes where keys opened records: where they begin, null without. */
      openedFrom: z.number().nullable(),
    }),
  },
  /** Loads or (null) forgets a key log for a capture; rows of conversations it opens are told of again. */
  'keys.load': {
    input: z.object({ capture: z.number(), keylog: z.string().nullable() }),
    output: z.object({ secrets: z.number(), matched: z.number(), warnings: z.array(warning) }),
  },
  /** Renders a report. With a path it is written there (temporary file, then renamed) and `text` is null. */
  'report.make': {
    input: z.object({
      capture: z.number(),
      format: exportFormat,
      scope,
      filter: z.string(),
      replay,
      title: z.string().nullable(),
      path: z.string().nullable(),
      ...cleaned,
    }),
    output: z.object({ text: z.string().nullable(), bytes: z.number(), conversations: z.number() }),
  },
  /** The beginning of the report as it would be written, and every stand-in so far with its original. */
  'report.preview': {
    input: z.object({
      capture: z.number(),
      format: exportFormat,
      scope,
      filter: z.string(),
      replay,
      title: z.string().nullable(),
      ...cleaned,
    }),
    output: z.object({
      text: z.string(),
      /** The report goes on. */
      cut: z.boolean(),
      conversations: z.number(),
      replacements: z.array(replacement),
    }),
  },
  /**
   * Saves conversations as a capture of their own, read back and compared before it takes its name. Without a path the file
   * is handed over as `bytes`.
   */
  'capture.save': {
    input: z.object({
      capture: z.number(),
      format: z.enum(['pcap', 'pcapng']),
      scope,
      filter: z.string(),
      /** The loaded key log's lines of these conversations; pcapng only. */
      secrets: z.boolean(),
      /** Stand-ins for IP and link addresses. */
      addresses: z.boolean(),
      path: z.string().nullable(),
    }),
    output: z.object({
      bytes: z.instanceof(Uint8Array).nullable(),
      size: z.number(),
      conversations: z.number(),
      packets: z.number(),
      /** Packets of these conversations that are not in the file: bulk data and bare acknowledgements. */
      leftOut: z.number(),
      secrets: z.number(),
    }),
  },
  /** The analyst's notes on a capture, found again by its size and hash. */
  'notes.list': { input: z.object({ capture: z.number() }), output: notebook },
  /** Notes in a file beside the capture, from another machine or analyst; null: none, or those known already. */
  'notes.found': { input: z.object({ capture: z.number() }), output: notebook.nullable() },
  /** Keeps these notes in place of all earlier ones; with `beside` also in a file beside the capture, on the desktop only. */
  'notes.save': { input: z.object({ capture: z.number(), notebook }), output: z.null() },
} as const

export type Channel = keyof typeof requests
export type Input<C extends Channel> = z.input<(typeof requests)[C]['input']>
export type Output<C extends Channel> = z.output<(typeof requests)[C]['output']>

/** What the worker says on its own. */
export const event = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rows'),
    capture: z.number(),
    /** The first rows of a capture come unasked. */
    rows: z.array(row),
    /** Ids of further rows that are new or revised: the page asks for those it shows. */
    others: z.array(z.number()),
  }),
  z.object({
    kind: z.literal('progress'),
    capture: z.number(),
    bytes: z.number(),
    total: z.number().nullable(),
    packets: z.number(),
  }),
  z.object({
    kind: z.literal('done'),
    capture: z.number(),
    summary: captureSummary,
    conversations: z.number(),
    cancelled: z.boolean(),
    /** What the flows without TLS look like, for the "nothing found" page. */
    otherFlows: z.array(z.object({ looksLike: z.string(), flows: z.number() })),
    milliseconds: z.number(),
  }),
  z.object({ kind: z.literal('failed'), capture: z.number(), fault }),
  /** The worker process ended and was started again; its captures are gone. */
  z.object({ kind: z.literal('worker-lost'), fault }),
])
export type BridgeEvent = z.infer<typeof event>

/** What a host gives the page as `window.bridge`; the served page builds the same over fetch and an event stream. */
export interface Bridge {
  readonly host: 'electron' | 'served'
  readonly platform: 'win32' | 'darwin' | 'linux' | 'other'
  readonly version: string
  request<C extends Channel>(channel: C, input: Input<C>): Promise<Outcome<Output<C>>>
  /** Returns a function that stops listening. */
  on(listener: (event: BridgeEvent) => void): () => void
  /** Asks the user for a capture; null when dismissed. In the served page: a file upload, answered with its spooled path. */
  chooseCapture(): Promise<string | null>
  /** The same for several files, which are read as one capture; empty when dismissed. */
  chooseCaptures(): Promise<readonly string[]>
  /** Asks the user for a TLS key log file, likewise. */
  chooseKeylog(): Promise<string | null>
  /** Asks where to save; null when dismissed. In the served page: always null, and the page downloads the text. */
  chooseDestination(suggestedName: string): Promise<string | null>
  /** The path of a dropped file (Electron), or the spooled path after uploading it (served). */
  pathOf(file: unknown): Promise<string | null>
  /** Captures named at start or opened by the system, and menu commands. */
  onCommand(listener: (command: Command) => void): () => void
  recent(): Promise<RecentFile[]>
  clearRecent(): Promise<void>
  /** Captures that came with the program. */
  samples(): Promise<SampleFile[]>
  /** What the host remembers for the user between starts. */
  settings(): Promise<HostSettings>
  /** Changes some of them and answers all; files must have been chosen in a dialog before. */
  changeSettings(change: Partial<HostSettings>): Promise<HostSettings>
  /** Asks the user for a PEM file of trusted roots. */
  chooseRoots(): Promise<string | null>
  /** Opens a further window; in the served page a further tab. */
  newWindow(): void
  /** Says what this window shows. */
  shows(state: WindowState): void
  /**
   * Hands a file to the drag that has just begun. Undefined in the served page, where the browser makes the file from what
   * the drag carries.
   */
  readonly dragOut?: (file: DraggedFile) => Promise<Outcome<null>>
  /** Tells the user something while the window is not in front. */
  notify(title: string, body: string): void
}

export interface WindowState {
  /** Path of the capture; null: none. */
  readonly file: string | null
  /** It is read, and has conversations. */
  readonly ready: boolean
  readonly following: boolean
}

export interface DraggedFile {
  readonly name: string
  readonly contents: string | Uint8Array
  /** The contents are HTML; the file is to be its print. */
  readonly print: boolean
}

export interface SampleFile {
  readonly path: string
  /** What happened in it, in a few words. */
  readonly title: string
}

export interface HostSettings {
  /** Bounds that captures are read with. */
  readonly limits: ReadingLimits
  /** PEM file of the roots to trust; null: the built-in list. */
  readonly roots: string | null
  /** Key log loaded with every capture. */
  readonly keylog: string | null
  readonly rememberRecent: boolean
}

export interface RecentFile {
  readonly path: string
  readonly bytes: number
  readonly failed: number
  readonly conversations: number
  /** ISO 8601. */
  readonly opened: string
}

export type MenuId =
  | 'open'
  | 'export'
  | 'print'
  | 'close'
  | 'find'
  /** The sheet of keyboard keys. */
  | 'keys'
  /** Loads a TLS key log. */
  | 'keylog'
  | 'theme'
  | 'commands'
  | 'next-failure'
  | 'previous-failure'
  /** Conversations looked at before and after. */
  | 'back'
  | 'forward'
  | 'undo-filter'
  | 'redo-filter'
  | 'settings'
  | 'about'
  | 'diagnosis'
  /** Reads the open file on as it grows, or ends that. */
  | 'follow'
  | 'list'

export type Command =
  | { readonly kind: 'open'; readonly path: string; readonly chain?: readonly string[] }
  | { readonly kind: 'menu'; readonly id: MenuId }
