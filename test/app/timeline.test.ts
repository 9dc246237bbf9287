// The score at every size, on recorded handshakes and on captures with trouble and thousands of calls.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { clientHello, extension, record, serverHello } from '../shared/tls/build.ts'
import { pcap } from '../support/captures.ts'
import { frameOf, opened, type Sent } from '../support/segments.ts'
import { seriousFaults } from './axe.ts'
import { capture, open, page, written } from './page-spec.ts'

/** Writes packets, a tenth of a millisecond apart where no time is given, as a capture of that name. */
function sentAs(name: string, sent: readonly Sent[]): string {
  return written(
    name,
    pcap(
      sent.map((packet, index) => {
        const microseconds = Math.round((packet.ms ?? index / 10) * 1000)
        return {
          seconds: 1_790_000_000 + Math.floor(microseconds / 1e6),
          fraction: microseconds % 1e6,
          data: frameOf(packet),
        }
      }),
    ),
  )
}

async function height(selector: string): Promise<number> {
  return (await page.locator(selector).first().boundingBox())!.height
}

describe('the size of the score', () => {
  it('is changed by key and wheel, and set back by key and from its head', async () => {
    await open(capture('untrusted-root'))
    const before = await height('.card.point')
    await page.locator('.scroller').focus()
    await page.keyboard.press('Control+-')
    await page.getByRole('button', { name: '90 %' }).waitFor()
    expect(await height('.card.point')).toBeLessThan(before)
    await page.keyboard.press('Control+=')
    await page.keyboard.press('Control+=')
    await page.getByRole('button', { name: '110 %' }).waitFor()
    expect(await height('.card.point')).toBeGreaterThan(before)
    await page.keyboard.press('Control+0')
    await page.getByRole('button', { name: /%$/ }).waitFor({ state: 'detached' })
    await page.locator('.scroller').hover()
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, 100)
    await page.keyboard.up('Control')
    await page.getByRole('button', { name: '90 %' }).click()
    expect(await height('.card.point')).toBe(before)
  })

  it('fits the whole handshake on one screen, by key and from the menu, and walking goes on', async () => {
    await open(capture('tls13-hello-retry-sliced'))
    const pane = await height('.scroller')
    expect(await height('.score')).toBeGreaterThan(pane)
    await page.locator('.scroller').focus()
    await page.keyboard.press('3')
    await page.getByRole('button', { name: /%$/ }).waitFor()
    expect(await height('.score')).toBeLessThanOrEqual(pane + 1)
    await page.keyboard.press('End')
    expect(await page.locator('.scroller').evaluate((element) => element.scrollTop)).toBe(0)
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('1')
    expect(await height('.score')).toBeGreaterThan(pane)
    await page.getByLabel('Replay and density').click()
    await page.getByRole('menuitem', { name: /^Fit to the pane/ }).click()
    await page.getByRole('button', { name: /%$/ }).waitFor()
    expect(await height('.score')).toBeLessThanOrEqual(pane + 1)
  })

  it('fits a handshake of sixty calls too, each of them drawn', async () => {
    await open(capture('trickled-hello'))
    await page.locator('.card .open').first().click()
    await page.getByText('opened').first().waitFor()
    await page.locator('.scroller').focus()
    await page.keyboard.press('3')
    await page.getByRole('button', { name: /%$/ }).waitFor()
    const pane = await height('.scroller')
    await page.waitForFunction((room) => {
      const score = document.querySelector('.score')
      return score !== null && score.getBoundingClientRect().height <= room + 1
    }, pane)
    const drawn = await page.locator('.card').count()
    expect(drawn).toBeGreaterThan(60)
  })
})

describe('a failed handshake of hundreds of calls', () => {
  /** A recorded connection whose every token comes in segments of a few bytes. */
  function trickled(name: string, size: number): string {
    const file = readFileSync(capture(name))
    const sent: Sent[] = [...opened]
    let client = -1
    const begin = { client: 0, server: 0 }
    const sentSoFar = { client: 0, server: 0 }
    for (let at = 24; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
      const frame = file.subarray(at + 16, at + 16 + file.readUInt32LE(at + 8))
      const tcp = 14 + (frame[14]! & 15) * 4
      if (client < 0) client = frame.readUInt16BE(tcp)
      const from = frame.readUInt16BE(tcp) === client ? 'client' : 'server'
      const seq = frame.readUInt32BE(tcp + 4)
      if ((frame[tcp + 13]! & 2) !== 0) begin[from] = seq + 1
      const data = frame.subarray(tcp + (frame[tcp + 12]! >> 4) * 4, 14 + frame.readUInt16BE(16))
      const ack = sentSoFar[from === 'client' ? 'server' : 'client']
      for (let part = 0; part < data.length; part += size)
        sent.push({ from, at: seq - begin[from] + part, ack, bytes: data.subarray(part, part + size) })
      sentSoFar[from] = Math.max(sentSoFar[from], seq - begin[from] + data.length)
    }
    return sentAs(`${name}-trickled.pcap`, sent)
  }

  it('is fitted so that every word can be read, the failure lit, and its flights open and close by key', async () => {
    await open(trickled('untrusted-root', 5))
    const calls = Number(/\d+/.exec(await page.getByRole('tab', { name: /^Timeline/ }).innerText())![0])
    expect(calls).toBeGreaterThan(300)
    await page.locator('.scroller').focus()
    await page.keyboard.press('3')
    const room = await height('.scroller')
    await page.waitForFunction(
      (most) => document.querySelector('.score')!.getBoundingClientRect().height <= most + 1,
      room,
    )
    const zoom = await page.locator('.score').evaluate((score) => Number(getComputedStyle(score).zoom))
    expect(zoom).toBeGreaterThan(0.7)
    await page.locator('.card.point').getByText('SEC_E_UNTRUSTED_ROOT').waitFor()
    const flight = page.locator('.card', { hasText: /\d+ × SEC_I_CONTINUE_NEEDED/ }).first()
    await flight.click()
    const before = await page.locator('.card').count()
    expect(await flight.getAttribute('aria-label')).toMatch(
      /\d+ times SEC_E_INCOMPLETE_MESSAGE, \d+ times SEC_I_CONTINUE_NEEDED/,
    )
    await page.locator('.scroller').focus()
    await page.keyboard.press('e')
    await page.getByText('opened').first().waitFor()
    expect(await page.locator('.card').count()).toBeGreaterThan(before)
    // From a call of its own the whole flight folds again.
    for (const key of ['ArrowDown', 'ArrowDown', 'e']) await page.keyboard.press(key)
    await page.getByText('opened').first().waitFor({ state: 'detached' })
    expect(await page.locator('.card').count()).toBe(before)
    expect(await seriousFaults(page)).toEqual([])
  })
})

describe('a narrow pane', () => {
  it('draws the score smaller rather than cutting statuses, and everything can be scrolled to', async () => {
    await open(capture('untrusted-root'))
    const before = await height('.card.point')
    // 1280 × 800 at 200 %.
    await page.setViewportSize({ width: 640, height: 400 })
    await page.waitForFunction((full) => {
      const name = document.querySelector('.card.point .nm')
      const card = document.querySelector('.card.point')
      if (name === null || card === null) return false
      return card.getBoundingClientRect().height < full - 4 && name.scrollWidth <= name.clientWidth + 1
    }, before)
    for (const part of ['.card.point', '[role=tree]', '.hex', '.foot']) {
      await page.locator(part).first().scrollIntoViewIfNeeded()
      const box = (await page.locator(part).first().boundingBox())!
      expect(box.x < 640 && box.y < 400 && box.x + box.width > 0 && box.y + box.height > 0).toBe(true)
    }
  })
})

describe('a long status', () => {
  it('is told whole by both sides, in a narrow lane on a line of its own', async () => {
    await open(capture('alpn-mismatch'))
    await page.waitForFunction((status) => {
      const names = [...document.querySelectorAll('.card .nm')].filter((name) => name.textContent === status)
      return names.length === 2 && names.every((name) => name.scrollWidth <= name.clientWidth + 1)
    }, 'SEC_E_APPLICATION_PROTOCOL_MISMATCH')
  })
})

describe('labels on the wire', () => {
  it('say why the hellos were exchanged twice', async () => {
    await open(capture('tls13-hello-retry-sliced'))
    for (const text of ['key share x25519', 'wants secp384r1', 'again, secp384r1'])
      await page.locator('.tok').getByText(text, { exact: true }).waitFor()
    const spoken = page.getByRole('listitem', {
      name: /^Token from server, HelloRetryRequest wants secp384r1/,
    })
    await spoken.first().waitFor()
  })

  it('draw what was sent again at its place, hollow, and name the bytes', async () => {
    const hello = record(22, clientHello(), 0x0301)
    const answer = record(22, serverHello())
    await open(
      sentAs('again.pcap', [
        ...opened,
        { from: 'client', bytes: hello, ms: 1 },
        { from: 'client', bytes: hello, ms: 210, id: 7 },
        { from: 'server', bytes: answer, ack: hello.length, ms: 211 },
      ]),
    )
    const copy = page.getByLabel(/^ClientHello from client, sent again, \d+ bytes, packet 4$/)
    const first = page.getByRole('listitem', { name: /^Token from client, ClientHello/ })
    const second = page.getByRole('listitem', { name: /^Token from server, ServerHello/ })
    const tops = await Promise.all([first, copy, second].map(async (each) => (await each.boundingBox())!.y))
    expect(tops).toEqual([...tops].sort((one, two) => one - two))
  })
})

describe('three thousand calls', () => {
  it('fold into one card, and opened keep only what is in view in the page', async () => {
    const hello = record(22, clientHello({ extensions: [extension(21, new Uint8Array(2900))] }), 0x0301)
    const trickle = Array.from(hello, (_, at): Sent => ({
      from: 'client',
      at,
      bytes: hello.subarray(at, at + 1),
    }))
    const answer: Sent = { from: 'server', bytes: record(22, serverHello()), ack: hello.length }
    await open(sentAs('trickle.pcap', [...opened, ...trickle, answer]))
    const run = page.getByRole('listitem', { name: /^Server, ASC #1 to #\d{4}, needs bytes/ })
    await run.waitFor()
    expect(await page.locator('.card').count()).toBeLessThan(10)
    await run.click({ position: { x: 6, y: 6 } })
    await page.locator('.scroller').focus()
    await page.keyboard.press('e')
    await page.getByRole('listitem', { name: 'Server, ASC #2, needs bytes', exact: false }).first().waitFor()
    expect(await page.locator('.card').count()).toBeLessThan(150)
    await page.keyboard.press('End')
    await page
      .getByRole('listitem', { name: /^Server, ASC #29\d\d, / })
      .first()
      .waitFor()
    expect(await page.locator('.card').count()).toBeLessThan(150)
    await page.keyboard.press('Home')
    await page.getByRole('listitem', { name: /^Client, ISC #1, / }).waitFor()
  })
})

describe('on paper', () => {
  it('the score stands alone, light, whole and headed on every page', async () => {
    await open(capture('trickled-hello'))
    await page.locator('.scroller').focus()
    await page.keyboard.press('1')
    await page.getByRole('listitem', { name: /^Server, ASC #1 to #60/ }).click({ position: { x: 6, y: 6 } })
    await page.keyboard.press('e')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    const paper = page.locator('.paper')
    await paper.getByRole('listitem', { name: /^Client, ISC #3, / }).waitFor()
    const names = await paper
      .locator('.card')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')))
    expect(new Set(names).size).toBe(65)
    const sheets = await paper.locator('.sheet').count()
    expect(sheets).toBeGreaterThan(2)
    expect(await paper.locator('.score-head').count()).toBe(sheets)
    await paper.getByText(`1 of ${String(sheets)}`).waitFor()
    expect(await page.locator('.win').isVisible()).toBe(false)
    expect(await paper.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    )
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    await paper.waitFor({ state: 'detached' })
  })
})
