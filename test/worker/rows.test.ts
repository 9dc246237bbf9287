// A row is made of counted calls and of findings without their texts; what is read in full must say the same, in every delivery.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../electron/worker/analyse.ts'
import { defaultReplay, type ReplayOptions } from '../../shared/schannel/model.ts'
import { rowOf } from '../support/rows.ts'

const folders = [
  join(import.meta.dirname, '../captures'),
  join(import.meta.dirname, '../captures/keys'),
  join(import.meta.dirname, '../captures/carriers'),
  join(import.meta.dirname, '../../../shared/captures/lab'),
  join(import.meta.dirname, '../../../shared/captures/zeek'),
].filter((folder) => existsSync(folder))

const readings: readonly ReplayOptions[] = [
  defaultReplay,
  { ...defaultReplay, delivery: 'per-record' },
  { ...defaultReplay, delivery: 'per-flight', partial: 'retain', statuses: 'observed' },
]

describe.each(folders)('captures in %s', (folder) => {
  it('have rows that say what their conversations say in full', async () => {
    const names = readdirSync(folder).filter((name) => /\.(pcap|pcapng|cap|trace)$/.test(name))
    for (const name of names) {
      const keys = join(folder, name.replace(/\.\w+$/, '.keys'))
      const keylog = existsSync(keys) ? keys : null
      for (const replay of readings) {
        const options = { keylog, key: null, passwordFile: null, replay }
        const opened = await analyseFile(join(folder, name), options)
        if (!opened.ok) break
        const { rows } = opened.value
        const other = rows.filter(
          (row) => !isDeepStrictEqual(row, rowOf(opened.value.inspect(row.id, replay))),
        )
        expect(other, `${name}, ${replay.delivery}`).toEqual([])
        opened.value.close()
      }
    }
  }, 60_000)
})
