// The served page, by real requests: who may ask, what can be read, what may come in, how long it stays.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BridgeEvent } from '../../shared/contract/bridge.ts'
import { openServed, startServed } from '../host/desktop.ts'
import type { ServedInspector } from '../host/desktop.ts'

const capture = resolve('test/captures/keys/ecdhe-ecdsa-gcm.pcap')
const tab = '00000000-0000-4000-8000-000000000001'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  host?: string
}

/** The folders below `path` that hold something. */
const foldersIn = (path: string) =>
  readdirSync(path).filter((name) => readdirSync(join(path, name)).length > 0)

/** One raw request: nothing is decoded, normalised or added but Host. */
function ask(
  base: string,
  path: string,
  { method = 'GET', headers = {}, body = '', host = new URL(base).host }: Ask = {},
): Promise<Answer> {
  const { port } = new URL(base)
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { host, ...headers } },
      (response) => {
        const chunks: Uint8Array[] = []
        response.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('the server', () => {
  let served: Awaited<ReturnType<typeof startServed>>
  let base = ''
  let secret = ''
  let origin = ''
  beforeAll(async () => {
    served = await startServed([capture], { uploadLimits: { file: 4096, all: 10_000 } })
    base = served.url
    secret = new URL(base).pathname
    origin = new URL(base).origin
  })
  afterAll(() => served.close())

  const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = { origin }) =>
    ask(base, secret + path, { method: 'POST', body, headers })
  const call = async (channel: string, input: unknown) =>
    JSON.parse((await post(`request?tab=${tab}`, JSON.stringify({ channel, input }))).text) as {
      ok: boolean
      value: unknown
      fault?: { code: string }
    }

  it('listens on loopback only, behind a secret of 192 bits', async () => {
    expect(new URL(base).hostname).toBe('127.0.0.1')
    expect(secret).toMatch(/^\/[\w-]{32}\/$/)
    // Another address of this machine: nobody listens there.
    const socket = connect(Number(new URL(base).port), '127.0.0.2')
    const answer = await new Promise((done) => {
      socket.once('connect', () => done('open')).once('error', () => done('refused'))
    })
    socket.destroy()
    expect(answer).toBe('refused')
  })

  it('serves the page with the strict policy and the version, and nothing cached', async () => {
    const { status, headers, text } = await ask(base, secret)
    expect(status).toBe(200)
    expect(text).toContain('<meta name="program-version" content="0.0.0-test">')
    expect(headers['content-security-policy']).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    )
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
  })

  it.each([
    ['no secret', '/'],
    ['another secret', `/${'A'.repeat(32)}/`],
    ['a part of the secret', () => `${secret.slice(0, -2)}/`],
    ['the secret without its slash', () => secret.slice(0, -1)],
    ['the secret further on', () => `/x${secret}`],
  ])('answers nothing to %s', async (_what, path) => {
    const { status, text } = await ask(base, typeof path === 'string' ? path : path())
    expect({ status, text }).toEqual({ status: 404, text: 'Not found.' })
  })

  it.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', '[::1]'])(
    'refuses the Host %s',
    async (host) => {
      expect((await ask(base, secret, { host })).status).toBe(403)
    },
  )

  it('refuses another origin, and a request that changes something without one', async () => {
    const body = JSON.stringify({ channel: 'rows.get', input: { capture: 1, ids: [] } })
    const path = `request?tab=${tab}`
    const origins: Record<string, string>[] = [
      {},
      { origin: 'null' },
      { origin: 'http://evil.example' },
      { origin: `${origin}0` },
    ]
    for (const headers of origins) {
      expect((await post(path, body, headers)).status).toBe(403)
    }
    expect((await ask(base, secret, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
    expect((await ask(base, secret, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect((await ask(base, secret, { headers: { 'sec-fetch-site': 'same-site' } })).status).toBe(403)
    expect((await post(path, body)).status).toBe(200)
  })

  it.each([
    '../main/main.js',
    '..%2fmain%2fmain.js',
    '%2e%2e/main/main.js',
    'assets/../../main/main.js',
    'assets\\..\\..\\main\\main.js',
    '/etc/passwd',
    '//etc/passwd',
    'assets',
    'index.html%00.js',
  ])('has no file by the name of %s', async (name) => {
    expect((await ask(base, secret + name)).status).toBe(404)
  })

  it('knows no other method', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await ask(base, secret, { method, headers: { origin } })).status).toBe(405)
    }
  })

  it('opens files named at start, and no others', async () => {
    await expect(call('capture.open', { path: capture, keylog: null })).resolves.toMatchObject({ ok: true })
    for (const path of [
      resolve('package.json'),
      `${dirname(capture)}/./ecdhe-ecdsa-gcm.pcap`,
      '/etc/passwd',
    ]) {
      await expect(call('capture.open', { path, keylog: null })).resolves.toMatchObject({
        ok: false,
        fault: { code: 'not-offered' },
      })
    }
    await expect(call('capture.open', { path: capture, keylog: '/etc/passwd' })).resolves.toMatchObject({
      ok: false,
      fault: { code: 'not-offered' },
    })
  })

  it('writes no file', async () => {
    const { value } = await call('capture.open', { path: capture, keylog: null })
    const report = await call('report.make', {
      ...{
        capture: (value as { capture: number }).capture,
        format: 'json',
        scope: 'all',
        filter: '',
        title: null,
      },
      replay: {
        delivery: 'as-captured',
        partial: 'consume',
        statuses: 'documented',
        profile: { client: null, server: null },
      },
      path: resolve('written.json'),
    })
    expect(report).toMatchObject({ ok: false, fault: { code: 'not-offered' } })
    expect(existsSync('written.json')).toBe(false)
  })

  it('answers what is not a request with a fault', async () => {
    expect((await post(`request?tab=${tab}`, '{')).status).toBe(400)
    expect((await post(`request?tab=${tab}`, '{"input":1}')).status).toBe(400)
    expect((await post('request?tab=x', '{}')).status).toBe(404)
    await expect(call('toString', {})).resolves.toMatchObject({
      ok: false,
      fault: { code: 'no-such-request' },
    })
  })

  it('reads no endless request', async () => {
    const input = 'x'.repeat(9 << 20)
    expect((await post(`request?tab=${tab}`, JSON.stringify({ channel: 'explain', input }))).status).toBe(400)
  })

  it('spools an upload privately under a harmless name and lets it be opened', async () => {
    const name = encodeURIComponent('../../..\\evil\n\u202e/ca:pture?.pcap')
    const answer = JSON.parse((await post(`upload?name=${name}`, readFileSync(capture))).text) as {
      value: string
    }
    const path = answer.value
    expect(path).toMatch(/[/\\]handshake-inspector-\w+[/\\]\d+[/\\]ca_pture_\.pcap$/)
    expect(readFileSync(path)).toEqual(readFileSync(capture))
    if (process.platform !== 'win32')
      for (const each of [path, dirname(path), dirname(dirname(path))])
        expect(statSync(each).mode & 0o077).toBe(0)
    await expect(call('capture.open', { path, keylog: null })).resolves.toMatchObject({ ok: true })
  })

  it('refuses an upload that is too large, whether it says so or not, and keeps nothing of it', async () => {
    const large = new Uint8Array(5000)
    const small = JSON.parse((await post('upload?name=a.pcap', new Uint8Array(10))).text) as { value: string }
    const uploads = dirname(dirname(small.value))
    const before = foldersIn(uploads)
    const announced = await post('upload?name=a.pcap', large, { origin, 'content-length': '5000' })
    const streamed = await post('upload?name=a.pcap', large, { origin, 'transfer-encoding': 'chunked' })
    for (const { status, text } of [announced, streamed]) {
      expect(status).toBe(413)
      expect(JSON.parse(text)).toMatchObject({ ok: false, fault: { code: 'upload-too-large' } })
    }
    expect(foldersIn(uploads)).toEqual(before)
    // Together: the second of two fits no more once the first has taken the room.
    const sizes = []
    for (let n = 0; n < 4; n++) sizes.push((await post('upload?name=a.pcap', new Uint8Array(4000))).status)
    expect(sizes).toEqual([200, 200, 413, 413])
  })

  it('has room for five tabs, and says so to the sixth', async () => {
    const own = await startServed()
    const url = new URL(own.url)
    const codes: unknown[] = []
    for (let n = 1; n <= 6; n++) {
      const body = JSON.stringify({ channel: 'rows.get', input: { capture: 1, ids: [] } })
      const path = `${url.pathname}request?tab=00000000-0000-4000-8000-00000000000${String(n)}`
      const answer = await ask(own.url, path, { method: 'POST', body, headers: { origin: url.origin } })
      codes.push((JSON.parse(answer.text) as { fault: { code: string } }).fault.code)
    }
    expect(codes).toEqual([...Array<string>(5).fill('no-such-capture'), 'too-many-tabs'])
    await own.close()
  })

  it('deletes uploads when it stops', async () => {
    const own = await startServed()
    const url = new URL(own.url)
    const headers = { origin: url.origin }
    const answer = await ask(own.url, `${url.pathname}upload?name=x.pcap`, {
      method: 'POST',
      body: 'x',
      headers,
    })
    const { value } = JSON.parse(answer.text) as { value: string }
    expect(existsSync(value)).toBe(true)
    await own.close()
    expect(existsSync(dirname(dirname(value)))).toBe(false)
  })
})

describe('two tabs', () => {
  let served: ServedInspector
  beforeAll(async () => {
    served = await openServed([capture])
  })
  afterAll(async () => {
    expect(served.problems()).toEqual([])
    await served.close()
  })

  it('each have captures and events of their own', async () => {
    const second = await served.openTab()
    const heard = (name: string, tabNumber: string) =>
      (name === 'first' ? served.page : second).evaluate(
        async ([path, tab]) => {
          const events: BridgeEvent[] = []
          const stream = new EventSource(`events?tab=${tab ?? ''}`)
          stream.onmessage = ({ data }: MessageEvent<string>) => {
            const message = JSON.parse(data) as { kind: string; event: BridgeEvent }
            if (message.kind === 'event') events.push(message.event)
          }
          await new Promise((resolve) => (stream.onopen = resolve))
          const answer = await fetch(`request?tab=${tab ?? ''}`, {
            method: 'POST',
            body: JSON.stringify({ channel: 'capture.open', input: { path, keylog: null } }),
          })
          const outcome = (await answer.json()) as { value: { capture: number } }
          while (!events.some(({ kind }) => kind === 'done'))
            await new Promise((resolve) => setTimeout(resolve, 10))
          stream.close()
          return { capture: outcome.value.capture, ends: events.filter(({ kind }) => kind === 'done').length }
        },
        [capture, `00000000-0000-4000-8000-00000000000${tabNumber}`],
      )
    const [first, other] = await Promise.all([heard('first', '2'), heard('second', '3')])
    expect(first).toEqual({ capture: 1, ends: 1 })
    expect(other).toEqual({ capture: 1, ends: 1 })
  })

  it('show the capture that was named at the start', async () => {
    await vi.waitFor(async () => expect(await served.page.title()).toContain('ecdhe-ecdsa-gcm.pcap'), {
      timeout: 10_000,
    })
  })
})
