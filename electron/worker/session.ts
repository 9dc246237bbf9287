// One page's dealings with the core: its open captures, its requests, its events. Knows no process and no window.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { z } from 'zod'
import { compare, type Compared } from '../../shared/compare/compare.ts'
import { requests } from '../../shared/contract/bridge.ts'
import type { Channel, Outcome, Output } from '../../shared/contract/bridge.ts'
import type { Explanation } from '../../shared/contract/explain.ts'
import { joinedNotes, type Notebook } from '../../shared/contract/notes.ts'
import { defaultLimits } from '../../shared/limits.ts'
import type { ReportRow, Warning } from '../../shared/contract/report.ts'
import type { ProfileFile, WindowsProfile } from '../../shared/contract/whatif.ts'
import { fault, outcomeOf, Refusal, refusal } from '../outcome.ts'
import { saveWhole } from '../save.ts'
import type { analyseFile, OpenCapture } from './analyse.ts'
import type { saveCapture } from './export.ts'
import type { NoteStore } from './notes.ts'
import type { Preview } from './report.ts'
import { type Listener, type Live, read, type Reading, rowsTeller, shut } from './reading.ts'
import { matching, openRows } from './rows.ts'

/** What a session needs of the process it runs in. */
export interface SessionHost extends Listener {
  /** Whether the user named this file: by dialog, drop, argument, recent list or upload. */
  mayRead(path: string): boolean
  /** Whether notes may be kept beside captures, where the user asks for it. */
  readonly mayWriteBeside: boolean
  /** Whether the user chose this destination in a dialog. */
  mayWrite(path: string): boolean
}

export type PreviewRequest = Parsed<'report.preview'>
type ScopeRequest = Pick<PreviewRequest, 'scope' | 'filter'>

/** What a session does its work with; `tools.ts` has the real ones. */
export interface Tools {
  analyse: typeof analyseFile
  /** The report in pieces; conversations are inspected as they are printed. */
  report(
    capture: OpenCapture,
    rows: readonly ReportRow[],
    request: PreviewRequest,
    notes: Notebook | null,
  ): Iterable<string>
  preview(
    capture: OpenCapture,
    rows: readonly ReportRow[],
    request: PreviewRequest,
    notes: Notebook | null,
  ): Preview
  /** Saves the noted packets of these conversations as a capture; see `saveCapture`. */
  save: typeof saveCapture
  notes: NoteStore
  keys(
    path: string,
    rows: readonly ReportRow[],
  ): Promise<{ secrets: number; matched: number; warnings: Warning[] }>
  explain(text: string): Explanation
  profiles(): WindowsProfile[]
  /** Throws `Refusal` where the file holds no changed profile. */
  loadProfile(path: string): Promise<ProfileFile>
  /** A machine's exported Schannel policy on a Windows version, and what of it has no switch there. */
  loadPolicy(
    path: string,
    base: string,
    side: 'client' | 'server',
  ): Promise<{ profile: ProfileFile; unused: string[] }>
  /** The changed profile as JSON text. Throws `Refusal` where it changes what its Windows version does not have. */
  profileText(profile: ProfileFile): string
}

export interface Session {
  /** Answers one request; anything wrong with it is a fault in the outcome, never a throw. */
  request(channel: string, input: unknown): Promise<Outcome<unknown>>
  /** Stops all reading and closes all captures. */
  close(): void
}

type Parsed<C extends Channel> = z.output<(typeof requests)[C]['input']>
type Handlers = { [C in Channel]: (input: Parsed<C>) => Output<C> | Promise<Output<C>> }

export function createSession(host: SessionHost, tools: Tools): Session {
  const captures = new Map<number, Reading>()
  let last = 0

  function captureOf(number: number): Reading {
    const capture = captures.get(number)
    if (capture === undefined) {
      throw refusal('no-such-capture', 'This capture is no longer open.', 'Open the file again.')
    }
    return capture
  }

  /** The capture as it stands, which may still be read, if it has this conversation already; else once it is read. */
  async function captureWith(number: number, id: number): Promise<OpenCapture> {
    const { live, whole } = captureOf(number)
    return live.running !== null && live.rows.get(id) !== undefined ? live.running : whole
  }

  function checkRead(path: string): void {
    if (!host.mayRead(path)) {
      throw refusal(
        'not-offered',
        'This file was not offered by you.',
        'Choose it in a dialog or drop it here.',
      )
    }
  }

  function checkWrite(path: string): void {
    if (!host.mayWrite(path)) {
      throw refusal('not-offered', 'This destination was not chosen by you.', 'Choose it in the dialog.')
    }
  }

  async function notesFor(request: Parsed<'report.preview'>): Promise<Notebook | null> {
    return request.notes ? tools.notes.read(captureOf(request.capture).live.path) : null
  }

  const handlers: Handlers = {
    'capture.open': ({ path, chain = [], keylog, roots = null, follow = false, limits = defaultLimits }) => {
      for (const file of [path, ...chain]) checkRead(file)
      if (follow && chain.length > 0) {
        throw refusal('follow-one', 'Only one file can be followed.', 'Open the file that is being written.')
      }
      for (const file of [keylog, roots]) if (file !== null) checkRead(file)
      const capture = ++last
      const live: Live = {
        path,
        chain,
        roots,
        follow,
        limits,
        rows: openRows(),
        running: null,
        stop: false,
      }
      // The page learns the capture's number before its first event.
      const whole = setImmediate().then(() => read(host, tools.analyse, capture, live, keylog))
      // Who asks for the capture gets the reason; the page has it from the event.
      whole.catch(() => undefined)
      captures.set(capture, { live, whole })
      return { capture }
    },
    'capture.cancel': ({ capture }) => {
      captureOf(capture).live.stop = true
      return null
    },
    'capture.close': ({ capture }) => {
      shut(captureOf(capture))
      captures.delete(capture)
      return null
    },
    'rows.query': ({ capture, ...query }) => captureOf(capture).live.rows.query(query),
    'rows.get': ({ capture, ids }) => {
      const { rows } = captureOf(capture).live
      return ids.flatMap((id) => rows.get(id) ?? [])
    },
    'rows.overview': ({ capture }) => captureOf(capture).live.rows.overview(),
    'filter.complete': ({ capture, text, cursor }) => captureOf(capture).live.rows.complete(text, cursor),
    'conversation.inspect': async ({ capture, id, replay }) =>
      (await captureWith(capture, id)).inspect(id, replay),
    'conversation.compare': async ({ left, right, replay }) => {
      const seen = async (of: typeof left): Promise<Compared> => {
        const capture = await captureWith(of.capture, of.id)
        const conversation = capture.inspect(of.id, replay)
        return { conversation, hellos: capture.hellos(of.id) }
      }
      return compare(await seen(left), await seen(right))
    },
    'conversation.whatif': async ({ capture, id, ...question }) =>
      (await captureWith(capture, id)).whatIf(id, question),
    'profiles.list': () => tools.profiles(),
    'profile.load': ({ path }) => {
      checkRead(path)
      return tools.loadProfile(path)
    },
    'policy.load': ({ path, base, side }) => {
      checkRead(path)
      return tools.loadPolicy(path, base, side)
    },
    'profile.save': async ({ profile, path }) => {
      if (path !== null) checkWrite(path)
      const text = tools.profileText(profile)
      if (path === null) return { text }
      await saveWhole(path, [text])
      return { text: null }
    },
    explain: ({ text, capture }) => {
      const explanation = tools.explain(text)
      if (capture === null) return { explanation, ids: null }
      const { filter } = explanation
      const { rows } = captureOf(capture).live
      return { explanation, ids: filter === null ? [] : [...rows.query({ filter, sort: [] }).ids] }
    },
    'certificates.bundle': async ({ certificates }) => {
      const { p7bOf } = await import('./p7b.ts')
      return { p7b: p7bOf(certificates) }
    },
    'token.inspect': async ({ capture, id, token }) => {
      const view = (await captureWith(capture, id)).token(id, token)
      // A copy of its own: a view would take its whole buffer along.
      return { ...view, bytes: new Uint8Array(view.bytes) }
    },
    'keys.load': async ({ capture, keylog }) => {
      if (keylog !== null) checkRead(keylog)
      const reading = captureOf(capture)
      if (reading.live.running !== null && reading.live.follow) {
        throw refusal(
          'still-following',
          'Keys are loaded once following has ended.',
          'Stop following first, or name the key log in the settings and follow again.',
        )
      }
      const before = await reading.whole
      const outcome = await tools.analyse(
        reading.live.path,
        {
          keylog,
          key: null,
          passwordFile: null,
          roots: reading.live.roots,
          replay: before.model,
          chain: reading.live.chain,
        },
        { cancelled: () => reading.live.stop },
      )
      if (!outcome.ok) throw new Refusal(outcome.fault)
      const after = outcome.value
      const changed = after.rows.filter(
        (row) => JSON.stringify(row) !== JSON.stringify(reading.live.rows.get(row.id)),
      )
      reading.live.rows.replace(after.rows)
      reading.whole = Promise.resolve(after)
      before.close()
      rowsTeller(host, capture)(changed)
      return keylog === null ? { secrets: 0, matched: 0, warnings: [] } : await tools.keys(keylog, after.rows)
    },
    'report.make': async (request) => {
      if (request.path !== null) checkWrite(request.path)
      if (request.format === 'pdf') {
        throw refusal(
          'pdf-needs-desktop',
          'PDF is made by the desktop window only.',
          'Save as HTML and print it from the browser.',
        )
      }
      const capture = await captureOf(request.capture).whole
      const rows = chosen(request, capture.rows)
      const pieces = tools.report(capture, rows, request, await notesFor(request))
      if (request.path !== null) {
        return { text: null, bytes: await saveWhole(request.path, pieces), conversations: rows.length }
      }
      const text = [...pieces].join('')
      return { text, bytes: Buffer.byteLength(text), conversations: rows.length }
    },
    'report.preview': async (request) => {
      const capture = await captureOf(request.capture).whole
      const rows = chosen(request, capture.rows)
      const preview = tools.preview(capture, rows, request, await notesFor(request))
      return { ...preview, conversations: rows.length }
    },
    'capture.save': async (request) => {
      if (request.path !== null) checkWrite(request.path)
      const capture = await captureOf(request.capture).whole
      const ids = chosen(request, capture.rows).map(({ id }) => id)
      if (request.path !== null)
        return {
          ...(await tools.save(capture, ids, request, request.path)),
          bytes: null,
          conversations: ids.length,
        }
      return inOwnFolder(async (path) => {
        const saved = await tools.save(capture, ids, request, path)
        return { ...saved, bytes: new Uint8Array(await readFile(path)), conversations: ids.length }
      })
    },
    'notes.list': ({ capture }) => tools.notes.read(captureOf(capture).live.path),
    'notes.found': async ({ capture }) => {
      const { path } = captureOf(capture).live
      const [own, found] = await Promise.all([tools.notes.read(path), tools.notes.beside(path)])
      if (found === null) return null
      const joined = joinedNotes(own, found)
      return JSON.stringify(joined.notes) === JSON.stringify(own.notes) ? null : found
    },
    'notes.save': async ({ capture, notebook }) => {
      if (notebook.beside === true && !host.mayWriteBeside)
        throw refusal('desktop-only', 'Only the desktop program writes beside a capture.')
      await tools.notes.write(captureOf(capture).live.path, notebook)
      return null
    },
  }

  return {
    async request(channel, input) {
      if (!isChannel(channel))
        return { ok: false, fault: fault('no-such-request', `There is no request "${channel}".`) }
      return answer(handlers, channel, input)
    },
    close() {
      for (const reading of captures.values()) shut(reading)
      captures.clear()
    },
  }
}

function isChannel(channel: string): channel is Channel {
  return Object.hasOwn(requests, channel)
}

async function answer(handlers: Handlers, channel: Channel, input: unknown): Promise<Outcome<unknown>> {
  const handler = handlers[channel] as (input: unknown) => unknown
  const schema: z.ZodType = requests[channel].input
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    return {
      ok: false,
      fault: fault('bad-request', `The request "${channel}" is not well formed.`, parsed.error.message),
    }
  }
  return outcomeOf(() => handler(parsed.data))
}

/** A file of its own for `work`, gone afterwards: for what is handed over as bytes. */
async function inOwnFolder<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'handshake-inspector-'))
  try {
    return await work(join(folder, 'saved'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function chosen({ scope, filter }: ScopeRequest, rows: readonly ReportRow[]): ReportRow[] {
  if (scope === 'all') return [...rows]
  if (scope === 'failed') return rows.filter((row) => row.outcome === 'failed')
  if (scope === 'filtered') return matching(rows, filter).rows
  const byId = new Map(rows.map((row) => [row.id, row]))
  return scope.flatMap((id) => byId.get(id) ?? [])
}
