// Limits that a reader sets reach the scan: the worker, and the command line.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readingLimits } from '../../shared/contract/bridge.ts'
import { defaultLimits, limitRanges } from '../../shared/limits.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { pcap } from '../support/captures.ts'
import { tcpFlags, tcpFrame } from '../support/packets.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'limits-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }

async function warningsOf(path: string, limits: typeof defaultLimits) {
  const outcome = await analyseFile(path, { ...options, limits })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  const { summary, cancelled } = outcome.value
  outcome.value.close()
  return { warnings: summary.warnings, cancelled }
}

it('close the flows silent longest from the number on that was set', async () => {
  const path = join(folder, 'many.pcap')
  const packets = Array.from({ length: 150 }, (_, at) =>
    tcpFrame(new Uint8Array(0), { sourcePort: 1024 + at, flags: tcpFlags.syn }),
  )
  writeFileSync(path, pcap(packets))
  const tight = await warningsOf(path, { ...defaultLimits, openConversations: 100 })
  expect(tight.warnings).toContainEqual(
    expect.objectContaining({
      code: 'too-many-flows',
      text: expect.stringContaining('More than 100 flows') as string,
    }),
  )
  expect((await warningsOf(path, defaultLimits)).warnings).toEqual([])
})

it('stop a reading that has taken as long as it may, and say so', async () => {
  const path = resolve('test/captures/tls13-hello-retry-sliced.pcap')
  const late = await warningsOf(path, { ...defaultLimits, minutes: 0 })
  expect(late.cancelled).toBe(true)
  expect(late.warnings.map(({ code }) => code)).toContain('time-limit')
  expect((await warningsOf(path, { ...defaultLimits, minutes: 60 })).cancelled).toBe(false)
})

it('are taken within their ranges only', () => {
  expect(readingLimits.safeParse(defaultLimits).success).toBe(true)
  for (const [name, [least, most]] of Object.entries(limitRanges))
    for (const value of [least - 1, most + 1, least + 0.5, Number.NaN])
      expect(readingLimits.safeParse({ ...defaultLimits, [name]: value }).success, name).toBe(false)
})
