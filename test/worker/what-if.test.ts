// The session's answers about Windows versions, changed profiles and pasted errors.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSession } from '../../electron/worker/session.ts'
import { tools } from '../../electron/worker/tools.ts'
import { requests } from '../../shared/contract/bridge.ts'
import type { WhatIf, WindowsProfile } from '../../shared/contract/whatif.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function start(allowed = true) {
  const session = createSession(
    {
      post: () => undefined,
      mayWriteBeside: false,
      mayRead: (path) => allowed || path.endsWith('.pcap'),
      mayWrite: () => allowed,
      opened: () => undefined,
    },
    tools,
  )
  return async (channel: keyof typeof requests, input: unknown): Promise<unknown> => {
    const outcome = await session.request(channel, input)
    if (!outcome.ok) throw new Error(outcome.fault.code)
    return requests[channel].output.parse(outcome.value)
  }
}

async function opened() {
  const value = start()
  const path = resolve('test/captures/no-common-cipher.pcap')
  const { capture } = (await value('capture.open', { path, keylog: null })) as { capture: number }
  return { value, capture }
}

const changed = {
  schema: 'windows-profile/1',
  base: 'win81',
  name: 'Our gateway',
  versions: {},
  cipherSuites: { TLS_RSA_WITH_RC4_128_SHA: 'off' },
  groups: {},
}

describe('a session', () => {
  it('answers what if for all versions, one, and a changed one', async () => {
    const { value, capture } = await opened()
    const ask = async (profile: unknown) =>
      (await value('conversation.whatif', {
        capture,
        id: 1,
        side: 'server',
        serverKey: 'captured',
        profile,
      })) as WhatIf
    expect((await ask('all')).rows).toHaveLength(19)
    expect((await ask('win7')).rows.map(({ profile }) => profile)).toEqual([null, 'win7'])
    expect((await ask(changed)).rows[1]).toMatchObject({
      name: 'Our gateway',
      edited: true,
      verdict: 'refuses',
    })
    await expect(ask('win12')).rejects.toThrow('no-such-profile')
    await expect(ask({ ...changed, groups: { x448: 'on' } })).rejects.toThrow('no-such-profile')
  })

  it('lists the versions with their switches, newest first', async () => {
    const list = (await start()('profiles.list', null)) as WindowsProfile[]
    expect(list.map(({ id }) => id).slice(0, 2)).toEqual(['server-2025', 'win11-24h2'])
    expect(list.at(-1)?.cipherSuites[0]).toEqual({
      name: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256',
      code: '0xc028',
      on: true,
    })
  })

  it('saves a changed profile and loads it again', async () => {
    const value = start()
    const path = join(folder, 'gateway.json')
    await expect(value('profile.save', { profile: changed, path })).resolves.toEqual({ text: null })
    await expect(value('profile.load', { path })).resolves.toEqual(changed)
    await expect(value('profile.save', { profile: changed, path: null })).resolves.toEqual({
      text: readFileSync(path, 'utf8'),
    })
    await expect(value('profile.save', { profile: { ...changed, base: 'x' }, path: null })).rejects.toThrow(
      'no-such-profile',
    )
  })

  it('reads and writes profiles only where the user said so', async () => {
    const value = start(false)
    const path = join(folder, 'gateway.json')
    await expect(value('profile.save', { profile: changed, path })).rejects.toThrow('not-offered')
    await expect(value('profile.load', { path })).rejects.toThrow('not-offered')
  })

  it('explains a pasted error and finds its conversations', async () => {
    const { value, capture } = await opened()
    await value('conversation.whatif', {
      capture,
      id: 1,
      side: 'server',
      serverKey: 'captured',
      profile: 'win7',
    })
    await expect(value('explain', { text: 'alert 40', capture })).resolves.toMatchObject({
      explanation: { filter: 'alert == 40' },
      ids: [1],
    })
    await expect(value('explain', { text: 'nothing known', capture })).resolves.toMatchObject({ ids: [] })
    await expect(value('explain', { text: '0x80090326', capture: null })).resolves.toMatchObject({
      ids: null,
    })
  })
})
