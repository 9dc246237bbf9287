// Every view and every dialog against axe-core: nothing serious, nothing critical.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joined } from '../support/captures.ts'
import { seriousFaults } from './axe.ts'
import { closeBrowser, openPage } from './page-browser.ts'

const capture = (name: string): string => resolve(`test/captures/${name}.pcap`)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-axe-'))
  const [good, bad] = [readFileSync(capture('ok-tls12-full')), readFileSync(capture('no-common-cipher'))]
  writeFileSync(join(folder, 'both.pcap'), joined(good, bad))
  writeFileSync(join(folder, 'empty.pcap'), good.subarray(0, 24))
  writeFileSync(join(folder, 'text.pcap'), 'Ticket 4711: the printer does not print.\n')
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await closeBrowser()
})

interface View {
  readonly name: string
  readonly file: () => string | null
  readonly ready: string
  readonly act?: (page: Page) => Promise<unknown>
}

const failed = () => capture('untrusted-root')
const openTab = (name: string | RegExp) => (page: Page) => page.getByRole('tab', { name }).click()
const press = (key: string) => (page: Page) => page.keyboard.press(key)
const card = '.card'

const views: readonly View[] = [
  { name: 'the empty window', file: () => null, ready: '.wl' },
  { name: 'a failed conversation', file: failed, ready: card },
  {
    name: 'a failed conversation with its whole diagnosis',
    file: failed,
    ready: card,
    act: (page) => page.getByRole('button', { name: 'More', exact: true }).click(),
  },
  {
    name: 'a call in the inspector',
    file: failed,
    ready: card,
    act: (page) => page.getByLabel(/^Client, ISC #2/).click({ position: { x: 4, y: 4 } }),
  },
  { name: 'a conversation with retry', file: () => capture('tls13-hello-retry-sliced'), ready: card },
  { name: 'certificates', file: failed, ready: card, act: openTab(/Certificates/) },
  { name: 'messages', file: failed, ready: card, act: openTab(/Messages/) },
  { name: 'findings', file: failed, ready: card, act: openTab(/Findings/) },
  { name: 'attributes', file: () => capture('ok-tls12-full'), ready: card, act: openTab('Attributes') },
  {
    name: 'what if',
    file: () => capture('no-common-cipher'),
    ready: card,
    act: async (page) => {
      await openTab(/What if/)(page)
      await page.getByRole('grid', { name: 'Windows versions' }).getByRole('row').nth(18).waitFor()
    },
  },
  {
    name: 'compare',
    file: () => join(folder, 'both.pcap'),
    ready: card,
    act: async (page) => {
      await page.locator('[data-pane=conversations]').focus()
      await page.keyboard.press('c')
      await page.getByRole('heading', { name: /They part at/ }).waitFor()
    },
  },
  {
    name: 'the report',
    file: failed,
    ready: card,
    act: async (page) => {
      await page.keyboard.press('Control+e')
      await page
        .getByRole('document', { name: 'Preview of the report' })
        .getByRole('heading')
        .first()
        .waitFor()
    },
  },
  { name: 'settings', file: failed, ready: card, act: press('Control+,') },
  { name: 'commands', file: failed, ready: card, act: press('Control+k') },
  { name: 'keys', file: failed, ready: card, act: press('?') },
  { name: 'a capture without TLS', file: () => join(folder, 'empty.pcap'), ready: '.wl' },
  { name: 'a file that is no capture', file: () => join(folder, 'text.pcap'), ready: '.wl' },
]

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it.each(views)('$name has nothing serious', async ({ file, ready, act }) => {
    const path = file()
    const inspector = await openPage(path === null ? [] : [path])
    const { page } = inspector
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.locator(ready).first().waitFor()
    await act?.(page)
    await page.mouse.move(5, 5)
    const faults = await seriousFaults(page)
    const problems = inspector.problems()
    await inspector.close()
    expect(faults).toEqual([])
    expect(problems).toEqual([])
  })
})
