import { resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createSession } from '../../electron/worker/session.ts'
import type { Tools } from '../../electron/worker/session.ts'
import { tools } from '../../electron/worker/tools.ts'
import type { BridgeEvent, Outcome } from '../../shared/contract/bridge.ts'

const capture = resolve('test/captures/keys/ecdhe-ecdsa-gcm.pcap')
const keylog = resolve('test/captures/keys/ecdhe-ecdsa-gcm.keys')

function start(replaced: Partial<Tools> = {}, mayRead: (path: string) => boolean = () => true) {
  const events: BridgeEvent[] = []
  const session = createSession(
    {
      post: (event) => void events.push(event),
      mayWriteBeside: false,
      mayRead,
      mayWrite: () => false,
      opened: () => undefined,
    },
    { ...tools, ...replaced },
  )
  const value = async (channel: string, input: unknown): Promise<unknown> => {
    const outcome: Outcome<unknown> = await session.request(channel, input)
    if (!outcome.ok) throw new Error(outcome.fault.code)
    return outcome.value
  }
  async function open(path: string): Promise<number> {
    const { capture } = (await value('capture.open', { path, keylog: null })) as { capture: number }
    await vi.waitFor(() => expect(events.some(({ kind }) => kind === 'done' || kind === 'failed')).toBe(true))
    return capture
  }
  return { session, events, value, open }
}

describe('a session', () => {
  it('tells the capture number before the first event', async () => {
    const { events, value } = start()
    await value('capture.open', { path: capture, keylog: null })
    expect(events).toEqual([])
  })

  it('says why a capture cannot be read', async () => {
    const { events, open } = start()
    await open(resolve('test/captures/keys/no-such-file.pcap'))
    expect(events).toMatchObject([{ kind: 'failed', capture: 1 }])
  })

  it('reads several files as one, each of them offered, and none of them followed', async () => {
    const { session, value } = start({}, (path) => path !== 'secret.pcap')
    const ask = (input: object) => session.request('capture.open', { path: capture, keylog: null, ...input })
    await expect(ask({ chain: ['secret.pcap'] })).resolves.toMatchObject({ fault: { code: 'not-offered' } })
    await expect(ask({ chain: [keylog], follow: true })).resolves.toMatchObject({
      fault: { code: 'follow-one' },
    })
    const again = resolve('test/captures/untrusted-root.pcap')
    const outcome = await ask({ chain: [again] })
    const { capture: number } = outcome.ok ? (outcome.value as { capture: number }) : { capture: 0 }
    await expect(value('keys.load', { capture: number, keylog })).resolves.toMatchObject({ matched: 1 })
    await expect(value('rows.query', { capture: number, filter: '', sort: [] })).resolves.toMatchObject({
      ids: Uint32Array.of(1, 2),
    })
  })

  it('reads no file that the user did not name, whatever it is asked for', async () => {
    const { session, open, value } = start({}, (path) => path === capture)
    const number = await open(capture)
    const asked: readonly (readonly [string, object])[] = [
      ['capture.open', { path: keylog, keylog: null }],
      ['capture.open', { path: capture, keylog: null, chain: [keylog] }],
      ['capture.open', { path: capture, keylog }],
      ['capture.open', { path: capture, keylog: null, roots: keylog }],
      ['keys.load', { capture: number, keylog }],
      ['profile.load', { path: keylog }],
    ]
    for (const [channel, input] of asked)
      await expect(session.request(channel, input)).resolves.toMatchObject({
        ok: false,
        fault: { code: 'not-offered' },
      })
    await expect(value('rows.query', { capture: number, filter: '', sort: [] })).resolves.toMatchObject({
      ids: Uint32Array.of(1),
    })
  })

  it('filters and sorts, and says where a filter is not finished', async () => {
    const { open, value } = start()
    const number = await open(capture)
    const all = { all: 1, failed: 0, established: 1, incomplete: 0 }
    const query = (filter: string) => value('rows.query', { capture: number, filter, sort: [] })
    const none = { all: 0, failed: 0, established: 0, incomplete: 0 }
    await expect(query('')).resolves.toMatchObject({
      ids: Uint32Array.of(1),
      problem: null,
      groups: null,
      counts: all,
    })
    await expect(query('failed')).resolves.toMatchObject({
      ids: Uint32Array.of(),
      problem: null,
      counts: none,
    })
    await expect(query('ip.addr == ')).resolves.toMatchObject({
      problem: { start: expect.any(Number) as number },
    })
    await expect(
      value('rows.query', { capture: number, filter: '', sort: [], group: 'outcome' }),
    ).resolves.toMatchObject({
      ids: Uint32Array.of(1),
      groups: [{ value: 'established', rows: 1, failed: 0 }],
    })
  })

  it('waits with an inspection until the capture is read', async () => {
    const { value } = start()
    const { capture: number } = (await value('capture.open', { path: capture, keylog: null })) as {
      capture: number
    }
    const replay = {
      delivery: 'per-flight',
      partial: 'consume',
      statuses: 'documented',
      profile: { client: null, server: null },
    }
    await expect(value('conversation.inspect', { capture: number, id: 1, replay })).resolves.toMatchObject({
      id: 1,
    })
  })

  it('loads a key log and sends the rows it changed', async () => {
    const { events, open, value } = start()
    const number = await open(capture)
    const before = events.length
    await expect(value('keys.load', { capture: number, keylog })).resolves.toMatchObject({ matched: 1 })
    for (const event of events.slice(before)) expect(event.kind).toBe('rows')
    await expect(value('keys.load', { capture: number, keylog: null })).resolves.toEqual({
      secrets: 0,
      matched: 0,
      warnings: [],
    })
  })

  it.each(['html', 'json', 'jsonl', 'md', 'csv', 'text'])('makes a report as %s', async (format) => {
    const { open, value } = start()
    const number = await open(capture)
    const replay = {
      delivery: 'as-captured',
      partial: 'consume',
      statuses: 'documented',
      profile: { client: null, server: null },
    }
    const request = { capture: number, format, scope: 'all', filter: '', replay, title: null, path: null }
    const made = (await value('report.make', request)) as {
      text: string
      bytes: number
      conversations: number
    }
    expect(made.conversations).toBe(1)
    expect(Buffer.byteLength(made.text)).toBe(made.bytes)
  })

  it('turns an exception of the core into a fault of that request alone', async () => {
    const { session, events, open } = start({ analyse: () => Promise.reject(new Error('a bug')) })
    await open(capture)
    expect(events).toMatchObject([{ kind: 'failed', fault: { code: 'internal-error', message: 'a bug' } }])
    await expect(session.request('rows.get', { capture: 1, ids: [1] })).resolves.toEqual({
      ok: true,
      value: [],
    })
  })

  it('keeps what was read when reading is cancelled', async () => {
    const { events, value, open } = start({
      analyse: (path, options, hooks) => tools.analyse(path, options, { ...hooks, cancelled: () => true }),
    })
    const number = await open(capture)
    expect(events.at(-1)).toMatchObject({ kind: 'done', cancelled: true })
    await expect(value('capture.cancel', { capture: number })).resolves.toBeNull()
    await expect(value('capture.close', { capture: number })).resolves.toBeNull()
    await expect(value('rows.get', { capture: number, ids: [] })).rejects.toThrow('no-such-capture')
  })
})
