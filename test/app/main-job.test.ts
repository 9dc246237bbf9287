// The main job, in both hosts: open a capture, see which call failed, see its bytes, hand the report on.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { report } from '../../shared/contract/report.ts'
import { openDesktop, openServed, type Inspector } from '../host/desktop.ts'
import { unbroken } from '../support/reports.ts'

const capture = resolve('test/captures/untrusted-root.pcap')
const folder = mkdtempSync(join(tmpdir(), 'inspector-job-'))
let open: Inspector | null = null

afterEach(async () => {
  const problems = open?.problems() ?? []
  await open?.close()
  open = null
  expect(problems).toEqual([])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The program in one of its hosts, and how a saved report is read back there. */
interface Host {
  readonly inspector: Inspector
  readonly saved: (format: string, name: string) => Promise<string>
}

async function save(inspector: Inspector, format: string): Promise<void> {
  const { page } = inspector
  await page.keyboard.press('Control+e')
  const dialog = page.getByRole('dialog', { name: 'Report' })
  await dialog.getByText(format, { exact: true }).click()
  await dialog.getByRole('button', { name: 'Save report' }).click()
}

const hosts: readonly (readonly [string, () => Promise<Host>])[] = [
  [
    'desktop',
    async () => {
      const inspector = await openDesktop([capture])
      open = inspector
      return {
        inspector,
        async saved(format, name) {
          const path = join(folder, name)
          inspector.answer('showSaveDialog', { canceled: false, filePath: path })
          await save(inspector, format)
          await inspector.page
            .getByRole('status')
            .getByText(/^Saved/)
            .waitFor()
          return readFileSync(path, 'utf8')
        },
      }
    },
  ],
  [
    'served page',
    async () => {
      const inspector = await openServed([capture])
      open = inspector
      return {
        inspector,
        async saved(format, name) {
          const path = join(folder, `served-${name}`)
          const download = inspector.page.waitForEvent('download')
          await save(inspector, format)
          await (await download).saveAs(path)
          return readFileSync(path, 'utf8')
        },
      }
    },
  ],
]

describe.each(hosts)('in the %s', (_name, start) => {
  it('a failed handshake is opened, understood and handed on', async () => {
    const { inspector, saved } = await start()
    const { page } = inspector
    page.setDefaultTimeout(10_000)
    await page.locator('.lrow').getByText('SEC_E_UNTRUSTED_ROOT').click()
    const card = page.getByRole('listitem', { name: /^Client, ISC #2, failed, SEC_E_UNTRUSTED_ROOT/ })
    await card.click()
    await page.getByRole('row', { name: 'out TOKEN, allocate ALERT, allocate TOKEN 0 ALERT 7' }).waitFor()
    await page
      .getByRole('listitem', { name: /Certificate/ })
      .first()
      .click()
    await page
      .getByRole('tree', { name: 'Fields' })
      .getByText('certificate 1', { exact: true })
      .first()
      .waitFor()
    await page.getByText('16 03 03', { exact: false }).first().waitFor()

    const html = await saved('HTML', 'report.html')
    expect(unbroken(html)).toContain('SEC_E_UNTRUSTED_ROOT')
    expect(html).not.toContain('<script')
    const json = report.parse(JSON.parse(await saved('JSON', 'report.json')))
    expect(json.conversations[0]).toMatchObject({
      outcome: 'failed',
      failure: { side: 'client', cause: 'untrusted-root', status: 'SEC_E_UNTRUSTED_ROOT', packet: 8 },
    })
  })
})
