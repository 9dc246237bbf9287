// Several files as one capture in the page: named at start, chosen in the dialog, dropped, uploaded.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { putTogether, takeApart } from '../fuzz/mutators.ts'
import { openDesktop, openServed, type Inspector } from '../host/desktop.ts'

const title = 'first.pcap, 2 files · Handshake Inspector'
let folder = ''
let halves: string[] = []
let open: Inspector | null = null

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-several-'))
  const whole = takeApart(new Uint8Array(readFileSync(resolve('test/captures/ok-tls13-full.pcap'))))
  halves = ['first.pcap', 'second.pcap'].map((name, half) => {
    const path = join(folder, name)
    const records = whole.records.filter((_, at) => at < 5 === (half === 0))
    writeFileSync(path, putTogether(whole.header, records))
    return path
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  const problems = open?.problems() ?? []
  await open?.close()
  open = null
  expect(problems).toEqual([])
})

/** One conversation that neither half holds by itself, under a title that counts the files. */
async function isOne(page: Page): Promise<void> {
  await page.locator('.lrow.sel').waitFor()
  await page.locator('.statusbar').getByText('1 conversation', { exact: true }).waitFor()
  expect(await page.locator('.lrow.sel').getAttribute('aria-label')).toContain('Established')
  expect(await page.title()).toBe(title)
}

describe('several files', () => {
  it('named at the start of the desktop program are one capture, and not a recent file', async () => {
    const desktop = await openDesktop(halves)
    open = desktop
    await isOne(desktop.page)
    expect(desktop.machine.recentDocuments).toEqual([])
  })

  it('chosen in the dialog are one capture', async () => {
    const desktop = await openDesktop()
    open = desktop
    desktop.answer('showOpenDialog', { canceled: false, filePaths: halves })
    desktop.menu('open')
    await isOne(desktop.page)
    expect(desktop.machine.dialogs.at(-1)).toMatchObject({
      options: { properties: ['openFile', 'multiSelections'] },
    })
  })

  it('named at the start of the served page are one capture', async () => {
    const served = await openServed(halves)
    open = served
    await isOne(served.page)
  })

  it('chosen in the served page are uploaded and are one capture', async () => {
    const served = await openServed()
    open = served
    const asked = served.page.waitForEvent('filechooser')
    await served.page.keyboard.press('Control+o')
    await (await asked).setFiles(halves)
    await isOne(served.page)
  })

  it('dropped together are one capture', async () => {
    const served = await openServed()
    open = served
    const given = halves.map((path) => readFileSync(path).toString('base64'))
    await served.page.evaluate((given) => {
      const data = new DataTransfer()
      for (const [at, base64] of given.entries()) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
        data.items.add(new File([bytes], ['first.pcap', 'second.pcap'][at] ?? ''))
      }
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
    }, given)
    await isOne(served.page)
  })
})
