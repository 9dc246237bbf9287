// The set-up of a spec that opens captures in the served page: one page at a time, closed after each test, which fails
// with what the page complained of; and a folder for captures of the spec's own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, expect } from 'vitest'
import { closeBrowser, openPage, type ServedPage } from './page-browser.ts'

/** The page of the test that runs. */
export let page: Page
let inspector: ServedPage | null = null
const folder = mkdtempSync(join(tmpdir(), 'inspector-page-'))

/** A recorded capture of the project. */
export function capture(name: string): string {
  return resolve(`test/captures/${name}.pcap`)
}

/** Writes a capture of the spec's own and returns its path. */
export function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Opens a capture in a new page, and waits until a conversation is drawn, or what else is `ready`. */
export async function open(path: string, ready = '.card'): Promise<void> {
  inspector = await openPage([path])
  page = inspector.page
  page.setDefaultTimeout(15_000)
  await page.locator(ready).first().waitFor()
}

afterEach(async () => {
  const problems = inspector?.problems() ?? []
  await inspector?.close()
  inspector = null
  expect(problems).toEqual([])
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await closeBrowser()
})
