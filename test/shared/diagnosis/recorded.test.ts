// No false alarm: good handshakes in recorded captures raise no error, and only warnings that a person has read.

import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../../../electron/worker/analyse.ts'
import type { ReportRow } from '../../../shared/contract/report.ts'
import { defaultReplay } from '../../../shared/schannel/model.ts'

const lab = '../shared/captures/lab'
const zeek = '../shared/captures/zeek'

async function rowsOf(path: string, keylog: string | null): Promise<readonly ReportRow[]> {
  const opened = await analyseFile(path, { keylog, key: null, passwordFile: null, replay: defaultReplay })
  if (!opened.ok) return []
  const rows = [...opened.value.rows]
  opened.value.close()
  return rows
}

describe.each([lab, zeek])('good handshakes in %s', (folder) => {
  it.skipIf(!existsSync(folder))(
    'raise no error, and only known warnings',
    async () => {
      const warnings: string[] = []
      for (const file of readdirSync(folder)
        .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
        .sort()) {
        const keys = `${folder}/${file.replace(/\.[a-z]+$/, '.keys')}`
        for (const row of await rowsOf(`${folder}/${file}`, existsSync(keys) ? keys : null)) {
          if (row.outcome !== 'established') continue
          expect(row.findings.filter(({ severity }) => severity === 'error')).toEqual([])
          for (const { severity, rule } of row.findings)
            if (severity === 'warning') warnings.push(`${file} #${String(row.id)} ${rule}`)
        }
      }
      await expect(warnings.join('\n')).toMatchFileSnapshot(
        `../../golden/warnings-${folder.split('/').at(-1) ?? ''}.txt`,
      )
    },
    60_000,
  )
})
