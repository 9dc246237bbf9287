// The window at 640 × 400 CSS pixels, which 1280 × 800 has at 200 %: nothing runs out at the side, everything can be reached.

import { readFileSync } from 'node:fs'
import { beforeEach, expect, it } from 'vitest'
import { joined } from '../support/captures.ts'
import { capture, open, page, written } from './page-spec.ts'

const [first, second] = ['untrusted-root', 'ok-tls12-full'].map((name) => readFileSync(capture(name)))
const both = written('both.pcap', joined(first!, second!))

beforeEach(async () => {
  await open(both)
  await page.setViewportSize({ width: 640, height: 400 })
})

/** Controls that neither stand in the width of the window nor in something that scrolls sideways; and the page, if it does. */
async function outside(): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const found = [
      ...document.querySelectorAll<HTMLElement>('button, input, select, [role=tab], [tabindex="0"]'),
    ]
      .filter((each) => {
        const box = each.getBoundingClientRect()
        return box.width > 1 && (box.right > width + 1 || box.left < -1)
      })
      .filter((each) => {
        for (let up = each.parentElement; up !== null; up = up.parentElement) {
          const scrolls = ['auto', 'scroll'].includes(getComputedStyle(up).overflowX)
          if (scrolls && up.scrollWidth > up.clientWidth) return up === document.body
        }
        return true
      })
      .map((each) => each.ariaLabel ?? each.textContent)
    return document.documentElement.scrollWidth > width ? ['the page scrolls sideways', ...found] : found
  })
}

it.each(['Timeline', 'Certificates', 'Messages', 'Attributes', 'What if', 'Findings'])(
  'holds the %s view',
  async (name) => {
    await page.getByRole('tab', { name }).click()
    await page.locator('#view [tabindex="0"]').first().waitFor()
    expect(await outside()).toEqual([])
  },
)

it('puts the inspector under the timeline, each with room for its lines', async () => {
  const timeline = (await page.getByRole('region', { name: 'Timeline' }).boundingBox())!
  const inspectorPane = (await page.locator('[data-pane=inspector]').boundingBox())!
  expect(inspectorPane.y).toBeGreaterThanOrEqual(timeline.y + timeline.height)
  expect([timeline.width, inspectorPane.width]).toEqual([640, 640])
  expect(Math.min(timeline.height, inspectorPane.height)).toBeGreaterThan(180)
  await page.locator('.foot').scrollIntoViewIfNeeded()
  const foot = (await page.locator('.foot').boundingBox())!
  expect(foot.y + foot.height).toBeLessThanOrEqual(400)
})

it('holds the comparison', async () => {
  await page.locator('[data-pane=conversations]').focus()
  await page.keyboard.press('c')
  await page.getByRole('table', { name: 'Compared values' }).waitFor()
  expect(await outside()).toEqual([])
})

it.each([
  ['Report', 'Control+e'],
  ['Settings', 'Control+,'],
  ['Keys', '?'],
  ['Commands', 'Control+k'],
])('fits the %s dialog into the window and scrolls it', async (name, key) => {
  await page.locator('[data-pane=conversations]').focus()
  await page.keyboard.press(key)
  const dialog = page.getByRole('dialog', { name })
  await dialog.waitFor()
  const box = (await dialog.boundingBox())!
  expect(box.x).toBeGreaterThanOrEqual(0)
  expect(box.y).toBeGreaterThanOrEqual(0)
  expect(box.x + box.width).toBeLessThanOrEqual(640)
  expect(box.y + box.height).toBeLessThanOrEqual(400)
  expect(await outside()).toEqual([])
  // The last control is reached.
  const last = dialog.locator('button, [role=option]').last()
  await last.scrollIntoViewIfNeeded()
  const there = (await last.boundingBox())!
  expect(there.y + there.height).toBeLessThanOrEqual(box.y + box.height + 1)
})
