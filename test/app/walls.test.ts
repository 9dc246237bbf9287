// The desktop window's walls, each tried from inside or outside: a guard that is removed fails a spec here.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDesktop } from '../host/desktop.ts'
import type { Desktop } from '../host/desktop.ts'

describe('the window', () => {
  let desktop: Desktop
  beforeAll(async () => {
    desktop = await openDesktop()
  })
  afterAll(() => desktop.close())

  // The double refuses a window whose preferences do not say sandbox, isolation and no Node.
  it('is sandboxed, isolated and without Node', async () => {
    expect(desktop.machine.sandboxed).toBe(true)
    const globals = await desktop.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'toHost', 'fromHost'].filter(
        (name) => name in window,
      ),
    )
    expect(globals).toEqual([])
  })

  it('is served from the custom scheme', () => {
    expect(desktop.machine.schemes).toEqual(['app'])
    expect(desktop.page.url()).toMatch(/^https:\/\/bundle\.app\.invalid\//)
  })

  it('gives the page a bridge of named methods that cannot be replaced', async () => {
    const bridge = await desktop.page.evaluate(() => {
      const target = window as unknown as { bridge: Record<string, unknown> }
      const names = Object.keys(target.bridge).sort()
      Reflect.set(target, 'bridge', {})
      Reflect.set(target.bridge, 'request', () => null)
      return { names, frozen: Object.isFrozen(target.bridge), after: Object.keys(target.bridge).length }
    })
    expect(bridge).toEqual({
      names: [
        'changeSettings',
        'chooseCapture',
        'chooseCaptures',
        'chooseDestination',
        'chooseKeylog',
        'chooseRoots',
        'clearRecent',
        'dragOut',
        'host',
        'newWindow',
        'notify',
        'on',
        'onCommand',
        'pathOf',
        'platform',
        'recent',
        'request',
        'samples',
        'settings',
        'shows',
        'version',
      ],
      frozen: true,
      after: 21,
    })
  })

  it('runs no inline script and no foreign one', async () => {
    const ran = await desktop.page.evaluate(async () => {
      const flags = window as unknown as Record<string, boolean>
      const inline = document.createElement('script')
      inline.textContent = 'window.inlineRan = true'
      const data = document.createElement('script')
      data.src = 'data:text/javascript,window.foreignRan=true'
      document.head.append(inline, data)
      const evaluated = await new Promise((resolve) => {
        setTimeout(() => resolve(['inlineRan', 'foreignRan'].filter((name) => flags[name] === true)), 200)
      })
      inline.remove()
      data.remove()
      return evaluated
    })
    expect(ran).toEqual([])
  })

  it('evaluates no text as code', async () => {
    // The browser runs what a spec evaluates outside the policy; a listener in the page is inside it.
    const policy = await desktop.page.evaluate(async () =>
      (await fetch(location.href)).headers.get('content-security-policy'),
    )
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    // What falls back to no other directive has to be named.
    for (const directive of ['base-uri', 'form-action', 'frame-ancestors'])
      expect(policy).toContain(`${directive} 'none'`)
  })

  it('shows no frame and no picture from elsewhere', async () => {
    const violated = await desktop.page.evaluate(async () => {
      const directives: string[] = []
      document.addEventListener('securitypolicyviolation', (event) =>
        directives.push(event.effectiveDirective),
      )
      const frame = document.createElement('iframe')
      frame.src = 'https://example.com/'
      const image = document.createElement('img')
      image.src = 'https://example.com/x.png'
      document.body.append(frame, image)
      await new Promise((resolve) => setTimeout(resolve, 200))
      frame.remove()
      image.remove()
      return directives.sort()
    })
    expect(violated).toEqual(['frame-src', 'img-src'])
  })

  it('blocks every request that is not for its own files', async () => {
    const before = desktop.machine.blocked.length
    const page = await desktop.page.context().newPage()
    await page.goto('https://example.com/').catch(() => undefined)
    await page.goto('http://127.0.0.1:1/').catch(() => undefined)
    expect(desktop.machine.blocked.slice(before)).toEqual(['https://example.com/', 'http://127.0.0.1:1/'])
    expect(desktop.machine.leaks).toEqual([])
    expect(desktop.machine.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND')
  })

  it('has no file outside the built page', async () => {
    const statuses = await desktop.page.evaluate(async () => {
      const names = [
        '../main/main.js',
        '%2e%2e/main/main.js',
        '..%2fmain%2fmain.js',
        'assets',
        'package.json',
        '',
      ]
      return Promise.all(
        names.map(async (name) => (await fetch(`https://bundle.app.invalid/${name}`)).status),
      )
    })
    expect(statuses).toEqual([404, 404, 404, 404, 404, 404])
  })

  it('is served under its own host of the scheme only', async () => {
    const page = await desktop.page.context().newPage()
    const answer = await page.goto('https://report.app.invalid/index.html')
    expect(answer?.status()).toBe(404)
    await page.close()
  })

  it('stays where it is', async () => {
    const { page, machine } = desktop
    const before = page.url()
    await page.evaluate(() => {
      location.href = 'https://example.com/away'
    })
    await page.waitForTimeout(200)
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = 'file:///etc/passwd'
      document.body.append(link)
      link.click()
      link.remove()
    })
    await page.waitForTimeout(200)
    expect(page.url()).toBe(before)
    expect(machine.navigated).toEqual([])
  })

  // Each event on its own: Electron tells of some navigations by one of them only.
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'prevents %s',
    (name) => {
      let prevented = false
      desktop.contents.emit(name, { preventDefault: () => (prevented = true) }, 'https://example.com/')
      expect(prevented).toBe(true)
    },
  )

  it('opens no file that is dropped on it by itself', () => {
    expect(desktop.preferences.navigateOnDragDrop).toBe(false)
  })

  it('opens no other window', async () => {
    const popup = desktop.page.waitForEvent('popup')
    await desktop.page.evaluate(() => void window.open('https://example.com/popup'))
    await popup
    expect(desktop.machine.opened).toEqual([])
  })

  it('grants no permission', () => {
    const asked = [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'hid',
      'usb',
      'fullscreen',
    ]
    expect(asked.filter((permission) => desktop.session.grants(permission))).toEqual([])
    expect(desktop.session.grantsDevices).toBe(false)
  })

  it('checks no spelling, since dictionaries come from the network', () => {
    expect(desktop.session.spellChecker).toBe(false)
    expect(desktop.preferences.spellcheck).toBe(false)
  })

  it('saves nothing but what the page made itself', () => {
    const stopped = (url: string) => {
      let prevented = false
      const event = { preventDefault: () => (prevented = true) }
      desktop.session.emit('will-download', event, { getURL: () => url })
      return prevented
    }
    expect(stopped('https://example.com/evil.exe')).toBe(true)
    expect(stopped('blob:https://example.com/1')).toBe(true)
    expect(stopped('blob:app://bundle/1')).toBe(false)
  })
})

describe('main', () => {
  let desktop: Desktop
  beforeAll(async () => {
    desktop = await openDesktop()
  })
  afterAll(() => desktop.close())
  const own = { url: 'app://bundle/index.html', parent: null }

  it("answers the program's own page", async () => {
    await expect(desktop.invoke('recent.list', null, own)).resolves.toEqual({ ok: true, value: [] })
  })

  it.each([
    ['another origin', { url: 'https://example.com/', parent: null }],
    ['another host of the scheme', { url: 'app://report/', parent: null }],
    ['the same host of another scheme', { url: 'https://bundle/index.html', parent: null }],
    ['a look-alike', { url: 'app://bundle.example.com/index.html', parent: null }],
    ['a frame inside the page', { url: 'app://bundle/index.html', parent: {} }],
    ['a file', { url: 'file:///bundle/index.html', parent: null }],
    ['a frame that is gone', null],
  ])('refuses %s on every channel', async (_who, frame) => {
    expect(desktop.machine.handlers.size).toBeGreaterThan(5)
    for (const channel of desktop.machine.handlers.keys()) {
      await expect(desktop.invoke(channel, null, frame)).resolves.toMatchObject({
        ok: false,
        fault: { code: 'not-our-page' },
      })
    }
    expect(desktop.machine.dialogs).toEqual([])
  })

  it('refuses malformed questions without throwing', async () => {
    for (const [channel, input] of [
      ['destination.choose', { name: 7 }],
      ['file.dropped', '/etc/passwd'],
      ['report.print', { html: 'x' }],
    ] as const) {
      await expect(desktop.invoke(channel, input, own)).resolves.toMatchObject({
        ok: false,
        fault: { code: 'bad-request' },
      })
    }
  })

  it('prints only to a destination that was chosen in the dialog', async () => {
    await expect(
      desktop.invoke('report.print', { html: '<p>', path: '/tmp/not-chosen.pdf' }, own),
    ).resolves.toMatchObject({ ok: false, fault: { code: 'not-offered' } })
  })

  it('imports ipcMain in one file only', () => {
    const files = ['main', 'window', 'menu', 'pdf', 'recent', 'preload']
    const users = files.filter((name) => readFileSync(`electron/${name}.ts`, 'utf8').includes('ipcMain'))
    expect(users).toEqual([])
  })
})
