// What a status rests on, as a reader without a pointer comes to it: by keyboard, spoken with the source's name.

import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { capture, open, page } from './page-spec.ts'

/** The words that belong to the source which has the keyboard. */
async function described(source: Locator): Promise<string> {
  await expect.poll(() => source.getAttribute('aria-describedby')).not.toBeNull()
  const id = (await source.getAttribute('aria-describedby'))!
  return (await page.locator(`[id="${id}"]`).textContent())!
}

it('says behind a call’s status what its source is, as soon as the keyboard is on it', async () => {
  await open(capture('no-common-cipher'))
  // Without a pointer resting anywhere.
  await page.locator('.card', { hasText: 'ASC #1' }).first().dispatchEvent('click')
  const source = page.locator('.detail .source')
  await source.waitFor()
  await page.getByRole('button', { name: 'Write a note on ASC #1' }).focus()
  const isReached = () => source.evaluate((each) => each === document.activeElement)
  // A button that unfolds the call may lie between.
  for (let tab = 0; tab < 2 && !(await isReached()); tab++) await page.keyboard.press('Tab')
  expect(await isReached()).toBe(true)
  expect(await described(source)).toMatch(/^Schannel reference §6\.3, a failure of a side.*Wine’s tests/)
  await page.locator('.source-pop').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.source-pop').waitFor({ state: 'detached' })
})

it('says it of each attribute, under the pointer and by keyboard', async () => {
  await open(capture('ok-mutual-tls12'))
  await page.getByRole('tab', { name: 'Attributes' }).click()
  const sources = page.locator('#view .source')
  await sources.first().hover()
  await page.locator('.source-pop', { hasText: 'QueryContextAttributes' }).waitFor()
  await page.mouse.move(0, 0)
  await sources.nth(1).focus()
  expect(await described(sources.nth(1))).toContain('Microsoft’s page on it')
})

it('says it of the chosen Windows version and of what the answer assumes', async () => {
  await open(capture('no-common-cipher'))
  await page.getByRole('tab', { name: 'What if' }).click()
  await page.getByText('Status from').waitFor()
  const source = page.locator('.detail .source')
  await source.focus()
  expect(await described(source)).toMatch(/^Schannel reference §/)
  expect(await page.locator('.notes .source', { hasText: 'schannel §9.5' }).count()).toBe(1)
})
