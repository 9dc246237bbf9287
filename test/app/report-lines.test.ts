// The lines of the HTML report, on screens and on paper: whole words, nothing cut off, and clean text when it is copied.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { analyseFile } from '../../electron/worker/analyse.ts'
import type { Report, ReportConversation } from '../../shared/contract/report.ts'
import { htmlPrinter } from '../../shared/report/html.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { reportFixture } from '../support/fixtures.ts'
import { midWordBreaks, spilling } from '../support/line-breaks.ts'
import { readPdf, tight } from '../support/pdf.ts'
import { printSample } from '../support/reports.ts'
import { blankPage, closeBrowser } from './page-browser.ts'

/** What A4 has between the margins, in CSS pixels. */
const sheet = 703
const folders = ['test/captures', join(import.meta.dirname, '../../../shared/captures/lab')]

async function conversationsOf(path: string): Promise<ReportConversation[]> {
  const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const whole = outcome.value.rows.map(({ id }) => outcome.value.inspect(id, defaultReplay))
  outcome.value.close()
  return whole
}

/** The same conversation between IPv6 endpoints, with a long server name and a long status. */
function stretched(conversation: ReportConversation): ReportConversation {
  const { failure, client, server } = conversation
  return {
    ...conversation,
    client: { ...client, address: '2001:db8:85a3:1234:5678:8a2e:370:7334' },
    server: { ...server, address: 'fd00:1020:30:40:5050:6060:7070:8080' },
    serverName: 'a-rather-long-machine-name.production.cluster7.internal.contoso.example',
    failure: failure === null ? null : { ...failure, status: 'SEC_E_APPLICATION_PROTOCOL_MISMATCH' },
  }
}

let report: Report
let page: Page
beforeAll(async () => {
  const captures = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.pcap'))
  const conversations = []
  for (const path of captures) conversations.push(...(await conversationsOf(path)))
  report = {
    ...reportFixture,
    conversations: [...conversations, ...conversations.slice(0, 8).map(stretched)].map((one, index) => ({
      ...one,
      id: index + 1,
    })),
  }
})
beforeEach(async () => {
  page = await blankPage({ viewport: { width: 1280, height: 900 } })
})
afterEach(() => page.context().close())
afterAll(closeBrowser)

describe('the HTML report', () => {
  it.each([
    ['a wide screen', 1280, 'screen'],
    ['half a screen', 900, 'screen'],
    ['a narrow one', 500, 'screen'],
    ['paper', sheet, 'print'],
  ] as const)('breaks no word and cuts nothing off on %s', async (_, width, media) => {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ media })
    await page.setContent(printSample(htmlPrinter({ title: null, all: true }), report))
    expect(await midWordBreaks(page)).toEqual([])
    expect(await spilling(page)).toEqual([])
  })

  it('has each endpoint and status of the list in one line where there is room', async () => {
    const plain = { ...report, conversations: report.conversations.slice(0, -8) }
    await page.setContent(printSample(htmlPrinter({ title: null, all: false }), plain))
    const broken = await page.locator('table.list td.d, table.list td .d').evaluateAll((cells) =>
      cells.filter((cell) => {
        const range = document.createRange()
        range.selectNodeContents(cell)
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1
      }),
    )
    expect(broken).toEqual([])
  })

  it('is copied without the places where its lines break', async () => {
    await page.setContent(printSample(htmlPrinter({ title: null, all: false }), report))
    const copied = await page.evaluate(() => {
      getSelection()!.selectAllChildren(document.body)
      return getSelection()!.toString()
    })
    expect(copied).toContain('[2001:db8:85a3:1234:5678:8a2e:370:7334]:')
    expect(copied).toContain('SEC_E_APPLICATION_PROTOCOL_MISMATCH')
    expect(copied).toContain('a-rather-long-machine-name.production.cluster7.internal.contoso.example')
    expect(copied).not.toMatch(/[\u200b\u00ad]/)
  })

  it('says on paper what it says on the screen: title, list, notes, each conversation on a sheet of its own', async () => {
    const [one] = report.conversations.filter(({ failure }) => failure?.status === 'SEC_E_UNTRUSTED_ROOT')
    const long = report.conversations.at(-1)!
    const conversations = [one!, { ...long, id: 900 }]
    const notes = [
      { key: null, call: null, text: 'Seen at noon.' },
      { key: one!.key, call: null, text: 'Ask the web team about its root.' },
    ].map((note) => ({ ...note, written: '2026-11-29T09:00:00.000Z' }))
    await page.setContent(
      printSample(
        htmlPrinter({ title: 'Case 4711, second visit', all: true }),
        { ...report, conversations },
        1,
        notes,
      ),
    )
    const {
      title,
      pages,
      tight: text,
    } = await readPdf(await page.pdf({ printBackground: true, preferCSSPageSize: true }))
    expect(title).toBe('Case 4711, second visit')
    expect(pages[0]).toMatch(/^Case 4711, second visit lab-20261122\.pcapng .*Note\. Seen at noon\./)
    expect(pages[0]).not.toContain('Ask the web team')
    expect(pages[1]).toContain(`${String(one!.id)}. server.example failed at the client`)
    expect(pages[1]).toContain('Note. Ask the web team about its root.')
    expect(pages.findIndex((each) => each.startsWith('900. '))).toBeGreaterThan(1)
    for (const words of [
      `[2001:db8:85a3:1234:5678:8a2e:370:7334]:${String(long.client.port)}`,
      'a-rather-long-machine-name.production.cluster7.internal.contoso.example',
      'SEC_E_UNTRUSTED_ROOT',
      one!.certificates.server![0]!.sha256,
    ])
      expect(text).toContain(tight(words))
    expect(pages.at(-1)).toContain('handshake-inspector 0.1.0')
  })

  it('breaks a word that has no good place, and no column grows with it', async () => {
    const endless = 'x'.repeat(4000)
    const conversations = report.conversations.slice(-1).map((one) => ({ ...one, serverName: endless }))
    await page.setViewportSize({ width: 500, height: 900 })
    await page.setContent(
      printSample(htmlPrinter({ title: endless, all: true }), { ...report, conversations }),
    )
    expect(await spilling(page)).toEqual([])
  })
})
