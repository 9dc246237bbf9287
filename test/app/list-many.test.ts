// A capture of 100,000 conversations in the list: the real session and the real page, the reading made up.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { closeMany, openMany, type Many } from './many.ts'

const total = 100_000
let many: Many
let page: Page

beforeAll(async () => {
  many = await openMany(total)
  page = many.page
})
afterAll(closeMany)

const list = () => page.getByRole('grid', { name: 'Conversations' })

describe('a list of 100,000 conversations', () => {
  it('says how many there are and draws only those in view', async () => {
    await page.getByRole('radio', { name: /^All 100.000/ }).waitFor()
    expect(await list().getAttribute('aria-rowcount')).toBe(String(total + 1))
    expect(await page.locator('.lrow').count()).toBeLessThan(120)
  })

  it('goes to its end and back by keyboard, every row filled in', async () => {
    await list().focus()
    await page.keyboard.press('End')
    await page.locator(`#row-${String(total)}.sel`).waitFor()
    await page
      .locator(`#row-${String(total)}`)
      .getByText(`host-${String(total % 50)}.example`)
      .waitFor()
    await page.keyboard.press('Home')
    await page.locator('#row-1.sel').waitFor()
  })

  it('scrolls to any place by its bar', async () => {
    await page.locator('.rows').evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight / 2))
    await page.locator('#row-50000').getByText('host-0.example').waitFor()
    await page.locator('.rows').evaluate((scroller) => (scroller.scrollTop = 0))
    await page.locator('#row-1').getByText('host-1.example').waitFor()
  })

  it('filters by a click on a bar of the overview: its slice of time and its outcome', async () => {
    const bars = page.locator('.overview rect.failed')
    expect(await bars.count()).toBeGreaterThan(50)
    await bars.nth(20).click()
    const filter = page.getByRole('combobox', { name: 'Filter conversations' })
    await expect.poll(() => filter.inputValue()).toMatch(/^time >= \S+Z && time <= \S+Z$/)
    await page.getByRole('radio', { name: /^Failed/, checked: true }).waitFor()
    await expect.poll(async () => Number(await list().getAttribute('aria-rowcount'))).toBeLessThan(200)
    const listed = Number(await list().getAttribute('aria-rowcount')) - 1
    expect(listed).toBeGreaterThan(10)
    const outcomes = await page.locator('.lrow[id] .oc, .lrow[id]').allTextContents()
    expect(outcomes.every((text) => !text.includes('Established'))).toBe(true)
    await page.getByLabel('Show all times again').click()
    await page.getByRole('radio', { name: /^All/ }).click()
    await expect.poll(() => list().getAttribute('aria-rowcount')).toBe(String(total + 1))
  })

  it('filters while it is typed in, and counts what is left', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('tls.sni == host-7.example')
    await page.getByRole('radio', { name: /^All 2.000/ }).waitFor()
    expect(await list().getAttribute('aria-rowcount')).toBe('2001')
    await page.getByRole('combobox').fill('')
    await page.getByRole('radio', { name: /^All 100.000/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })

  it('counts completions over all rows, not over those in view', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('tls.sni == host-7.')
    await page
      .getByRole('option', { name: /host-7\.example/ })
      .getByText(/^2.000 rows$/)
      .waitFor()
    await page.getByRole('combobox').fill('')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })

  it('sorts by a head, then by a second one', async () => {
    const head = (name: string) => page.getByRole('columnheader', { name })
    await head('Server name').getByRole('button').click()
    await head('Server name').getByRole('button').click()
    await page.locator('#row-9[aria-rowindex="2"]').waitFor()
    expect(await head('Server name').getAttribute('aria-sort')).toBe('descending')
    await head('#')
      .getByRole('button')
      .click({ modifiers: ['Shift'] })
    await head('#')
      .getByRole('button')
      .click({ modifiers: ['Shift'] })
    // The name that sorts last, and of its conversations the one with the highest number.
    await page.locator('#row-99959[aria-rowindex="2"]').waitFor()
    await head('Time').getByRole('button').click()
    await page.locator('#row-1').waitFor()
  })

  it('groups by server into fifty heads that close and open', async () => {
    await page.getByLabel('Columns and groups').click()
    await page.getByRole('radio', { name: 'Server' }).click()
    await page.keyboard.press('Escape')
    const tree = page.getByRole('treegrid', { name: 'Conversations' })
    await tree.waitFor()
    expect(await tree.getAttribute('aria-rowcount')).toBe(String(total + 50 + 1))
    await tree.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('row', { expanded: false }).waitFor()
    expect(await tree.getAttribute('aria-rowcount')).toBe(String(total - 2000 + 50 + 1))
    await page.keyboard.press('ArrowRight')
    await page.getByLabel('Columns and groups').click()
    await page.getByRole('radio', { name: 'None' }).click()
    await page.keyboard.press('Escape')
    await list().waitFor()
  })

  it('marks what is listed and copies as many lines', async () => {
    await page.getByRole('combobox').fill('tls.sni == host-7.example')
    await page.getByRole('radio', { name: /^All 2.000/ }).waitFor()
    await list().focus()
    await page.keyboard.press('Control+a')
    await page.locator('#row-7.marked').waitFor()
    await page.keyboard.press('Control+c')
    await page.getByText(/^2.000 conversations copied/).waitFor()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text.split('\n')).toHaveLength(2001)
    expect(many.problems()).toEqual([])
  })
})
