// The page on a made-up capture of any number of conversations: the session and its tools are the real ones.

import type { BrowserContext, Page } from 'playwright-core'
import { chromium, type Browser } from 'playwright-core'
import { inject } from 'vitest'
import { createSession } from '../../electron/worker/session.ts'
import { tools } from '../../electron/worker/tools.ts'
import type { BridgeEvent } from '../../shared/contract/bridge.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { packed } from '../../shared/contract/packed.ts'
import type { Served } from '../../electron/serve.ts'
import {
  establishedConversation,
  failedConversation,
  captureFixture,
  modelFixture,
} from '../support/fixtures.ts'
import { startServed } from '../host/desktop.ts'
import { rowOf } from '../support/rows.ts'

export interface Many {
  readonly page: Page
  /** Reads on: the next conversations are found. */
  read(more: number): void
  /** The file ends. */
  end(): void
  problems(): string[]
}

const hosts = 50
const failedOneIn = 20
const firstMs = Date.parse('2026-11-22T10:00:00Z')

let browser: Browser | null = null
let context: BrowserContext | null = null
let served: Served | null = null

/** `count` conversations with fifty servers, one a millisecond, every twentieth failed. */
export function rowsOf(count: number): ReportRow[] {
  const [good, bad] = [rowOf(establishedConversation), rowOf(failedConversation)]
  return Array.from({ length: count }, (_, at) => {
    const id = at + 1
    return {
      ...(id % failedOneIn === 0 ? bad : good),
      id,
      key: `key-${String(id)}`,
      serverName: `host-${String(id % hosts)}.example`,
      start: new Date(firstMs + at).toISOString().replace('Z', '000000Z'),
    }
  })
}

/** Opens the page on a capture of `count` conversations, or of these; with `reading`, it is read as far as the spec lets it. */
export async function openMany(
  given: number | readonly ReportRow[],
  reading = false,
  viewport = { width: 1480, height: 900 },
): Promise<Many> {
  served = await startServed()
  browser = await chromium.connect(inject('chromium'))
  context = await browser.newContext({
    viewport,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const seen: string[] = []
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`))
  const rows = typeof given === 'number' ? rowsOf(given) : given
  const count = rows.length
  const post = (event: BridgeEvent): void => {
    // A timer may outlive the page.
    if (!page.isClosed()) void page.evaluate(`tell(${JSON.stringify(event)})`).catch(() => undefined)
  }
  let read: (more: number) => void = () => undefined
  let end = (): void => undefined
  const ended = reading ? new Promise<void>((resolve) => (end = resolve)) : Promise.resolve()
  const session = createSession(
    { ...hostFor(), post },
    {
      ...tools,
      analyse: async (_path, _options, hooks) => {
        let found = 0
        read = (more) => {
          hooks?.rows?.(rows.slice(found, (found += more)))
          // Flushes what waits, as reading on does.
          setTimeout(() => hooks?.progress?.(found, count, found), 150)
        }
        const capture = {
          summary: { ...captureFixture, file: 'many.pcapng' },
          files: [],
          rows,
          otherFlows: [],
          model: modelFixture,
          cancelled: false,
          inspect: (id: number) => ({ ...establishedConversation, id }),
          token: () => ({ bytes: new Uint8Array(0), fields: [], asn1: [], packets: [], openedFrom: null }),
          close: () => undefined,
        } as never
        hooks?.begun?.(capture)
        if (!reading) read(count)
        await ended
        return { ok: true, value: capture }
      },
    },
  )
  await page.exposeFunction('ask', async (channel: string, input: unknown) =>
    packed(await session.request(channel, input)),
  )
  await page.addInitScript(`(${bridgeInPage.toString()})()`)
  await page.goto(served.url)
  return {
    page,
    read: (more) => {
      read(more)
    },
    end: () => {
      end()
    },
    problems: () => seen,
  }
}

/** Closes what `openMany` opened. */
export async function closeMany(): Promise<void> {
  await context?.close()
  await browser?.close()
  await served?.close()
}

function hostFor() {
  return { mayWriteBeside: false, mayRead: () => true, mayWrite: () => false, opened: () => undefined }
}

/** Runs in the page: a bridge whose worker is the spec. */
function bridgeInPage(): void {
  const listeners = new Set<(event: unknown) => void>()
  const page = window as unknown as Record<string, unknown> & {
    ask(channel: string, input: unknown): Promise<string>
  }
  page['tell'] = (event: unknown) => {
    for (const listener of listeners) listener(event)
  }
  const nothing = () => Promise.resolve(null)
  // The page's own reading of packed arrays is in its bundle: this is the same in four lines.
  const array = (kind: string, text: string) => {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    return kind === 'Uint32Array' ? new Uint32Array(bytes.buffer) : bytes
  }
  const unpack = (text: string) =>
    JSON.parse(text, (_key, each: { array?: string; base64?: string } | null) =>
      each?.array !== undefined && each.base64 !== undefined ? array(each.array, each.base64) : each,
    ) as unknown
  const known: Record<string, unknown> = {
    host: 'served',
    platform: 'linux',
    version: '0.0.0-test',
    request: async (channel: string, input: unknown) => unpack(await page.ask(channel, input)),
    on(listener: (event: unknown) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onCommand(listener: (command: unknown) => void) {
      queueMicrotask(() => listener({ kind: 'open', path: 'many.pcapng' }))
      return () => undefined
    },
    recent: () => Promise.resolve([]),
    samples: () => Promise.resolve([]),
    settings: () =>
      Promise.resolve({
        roots: null,
        keylog: null,
        rememberRecent: true,
        limits: { openConversations: 524288, openMegabytes: 256, minutes: null },
      }),
    notify: () => undefined,
  }
  page['bridge'] = new Proxy(known, { get: (target, name) => target[String(name)] ?? nothing })
}
