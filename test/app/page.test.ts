// The page on real captures, driven as an analyst would: list, score, bytes, filter, tabs, dialogs, states.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { unbroken } from '../support/reports.ts'
import { bytesOf, closeBrowser, openPage, type ServedPage } from './page-browser.ts'

const lab = resolve('../shared/captures/lab')
const capture = (name: string): string => join(lab, `${name}.pcap`)
let inspector: ServedPage
let page: Page

async function open(name: string): Promise<void> {
  inspector = await openPage([name.includes('/') ? name : capture(name)])
  page = inspector.page
}

afterEach(async () => {
  const problems = inspector.problems()
  await inspector.close()
  expect(problems).toEqual([])
})

afterAll(closeBrowser)

describe.skipIf(!existsSync(lab))('the page with a failed conversation', () => {
  it('opens on the failure: verdict, failing card, the bytes behind it', async () => {
    await open('untrusted-root')
    const card = page.getByRole('listitem', {
      name: /^Client, ISC #2, failed, SEC_E_UNTRUSTED_ROOT, failure point/,
    })
    await card.waitFor()
    expect(await page.locator('.card.point').count()).toBe(1)
    await page
      .getByRole('region', { name: 'Diagnosis' })
      .getByText('likely')
      .or(page.getByText('observed'))
      .first()
      .waitFor()
    await page
      .getByRole('tree', { name: 'Fields' })
      .getByText('certificate 1', { exact: true })
      .first()
      .waitFor()
    await card.click()
    await page.getByRole('row', { name: 'out TOKEN, allocate ALERT, allocate TOKEN 0 ALERT 7' }).waitFor()
    expect(await page.locator('.insp header').textContent()).toContain('0x80090325')
  })

  it('marks the same range in fields and bytes', async () => {
    await open('untrusted-root')
    // The tree first goes to the bytes behind the finding.
    await page.locator('.foot').getByText('issuer', { exact: true }).waitFor()
    const field = page.getByRole('treeitem', { name: /certificates length/ }).first()
    await field.hover()
    const marked = page.locator('.hex i.on')
    expect(await marked.count()).toBe(6)
    await field.click()
    await page.getByText('certificates length', { exact: true }).last().waitFor()
    expect(await page.locator('.foot').textContent()).toContain('3 bytes')
  })

  it('walks the score by keyboard and follows a token to its other end', async () => {
    await open('untrusted-root')
    await page.locator('.card.point').waitFor()
    await page.locator('[data-pane=timeline]').focus()
    await page.keyboard.press('Home')
    expect(await page.locator('.card.sel').getAttribute('aria-label')).toContain('Client, ISC #1')
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('.card.sel').getAttribute('aria-label')).toContain('Server, ASC #1')
    await page.keyboard.press(']')
    expect(await page.locator('.card.sel').getAttribute('aria-label')).toContain('failure point')
    await page.keyboard.press('2')
    await page.locator('.score-wrap.compact').waitFor()
  })

  it('filters with completion and keeps the last filter that parsed', async () => {
    await open('untrusted-root')
    await page.locator('.card').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('status == SEC_E_UNT')
    await page.getByRole('option', { name: /SEC_E_UNTRUSTED_ROOT/ }).waitFor()
    expect(await page.locator('.hint').textContent()).toContain('unfinished')
    await page.keyboard.press('Tab')
    await page.locator('.hint').waitFor({ state: 'detached' })
    expect(await page.getByRole('combobox').inputValue()).toBe('status == SEC_E_UNTRUSTED_ROOT ')
    await page.getByRole('combobox').fill('established')
    await page.getByText('No conversation matches.').waitFor()
  })

  it('saves a report as a download', async () => {
    await open('untrusted-root')
    await page.locator('.card').first().waitFor()
    await page.keyboard.press('Control+e')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save report' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('untrusted-root-1.report.html')
    expect(unbroken((await bytesOf(file)).toString())).toContain('SEC_E_UNTRUSTED_ROOT')
    await page
      .getByRole('status')
      .getByText(/^Saved/)
      .waitFor()
  })

  it('shows certificates, messages and findings', async () => {
    await open('expired-certificate')
    await page.getByRole('tab', { name: /Certificates/ }).click()
    expect(await page.getByRole('tree', { name: 'Certificate chain' }).textContent()).toMatch(
      /expired .* days ago/,
    )
    await page.getByRole('tab', { name: /Messages/ }).click()
    await page.locator('.messages').getByRole('button', { name: 'ServerHello', exact: true }).waitFor()
    await page.getByRole('tab', { name: /Findings/ }).click()
    await page.getByText('What to do').last().waitFor()
  })

  it('opens the sheet of keys and gives the focus back', async () => {
    await open('untrusted-root')
    await page.locator('.card').first().waitFor()
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-pane'))).toBe('conversations')
  })
})

describe.skipIf(!existsSync(lab))('the score on other conversations', () => {
  it('folds sixty calls into one card and opens it', async () => {
    await open('trickled-hello')
    await page.getByRole('listitem', { name: /60 times SEC_E_INCOMPLETE_MESSAGE/ }).click()
    await page.locator('[data-pane=timeline]').focus()
    await page.keyboard.press('e')
    await page.getByRole('listitem', { name: /^Server, ASC #2, needs bytes/ }).waitFor()
  })

  it('draws what was carried over and the token in pieces', async () => {
    await open('tls13-hello-retry-sliced')
    await page.getByText(/1.240 bytes carried over/).waitFor()
    expect(await page.locator('.spine').count()).toBeGreaterThan(0)
  })

  it('names a silent failure in a band', async () => {
    await open('no-answer')
    await page.locator('.band.failing').getByText('without packets').waitFor()
    expect(await page.locator('.band.wait').count()).toBe(0)
    expect(await page.locator('.card.point').count()).toBe(0)
  })
})

describe('the page without conversations', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inspector-page-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('welcomes with what it reads', async () => {
    inspector = await openPage([])
    page = inspector.page
    await page.getByRole('heading', { name: 'Open a capture' }).waitFor()
  })

  it('says what a file is that is no capture', async () => {
    writeFileSync(join(folder, 'notes.pcap'), 'the printer does not print\n')
    await open(join(folder, 'notes.pcap'))
    await page.getByRole('heading', { name: /text/ }).waitFor()
    await page.getByText('capture-text').first().waitFor()
    await page.getByRole('button', { name: 'Close file' }).click()
    await page.getByRole('heading', { name: 'Open a capture' }).waitFor()
  })
})
