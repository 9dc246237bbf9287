// Each view on paper: alone, light, as long as what it holds, and as wide as the sheet.

import { readFileSync } from 'node:fs'
import { beforeEach, expect, it } from 'vitest'
import { joined } from '../support/captures.ts'
import { readPdf, tight, type PdfText } from '../support/pdf.ts'
import { capture, open, page, written } from './page-spec.ts'

/** What A4 has between the margins, in CSS pixels. */
const sheet = { width: 703, height: 1032 }

const [first, second] = ['no-common-cipher', 'ok-mutual-tls12'].map((name) => readFileSync(capture(name)))
const both = written('both.pcap', joined(first!, second!))

beforeEach(async () => {
  await open(both)
})

/** What the PDF says that the browser makes of the page. */
async function printed(): Promise<PdfText> {
  await page.evaluate(() => document.fonts.ready)
  return readPdf(await page.pdf({ format: 'A4', printBackground: true, preferCSSPageSize: true }))
}

/** Draws the page as for paper, under a dark system. */
async function toPaper(): Promise<void> {
  await page.setViewportSize(sheet)
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await page.waitForTimeout(100)
}

/** What would be cut off on paper: parts that hide some of what they hold, and what stands beyond the sheet's edge. */
async function cut(): Promise<string[]> {
  return page.evaluate((width) => {
    const seen = [...document.querySelectorAll<HTMLElement>('body *')].filter(
      (each) => each.checkVisibility() && !each.matches('.sr, .sr *, svg, svg *, .e'),
    )
    const hides = seen.filter((each) => {
      const { overflowY, display } = getComputedStyle(each)
      return overflowY !== 'visible' && display !== 'inline' && each.scrollHeight > each.clientHeight + 3
    })
    const beyond = seen.filter((each) => each.getBoundingClientRect().right > width + 1)
    return [...hides, ...beyond].map((each) => `${each.className}: ${each.textContent.slice(0, 60)}`)
  }, sheet.width)
}

async function isAlone(): Promise<void> {
  for (const around of ['.titlebar', '.statusbar', '.overview', '.toolbar', '.list', '.tabs'])
    expect(await page.locator(around).isVisible(), around).toBe(false)
  expect(await page.locator('body').evaluate((body) => getComputedStyle(body).colorScheme)).not.toBe('dark')
  const ink = await page
    .locator('b:visible')
    .first()
    .evaluate((each) => getComputedStyle(each).color)
  expect(ink).toMatch(/^rgb\((?:[0-9]|[1-4][0-9]), (?:[0-9]|[1-4][0-9]), (?:[0-9]|[1-4][0-9])\)$/)
}

it.each([
  ['Certificates', 2, 'SHA-256'],
  ['Findings', 1, 'Event log'],
  ['Messages', 2, 'ServerHelloDone'],
  ['Attributes', 2, 'SECPKG_ATTR_CONNECTION_INFO_EX'],
  ['What if', 1, 'Group policy on the real machine may differ'],
] as const)('prints %s whole', async (name, conversation, last) => {
  await page.locator(`#row-${String(conversation)}`).click()
  await page.getByRole('tab', { name }).click()
  await page.locator('#view').getByText(last).last().waitFor()
  const { tight: text } = await printed()
  for (const words of [`Conversation ${String(conversation)}`, last]) expect(text).toContain(tight(words))
  expect(text).not.toContain('Filter')
  await toPaper()
  await isAlone()
  expect(await cut()).toEqual([])
  expect(await page.locator('#view').getByText(last).last().isVisible()).toBe(true)
  expect(await page.getByText(`Conversation ${String(conversation)}`, { exact: true }).isVisible()).toBe(true)
})

it.each([
  ['Attributes', 2, 'Schannel reference §7, QueryContextAttributes: Microsoft’s page on it'],
  ['What if', 1, 'Schannel reference §9, what a Windows version has switched on'],
] as const)('prints below %s what its sources rest on', async (name, conversation, words) => {
  await page.locator(`#row-${String(conversation)}`).click()
  await page.getByRole('tab', { name }).click()
  const sources = page.locator('#view .sources')
  await sources.waitFor({ state: 'attached' })
  expect(await sources.isVisible()).toBe(false)
  await toPaper()
  expect(await sources.isVisible()).toBe(true)
  await sources.getByText(words).waitFor()
})

it('prints a comparison whole, on more than one sheet', async () => {
  await page.locator('[data-pane=conversations]').focus()
  await page.keyboard.press('c')
  await page.getByRole('table', { name: 'Compared values' }).waitFor()
  const { pages } = await printed()
  expect(pages.length).toBeGreaterThan(1)
  expect(pages[0]).toContain('Alert 40 handshake_failure on the right')
  expect(pages.join(' ')).toMatch(/\d+ differences, \d+ equal/)
  await toPaper()
  await isAlone()
  expect(await cut()).toEqual([])
  expect(await page.getByText(/^\d+ differences, \d+ equal/).isVisible()).toBe(true)
})

it('prints all fields and bytes of the inspector’s token', async () => {
  await page.evaluate(() => (window.print = () => undefined))
  await page.locator('#row-2').click()
  await page.getByText('Conversation 2', { exact: true }).waitFor()
  await page.locator('.tok', { hasText: 'Certificate' }).first().click()
  await page.getByRole('radio', { name: 'ASN.1' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('print the inspector')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await toPaper()
  const paper = page.locator('.paper')
  await paper.getByRole('heading', { name: /^Token, server to client/ }).waitFor()
  expect(await page.locator('.win').isVisible()).toBe(false)
  expect(await cut()).toEqual([])
  const bytes = Number(
    /([\d\u202f\u00a0 ]+) bytes/
      .exec((await paper.locator('h1').textContent()) ?? '')![1]!
      .replace(/\D/g, ''),
  )
  const dump = (await paper.locator('pre').textContent())!.split('\n')
  expect(dump.length).toBe(Math.ceil(bytes / 16))
  expect(dump[0]).toMatch(/^0000 {2}16 03 03/)
  expect(await paper.locator('tbody tr').count()).toBeGreaterThan(60)
  const { pages, tight: text } = await printed()
  expect(pages.length).toBeGreaterThan(2)
  expect(pages[0]).toContain('Token, server to client')
  expect(pages[0]).toContain('TLS 1.2')
  for (const line of [dump[0]!, dump.at(-1)!]) expect(text).toContain(tight(line))
  // Afterwards the view is what is printed again.
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await paper.waitFor({ state: 'detached' })
})

it('prints the score: verdict, endpoints, every call with its status, what went over the wire', async () => {
  await page.locator('#row-1').click()
  await page.getByText('Conversation 1', { exact: true }).waitFor()
  const { pages, tight: text } = await printed()
  expect(pages[0]).toContain('Conversation 1')
  expect(pages[0]).toMatch(/127\.0\.0\.1:38130 .*127\.0\.0\.1:20119/)
  expect(pages[0]).toContain('The server found no cipher suite in common with the client')
  for (const words of [
    'ISC #1',
    'SEC_I_CONTINUE_NEEDED',
    'ASC #1',
    'SEC_E_ALGORITHM_MISMATCH',
    'ISC #2',
    'SEC_E_ILLEGAL_MESSAGE',
    'ClientHello',
    'handshake_failure',
  ])
    expect(text).toContain(tight(words))
})
