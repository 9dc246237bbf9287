// Several files as one capture, a file that still grows, and standard input, each through the whole core.

import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyseFile, type AnalyseOptions, type OpenCapture } from '../../electron/worker/analyse.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'
import { putTogether, takeApart } from '../fuzz/mutators.ts'

const captures = join(import.meta.dirname, '../captures')
const options: AnalyseOptions = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function open(paths: readonly string[]): Promise<OpenCapture> {
  const [first = '', ...chain] = paths
  const outcome = await analyseFile(first, { ...options, chain })
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value
}

const file = (name: string) => new Uint8Array(readFileSync(join(captures, name)))

/** The records [from, to) of a capture as a file of their own. */
function part(whole: Uint8Array, from: number, to: number): Uint8Array {
  const { header, records } = takeApart(whole)
  return putTogether(header, records.slice(from, to))
}

/** What a row says beside packet numbers. */
function said(rows: readonly ReportRow[]) {
  return rows.map(({ outcome, protocol, serverName, start, packets, durationMs }) => ({
    outcome,
    protocol,
    serverName,
    start,
    packets,
    durationMs,
  }))
}

describe('several files in time order', () => {
  const whole = file('ok-tls13-full.pcap')
  const count = takeApart(whole).records.length

  it('say what one file says, in whatever order and packing they are named', async () => {
    const alone = await open([write('whole.pcap', whole)])
    const parts = [part(whole, 0, 4), part(whole, 4, 9), part(whole, 9, count)]
    const paths = parts.map((bytes, i) =>
      i === 1 ? write('ring1.pcap.gz', gzipSync(bytes)) : write(`ring${String(i)}.pcap`, bytes),
    )
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const chained = await open(order.map((i) => paths[i]!))
      expect(said(chained.rows)).toEqual(said(alone.rows))
      expect(chained.summary.packets).toBe(count)
      expect(chained.summary.warnings).toEqual([])
      expect(chained.files.map(({ packets }) => packets)).toEqual([4, 5, count - 9])
      const id = chained.rows[0]!.id
      expect(chained.inspect(id, defaultReplay).tokens).toEqual(alone.inspect(id, defaultReplay).tokens)
      chained.close()
    }
    alone.close()
  })

  it('count what two of them hold once, and say how much that was', async () => {
    const alone = await open([write('whole.pcap', whole)])
    const chained = await open([write('a.pcap', part(whole, 0, 8)), write('b.pcap', part(whole, 5, count))])
    expect(said(chained.rows)).toEqual(said(alone.rows))
    expect(chained.summary.packets).toBe(count)
    expect(chained.summary.warnings).toMatchObject([{ code: 'captures-overlap' }])
    expect(chained.summary.warnings[0]!.text).toContain('3 packets are in two of the files')
    alone.close()
    chained.close()
  })

  it('that lie side by side are merged packet by packet', async () => {
    const { header, records } = takeApart(whole)
    const even = putTogether(
      header,
      records.filter((_, i) => i % 2 === 0),
    )
    const odd = putTogether(
      header,
      records.filter((_, i) => i % 2 === 1),
    )
    const alone = await open([write('whole.pcap', whole)])
    const chained = await open([write('odd.pcap', odd), write('even.pcap', even)])
    expect(said(chained.rows)).toEqual(said(alone.rows))
    alone.close()
    chained.close()
  })

  it('warn of the one that breaks off, by its name, and refuse what is no capture', async () => {
    const cut = write('cut.pcap', whole.subarray(0, whole.length - 10))
    const chained = await open([cut, write('rest.pcap', part(whole, count - 1, count))])
    expect(chained.summary.warnings).toMatchObject([{ code: 'capture-truncated' }])
    expect(chained.summary.warnings[0]!.text).toContain(cut)
    expect(chained.files[0]!.warnings).toHaveLength(1)
    expect(chained.files[1]!.warnings).toHaveLength(0)
    chained.close()
    const text = write('notes.txt', new TextEncoder().encode('These are notes.'))
    const outcome = await analyseFile(cut, { ...options, chain: [text] })
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'capture-text' } })
  })
})

describe('a capture that is still being written', () => {
  it('gives its rows as it grows, waits for the rest of a packet, and ends without a warning', async () => {
    const whole = file('ok-tls12-full.pcap')
    const path = write('growing.pcap', whole.subarray(0, 10))
    const rows: ReportRow[] = []
    let stop = false
    let seen = 0
    const outcome = await analyseFile(
      path,
      { ...options, follow: true },
      {
        cancelled: () => stop,
        rows: (more) => rows.push(...more),
        progress: (bytes, _total, packets) => {
          seen = packets
          if (bytes < whole.length) appendFileSync(path, whole.subarray(bytes, bytes + 777))
          else stop = true
        },
      },
    )
    if (!outcome.ok) throw new Error(outcome.fault.message)
    const capture = outcome.value
    expect(seen).toBe(takeApart(whole).records.length)
    expect(capture.cancelled).toBe(false)
    expect(capture.summary.warnings).toEqual([])
    expect(capture.rows).toHaveLength(1)
    expect(rows.map(({ outcome: each }) => each)).toContain('established')
    appendFileSync(path, new Uint8Array(5))
    expect(capture.inspect(1, defaultReplay).outcome).toBe('established')
    capture.close()
  })

  it('that becomes shorter has changed, and a pipe is not followed', async () => {
    const whole = file('ok-tls12-full.pcap')
    const path = write('shorter.pcap', whole)
    const outcome = await analyseFile(
      path,
      { ...options, follow: true },
      { progress: () => writeFileSync(path, whole.subarray(0, 50)) },
    )
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'capture-changed' } })
    const pipe = await analyseFile('-', { ...options, follow: true })
    expect(pipe).toMatchObject({ ok: false, fault: { code: 'capture-unreadable' } })
  })
})

describe('standard input', () => {
  it.each([
    ['a capture', (bytes: Uint8Array) => bytes],
    ['a gzip file', (bytes: Uint8Array) => gzipSync(bytes)],
  ])('is read as a file is: %s', (_name, pack) => {
    const script = join(import.meta.dirname, '../../scripts/inspect.mjs')
    const input = pack(file('untrusted-root.pcap'))
    const run = spawnSync(process.execPath, [script, 'inspect', '-', '--format', 'json'], { input })
    const report = JSON.parse(run.stdout.toString()) as { conversations: ReportRow[] }
    expect(run.stderr.toString()).toBe('')
    expect(report.conversations.map(({ outcome }) => outcome)).toEqual(['failed'])
  })
})
