// Handing on, as an analyst does it: reports with and without stand-ins, notes, and a capture, by keyboard and by mouse.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { report as reportSchema, type Report } from '../../shared/contract/report.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { openDesktop, type Desktop } from '../host/desktop.ts'
import { unbroken } from '../support/reports.ts'
import { closeBrowser, openPage, type ServedPage } from './page-browser.ts'

const capture = 'test/captures/untrusted-root.pcap'
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await closeBrowser()
})

async function bytesOf(file: Download): Promise<Buffer> {
  const path = join(folder, file.suggestedFilename())
  await file.saveAs(path)
  return readFileSync(path)
}

async function rowsOf(path: string) {
  const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) throw new Error(outcome.fault.message)
  outcome.value.close()
  return outcome.value.rows
}

describe('the report dialog', () => {
  let inspector: ServedPage
  let page: Page
  beforeEach(async () => {
    inspector = await openPage([capture])
    page = inspector.page
    page.setDefaultTimeout(10_000)
    await page.locator('.card').first().waitFor()
    await page.keyboard.press('Control+e')
    await page.getByRole('dialog', { name: 'Report' }).waitFor()
  })
  afterEach(async () => {
    expect(inspector.problems()).toEqual([])
    await inspector.close()
  })

  const paper = () => page.getByRole('document', { name: 'Preview of the report' })
  const saved = async (name: string | RegExp = /^Save/) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ])
    return file
  }

  it('shows the report as it will be written', async () => {
    await paper().getByRole('heading').filter({ hasText: 'server.example' }).waitFor()
    const text = unbroken((await saved().then(bytesOf)).toString())
    expect(text).toContain('<!doctype html>')
    expect(text).toContain('SEC_E_UNTRUSTED_ROOT')
  })

  it('replaces what is ticked, boxes the stand-ins and shows the originals on demand', async () => {
    for (const name of [/^Addresses/, /^Server names/, /^Certificate names/, /^File name/])
      await page.getByRole('checkbox', { name }).check()
    await paper().locator('.si', { hasText: 'server-1.example' }).first().waitFor()
    await page.getByText('127.0.0.1 becomes client-1').waitFor()
    await page.getByRole('button', { name: 'Show originals' }).click()
    await paper().locator('.si', { hasText: 'otherca Root' }).first().waitFor()
    const text = unbroken((await saved().then(bytesOf)).toString())
    for (const original of ['otherca Root', '127.0.0.1', 'untrusted-root.pcap'])
      expect(text).not.toContain(original)
    expect(text.replaceAll('server-1.example', '')).not.toContain('server.example')
  })

  it('is worked by the keyboard: format, title, save', async () => {
    await page.getByRole('radio', { name: 'HTML', exact: true }).focus()
    for (let format = 0; format < 3; format++) await page.keyboard.press('ArrowRight')
    await paper().getByText('handshake-report/1').waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')])
    expect(file.suggestedFilename()).toBe('untrusted-root-1.report.json')
    const made = JSON.parse((await bytesOf(file)).toString()) as Report
    expect(reportSchema.parse(made)).toEqual(made)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('saves a capture that opens with the same conversation, elsewhere', async () => {
    await page.getByText('pcapng', { exact: true }).click()
    await page.getByText('Server names and certificates stay in the packets').waitFor()
    await page.getByRole('checkbox', { name: /^Replace addresses/ }).check()
    const file = await saved('Save capture')
    await bytesOf(file)
    await page.getByText(/^Saved and read back/).waitFor()
    expect(await rowsOf(join(folder, file.suggestedFilename()))).toMatchObject([
      { outcome: 'failed', serverName: 'server.example', client: { address: '198.18.0.1' } },
    ])
  })

  it('offers secrets only with a key log', async () => {
    await page.getByText('pcapng', { exact: true }).click()
    expect(await page.getByRole('checkbox', { name: /^Secrets/ }).isDisabled()).toBe(true)
    await page.getByText('no key log loaded').waitFor()
  })

  it('fits the list of conversations into the preview, the status in its lines', async () => {
    await paper().getByRole('heading').filter({ hasText: 'server.example' }).waitFor()
    const edges = await paper().evaluate((host) => {
      const table = host.shadowRoot!.querySelector('table.list')!
      const status = [...table.querySelectorAll('td')].find((cell) => cell.textContent.includes('SEC_E_'))!
      const room = table.parentElement!
      const time = document.createRange()
      time.selectNodeContents(table.querySelector('td.time')!)
      return {
        cut: room.scrollWidth - room.clientWidth,
        status: status.getBoundingClientRect().right - room.getBoundingClientRect().right,
        lines: time.getClientRects().length,
      }
    })
    expect(edges.cut).toBeLessThanOrEqual(0)
    expect(edges.status).toBeLessThanOrEqual(0)
    expect(edges.lines).toBe(1)
  })

  it('prints through the browser where there is no desktop window', async () => {
    await page.evaluate(() => {
      const target = window as unknown as { printed: string | null }
      window.print = () => {
        target.printed = document.querySelector('body > .on-paper')?.shadowRoot?.textContent ?? ''
      }
    })
    await page.getByText('PDF', { exact: true }).click()
    await page.getByRole('button', { name: 'Save report' }).click()
    await page.waitForFunction(() => (window as unknown as { printed?: string }).printed !== undefined)
    expect(await page.evaluate(() => (window as unknown as { printed: string }).printed)).toContain(
      'SEC_E_UNTRUSTED_ROOT',
    )
  })
})

describe('notes', () => {
  let inspector: ServedPage
  let page: Page
  beforeEach(async () => {
    inspector = await openPage([capture])
    page = inspector.page
    await page.locator('.card').first().waitFor()
  })
  afterEach(async () => {
    expect(inspector.problems()).toEqual([])
    await inspector.close()
  })

  it('are written on the conversation, marked, and go into the report when asked for', async () => {
    await page.getByRole('button', { name: 'Write a note on conversation 1' }).click()
    await page.getByRole('textbox', { name: 'Note on conversation 1' }).fill('Ask the web team.')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: 'Note on conversation 1' }).waitFor()
    await page.keyboard.press('Control+e')
    await page.getByRole('checkbox', { name: /^Notes 1 note/ }).check()
    const paper = page.getByRole('document', { name: 'Preview of the report' })
    await paper.getByText('Ask the web team.').waitFor()
  })

  it('are deleted again', async () => {
    await page.getByRole('button', { name: 'Write a note on conversation 1' }).click()
    await page.getByRole('textbox', { name: 'Note on conversation 1' }).fill('x')
    await page.getByRole('button', { name: 'Keep note' }).click()
    await page.getByRole('button', { name: 'Note on conversation 1' }).click()
    await page.getByRole('button', { name: 'Delete note' }).click()
    await page.getByRole('button', { name: 'Write a note on conversation 1' }).waitFor()
  })
})

describe('on the desktop', () => {
  let desktop: Desktop
  afterEach(() => desktop.close())

  it('notes are there at the next start, and a saved capture is where the dialog said', async () => {
    const data = mkdtempSync(join(tmpdir(), 'inspector-data-'))
    const path = join(folder, 'handed-on.pcapng')
    desktop = await openDesktop([resolve(capture)], data)
    const { page } = desktop
    page.setDefaultTimeout(10_000)
    await page.locator('.card').first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Write a note on conversation 1' }).press('Enter')
    await page.getByRole('textbox', { name: 'Note on conversation 1' }).fill('Seen before.')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: 'Note on conversation 1' }).waitFor({ state: 'attached' })
    await page.keyboard.press('Control+e')
    await page.getByRole('dialog', { name: 'Report' }).waitFor({ state: 'attached' })
    await page.getByRole('radio', { name: 'pcapng' }).focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Save capture' }).waitFor({ state: 'attached' })
    desktop.answer('showSaveDialog', { canceled: false, filePath: path })
    await page.keyboard.press('Control+s')
    await page.getByText(/^Saved and read back/).waitFor({ state: 'attached' })
    expect(await rowsOf(path)).toHaveLength(1)
    expect(desktop.problems()).toEqual([])
    await desktop.close()

    desktop = await openDesktop([resolve(capture)], data)
    await desktop.page.getByRole('button', { name: 'Note on conversation 1' }).waitFor({ state: 'attached' })
    expect(existsSync(join(data, 'notes'))).toBe(true)
    rmSync(data, { recursive: true, force: true })
  })

  it('notes are kept beside the capture when asked for, and read in elsewhere when asked for', async () => {
    const own = join(folder, 'handed-on.pcap')
    copyFileSync(capture, own)
    desktop = await openDesktop([own])
    const note = (it: Desktop, name: string) => it.page.getByRole('button', { name, exact: true })
    await note(desktop, 'Write a note on conversation 1').press('Enter')
    await desktop.page.getByRole('textbox', { name: 'Note on conversation 1' }).fill('Seen before.')
    await desktop.page.keyboard.press('Control+Enter')
    await note(desktop, 'Note on conversation 1').waitFor()
    expect(existsSync(`${own}.notes.json`)).toBe(false)
    await desktop.page.keyboard.press('Control+k')
    await desktop.page.keyboard.type('notes beside')
    await desktop.page.keyboard.press('Enter')
    await expect.poll(() => existsSync(`${own}.notes.json`), { timeout: 20_000 }).toBe(true)
    await desktop.close()

    desktop = await openDesktop([own])
    await desktop.page.getByText('1 note found in a file beside this capture.').waitFor()
    await note(desktop, 'Write a note on conversation 1').waitFor()
    await desktop.page.getByRole('button', { name: 'Read them in' }).click()
    await note(desktop, 'Note on conversation 1').waitFor()
    expect(desktop.problems()).toEqual([])
  })
})
