// What specs drive: the desktop program on the double of Electron, or the served page. One page, one shape.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { inject, vi } from 'vitest'
import type { Served, ServeOptions } from '../../electron/serve.ts'
import type { machine } from './machine.ts'
import type { Session } from './sessions.ts'
import type { Preferences, WebContents } from './windows.ts'

/** The page in either host. */
export interface Inspector {
  readonly page: Page
  /** Errors on the page's console, uncaught errors, refused loads, requests that would have left the machine. */
  problems(): string[]
  close(): Promise<void>
}

export interface Desktop extends Inspector {
  /** Answers the next dialog of this kind. */
  answer(dialog: 'showOpenDialog' | 'showSaveDialog', reply: object): void
  /** Clicks a menu item by its id. */
  menu(id: string): void
  /** Starts the program a second time with this file. */
  offer(path: string): void
  /** The pages of all windows, in the order they were opened. */
  pages(): Promise<Page[]>
  /** Says which path the page's file of this name has, for drops. */
  place(name: string, path: string): void
  /** Asks main what the preload would ask, from a frame of the spec's choosing. */
  invoke(
    channel: string,
    input: unknown,
    frame: { url: string; parent: object | null } | null,
  ): Promise<unknown>
  /** What the program did to the machine it runs on. */
  readonly machine: typeof machine
  readonly session: Session
  /** The window's contents, to tell them what Electron would, and the preferences it was opened with. */
  readonly contents: WebContents
  readonly preferences: Preferences
  /** The preferences of every window opened so far, hidden ones too. */
  allPreferences(): readonly Preferences[]
}

/** Starts the built program on the double, with `files` on its command line. */
export async function openDesktop(files: readonly string[] = [], userData?: string): Promise<Desktop> {
  vi.resetModules()
  const own = userData ?? mkdtempSync(join(tmpdir(), 'inspector-data-'))
  const [{ machine, app, testBrowser }, { BrowserWindow, preferencesOpened }, { session, closeSessions }] =
    await Promise.all([import('./machine.ts'), import('./windows.ts'), import('./sessions.ts')])
  machine.userData = own
  await importMain(files)
  const window = await vi.waitUntil(() => BrowserWindow.getAllWindows()[0], { timeout: 5000 })
  const page = await window.webContents.page
  const seen = watch(page)
  await page.waitForURL(/bundle\.app\.invalid/)
  await page.waitForLoadState()
  return {
    page,
    machine,
    session: session.defaultSession,
    contents: window.webContents,
    preferences: window.options.webPreferences ?? {},
    allPreferences: () => preferencesOpened,
    problems: () => [...seen, ...machine.leaks.map((url) => `network: ${url}`)],
    answer: (dialog, reply) => void machine.answers[dialog].push(reply),
    menu: (id) => {
      const item = machine.menu?.getMenuItemById(id)
      if (item === null || item === undefined) throw new Error(`The menu has no "${id}".`)
      item.click()
    },
    offer: (path) => void app.emit('second-instance', {}, [], process.cwd(), { files: [path] }),
    async pages() {
      const pages = await Promise.all(
        BrowserWindow.getAllWindows().map(({ webContents }) => webContents.page),
      )
      for (const each of pages) {
        await each.waitForURL(/bundle\.app\.invalid/)
        await each.waitForLoadState()
      }
      return pages
    },
    place: (name, path) => window.webContents.place(name, path),
    invoke: (channel, input, frame) =>
      Promise.resolve(
        machine.handlers.get(channel)?.({ sender: window.webContents, senderFrame: frame }, input),
      ),
    async close() {
      app.quit()
      await closeSessions()
      await (await testBrowser()).close()
      if (userData === undefined) rmSync(own, { recursive: true, force: true })
    },
  }
}

/** Starts the built desktop program with a command instead of files; resolves when it has ended. */
export async function runDesktopCommand(
  args: readonly string[],
): Promise<{ code: number | null; windows: number }> {
  vi.resetModules()
  const [{ machine }, { BrowserWindow }] = await Promise.all([import('./machine.ts'), import('./windows.ts')])
  await importMain(args)
  return { code: machine.ended, windows: BrowserWindow.getAllWindows().length }
}

async function importMain(args: readonly string[]): Promise<void> {
  const before = process.argv
  process.argv = ['electron', '.', ...args]
  await import(/* @vite-ignore */ built('main.js'))
  process.argv = before
}

export interface ServedInspector extends Inspector {
  readonly url: string
  /** Another tab on the same server. */
  openTab(): Promise<Page>
}

/** Serves the built page with `files` and opens it. */
export async function openServed(
  files: readonly string[] = [],
  options: Partial<ServeOptions> = {},
): Promise<ServedInspector> {
  const served = await startServed(files, options)
  const browser = await chromium.connect(inject('chromium'))
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1480, height: 900 } })
  const seen: string[] = []
  async function openTab(): Promise<Page> {
    const page = await context.newPage()
    watch(page, seen)
    await page.goto(served.url)
    return page
  }
  return {
    url: served.url,
    page: await openTab(),
    openTab,
    problems: () => seen,
    async close() {
      await context.close()
      await browser.close()
      await served.close()
    },
  }
}

/** The built server alone, for specs that speak HTTP themselves. */
export async function startServed(
  files: readonly string[] = [],
  options: Partial<ServeOptions> = {},
): Promise<Served> {
  const { serve } = (await import(/* @vite-ignore */ built('serve.js'))) as {
    serve: (options: ServeOptions) => Promise<Served>
  }
  return serve({ files: files.map((path) => resolve(path)), version: '0.0.0-test', ...options })
}

function built(name: string): string {
  return pathToFileURL(resolve('out/main', name)).href
}

function watch(page: Page, seen: string[] = []): string[] {
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`)
  })
  return seen
}
