// The columns under the verdict: folded, each ends below a whole line; More shows the rest.

import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { closeBrowser, openPage, type ServedPage } from './page-browser.ts'

let inspector: ServedPage

afterEach(async () => {
  const problems = inspector.problems()
  await inspector.close()
  expect(problems).toEqual([])
})
afterAll(closeBrowser)

/** Lines of text and chips of which only a part is in view, each by its text; and how many columns are folded. */
function torn(page: Page): Promise<{ lines: string[]; folded: number }> {
  return page.locator('.parts').evaluate((parts) => {
    const lines: string[] = []
    for (const column of parts.children) {
      const { bottom } = column.getBoundingClientRect()
      const note = (box: DOMRect, text: string | null): void => {
        if (box.top < bottom - 1 && box.bottom > bottom + 0.5) lines.push(text ?? '')
      }
      for (const chip of column.querySelectorAll('.chip'))
        note(chip.getBoundingClientRect(), chip.textContent)
      const texts = document.createTreeWalker(column, NodeFilter.SHOW_TEXT)
      while (texts.nextNode() !== null) {
        const range = document.createRange()
        range.selectNode(texts.currentNode)
        for (const box of range.getClientRects()) note(box, texts.currentNode.textContent)
      }
    }
    return { lines, folded: parts.querySelectorAll(':scope > .cut').length }
  })
}

describe.each(['untrusted-root', 'no-common-cipher', 'alpn-mismatch', 'version-too-old'])('%s', (name) => {
  it('folds to whole lines in windows of many sizes, and unfolds', async () => {
    inspector = await openPage([resolve(`test/captures/${name}.pcap`)])
    const { page } = inspector
    await page.locator('.parts').waitFor()
    let folded = 0
    for (const [width, height] of [
      [1280, 800],
      [1366, 768],
      [1480, 900],
      [1700, 1000],
      [1920, 1080],
    ] as const) {
      await page.setViewportSize({ width, height })
      await expect.poll(() => torn(page).then(({ lines }) => [width, lines])).toEqual([width, []])
      folded += (await torn(page)).folded
    }
    expect(folded).toBeGreaterThan(0)
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByRole('button', { name: 'More', exact: true }).click()
    const last = page.getByRole('group', { name: 'What to do' }).locator('p').last()
    await last.scrollIntoViewIfNeeded()
    const [line, column] = [await last.boundingBox(), await page.locator('.parts > div').last().boundingBox()]
    expect(line!.y + line!.height).toBeLessThanOrEqual(column!.y + column!.height + 1)
    await page.getByRole('button', { name: 'Less', exact: true }).click()
    await expect.poll(() => torn(page).then(({ lines }) => lines)).toEqual([])
  }, 60_000)
})
