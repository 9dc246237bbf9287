// Saving rows as a capture from the menu of the list: the dialog opens on the format and the rows that were meant.

import { resolve } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { closeBrowser, openPage, type ServedPage } from './page-browser.ts'

let inspector: ServedPage | null = null
afterEach(async () => {
  const problems = inspector?.problems() ?? []
  await inspector?.close()
  inspector = null
  expect(problems).toEqual([])
})
afterAll(closeBrowser)

describe('save as capture', () => {
  it('opens on the row under the pointer and on pcapng, and leaves the report as it was', async () => {
    inspector = await openPage([resolve('test/captures/untrusted-root.pcap')])
    const { page } = inspector
    page.setDefaultTimeout(4000)
    await page.locator('.lrow.sel').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Save as capture …' }).click()
    await page.getByRole('dialog').getByText('untrusted-root-1.pcapng').first().waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+e')
    await page.getByRole('dialog').getByText('untrusted-root-1.report.html').first().waitFor()
  })
})
