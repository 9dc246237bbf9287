// Recorded handshakes of known truth: outcome, side, cause, call and both final statuses, and a report that keeps to its schema.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../electron/worker/analyse.ts'
import { conversation } from '../shared/contract/report.ts'
import { defaultReplay } from '../shared/schannel/model.ts'

const folders = [
  join(import.meta.dirname, '../../shared/captures/lab'),
  join(import.meta.dirname, 'captures/refusals'),
]

interface Truth {
  readonly title: string
  readonly outcome: string
  readonly side: string | null
  readonly cause: string | string[] | null
  /** Number of the failing call among all of its context, where the truth knows it. */
  readonly call?: number | null
  readonly client: string[]
  readonly server: string[]
}

const truthOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Record<string, Truth>

describe.each(folders.filter((folder) => existsSync(folder)))('handshakes recorded in %s', (folder) => {
  it.each(Object.entries(truthOf(folder)))('%s is read as it happened', async (id, expected) => {
    const keys = join(folder, `${id}.keys`)
    const outcome = await analyseFile(join(folder, `${id}.pcap`), {
      keylog: existsSync(keys) ? keys : null,
      key: null,
      passwordFile: null,
      replay: defaultReplay,
    })
    if (!outcome.ok) throw new Error(outcome.fault.message)
    const row = outcome.value.rows.filter((one) => one.outcome !== 'none').at(-1)
    for (const { id } of outcome.value.rows) {
      const whole = outcome.value.inspect(id, defaultReplay)
      expect(conversation.parse(whole)).toEqual(whole)
    }
    outcome.value.close()
    const { failure, contexts } = row ?? {}
    expect({ outcome: row?.outcome, side: failure?.side ?? null }).toEqual({
      outcome: expected.outcome,
      side: expected.side,
    })
    expect([expected.cause].flat()).toContain(failure?.cause ?? null)
    if (expected.call !== undefined) expect(failure?.call).toBe(expected.call)
    if (expected.client.length > 0) expect(expected.client).toContain(contexts?.client.final)
    if (expected.server.length > 0) expect(expected.server).toContain(contexts?.server.final)
  })
})
