// What the list's columns have room for, at the sizes the window is made for: every status that the program can give, whole.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import type { ReportRow } from '../../shared/contract/report.ts'
import { alertDescriptions } from '../../shared/registries/tls.ts'
import { statusCode, statusNames } from '../../shared/sspi/status.ts'
import { failedConversation } from '../support/fixtures.ts'
import { rowOf } from '../support/rows.ts'
import { closeMany, openMany, rowsOf } from './many.ts'
import { closeBrowser, openPage } from './page-browser.ts'

const failed = rowOf(failedConversation)
const alerts = Object.entries(alertDescriptions.names).slice(1)

/** A failed conversation for every status, with the longest addresses of IPv4 and the alerts one after the other. */
const rows: readonly ReportRow[] = statusNames.map((status, at) => {
  const [code, name] = alerts[at % alerts.length]!
  return {
    ...failed,
    id: at + 1,
    key: `key-${String(at)}`,
    serverName: 'nps-eap-tls-radius-secondary.identity.emea.contoso.example',
    client: { address: '192.168.100.101', port: 49152 + at },
    server: { address: '192.168.200.202', port: 10443 },
    cipherSuite: { code: '0xc030', name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
    alerts: [{ ...failed.alerts[0]!, code: Number(code), name, protection: 'plain' as const }],
    failure: { ...failed.failure!, status, code: statusCode(status) },
  }
})

afterEach(closeMany)

/** Texts of a column that end in dots, in all rows of the list. */
async function cut(page: Page, head: string): Promise<string[]> {
  const heads = await page.getByRole('columnheader').allInnerTexts()
  const at = heads.findIndex((text) => text.replace(/\s*[▴▾]\s*$/, '') === head)
  expect(at).toBeGreaterThanOrEqual(0)
  return page.locator('.all .lrow').evaluateAll(
    (lines, column) =>
      lines.flatMap((line) => {
        const cell = line.children[column]!
        const parts = [cell, ...cell.children].filter((each) => each.clientWidth > 0)
        return parts.some((each) => each.scrollWidth > each.clientWidth) ? [cell.textContent] : []
      }),
    at,
  )
}

/** The page so high that the list has room for all rows, which are drawn only where they are in view. */
async function openAt(width: number): Promise<{ page: Page; problems(): string[] }> {
  const many = await openMany(rows, false, { width, height: 24 * rows.length + 900 })
  await many.page.evaluate(() => {
    localStorage.setItem('layout', '{"list":79,"inspector":37,"hex":40}')
  })
  await many.page.reload()
  await many.page
    .locator(`#row-${String(rows.length)}`)
    .getByText(statusNames.at(-1)!)
    .waitFor()
  return many
}

describe.each([1280, 1366, 1480, 1920])('a list %d pixels wide', (width) => {
  it('shows every status, address and usual alert whole', async () => {
    const { page, ...many } = await openAt(width)
    expect(await page.locator('.all .lrow').count()).toBe(rows.length)
    for (const head of [
      '#',
      'Time UTC',
      'Outcome',
      'Client',
      'Server',
      'Failing side',
      'Final status there',
      'ms',
    ])
      expect([head, await cut(page, head)]).toEqual([head, []])
    // Three have names longer than any that is sent in practice.
    const long = [
      '52 too_many_cids_requested',
      '113 bad_certificate_status_response',
      '114 bad_certificate_hash_value',
    ]
    const cutAlerts = new Set(await cut(page, 'Alert or event'))
    expect([...cutAlerts]).toEqual(width < 1920 ? long : [])
    expect(await page.locator('.rows').evaluate((list) => list.scrollWidth - list.clientWidth)).toBe(0)
    expect(many.problems()).toEqual([])
  })
})

describe('what the list has no room for', () => {
  it('is at the foot of the window for the chosen row, by keyboard and by mouse', async () => {
    const { page } = await openAt(1280)
    expect(await page.getByRole('columnheader', { name: 'Cipher suite' }).count()).toBe(0)
    const foot = page.locator('.statusbar')
    await page.locator('[data-pane=conversations]').focus()
    await page.keyboard.press('Home')
    await foot.getByText('nps-eap-tls-radius-secondary.identity.emea.contoso.example').waitFor()
    await foot.getByText('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384').waitFor()
    const odd = rows.find((row) => row.alerts[0]?.code === 113)!
    await page.locator(`#row-${String(odd.id)}`).click()
    await foot.getByText('113 bad_certificate_status_response').waitFor()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await foot.getByText('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384').waitFor({ state: 'detached' })
  })

  it('comes back with a width of its own, or when another column goes', async () => {
    const { page } = await openAt(1280)
    const suite = page.getByRole('columnheader', { name: 'Cipher suite' })
    await page.getByLabel('Columns and groups').click()
    await page.locator('#column-cipher').getByText('no room').waitFor()
    await page.locator('#column-cipher').focus()
    await page.keyboard.press('Alt+ArrowRight')
    await suite.waitFor()
    await page.keyboard.press('Delete')
    await suite.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Cipher suite/ }).click()
    await page.locator('#column-cipher').getByText('no room').waitFor()
    await page.getByRole('button', { name: 'Remove Client', exact: true }).click()
    await suite.waitFor()
  })
})

describe('a warning at the foot', () => {
  it('can be read whole by keyboard, in the room of the row’s texts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inspector-warning-'))
    const path = join(folder, 'cut-off.pcap')
    writeFileSync(path, readFileSync(resolve('test/captures/untrusted-root.pcap')).subarray(0, -30))
    const inspector = await openPage([path])
    const { page } = inspector
    await page.setViewportSize({ width: 1280, height: 800 })
    const [warning, texts] = [page.locator('.statusbar .warn'), page.locator('.statusbar .unseen')]
    await texts.getByText(/^TLS_ECDHE/).waitFor()
    await warning.focus()
    await texts.waitFor({ state: 'hidden' })
    expect(await warning.evaluate((text) => text.scrollWidth - text.clientWidth)).toBeLessThanOrEqual(0)
    await page.locator('[data-pane=conversations]').focus()
    await texts.waitFor()
    expect(inspector.problems()).toEqual([])
    await inspector.close()
    await closeBrowser()
    rmSync(folder, { recursive: true })
  })
})

describe('a list that is scrolled by the program', () => {
  /** Rows of which only a part is in view at its top, and of the chosen one at any edge; null while that is not drawn. */
  const parts = (page: Page) =>
    page.evaluate(() => {
      const head = document.querySelector('.lhead')!.getBoundingClientRect()
      const list = document.querySelector('.rows')!
      const bottom = list.getBoundingClientRect().top + list.clientHeight
      const chosen = document.querySelector('.lrow.sel')
      if (chosen === null) return null
      const cutAt = (row: Element, edge: number): boolean => {
        const box = row.getBoundingClientRect()
        return box.top < edge - 0.6 && box.bottom > edge + 0.6
      }
      const box = chosen.getBoundingClientRect()
      const inView = box.top > head.bottom - 0.6 && box.bottom < bottom + 0.6
      return [
        ...[...document.querySelectorAll('.all > *')].filter((row) => cutAt(row, head.bottom)),
        ...(inView ? [] : [chosen]),
      ].map((row) => row.id)
    })
  const whole = async (page: Page, what: string) =>
    expect.poll(() => parts(page).then((found) => [what, found])).toEqual([what, []])

  it.each([800, 787, 813])(
    'begins with a whole row in a window %d pixels high',
    async (height) => {
      const { page, ...many } = await openMany(rowsOf(300), false, { width: 1280, height })
      const list = page.locator('[data-pane=conversations]')
      page.setDefaultTimeout(5000)
      const sel = (id: number) => page.locator(`#row-${String(id)}.sel`).waitFor()
      await sel(20)
      await whole(page, 'opened')
      await list.focus()
      await page.keyboard.press('Home')
      for (let step = 0; step < 17; step++) await page.keyboard.press('ArrowDown')
      await sel(18)
      await whole(page, 'walked down')
      await page.keyboard.press('End')
      await sel(300)
      await whole(page, 'End')
      await page.keyboard.press('PageUp')
      await whole(page, 'PageUp')
      await page.keyboard.press('Home')
      for (const id of [20, 40, 60]) {
        await page.keyboard.press(']')
        await sel(id)
        await whole(page, `failure ${String(id)}`)
      }
      await page.keyboard.press('Control+k')
      await page.keyboard.type('id == 155')
      await page.getByRole('option', { name: /^Conversation 155/ }).click()
      await sel(155)
      await whole(page, 'by its number')
      await page.setViewportSize({ width: 1280, height: height - 61 })
      await sel(155)
      await whole(page, 'a lower window')
      await list.focus()
      await page.keyboard.press('End')
      await sel(300)
      await page.setViewportSize({ width: 1280, height: height + 7 })
      await whole(page, 'a higher window at the end')
      expect(many.problems()).toEqual([])
    },
    60_000,
  )
})
