// Several windows, and files dragged out of them: in the desktop program, and as tabs of the served page.

import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDesktop, openServed, type Desktop, type ServedInspector } from '../host/desktop.ts'

const failed = resolve('test/captures/untrusted-root.pcap')
const good = resolve('test/captures/ok-tls13-full.pcap')

/** A loaded machine takes its time. */
function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 20_000, interval: 100 })
}

async function report(page: Page) {
  await page.keyboard.press('Control+e')
  await page.getByRole('dialog', { name: 'Report' }).waitFor()
  return page.locator('.file', { hasText: '.report.html' })
}

/** Picks the chip up and carries it to where there is nothing to drop it on. */
async function dragOut(page: Page, chip: ReturnType<Page['locator']>): Promise<void> {
  const box = await chip.boundingBox()
  if (box === null) throw new Error('Nothing to drag.')
  await page.mouse.move(box.x + 20, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + 60, box.y - 40, { steps: 6 })
  await page.mouse.up()
}

describe('windows of the desktop program', () => {
  let folder = ''
  let desktop: Desktop
  let page: Page
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'windows-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    desktop = await openDesktop([failed], folder)
    page = desktop.page
    await page.locator('.card').first().waitFor()
  })
  afterEach(async () => {
    const problems = desktop.problems()
    await desktop.close()
    expect(problems).toEqual([])
  })

  it('each have their capture: a new one begins empty, and a second start opens its file there', async () => {
    desktop.menu('new-window')
    await eventually(async () => expect(await desktop.pages()).toHaveLength(2))
    const [, second] = await desktop.pages()
    await second?.getByRole('heading', { name: /Open a capture/ }).waitFor()
    desktop.offer(good)
    await second?.locator('.card').first().waitFor()
    expect(await second?.title()).toContain('ok-tls13-full.pcap')
    expect(await page.title()).toContain('untrusted-root.pcap')
    // Both show a capture: a third file gets a window of its own.
    desktop.offer(good)
    await eventually(async () => expect(await desktop.pages()).toHaveLength(3))
  })

  it('open from the palette as well', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('new window')
    await page.keyboard.press('Enter')
    await eventually(async () => expect(await desktop.pages()).toHaveLength(2))
  })

  it('share one menu, which speaks of the window in front', async () => {
    const item = (id: string) => desktop.machine.menu?.getMenuItemById(id)
    await eventually(() => expect(item('export')?.enabled).toBe(true))
    expect(item('close')?.label).toBe('&Close Capture')
    desktop.menu('new-window')
    await eventually(() => expect(item('export')?.enabled).toBe(false))
    await desktop.pages()
    expect(item('close')?.label).toBe('&Close Window')
    desktop.menu('close')
    await eventually(() => expect(item('export')?.enabled).toBe(true))
    desktop.menu('close')
    await page.getByRole('heading', { name: /Open a capture/ }).waitFor()
  })

  it('remember their place by kind', async () => {
    desktop.menu('new-window')
    await eventually(async () => expect(await desktop.pages()).toHaveLength(2))
    desktop.menu('close')
    await eventually(() => {
      const kept = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as { windows: unknown }
      expect(kept.windows).toMatchObject({ further: { x: 28, y: 28 } })
    })
  })

  it('give a report to the system’s drag, private and gone with the program', async () => {
    await dragOut(page, await report(page))
    await eventually(() => expect(desktop.machine.drags).toHaveLength(1))
    const [file = ''] = desktop.machine.drags
    expect(basename(file)).toBe('untrusted-root-1.report.html')
    expect(readFileSync(file, 'utf8')).toContain('SEC_E_UNTRUSTED_ROOT')
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    await page.getByText('PDF', { exact: true }).click()
    await dragOut(page, page.locator('.file', { hasText: '.report.pdf' }))
    await eventually(() => expect(desktop.machine.drags).toHaveLength(2))
    expect(
      readFileSync(desktop.machine.drags[1] ?? '')
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
    await page.getByText('pcapng', { exact: true }).click()
    await dragOut(page, page.locator('.file', { hasText: '.pcapng' }))
    await eventually(() => expect(desktop.machine.drags).toHaveLength(3))
    expect(readFileSync(desktop.machine.drags[2] ?? '').readUInt32LE(0)).toBe(0x0a0d0d0a)
    desktop.machine.drags.splice(0)
    const { app } = await import('../host/machine.ts')
    app.emit('will-quit')
    expect(existsSync(file)).toBe(false)
  })

  it('give a certificate as PEM, DER or P7B, and take no notice of their own files coming back', async () => {
    await page.getByRole('tab', { name: /Certificates/ }).click()
    for (const [at, text] of ['Save PEM', 'DER', 'P7B'].entries()) {
      await dragOut(page, page.getByRole('button', { name: text, exact: true }))
      await eventually(() => expect(desktop.machine.drags).toHaveLength(at + 1))
    }
    const [pem = '', der = '', p7b = ''] = desktop.machine.drags.splice(0)
    expect([pem, der, p7b].map((path) => basename(path))).toEqual([
      'server.example.pem',
      'server.example.der',
      'chain-1.p7b',
    ])
    expect(new X509Certificate(readFileSync(pem)).subject).toContain('CN=server.example')
    expect(new X509Certificate(readFileSync(der)).raw.equals(readFileSync(der))).toBe(true)
    desktop.place(basename(pem), pem)
    await page.evaluate((name) => {
      const data = new DataTransfer()
      data.items.add(new File(['-----BEGIN CERTIFICATE-----'], name))
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
    }, basename(pem))
    await page.waitForTimeout(500)
    expect(await page.title()).toContain('untrusted-root.pcap')
    await page.getByRole('tree', { name: 'Certificate chain' }).waitFor()
  })

  it('give the report of a conversation from its row', async () => {
    await dragOut(page, page.locator('#row-1'))
    await eventually(() => expect(desktop.machine.drags).toHaveLength(1))
    expect(basename(desktop.machine.drags[0] ?? '')).toBe('untrusted-root-1.report.html')
    desktop.machine.drags.splice(0)
  })
})

describe('tabs of the served page', () => {
  let served: ServedInspector
  beforeEach(async () => {
    served = await openServed([failed])
    await served.page.locator('.card').first().waitFor()
  })
  afterEach(async () => {
    const problems = served.problems()
    await served.close()
    expect(problems).toEqual([])
  })

  it('open from the palette, empty, with captures of their own', async () => {
    const { page } = served
    await page.keyboard.press('Control+k')
    await page.keyboard.type('new window')
    const [second] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')])
    await second.getByRole('button', { name: /sample/i }).click()
    await second.getByRole('menuitem', { name: /no cipher suite in common/ }).click()
    await second.locator('.card').first().waitFor()
    expect(await second.title()).toContain('no-common-cipher.pcap')
    expect(await page.title()).toContain('untrusted-root.pcap')
  })

  it('carry a report in the browser’s own drag', async () => {
    const { page } = served
    const chip = await report(page)
    await page.evaluate(() => {
      const kept = window as unknown as { blob?: Blob; carried?: string }
      const make = URL.createObjectURL.bind(URL)
      URL.createObjectURL = (blob: Blob) => {
        kept.blob = blob
        return make(blob)
      }
      window.addEventListener('dragstart', (event) => {
        kept.carried = event.dataTransfer?.getData('DownloadURL') ?? ''
      })
    })
    await chip.hover()
    await eventually(async () => {
      await dragOut(page, chip)
      expect(await page.evaluate(() => (window as unknown as { carried?: string }).carried)).toMatch(
        /^text\/html:untrusted-root-1\.report\.html:blob:/,
      )
    })
    const text = await page.evaluate(() => (window as unknown as { blob: Blob }).blob.text())
    expect(text).toContain('SEC_E_UNTRUSTED_ROOT')
  })
})
