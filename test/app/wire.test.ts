// What transport and keys add to a conversation, in the page: holes, shut windows, and conversations one in another.

import { readFileSync } from 'node:fs'
import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { capture, open, page, written } from './page-spec.ts'

/** One packet of a classic capture: its record header and its bytes. */
interface Packet {
  readonly header: Buffer
  readonly bytes: Buffer
}

/** Writes the packets that `edit` leaves of a capture in Ethernet frames, numbered from 1. */
function edited(name: string, edit: (packet: Packet, number: number) => boolean): string {
  const whole = readFileSync(capture(name))
  const kept: Buffer[] = [whole.subarray(0, 24)]
  for (let at = 24, number = 1; at < whole.length; number++) {
    const length = whole.readUInt32LE(at + 8)
    const packet = {
      header: Buffer.from(whole.subarray(at, at + 16)),
      bytes: Buffer.from(whole.subarray(at + 16, at + 16 + length)),
    }
    at += 16 + length
    if (edit(packet, number)) kept.push(packet.header, packet.bytes)
  }
  return written(`${name}-edited.pcap`, Buffer.concat(kept))
}

describe('the wire', () => {
  it('shows a hole where its bytes are missing', async () => {
    // Packet 10 brings 1,457 bytes of the server’s flight.
    await open(edited('tls13-hello-retry-sliced', (_, number) => number !== 10))
    const hole = page.locator('.gap')
    await hole.waitFor()
    expect(await hole.textContent()).toMatch(/^1.457 bytes not captured$/)
    // Behind the hello that it answers, before the bytes that came after it.
    const y = async (locator: Locator): Promise<number> => (await locator.boundingBox())!.y
    const before = page.getByRole('listitem', { name: /ClientHello.*317 bytes/ })
    const after = page.getByRole('listitem', { name: /^Client, ISC #4/ })
    expect(await y(hole)).toBeGreaterThan(await y(before))
    expect(await y(hole)).toBeLessThan(await y(after))
  })

  it('tells a shut window on the wait that it explains', async () => {
    const late = 400_000
    const path = edited('tls13-hello-retry-sliced', ({ header, bytes }, number) => {
      // Window of the client’s acknowledgement: TCP behind Ethernet and 20 bytes of IP.
      if (number === 11) bytes.writeUInt16BE(0, 14 + 20 + 14)
      if (number > 11) {
        const micros = header.readUInt32LE(4) + late
        header.writeUInt32LE(header.readUInt32LE(0) + Math.floor(micros / 1e6), 0)
        header.writeUInt32LE(micros % 1e6, 4)
      }
      return true
    })
    await open(path)
    const wait = page.locator('.band.wait', { hasText: /window/ })
    await wait.waitFor()
    expect(await wait.textContent()).toMatch(/\d+ ms without packets: zero window from client/)
  })
})

describe('conversations one in another', () => {
  it('are found with a key log, and lead to each other', async () => {
    await open(capture('carriers/https-proxy-squid'))
    expect(await page.getByRole('button', { name: /^holds/ }).count()).toBe(0)
    const keys = readFileSync(capture('carriers/https-proxy-squid').replace('.pcap', '.keys'), 'utf8')
    await page.evaluate((log) => {
      const data = new DataTransfer()
      data.items.add(new File([log], 'proxy.keys'))
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
    }, keys)
    await page.getByRole('button', { name: 'holds 2' }).click()
    await page.getByText('Conversation 2', { exact: true }).waitFor()
    await page.locator('#row-2.sel').waitFor()
    await page.getByRole('button', { name: 'inside 1' }).click()
    await page.getByText('Conversation 1', { exact: true }).waitFor()
    await page.locator('#row-1.sel').waitFor()
  })
})
