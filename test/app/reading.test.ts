// While a capture is read: numbers agree, the list has the whole pane, and rows keep their place. The reading is the spec's.

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { closeMany, openMany, type Many } from './many.ts'

const all = 1200
let many: Many
let page: Page

beforeAll(async () => {
  many = await openMany(all, true)
  page = many.page
  page.setDefaultTimeout(10_000)
})
afterAll(async () => {
  await closeMany()
  expect(many.problems()).toEqual([])
})

const foot = () => page.locator('.statusbar')
const counted = (listed: number) =>
  page.getByRole('radio', { name: new RegExp(`^All ${spaced(listed)} so far`) })
const spaced = (count: number): string => String(count).replace(/\B(?=\d{3}$)/, '.')

/** Where a row stands on the screen, in pixels. */
async function placeOf(id: number): Promise<number> {
  return (await page.locator(`#row-${String(id)}`).boundingBox())!.y
}

it('shows the first rows in a list that fills the pane', async () => {
  await page.getByText('Conversations appear here as they are found', { exact: true }).waitFor()
  many.read(100)
  await counted(100).waitFor()
  expect(await page.getByText('Choose a conversation above').count()).toBe(0)
  const list = (await page.getByRole('grid', { name: 'Conversations' }).boundingBox())!
  const end = (await foot().boundingBox())!
  expect(Math.abs(list.y + list.height - end.y)).toBeLessThan(3)
})

it('says the same numbers above the list and below it, at every moment', async () => {
  await page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    const digits = (text: string | null | undefined) => (text ?? '').replace(/\D/g, '')
    const look = () => {
      const above = digits(document.querySelector('[role=radio]')?.textContent)
      const below = digits(document.querySelector('.statusbar')?.textContent.split(' so far')[0])
      seen.push(`${above}=${below}`)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  for (let turn = 0; turn < 5; turn++) {
    many.read(100)
    await page.waitForTimeout(200)
  }
  await counted(600).waitFor()
  await foot()
    .getByText(/^600 conversations so far$/)
    .waitFor()
  await foot()
    .getByText(/^30 failed$/)
    .waitFor()
  const seen = await page.evaluate<string[]>('seen')
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.filter((each) => each.split('=')[0] !== each.split('=')[1])).toEqual([])
})

it('holds the rows in view while others come in above them', async () => {
  // The newest first: what is found goes above what is seen.
  await page.getByRole('columnheader', { name: /^Time/ }).click()
  await page.locator('#row-600').waitFor()
  await page.locator('.rows').evaluate((scroller) => (scroller.scrollTop = 200 * 24))
  await page.locator('#row-395').waitFor()
  const before = await placeOf(395)
  many.read(100)
  await counted(700).waitFor()
  await page.waitForTimeout(100)
  expect(await placeOf(395)).toBe(before)
})

it('holds the chosen row, also where its conversation opens below the list', async () => {
  const list = (await page.getByRole('grid', { name: 'Conversations' }).boundingBox())!
  const rows = await page.locator('.lrow[id]').evaluateAll((each) => each.map((row) => row.id))
  const boxes = await Promise.all(rows.map((id) => page.locator(`#${id}`).boundingBox()))
  // The lowest row that is wholly in view.
  const lowest =
    rows[boxes.findLastIndex((box) => box !== null && box.y + box.height <= list.y + list.height)]!
  await page.locator(`#${lowest}`).click()
  await page.locator('.card').first().waitFor()
  await page.waitForTimeout(150)
  const id = Number(lowest.slice(4))
  const shrunk = (await page.getByRole('grid', { name: 'Conversations' }).boundingBox())!
  const place = await placeOf(id)
  expect(place).toBeGreaterThan(shrunk.y)
  expect(place + 24).toBeLessThanOrEqual(shrunk.y + shrunk.height + 1)
  many.read(200)
  await counted(900).waitFor()
  await page.waitForTimeout(100)
  expect(await placeOf(id)).toBe(place)
})

it('ends with every conversation listed and the chosen one still open', async () => {
  many.read(300)
  many.end()
  await foot()
    .getByText(/^1.200 conversations$/)
    .waitFor()
  await page.getByRole('radio', { name: /^All 1.200$/ }).waitFor()
  expect(await page.locator('.lrow.sel').count()).toBe(1)
})
