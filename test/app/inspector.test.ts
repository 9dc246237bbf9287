// The inspector's room: of a call both what it did and its fields and bytes are seen, no row is cut, and what the analyst drew stays.

import { resolve } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { seriousFaults } from './axe.ts'
import { closeBrowser, openPage, type ServedPage } from './page-browser.ts'

const capture = (name: string): string => resolve(`test/captures/${name}.pcap`)
let inspector: ServedPage
let page: Page

async function open(name: string, height = 800): Promise<void> {
  inspector = await openPage([capture(name)])
  page = inspector.page
  page.setDefaultTimeout(10_000)
  await page.setViewportSize({ width: 1280, height })
  await page.locator('.card').first().waitFor()
  await page.locator('.tn').first().waitFor()
}

afterEach(async () => {
  const problems = inspector.problems()
  await inspector.close()
  expect(problems).toEqual([])
})

afterAll(closeBrowser)

interface Rows {
  readonly fields: number
  readonly bytes: number
  /** Rows that an edge of their list, or of the inspector, goes through. */
  readonly cut: number
  /** Of the fields seen, the one that is marked. */
  readonly marked: string | null
  /** Its place among the rows seen, from 0. */
  readonly place: number
}

/** What is seen of fields and bytes without scrolling. */
function rows(): Promise<Rows> {
  return page.evaluate(() => {
    const foot = document.querySelector('.insp > .foot')!.getBoundingClientRect().top
    const seen = (list: string, row: string) => {
      // Away while another token is on its way.
      const { top, bottom } = document.querySelector(list)?.getBoundingClientRect() ?? new DOMRect()
      const end = Math.min(bottom, foot)
      const all = [...document.querySelectorAll(row)].map((element) => {
        const box = element.getBoundingClientRect()
        return { element, top: box.top, bottom: box.bottom }
      })
      const touched = all
        .filter((each) => each.bottom > top + 0.5 && each.top < end - 0.5)
        .sort((one, other) => one.top - other.top)
      const whole = touched.filter((each) => each.top > top - 0.5 && each.bottom < end + 0.5)
      return { whole: whole.map(({ element }) => element), cut: touched.length - whole.length }
    }
    const fields = seen('.insp [role=tree]', '.tn')
    const bytes = seen('.insp .hex', '.hex .line')
    const place = fields.whole.findIndex((each) => each.getAttribute('aria-selected') === 'true')
    return {
      fields: fields.whole.length,
      bytes: bytes.whole.length,
      cut: fields.cut + bytes.cut,
      marked: fields.whole[place]?.querySelector('.name')?.textContent.trim() ?? null,
      place,
    }
  })
}

/** Once what was asked for is on the page. */
async function settled(wanted: (now: Rows) => boolean): Promise<Rows> {
  let last: Rows | null = null
  await expect.poll(async () => (last = await rows())).toSatisfy(wanted)
  return last!
}

const failed = (): Locator => page.getByRole('listitem', { name: /^Client, ISC #2, failed/ })

/** A pointer that rests on a card has its signature shown, over the cards beside it. */
async function choose(item: Locator): Promise<void> {
  await item.click({ position: { x: 6, y: 6 } })
  await page.mouse.move(5, 5)
}

/** Chooses the call that failed, and waits until all of the inspector has its place; returns the height of the call's detail. */
async function chooseFailed(): Promise<number> {
  await choose(failed())
  await page.locator('.insp header').getByText('SEC_E_UNTRUSTED_ROOT').waitFor()
  await settled(
    ({ marked, cut, fields, bytes }) => marked === 'issuer' && cut === 0 && fields >= 6 && bytes >= 4,
  )
  return heightOf(detail())
}

const detail = (): Locator => page.locator('.insp .detail')
const heightOf = async (element: Locator): Promise<number> =>
  Math.round((await element.boundingBox())!.height)
const callBar = (): Locator => page.locator('.insp .over > .splitpanes > .splitpanes__splitter')

describe('a call at 1280 × 800', () => {
  it.each([
    ['mouse', () => choose(failed())],
    [
      'keyboard',
      async () => {
        await page.locator('[data-pane=timeline]').focus()
        await page.keyboard.press(']')
      },
    ],
  ])('chosen by %s, shows ten rows of fields and bytes, the marked one among them', async (_, chosen) => {
    await open('untrusted-root')
    // Another call first: the mark is made by choosing.
    await choose(page.getByRole('listitem', { name: /^Client, ISC #1/ }))
    await page.locator('.insp header').getByText('ISC #1').waitFor()
    await chosen()
    await page.locator('.insp header').getByText('SEC_E_UNTRUSTED_ROOT').waitFor()
    const now = await settled(({ marked, cut }) => marked === 'issuer' && cut === 0)
    expect(now.fields).toBeGreaterThanOrEqual(6)
    expect(now.bytes).toBeGreaterThanOrEqual(4)
    // With what stands around it.
    expect(now.place).toBeGreaterThan(0)
    expect(now.place).toBeLessThan(now.fields - 1)
    expect(await page.locator('.hex i.on').count()).toBeGreaterThan(0)
    // Without scrolling the call's meaning, state and buffers are read too.
    const pane = (await detail().boundingBox())!
    const output = (await page.getByRole('row', { name: /^out TOKEN, allocate/ }).boundingBox())!
    expect(output.y + output.height).toBeLessThanOrEqual(pane.y + pane.height)
    expect(await seriousFaults(page)).toEqual([])
  })

  it('says of its buffers what the call left in them', async () => {
    await open('untrusted-root')
    await choose(failed())
    const table = page.getByRole('table').filter({ has: page.getByRole('columnheader', { name: 'Buffers' }) })
    await table.getByRole('row', { name: /^in TOKEN 1.233 EMPTY 0 unchanged$/ }).waitFor()
    await table.getByRole('row', { name: 'out TOKEN, allocate ALERT, allocate TOKEN 0 ALERT 7' }).waitFor()
    expect(await table.getByRole('columnheader').allTextContents()).toEqual([
      'Buffers',
      'Before the call',
      'After the call',
    ])
  })

  it('shows the rest of the call on a click, keeps that after a reload, and takes it back', async () => {
    await open('untrusted-root')
    const all = page.getByRole('button', { name: 'All of the call' })
    const brief = await chooseFailed()
    await all.click()
    await expect.poll(() => all.getAttribute('aria-expanded')).toBe('true')
    const whole = await settled(({ marked, cut }) => marked === 'issuer' && cut === 0)
    expect(whole.fields).toBeGreaterThanOrEqual(3)
    expect(await heightOf(detail())).toBeGreaterThan(brief)
    const input = (await page.getByRole('region', { name: /bytes of this input/ }).boundingBox())!
    const pane = (await detail().boundingBox())!
    expect(input.y + input.height).toBeLessThanOrEqual(pane.y + pane.height)
    await page.reload()
    await choose(failed())
    await expect.poll(() => all.getAttribute('aria-expanded')).toBe('true')
    await all.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => heightOf(detail())).toBe(brief)
  })

  it('gives room to its signature while that is open', async () => {
    await open('untrusted-root')
    const brief = await chooseFailed()
    await page.getByText('As the program calls it').click()
    await expect.poll(() => heightOf(detail())).toBeGreaterThan(brief + 50)
    await settled(({ marked, cut }) => marked === 'issuer' && cut === 0)
    await page.getByText('As the program calls it').click()
    await expect.poll(() => heightOf(detail())).toBe(brief)
    await page.getByText('As the program calls it').click()
    const all = page.getByRole('button', { name: 'All of the call' })
    await expect.poll(() => all.getAttribute('aria-expanded')).toBe('true')
    await all.click()
    await expect.poll(() => heightOf(detail())).toBe(brief)
    expect(await page.getByText('phNewContext').isVisible()).toBe(false)
  })

  it('begins with its meaning, wherever the call before was read', async () => {
    await open('untrusted-root')
    await chooseFailed()
    await detail().evaluate((it) => (it.scrollTop = it.scrollHeight))
    await expect.poll(() => detail().evaluate((it) => it.scrollTop)).toBeGreaterThan(0)
    await choose(page.getByRole('listitem', { name: /^Server, ASC #1/ }))
    await page.locator('.insp header').getByText('ASC #1').waitFor()
    await expect.poll(() => detail().evaluate((it) => it.scrollTop)).toBe(0)
  })

  it('lets its bar be drawn by key and by mouse, and remembers where it stands', async () => {
    await open('untrusted-root')
    const brief = await chooseFailed()
    await callBar().focus()
    const share = Number(await callBar().getAttribute('aria-valuenow'))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect.poll(async () => Number(await callBar().getAttribute('aria-valuenow'))).toBe(share + 10)
    await expect.poll(() => heightOf(detail())).toBeGreaterThan(brief + 20)
    const box = (await callBar().boundingBox())!
    await page.mouse.move(box.x + 80, box.y)
    await page.mouse.down()
    await page.mouse.move(box.x + 80, box.y - 20)
    await page.mouse.move(box.x + 80, box.y - 60)
    // The bar follows at the next frame, and stays where it is when it is let go.
    await expect.poll(() => heightOf(detail())).toBeLessThan(brief)
    await page.mouse.up()
    const drawn = await heightOf(detail())
    await settled(({ marked, cut }) => marked === 'issuer' && cut === 0)
    await page.reload()
    await choose(failed())
    await expect.poll(() => heightOf(detail())).toBe(drawn)
    // A call of which there is less takes no more than that.
    await page.getByText('DeleteSecurityContext', { exact: true }).first().click()
    await page.locator('.insp header').getByText('DeleteSecurityContext').waitFor()
    await expect.poll(() => detail().evaluate((it) => it.scrollHeight - it.clientHeight)).toBe(0)
  })
})

describe('rows of fields and bytes', () => {
  it.each([520, 611, 700, 777, 800, 863, 1080])('are whole in a window of %i px', async (height) => {
    await open('untrusted-root', height)
    for (const name of [/^Client, ISC #2, failed/, /^Token from server/]) {
      await choose(page.getByRole('listitem', { name }).first())
      await page.locator('[data-pane=inspector] [role=tree]').focus()
      const now = await settled(({ marked, cut }) => marked !== null && cut === 0)
      expect(Math.min(now.fields, now.bytes)).toBeGreaterThan(0)
    }
  })

  it('rest whole after the wheel', async () => {
    await open('untrusted-root')
    await page.locator('.tok').nth(1).click()
    for (const list of ['.insp [role=tree]', '.insp .hex']) {
      const box = (await page.locator(list).boundingBox())!
      await page.mouse.move(box.x + 40, box.y + 30)
      const before = await page.locator(list).evaluate((it) => it.scrollTop)
      await page.mouse.wheel(0, 75)
      await expect.poll(() => page.locator(list).evaluate((it) => it.scrollTop)).not.toBe(before)
      await settled(({ cut }) => cut === 0)
      const row = list.endsWith('.hex') ? 20 : 22
      await expect.poll(() => page.locator(list).evaluate((it, height) => it.scrollTop % height, row)).toBe(0)
    }
  })

  it('come into view as far as needed, one by one with the keys, far ones into the middle', async () => {
    await open('untrusted-root')
    await page.locator('.tok').nth(1).click()
    const tree = page.locator('.insp [role=tree]')
    await tree.focus()
    await page.keyboard.press('Home')
    const { fields } = await settled(({ place, cut }) => place === 0 && cut === 0)
    for (let down = 1; down <= fields + 2; down++) {
      await page.keyboard.press('ArrowDown')
      await settled(({ place, cut }) => place === Math.min(down, fields - 1) && cut === 0)
    }
    for (let up = fields - 2; up >= -1; up--) {
      await page.keyboard.press('ArrowUp')
      await settled(({ place, cut }) => place === Math.max(up, 0) && cut === 0)
    }
    await page.keyboard.press('End')
    const end = await settled(({ marked, cut }) => marked !== null && cut === 0)
    expect(end.place).toBe(end.fields - 1)
    // A field from far off, found: what stands around it is seen.
    await page.keyboard.press('f')
    await page.getByRole('searchbox', { name: 'Find in fields and bytes' }).fill('otherca')
    const found = await settled(({ marked, cut }) => marked === 'issuer' && cut === 0)
    expect(found.place).toBeGreaterThan(0)
    expect(found.place).toBeLessThan(found.fields - 1)
  })
})

describe('a low window', () => {
  it('has the call’s fields all in view once they have the keyboard, the marked one too', async () => {
    await open('untrusted-root', 560)
    await choose(failed())
    await page.locator('.insp [role=tree]').focus()
    await page.keyboard.press('ArrowDown')
    await settled(({ marked, cut }) => marked === 'validity' && cut === 0)
  })
})
