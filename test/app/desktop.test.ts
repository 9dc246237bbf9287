// The desktop program's wiring, by the bridge its page is given: dialogs, captures, reports, recent files, a lost worker.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Bridge, BridgeEvent, Command, Outcome } from '../../shared/contract/bridge.ts'
import { openDesktop } from '../host/desktop.ts'
import type { Desktop } from '../host/desktop.ts'
import { readPdf } from '../support/pdf.ts'

const capture = resolve('test/captures/keys/ecdhe-ecdsa-gcm.pcap')
const other = resolve('test/captures/keys/dhe-rsa-ccm.pcap')
const replay = {
  delivery: 'as-captured',
  partial: 'consume',
  statuses: 'documented',
  profile: { client: null, server: null },
} as const

let folder = ''
let desktop: Desktop
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'desktop-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Opens a path as the page would and waits for the end: what was heard on the way. */
function open(
  page: Page,
  path: string,
): Promise<{ opened: Outcome<{ capture: number }>; events: BridgeEvent[] }> {
  return page.evaluate(async (path) => {
    const { bridge } = window as unknown as { bridge: Bridge }
    const events: BridgeEvent[] = []
    let stop = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      stop = bridge.on((event) => {
        events.push(event)
        if (event.kind === 'done' || event.kind === 'failed' || event.kind === 'worker-lost') resolve()
      })
    })
    const opened = await bridge.request('capture.open', { path, keylog: null })
    if (opened.ok) await ended
    stop()
    return { opened, events }
  }, path)
}

function report(page: Page, capture: number, format: 'html' | 'json' | 'pdf', path: string | null) {
  return page.evaluate(
    ([capture, format, path, replay]) =>
      (window as unknown as { bridge: Bridge }).bridge.request('report.make', {
        capture,
        format,
        scope: 'all',
        filter: '',
        replay,
        title: null,
        path,
      }),
    [capture, format, path, replay] as const,
  )
}

function number(outcome: Outcome<{ capture: number }>): number {
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value.capture
}

describe('one window', () => {
  beforeAll(async () => {
    desktop = await openDesktop()
  })
  afterAll(async () => {
    expect(desktop.problems()).toEqual([])
    await desktop.close()
  })

  it('opens the capture chosen in the dialog and tells its rows and its end', async () => {
    desktop.answer('showOpenDialog', { canceled: false, filePaths: [capture] })
    const chosen = await desktop.page.evaluate(() =>
      (window as unknown as { bridge: Bridge }).bridge.chooseCapture(),
    )
    expect(chosen).toBe(capture)
    const { opened, events } = await open(desktop.page, capture)
    expect(opened.ok).toBe(true)
    expect(events.flatMap((event) => (event.kind === 'rows' ? event.rows : [])).length).toBeGreaterThan(0)
    expect(events.at(-1)).toMatchObject({ kind: 'done', cancelled: false, capture: number(opened) })
  })

  it('gives null for a dismissed dialog', async () => {
    desktop.answer('showOpenDialog', { canceled: true, filePaths: [] })
    desktop.answer('showSaveDialog', { canceled: true, filePath: '' })
    const answers = await desktop.page.evaluate(async () => {
      const { bridge } = window as unknown as { bridge: Bridge }
      return [await bridge.chooseKeylog(), await bridge.chooseDestination('report.html')]
    })
    expect(answers).toEqual([null, null])
  })

  it('reads no file and writes no file that the user did not name', async () => {
    const { opened } = await open(desktop.page, resolve('package.json'))
    expect(opened).toMatchObject({ ok: false, fault: { code: 'not-offered' } })
    const known = number((await open(desktop.page, capture)).opened)
    const path = join(folder, 'not-chosen.html')
    await expect(report(desktop.page, known, 'html', path)).resolves.toMatchObject({
      ok: false,
      fault: { code: 'not-offered' },
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it('answers a malformed or unknown request with a fault', async () => {
    const codes = await desktop.page.evaluate(async () => {
      const { bridge } = window as unknown as { bridge: Bridge }
      const loose = bridge as unknown as {
        request: (channel: string, input: unknown) => Promise<Outcome<unknown>>
      }
      const ask = loose.request
      const answers = [
        await ask('capture.open', { path: 7 }),
        await ask('constructor', {}),
        await ask('rows.get', { capture: 9999, ids: [] }),
      ]
      return answers.map((answer) => (answer.ok ? 'ok' : answer.fault.code))
    })
    expect(codes).toEqual(['bad-request', 'no-such-request', 'no-such-capture'])
  })

  it('hands over the bytes of a token', async () => {
    const known = number((await open(desktop.page, capture)).opened)
    const token = await desktop.page.evaluate(async (known) => {
      const { bridge } = window as unknown as { bridge: Bridge }
      const answer = await bridge.request('token.inspect', { capture: known, id: 1, token: 1 })
      return answer.ok
        ? { typed: answer.value.bytes instanceof Uint8Array, first: answer.value.bytes[0] }
        : answer.fault
    }, known)
    expect(token).toEqual({ typed: true, first: 22 })
  })

  it('writes a report to the destination chosen in the dialog, and prints it as PDF', async () => {
    const known = number((await open(desktop.page, capture)).opened)
    for (const format of ['json', 'pdf'] as const) {
      const path = join(folder, `report.${format}`)
      desktop.answer('showSaveDialog', { canceled: false, filePath: path })
      await desktop.page.evaluate(
        (name) => (window as unknown as { bridge: Bridge }).bridge.chooseDestination(name),
        `report.${format}`,
      )
      const made = await report(desktop.page, known, format, path)
      expect(made).toMatchObject({ ok: true, value: { text: null, bytes: readFileSync(path).length } })
    }
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toHaveProperty('schema')
    const paper = await readPdf(readFileSync(join(folder, 'report.pdf')))
    expect(paper.title).toBe('Handshake report')
    expect(paper.pages[0]).toContain('ecdhe-ecdsa-gcm.pcap')
    expect(paper.pages[0]).toContain('Established none sent 192.0.2.1:50000 192.0.2.2:443 TLS 1.2')
    expect(readdirSync(folder).sort()).toEqual(['report.json', 'report.pdf'])

    // What was printed had a window of its own: no script, nothing of the page's session, and the same walls.
    const { session, ...printing } = desktop.allPreferences().at(-1)!
    expect(printing).toMatchObject({ javascript: false, sandbox: true, contextIsolation: true })
    expect(session).toBeDefined()
    expect(session).not.toBe(desktop.session)
    const printed = await session!.answer('app://report/')
    const policy = printed?.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/script-src|connect-src|https?:|\*/)
    expect(await session!.answer('https://example.com/')).toBeNull()
    expect(desktop.problems()).toEqual([])
  })

  it('takes the path of a dropped file, and none for a file that is not on the disk', async () => {
    desktop.place('dropped.pcap', other)
    const paths = await desktop.page.evaluate(async () => {
      const { bridge } = window as unknown as { bridge: Bridge }
      const made = (name: string) => bridge.pathOf(new File(['x'], name))
      return [await made('dropped.pcap'), await made('made-up.pcap'), await bridge.pathOf('/etc/passwd')]
    })
    expect(paths).toEqual([other, null, null])
    expect((await open(desktop.page, other)).opened.ok).toBe(true)
  })

  it('sends menu commands and the files of a second start to the page', async () => {
    await desktop.page.evaluate(() => {
      const target = window as unknown as { bridge: Bridge; heard: Command[] }
      target.heard = []
      target.bridge.onCommand((command) => void target.heard.push(command))
    })
    desktop.menu('find')
    desktop.menu('next-failure')
    desktop.offer(other)
    const heard = () => desktop.page.evaluate(() => (window as unknown as { heard: Command[] }).heard)
    await vi.waitFor(async () =>
      expect(await heard()).toEqual([
        { kind: 'menu', id: 'find' },
        { kind: 'menu', id: 'next-failure' },
        { kind: 'open', path: other },
      ]),
    )
  })

  it('says when the reading process dies, starts it again and opens the file again', async () => {
    const reported = desktop.page.evaluate(
      () =>
        new Promise<BridgeEvent>((resolve) => {
          const { bridge } = window as unknown as { bridge: Bridge }
          bridge.on((event) => {
            if (event.kind === 'worker-lost') resolve(event)
          })
        }),
    )
    await desktop.page.evaluate(() => null)
    desktop.machine.workers.at(-1)?.kill()
    await expect(reported).resolves.toMatchObject({ kind: 'worker-lost', fault: { code: 'worker-lost' } })
    expect((await open(desktop.page, capture)).events.at(-1)).toMatchObject({ kind: 'done' })
  })
})

describe('starts', () => {
  afterEach(() => desktop.close())

  it('opens the file on the command line and remembers it, in the list and in the menu, for the next start', async () => {
    const data = mkdtempSync(join(tmpdir(), 'inspector-data-'))
    const recent = () =>
      desktop.page.evaluate(() => (window as unknown as { bridge: Bridge }).bridge.recent())
    desktop = await openDesktop([capture], data)
    await vi.waitFor(async () => expect(await recent()).toHaveLength(1), { timeout: 10_000 })
    expect(desktop.machine.recentDocuments).toEqual([capture])
    await desktop.close()

    desktop = await openDesktop([], data)
    expect(await recent()).toEqual([
      {
        path: capture,
        bytes: readFileSync(capture).length,
        failed: 0,
        conversations: 1,
        opened: expect.any(String) as string,
      },
    ])
    expect((await open(desktop.page, capture)).opened.ok).toBe(true)
    desktop.menu('recent-clear')
    await vi.waitFor(async () => expect(await recent()).toEqual([]))
    const stored = () => JSON.parse(readFileSync(join(data, 'recent.json'), 'utf8')) as unknown
    await vi.waitFor(() => expect(stored()).toEqual([]))
    expect(() => desktop.menu('recent-1')).toThrow()
    rmSync(data, { recursive: true, force: true })
  })
})
