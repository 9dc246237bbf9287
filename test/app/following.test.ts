// Following a file that is still being written: the switch, the words while it lasts, and its end.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openDesktop, type Desktop } from '../host/desktop.ts'

const whole = readFileSync(resolve('test/captures/keys/tls13-aes128-gcm.pcap'))
/** The file header alone: a capture that has just begun. */
const head = 24
let folder = ''
let desktop: Desktop | null = null

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-following-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  const problems = desktop?.problems() ?? []
  await desktop?.close()
  desktop = null
  expect(problems).toEqual([])
})

describe('following', () => {
  it('shows what is written later, and stopping is a normal end', async () => {
    const path = join(folder, 'growing.pcap')
    writeFileSync(path, whole.subarray(0, head))
    desktop = await openDesktop([path])
    const { page } = desktop
    page.setDefaultTimeout(2500)
    await page.locator('.statusbar').getByText('0 conversations', { exact: true }).waitFor()
    desktop.menu('follow')
    await page.locator('.statusbar').getByText('following', { exact: true }).waitFor()
    appendFileSync(path, whole.subarray(head))
    await page
      .locator('.reading')
      .getByText(/^(?!0 |24 ).* read, following$/)
      .waitFor()
    // Its connection is closed: it is listed, and can be opened while more may come.
    await page.locator('.lrow').getByText('Established').click()
    await page.locator('.card').first().waitFor()
    expect(await page.locator('.statusbar').textContent()).toContain('following')
    desktop.menu('follow')
    await page.locator('.lrow.sel').waitFor()
    const foot = page.locator('.statusbar')
    await foot.getByText('1 conversation', { exact: true }).waitFor()
    expect(await foot.textContent()).not.toContain('following')
    expect(await foot.textContent()).not.toContain('stopped')
  })
})
