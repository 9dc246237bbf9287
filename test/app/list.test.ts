// The list, its columns, filters and overview on all captures of the lab in one file, by keyboard and by mouse.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { joined } from '../support/captures.ts'
import { closeBrowser, openPage, type ServedPage } from './page-browser.ts'
import { seriousFaults } from './axe.ts'

const lab = resolve('../shared/captures/lab')
let folder = ''
let inspector: ServedPage
let page: Page

/** Captures with the same header in one, in the order of their names. */
function mergeInto(path: string): void {
  const [first = Buffer.alloc(24), ...rest] = readdirSync(lab)
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => readFileSync(join(lab, name)))
  const same = rest.filter((file) => file.subarray(0, 24).equals(first.subarray(0, 24)))
  writeFileSync(path, joined(first, ...same))
}

afterAll(closeBrowser)

describe.skipIf(!existsSync(lab))('the list', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inspector-list-'))
    mergeInto(join(folder, 'lab.pcap'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    inspector = await openPage([join(folder, 'lab.pcap')])
    page = inspector.page
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.locator('.card').first().waitFor()
  })
  afterEach(async () => {
    const problems = inspector.problems()
    await inspector.close()
    expect(problems).toEqual([])
  })

  const heads = () => page.getByRole('columnheader').allInnerTexts()
  const chooser = () => page.getByLabel('Columns and groups').first().click()
  const copied = () => page.evaluate(() => navigator.clipboard.readText())

  it('takes columns away, adds and moves them, and remembers them', async () => {
    await chooser()
    await page.getByRole('button', { name: 'Remove Cipher suite' }).click()
    await page.getByRole('button', { name: /^JA4/ }).click()
    await page.locator('#column-ja4').focus()
    await page.keyboard.press('Alt+ArrowUp')
    await page.keyboard.press('Alt+ArrowRight')
    await page.keyboard.press('Escape')
    const now = await heads()
    expect(now).not.toContain('Cipher suite')
    expect(now.indexOf('JA4')).toBe(now.length - 2)
    await page.reload()
    await page.locator('.card').first().waitFor()
    expect(await heads()).toEqual(now)
    expect(await page.locator('.lrow.sel').innerText()).toMatch(/t\d\d[di]\d{4}/)
  })

  it('moves a column whose head is dragged, and sizes one at its edge', async () => {
    await page
      .getByRole('columnheader', { name: 'Version' })
      .dragTo(page.getByRole('columnheader', { name: 'Outcome' }))
    const now = await heads()
    expect(now.indexOf('Version')).toBe(now.indexOf('Outcome') - 1)
    const name = page.getByRole('columnheader', { name: 'Server name' })
    const before = await name.boundingBox()
    const edge = (before?.x ?? 0) + (before?.width ?? 0) + 4
    await page.mouse.move(edge, (before?.y ?? 0) + 10)
    await page.mouse.down()
    await page.mouse.move(edge + 60, (before?.y ?? 0) + 10, { steps: 3 })
    await page.mouse.up()
    expect((await name.boundingBox())?.width).toBeCloseTo((before?.width ?? 0) + 60, -1)
  })

  it('keeps a set of columns under a name and takes it by Ctrl and its number', async () => {
    await chooser()
    await page.getByRole('button', { name: 'Remove Client', exact: true }).click()
    await page.getByLabel('Name of a new set').fill('Mine')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('Control+1')
    expect(await heads()).toContain('Client')
    await page.keyboard.press('Control+4')
    expect(await heads()).not.toContain('Client')
  })

  it('groups by cause with counts, and closes a group by a click', async () => {
    await chooser()
    await page.getByRole('radio', { name: 'Cause' }).click()
    await page.keyboard.press('Escape')
    const head = page.getByRole('row', { name: /Untrusted root/ })
    await head.getByText('failed').waitFor()
    expect(await head.getAttribute('aria-expanded')).toBe('true')
    await head.click()
    expect(await head.getAttribute('aria-expanded')).toBe('false')
  })

  it('marks by Space and copies the marked as a Wireshark filter, a table and JSON', async () => {
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Space')
    await page.keyboard.press('Space')
    expect(await page.locator('.lrow.marked').count()).toBe(2)
    await page.keyboard.press('Control+Shift+C')
    await page.getByRole('menuitem', { name: 'Copy Wireshark filter' }).click()
    await page.getByText('2 conversations copied.').waitFor()
    expect(await copied()).toMatch(/^\(ip\.addr == .* \|\| \(ip\.addr == /)
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('Control+c')
    await expect.poll(async () => (await copied()).split('\n').length).toBe(3)
    expect(await copied()).toMatch(/^#\tTime UTC\tOutcome/)
  })

  it('filters on what a row has, from its menu', async () => {
    await page.locator('.lrow.sel').click({ button: 'right' })
    await page.getByRole('menuitem', { name: /Filter on this SEC_E_/ }).click()
    expect(await page.getByRole('combobox').inputValue()).toMatch(/^status == SEC_E_\w+$/)
    const failed = await page.getByRole('radio', { name: /^Failed/ }).innerText()
    expect(await page.getByRole('radio', { name: /^All/ }).innerText()).toContain(failed.replace(/\D+/g, ''))
  })

  it('filters by the time that was dragged over, and shows all again', async () => {
    const box = await page.locator('.overview').boundingBox()
    const y = (box?.y ?? 0) + 20
    await page.mouse.move(2, y)
    await page.mouse.down()
    await page.mouse.move(40, y, { steps: 4 })
    await page.mouse.up()
    expect(await page.getByRole('combobox').inputValue()).toMatch(/^time >= \S+Z && time <= \S+Z$/)
    await page.locator('.range').waitFor()
    await page.mouse.move(30, y)
    await page.locator('.tip').waitFor()
    await page.getByLabel('Show all times again').click()
    expect(await page.getByRole('combobox').inputValue()).toBe('')
  })

  it('undoes and redoes filter changes, and goes back to conversations looked at', async () => {
    const box = page.getByRole('combobox', { name: 'Filter conversations' })
    const list = page.locator('[data-pane=conversations]')
    await box.fill('failed')
    await page.waitForTimeout(900)
    await box.fill('established')
    await page.waitForTimeout(900)
    await list.focus()
    await page.keyboard.press('Control+z')
    await expect.poll(() => box.inputValue()).toBe('failed')
    await page.keyboard.press('Control+z')
    await expect.poll(() => box.inputValue()).toBe('')
    await page.keyboard.press('Control+y')
    await expect.poll(() => box.inputValue()).toBe('failed')
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Home')
    const first = await page.locator('.lrow.sel').getAttribute('id')
    await page.waitForTimeout(700)
    await page.keyboard.press('End')
    await page.locator(`.lrow.sel:not(#${String(first)})`).waitFor()
    const last = await page.locator('.lrow.sel').getAttribute('id')
    await page.waitForTimeout(700)
    await page.keyboard.press('Alt+ArrowLeft')
    await page.locator(`#${String(first)}.sel`).waitFor()
    await page.keyboard.press('Alt+ArrowRight')
    await page.locator(`#${String(last)}.sel`).waitFor()
  })

  it('offers the filters used before in an empty box', async () => {
    const box = page.getByRole('combobox', { name: 'Filter conversations' })
    await box.fill('alert == 48')
    await box.blur()
    await box.fill('')
    await box.click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.getByRole('option', { name: /alert == 48/ }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => box.inputValue()).toBe('alert == 48')
  })

  it('filters by a range of time that is walked by keyboard', async () => {
    await page.locator('.overview').focus()
    await page.keyboard.press('Home')
    for (let step = 0; step < 30; step++) await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Filter conversations' }).inputValue())
      .toMatch(/^time >= \S+ && time <= \S+$/)
    await page.getByRole('button', { name: 'Show all times again' }).waitFor()
  })

  it('sorts and groups from the palette', async () => {
    const run = async (text: string) => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type(text)
      await page.keyboard.press('Enter')
    }
    await page.locator('[data-pane=conversations]').focus()
    await run('sort by server name')
    const head = page.getByRole('columnheader', { name: /^Server name/ })
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending')
    await run('group by outcome')
    await page.getByRole('treegrid', { name: 'Conversations' }).waitFor()
  })

  it('saves a filter under a name, offers it again and deletes it', async () => {
    await page.getByRole('combobox').fill('failed && side == server')
    await page.getByLabel('Saved filters').first().click()
    await page.getByLabel('Name of the filter').fill('Servers that refuse')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.getByRole('combobox').fill('')
    await page.getByLabel('Saved filters').first().click()
    await page.getByRole('button', { name: /^Servers that refuse/ }).click()
    expect(await page.getByRole('combobox').inputValue()).toBe('failed && side == server')
    await page.getByLabel('Saved filters').first().click()
    await page.getByRole('button', { name: 'Delete Servers that refuse' }).click()
    expect(await page.getByRole('button', { name: /^Servers that refuse/ }).count()).toBe(0)
  })

  it('explains a pasted error and shows its conversations', async () => {
    await page.keyboard.press('/')
    await page.keyboard.insertText('The certificate chain was issued by an authority that is not trusted')
    const panel = page.getByRole('region', { name: 'What this means' })
    await panel.getByText('SEC_E_UNTRUSTED_ROOT').first().waitFor()
    await panel.getByRole('button', { name: /^Show \d+ conversation/ }).click()
    expect(await page.getByRole('combobox').inputValue()).toBe('status == 0x80090325')
  })

  it('runs commands and finds conversations from the palette', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('certificates')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: /Certificates/, selected: true }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('0x80090325')
    await page
      .getByRole('option', { name: /^Conversation \d+.*SEC_E_UNTRUSTED_ROOT/ })
      .first()
      .click()
    await page.locator('.lrow.sel').getByText('SEC_E_UNTRUSTED_ROOT').waitFor()
  })

  it.each([800, 787, 500])('cuts no row of the palette in a window %d pixels high', async (height) => {
    await page.setViewportSize({ width: 1280, height })
    /** Rows in view by a part only; with `chosen` the chosen one counts also where it is not in view at all. */
    const cut = (chosen: boolean) =>
      page.locator('.results').evaluate((list, counts) => {
        const { top, bottom } = list.getBoundingClientRect()
        return [...list.querySelectorAll('.glabel, .item')].flatMap((row) => {
          const box = row.getBoundingClientRect()
          const hidden = Math.max(top - box.top, box.bottom - bottom)
          const partly = hidden > 0.6 && hidden < box.height - 0.6
          const away = counts && row.hasAttribute('data-highlighted') && hidden > 0.6
          return partly || away ? [row.textContent] : []
        })
      }, chosen)
    const whole = (what: string, chosen = true) =>
      expect.poll(() => cut(chosen).then((rows) => [what, rows])).toEqual([what, []])
    const highlighted = page.locator('.item[data-highlighted]')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('co')
    const conversations = page.getByRole('option', { name: /^(Conversation|List all) / })
    await conversations.last().waitFor()
    await whole('opened')
    for (let step = 0; step < 16; step++) await page.keyboard.press('ArrowDown')
    await whole('walked down')
    await page.keyboard.press('End')
    await expect.poll(() => highlighted.innerText()).toContain('List all')
    await whole('End')
    await page.locator('.results').hover()
    const before = await page.locator('.results').evaluate((list) => list.scrollTop)
    await page.mouse.wheel(0, -101)
    await expect.poll(() => page.locator('.results').evaluate((list) => list.scrollTop)).toBeLessThan(before)
    await whole('scrolled by the wheel', false)
  })

  it('has nothing serious for axe, plain, grouped, with menus and dialogs', async () => {
    for (const part of ['.overview', '.toolbar', '.list', '.titlebar', '.statusbar']) {
      expect(await seriousFaults(page, part)).toEqual([])
    }
    await chooser()
    await page.getByRole('radio', { name: 'Server' }).click()
    expect(await seriousFaults(page, '.chooser')).toEqual([])
    await page.keyboard.press('Escape')
    expect(await seriousFaults(page, '.list')).toEqual([])
    await page.locator('[data-pane=conversations]').focus()
    for (const key of ['Control+k', 'Control+,', '?']) {
      await page.keyboard.press(key)
      await page.getByRole('dialog').waitFor()
      expect(await seriousFaults(page, '[role=dialog]')).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })
})
