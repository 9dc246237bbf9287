// The served page in a Chromium that has fonts: without one it draws no text, and nothing that holds only text is visible.

import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium, type Browser, type BrowserServer, type Page } from 'playwright-core'
import { launchChromium } from '../host/browser.ts'
import { startServed } from '../host/desktop.ts'

export interface ServedPage {
  readonly page: Page
  /** Errors of the page and its console. */
  problems(): string[]
  close(): Promise<void>
}

let server: BrowserServer | null = null
let browser: Browser | null = null

/** Serves the built page with `files` and opens it. */
export async function openPage(files: readonly string[]): Promise<ServedPage> {
  const served = await startServed(files)
  browser ??= await launch()
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1480, height: 900 } })
  const page = await context.newPage()
  const seen: string[] = []
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`)
  })
  await page.goto(served.url)
  return {
    page,
    problems: () => seen,
    async close() {
      await context.close()
      await served.close()
    },
  }
}

/** Ends the browser that `openPage` started. */
export async function closeBrowser(): Promise<void> {
  await browser?.close()
  await server?.close()
  browser = null
  server = null
}

/** The packaged Chromium's own font configuration names folders of the cloud it was made for. */
async function launch(): Promise<Browser> {
  const cache = resolve('node_modules/.cache/chromium')
  const file = resolve('node_modules/.cache/fonts.conf')
  mkdirSync(cache, { recursive: true })
  const folders = [resolve(cache, 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('')
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders}</fontconfig>`,
  )
  const before = process.env['FONTCONFIG_FILE']
  process.env['FONTCONFIG_FILE'] = file
  server = await launchChromium()
  if (before === undefined) delete process.env['FONTCONFIG_FILE']
  else process.env['FONTCONFIG_FILE'] = before
  return chromium.connect(server.wsEndpoint())
}
