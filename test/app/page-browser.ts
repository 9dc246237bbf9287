// The served page, for specs of the page alone.

import { chromium, type Browser, type BrowserContextOptions, type Download, type Page } from 'playwright-core'
import { inject } from 'vitest'
import { startServed } from '../host/desktop.ts'

export interface ServedPage {
  readonly page: Page
  /** Errors of the page and its console. */
  problems(): string[]
  close(): Promise<void>
}

let browser: Browser | null = null

/** Serves the built page with `files` and opens it. */
export async function openPage(files: readonly string[]): Promise<ServedPage> {
  const served = await startServed(files)
  const page = await blankPage({ acceptDownloads: true, viewport: { width: 1480, height: 900 } })
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
      await page.context().close()
      await served.close()
    },
  }
}

/** A page of its own, with nothing in it yet. */
export async function blankPage(options: BrowserContextOptions): Promise<Page> {
  browser ??= await chromium.connect(inject('chromium'))
  const context = await browser.newContext(options)
  return context.newPage()
}

/** What a download holds. */
export async function bytesOf(file: Download): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Leaves the browser that the pages are in. */
export async function closeBrowser(): Promise<void> {
  await browser?.close()
  browser = null
}
