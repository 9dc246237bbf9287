// Recorded handshakes held against Windows versions.

import { resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { analyseFile, type OpenCapture } from '../../../electron/worker/analyse.ts'
import type { WhatIf } from '../../../shared/contract/whatif.ts'
import { whatIf } from '../../../shared/contract/whatif.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'

const open = new Map<string, OpenCapture>()
afterAll(() => open.forEach((capture) => capture.close()))

async function ask(name: string, side: 'client' | 'server', profile = 'all', keys = false): Promise<WhatIf> {
  const path = resolve('test/captures', `${name}.pcap`)
  const keylog = keys ? path.replace('.pcap', '.keys') : null
  const outcome = await analyseFile(path, { keylog, key: null, passwordFile: null, replay: defaultReplay })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  open.set(path, outcome.value)
  const answer = outcome.value.whatIf(1, { side, serverKey: 'captured', profile })
  expect(whatIf.parse(answer)).toEqual(answer)
  return answer
}

function verdicts({ rows }: WhatIf): string[] {
  return rows.map(({ profile, verdict }) => `${profile ?? 'captured'} ${verdict}`)
}

describe('what if', () => {
  it('the server that refused one GCM suite had been Windows: all but those before Windows 10 go on', async () => {
    const answer = await ask('no-common-cipher', 'server')
    expect(answer.rows[0]).toMatchObject({
      verdict: 'refuses',
      call: { status: 'SEC_E_ALGORITHM_MISMATCH' },
      alert: { from: 'server', code: 40 },
    })
    expect(verdicts(answer).filter((text) => text.endsWith('refuses'))).toEqual([
      'captured refuses',
      'win81 refuses',
      'win8 refuses',
      'win7 refuses',
    ])
  })

  it('the server that wanted more than TLS 1.0 had been Windows: every version still has it on', async () => {
    const { rows } = await ask('version-too-old', 'server')
    expect(rows[0]).toMatchObject({ verdict: 'refuses', alert: { code: 70 } })
    expect(rows.slice(1).map(({ cells }) => cells.version.value)).toEqual(Array(18).fill('TLS 1.0'))
    expect(rows.slice(1).every(({ verdict }) => verdict === 'accepts')).toBe(true)
  })

  it('the TLS 1.3 server that asked for a retry had been Windows: the first share would have done', async () => {
    const { rows, serverKey } = await ask('tls13-hello-retry-sliced', 'server', 'all', true)
    expect(serverKey).toEqual({ text: 'RSA 2048', from: 'captured' })
    const windows = rows.find(({ profile }) => profile === 'server-2022')!
    expect(windows).toMatchObject({ verdict: 'accepts', cells: { group: { value: 'x25519' } } })
    expect(rows.find(({ profile }) => profile === 'win10-22h2')).toMatchObject({
      verdict: 'refuses',
      firstMissing: 'cipherSuite',
      cells: { version: { value: 'TLS 1.2' }, cipherSuite: { text: 'the client has none for TLS 1.2' } },
    })
  })

  it('the client had been Windows: TLS 1.3 only the five versions that know it would have offered', async () => {
    const answer = await ask('ok-tls13-full', 'client')
    expect(verdicts(answer).filter((text) => text.endsWith('accepts'))).toEqual([
      'captured accepts',
      'server-2025 accepts',
      'win11-24h2 accepts',
      'win11-22h2 accepts',
      'win11-21h2 accepts',
      'server-2022 accepts',
    ])
  })

  it('one version is asked alone', async () => {
    expect((await ask('ok-tls12-full', 'server', 'win10-1809')).rows).toHaveLength(2)
  })

  it('a version that does not exist is refused by name', async () => {
    await expect(ask('ok-tls12-full', 'server', 'win12')).rejects.toThrow(
      'There is no Windows profile "win12".',
    )
  })
})
