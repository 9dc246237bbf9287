// Settings, samples, About, the menu's commands and the notification, in the desktop window and the served page.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openDesktop, openServed, type Desktop, type Inspector } from '../host/desktop.ts'

const capture = resolve('test/captures/untrusted-root.pcap')
let folder = ''
let open: Inspector | null = null

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  const problems = open?.problems() ?? []
  await open?.close()
  open = null
  expect(problems).toEqual([])
})

async function desktop(files: readonly string[] = [], userData?: string): Promise<Desktop> {
  const it = await openDesktop(files, userData)
  open = it
  return it
}

describe('settings', () => {
  it('open from the menu and change theme and times at once', async () => {
    const it = await desktop([capture])
    const { page } = it
    await page.locator('.lrow.sel').waitFor()
    it.menu('settings')
    await page.getByRole('dialog', { name: 'Settings' }).waitFor()
    await page.getByRole('radio', { name: 'Dark' }).click()
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    await page.getByRole('radio', { name: 'Date and time' }).click()
    await page.keyboard.press('Escape')
    expect(await page.locator('.lrow.sel').innerText()).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/)
  })

  it('keep the roots to trust for the next start, and refuse a file without any', async () => {
    const data = join(folder, 'roots')
    mkdirSync(data)
    const file = join(folder, 'none.pem')
    writeFileSync(file, 'no certificate here')
    const first = await desktop([capture], data)
    await first.page.locator('.lrow.sel').waitFor()
    first.answer('showOpenDialog', { canceled: false, filePaths: [file] })
    first.menu('settings')
    await first.page.getByRole('button', { name: 'Choose a PEM file' }).click()
    await first.page.getByText('none.pem').waitFor()
    await first.page.getByRole('button', { name: /^Read .* again/ }).click()
    await first.page.getByText('no-roots').first().waitFor()
    const kept = () => JSON.parse(readFileSync(join(data, 'settings.json'), 'utf8')) as unknown
    await expect.poll(kept).toMatchObject({ roots: file })
    await first.close()
    const second = await desktop([], data)
    second.menu('settings')
    await second.page.getByText('none.pem').waitFor()
    await second.page.getByRole('button', { name: 'Use the built-in list' }).click()
    await second.page.getByText('the list that comes with the program').waitFor()
    await expect.poll(kept).toMatchObject({ roots: null })
  })

  it('take limits within their ranges, keep them, and give the defaults back', async () => {
    const data = join(folder, 'limits')
    mkdirSync(data)
    const first = await desktop([capture], data)
    await first.page.locator('.lrow.sel').waitFor()
    first.menu('settings')
    const open = first.page.getByLabel('Open conversations')
    expect(await open.inputValue()).toBe('524288')
    await open.fill('7')
    await open.blur()
    await first.page
      .getByRole('alert')
      .getByText(/^A whole number from 100 to 4.194.304\.$/)
      .waitFor()
    await open.fill('2000')
    await open.blur()
    await first.page.getByLabel('Reading', { exact: true }).fill('15')
    await first.page.getByLabel('Reading', { exact: true }).blur()
    await first.page.getByRole('alert').waitFor({ state: 'detached' })
    const kept = () =>
      (JSON.parse(readFileSync(join(data, 'settings.json'), 'utf8')) as { limits: unknown }).limits
    await expect.poll(kept).toEqual({ openConversations: 2000, openMegabytes: 256, minutes: 15 })
    await first.page.getByRole('button', { name: /^Read .* again/ }).click()
    await first.page.locator('.lrow.sel').waitFor()
    await first.close()
    const second = await desktop([], data)
    second.menu('settings')
    await expect.poll(() => second.page.getByLabel('Open conversations').inputValue()).toBe('2000')
    await second.page.getByRole('button', { name: 'Back to default' }).click()
    await expect.poll(kept).toEqual({ openConversations: 524288, openMegabytes: 256, minutes: null })
    await expect.poll(() => second.page.getByLabel('Reading', { exact: true }).inputValue()).toBe('')
  })

  it('keep what is being typed in one field, and every change, while answers are on their way', async () => {
    const data = join(folder, 'quick')
    mkdirSync(data)
    const it = await desktop([], data)
    it.menu('settings')
    await it.page.getByLabel('Reading', { exact: true }).waitFor()
    const limits = () =>
      (JSON.parse(readFileSync(join(data, 'settings.json'), 'utf8')) as { limits: unknown }).limits
    // Quicker than any answer: two fields left and a third being typed into, in one turn of the page.
    await it.page.evaluate(() => {
      const fields = document.querySelectorAll<HTMLInputElement>('[role=dialog] input[inputmode=numeric]')
      for (const [index, text] of ['2000', '128', '15'].entries()) {
        const field = fields[index]
        if (field === undefined) throw new Error(`no field ${String(index)}`)
        field.value = text
        field.dispatchEvent(new Event('input', { bubbles: true }))
        if (index < 2) field.dispatchEvent(new Event('change', { bubbles: true }))
      }
    })
    await expect.poll(() => existsSync(join(data, 'settings.json'))).toBe(true)
    await expect.poll(limits).toEqual({ openConversations: 2000, openMegabytes: 128, minutes: null })
    expect(await it.page.getByLabel('Reading', { exact: true }).inputValue()).toBe('15')
    await it.page.getByLabel('Reading', { exact: true }).dispatchEvent('change')
    await expect.poll(limits).toEqual({ openConversations: 2000, openMegabytes: 128, minutes: 15 })
  })

  it('cannot name a file that was not chosen', async () => {
    const it = await desktop()
    const frame = { url: 'app://bundle/index.html', parent: null }
    expect(await it.invoke('settings.change', { roots: '/etc/passwd' }, frame)).toMatchObject({
      ok: false,
      fault: { code: 'not-offered' },
    })
  })

  it('forget recent captures and remember no more', async () => {
    const data = join(folder, 'recent')
    mkdirSync(data)
    const it = await desktop([capture], data)
    await it.page.locator('.lrow.sel').waitFor()
    it.menu('settings')
    await it.page.getByRole('switch', { name: 'Recent captures' }).click()
    await it.page.getByText('not remembered').waitFor()
    const kept = (): unknown =>
      existsSync(join(data, 'settings.json'))
        ? JSON.parse(readFileSync(join(data, 'settings.json'), 'utf8'))
        : null
    await expect.poll(kept).toMatchObject({ rememberRecent: false })
    await it.page.keyboard.press('Escape')
    it.offer(capture)
    await expect.poll(async () => (await it.pages()).length, { timeout: 20_000 }).toBe(2)
    const [, second] = await it.pages()
    await second?.locator('.lrow.sel').waitFor()
    expect(
      await it.invoke('recent.list', null, { url: 'app://bundle/index.html', parent: null }),
    ).toMatchObject({ value: [] })
  })
})

describe.each([
  ['desktop', () => desktop()],
  ['served page', async () => (open = await openServed())],
] as const)('the welcome of the %s', (_name, start) => {
  it('opens a sample capture that came with the program', async () => {
    const { page } = await start()
    await page.getByRole('button', { name: 'Open a sample' }).click()
    await page.getByRole('menuitem', { name: /does not know the issuer/ }).click()
    await page.locator('.lrow.sel').getByText('SEC_E_UNTRUSTED_ROOT').waitFor()
  })
})

describe('the desktop program', () => {
  it('says in About what it is made of and that nothing leaves the machine', async () => {
    const it = await desktop()
    const { page } = it
    it.menu('about')
    const dialog = page.getByRole('dialog', { name: /^About/ })
    await dialog.getByText('Nothing leaves this machine').waitFor()
    await dialog.getByText('0.0.0-test').waitFor()
  })

  it('answers every command of its menu', async () => {
    const it = await desktop([capture])
    const { page } = it
    await page.locator('.card').first().waitFor()
    it.menu('list')
    await page.getByRole('button', { name: 'Conversations' }).waitFor()
    it.menu('list')
    it.menu('diagnosis')
    it.menu('commands')
    await page.getByRole('dialog', { name: 'Commands' }).waitFor()
    await page.keyboard.press('Escape')
    it.menu('keys')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    it.menu('find')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
      .toBe('combobox')
    it.menu('close')
    await page.getByRole('heading', { name: 'Open a capture' }).waitFor()
  })

  it('notifies while its window is not in front, and only then', async () => {
    const it = await desktop()
    const frame = { url: 'app://bundle/index.html', parent: null }
    it.machine.notifications = []
    await it.invoke('notify', { title: 'Capture read', body: 'x.pcap: 1 conversation' }, frame)
    it.machine.focused = true
    await it.invoke('notify', { title: 'Capture read', body: 'y.pcap' }, frame)
    it.machine.focused = false
    expect(it.machine.notifications).toEqual([{ title: 'Capture read', body: 'x.pcap: 1 conversation' }])
  })
})

describe('files dropped on the window', () => {
  it('load a key log for the open capture, and tell when there is none', async () => {
    open = await openServed()
    const { page } = open
    const log = readFileSync(resolve('test/captures/ok-tls12-full.keys'), 'utf8')
    const drop = (files: readonly (readonly [string, string])[]) =>
      page.evaluate((given) => {
        const data = new DataTransfer()
        for (const [name, text] of given) data.items.add(new File([text], name))
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
      }, files)
    await drop([['session.txt', log]])
    await page.getByText('session.txt is a key log: open the capture it belongs to first.').waitFor()
    await page.getByRole('button', { name: 'Open a sample' }).click()
    await page.getByRole('menuitem').first().click()
    await page.locator('.lrow.sel').waitFor()
    await drop([['session.txt', log]])
    await page.getByText(/Key log: 0 secrets matched/).waitFor()
  })
})
