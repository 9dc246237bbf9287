// Redacted reports of recorded captures: whatever the core says about them, in every format.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile, type OpenCapture } from '../../electron/worker/analyse.ts'
import { previewOf, reportPieces } from '../../electron/worker/report.ts'
import { redactionKinds } from '../../shared/contract/redaction.ts'
import { reportFormats } from '../../shared/report/formats.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'

const captures = ['test/captures', 'test/captures/keys', 'test/captures/carriers', '../shared/captures/lab']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.pcap'))

async function open(path: string): Promise<OpenCapture> {
  const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value
}

/** Everything in the capture that says who it was. */
function originalsOf(capture: OpenCapture): string[] {
  const found = capture.rows.flatMap(({ id, client, server, handshakes }) => {
    const { certificates } = capture.inspect(id, defaultReplay)
    const chain = [...(certificates.server ?? []), ...(certificates.client ?? [])]
    return [
      client.address,
      server.address,
      ...handshakes.map(({ serverName }) => serverName),
      ...chain.flatMap((one) => [one.subject, one.issuer, one.serial, one.sha256, one.subjectKeyId]),
      ...chain.flatMap(({ san }) => san.map((name) => name.replace(/^\w+:/, ''))),
    ]
  })
  // An unspecified address and a name that is an everyday word say nothing.
  return [...new Set(found)].filter(
    (text) => text !== null && text.length > 4 && text !== 'localhost',
  ) as string[]
}

const options = { full: true, title: null, redact: redactionKinds, notes: null, replay: defaultReplay }

describe.each(captures)('%s', (path) => {
  it('is reported without a word that says who it was', async () => {
    const capture = await open(path)
    const originals = originalsOf(capture)
    for (const format of reportFormats) {
      const text = [...reportPieces(capture, capture.rows, { ...options, format })].join('')
      const bare = text.replaceAll(/(?:server-\d+|mail)\.example/g, '')
      expect(originals.filter((original) => bare.includes(original))).toEqual([])
    }
    capture.close()
  })
})

describe('a preview', () => {
  it('has the stand-ins that the report will have', async () => {
    const capture = await open('test/captures/ok-mutual-tls12.pcap')
    const asked = { ...options, format: 'json' as const }
    const preview = previewOf(capture, capture.rows, asked)
    const whole = [...reportPieces(capture, capture.rows, asked)].join('')
    expect(whole.startsWith(preview.text)).toBe(true)
    expect(preview.cut).toBe(whole.length > preview.text.length)
    expect(preview.replacements.map(({ original }) => original)).toContain(capture.rows[0]!.serverName)
  })

  it('reads conversations only as far as the first page needs them', async () => {
    const capture = await open('test/captures/ok-tls12-full.pcap')
    let inspected = 0
    const counting = Object.create(capture, {
      inspect: {
        value: (id: number) => {
          inspected++
          return capture.inspect(id, defaultReplay)
        },
      },
    }) as OpenCapture
    const rows = Array.from({ length: 1000 }, () => capture.rows[0]!)
    previewOf(counting, rows, { ...options, redact: [], format: 'json' })
    expect(inspected).toBeLessThan(50)
    previewOf(counting, rows, { ...options, redact: [], format: 'csv' })
    expect(inspected).toBeLessThan(50)
  })
})
