import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyseFile, type OpenCapture } from '../../electron/worker/analyse.ts'
import { saveCapture, type SaveOptions } from '../../electron/worker/export.ts'
import type { ReportCall, ReportConversation } from '../../shared/contract/report.ts'
import { defaultReplay } from '../../shared/schannel/model.ts'

const folders = ['test/captures', 'test/captures/keys', 'test/captures/carriers', '../shared/captures/lab']
const captures = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.pcap'))

const plain: SaveOptions = { format: 'pcapng', secrets: false, addresses: false }
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function open(path: string, keylog: string | null = null): Promise<OpenCapture> {
  const options = { keylog, key: null, passwordFile: null, replay: defaultReplay }
  const outcome = await analyseFile(path, options)
  if (!outcome.ok) throw new Error(outcome.fault.message)
  return outcome.value
}

async function saved(capture: OpenCapture, ids: readonly number[], options: SaveOptions, name: string) {
  const path = join(folder, name)
  const made = await saveCapture(capture, ids, options, path)
  return { made, path, again: await open(path) }
}

const all = (capture: OpenCapture) => capture.rows.map(({ id }) => id)

/** What a reader would call the same: outcome, statuses and buffers of every call, and why it failed. */
function story(conversation: ReportConversation, bulk: boolean) {
  const { outcome, failure, contexts, protocol, messages } = conversation
  // Where bulk is left out, what follows it cannot be read: the story ends with the handshake.
  const told = (calls: readonly ReportCall[]) =>
    bulk
      ? calls.slice(
          0,
          calls.findIndex(({ function: name }) => name === 'DecryptMessage'),
        )
      : calls
  const calls = (side: 'client' | 'server') =>
    told(contexts[side].calls).map(({ function: name, status, input, output }) => ({
      name,
      status,
      input,
      output,
    }))
  return {
    outcome,
    protocol,
    cause: failure?.cause ?? null,
    status: failure?.status ?? null,
    summary: failure?.summary ?? null,
    client: calls('client'),
    server: calls('server'),
    messages: bulk ? [] : messages.map(({ name, from, bytes }) => [name, from, bytes]),
  }
}

const stories = (capture: OpenCapture, bulk: readonly boolean[]) =>
  capture.rows.map(({ id }, index) => story(capture.inspect(id, defaultReplay), bulk[index]!))
const bulkOf = (capture: OpenCapture) => capture.rows.map(({ uninspectedRecords }) => uninspectedRecords > 0)

describe.each(captures)('%s', (path) => {
  it('tells the same when its conversations are saved and opened again', async () => {
    const capture = await open(path)
    if (capture.rows.length === 0) return
    for (const options of [plain, { ...plain, format: 'pcap' as const }]) {
      const { again } = await saved(capture, all(capture), options, `${basename(path)}.${options.format}`)
      expect(again.rows.map(({ key }) => key)).toEqual(capture.rows.map(({ key }) => key))
      expect(stories(again, bulkOf(capture))).toEqual(stories(capture, bulkOf(capture)))
      again.close()
    }
    capture.close()
  })

  it('tells the same with other addresses, and no old address is left', async () => {
    const capture = await open(path)
    if (capture.rows.length === 0) return
    const { again } = await saved(capture, all(capture), { ...plain, addresses: true }, basename(path))
    expect(stories(again, bulkOf(capture))).toEqual(stories(capture, bulkOf(capture)))
    const ends = (one: OpenCapture) =>
      one.rows.flatMap(({ client, server }) => [client.address, server.address])
    const old = new Set(ends(capture))
    expect(ends(again).filter((address) => old.has(address))).toEqual([])
    again.close()
    capture.close()
  })
})

describe('one conversation of several', () => {
  const path = 'test/captures/ok-tls12-id-resume.pcap'

  it('is saved without the others', async () => {
    const capture = await open(path)
    const [, second] = capture.rows
    const { again, made } = await saved(capture, [second!.id], plain, 'one.pcapng')
    expect(again.rows.map(({ key }) => key)).toEqual([second!.key])
    expect(made.packets).toBe(again.summary.packets)
    expect(made.packets + made.leftOut).toBe(second!.packets)
  })
})

describe('conversations that lie years apart', () => {
  /** The records of a classic capture, `seconds` later. */
  function later(file: Uint8Array, seconds: number): Uint8Array {
    const records = new Uint8Array(file).slice(24)
    const view = new DataView(records.buffer)
    for (let at = 0; at < records.length; at += 16 + view.getUint32(at + 8, true))
      view.setUint32(at, view.getUint32(at, true) + seconds, true)
    return records
  }

  it('are saved, though so far from each other times are not exact to the nanosecond', async () => {
    const [first, second, third] = ['ok-tls13-full', 'untrusted-root', 'version-too-old'].map((name) =>
      readFileSync(`test/captures/${name}.pcap`),
    )
    const path = join(folder, 'years.pcap')
    // Without the first the others are counted from elsewhere, and rounded to 16 nanoseconds, which half of all microseconds are not.
    writeFileSync(path, Buffer.concat([first!, later(second!, 45_000_000), later(third!, -45_000_000)]))
    const capture = await open(path)
    const { again } = await saved(capture, all(capture).slice(1), plain, 'years-saved.pcapng')
    expect(again.rows.map(({ outcome }) => outcome)).toEqual(
      capture.rows.slice(1).map(({ outcome }) => outcome),
    )
  })
})

describe('secrets', () => {
  const path = 'test/captures/ok-tls12-full.pcap'
  const log = 'test/captures/ok-tls12-full.keys'
  const secret = (text: string) => text.trim().split('\n').at(-1)!.split(' ')[2]!

  it('go into the file only when asked for', async () => {
    const capture = await open(path, log)
    const without = await saved(capture, all(capture), plain, 'without.pcapng')
    expect(readFileSync(without.path, 'latin1')).not.toContain(secret(readFileSync(log, 'utf8')))
    expect(without.again.model.keys).toBe('none')
    const withThem = await saved(capture, all(capture), { ...plain, secrets: true }, 'with.pcapng')
    expect(withThem.made.secrets).toBe(1)
    expect(withThem.again.model.keys).toBe('keylog')
    expect(withThem.again.inspect(1, defaultReplay).messages.some(({ verified }) => verified === true)).toBe(
      true,
    )
  })

  it('are those of the saved conversations only', async () => {
    const foreign = `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}\n`
    const keys = join(folder, 'all.keys')
    writeFileSync(keys, readFileSync(log, 'utf8') + foreign)
    const capture = await open(path, keys)
    const { path: written } = await saved(capture, all(capture), { ...plain, secrets: true }, 'own.pcapng')
    expect(readFileSync(written, 'latin1')).not.toContain('cd'.repeat(48))
  })

  it('need pcapng, and a key log that knows the conversation', async () => {
    const capture = await open(path)
    const secrets = { ...plain, secrets: true }
    await expect(saveCapture(capture, [1], secrets, join(folder, 'x'))).rejects.toMatchObject({
      fault: { code: 'no-secrets' },
    })
    const pcap = { ...secrets, format: 'pcap' as const }
    await expect(saveCapture(capture, [1], pcap, join(folder, 'x'))).rejects.toMatchObject({
      fault: { code: 'secrets-need-pcapng' },
    })
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })
})

describe('a file that does not say what was to be written', () => {
  it.each(['pcap', 'pcapng'] as const)('is refused as %s, and the old one stays', async (format) => {
    const path = join(folder, `kept.${format}`)
    writeFileSync(path, 'old')
    const capture = await open('test/captures/ok-tls12-full.pcap')
    // Read for the third time, while the written file is compared, the capture says something else.
    let readings = 0
    const wavering: OpenCapture = {
      ...spread(capture),
      *notedPackets(ids) {
        readings++
        for (const packet of capture.notedPackets(ids)) {
          const bytes = packet.bytes.slice()
          if (readings === 3 && packet.packet === 4) bytes[bytes.length - 1]! ^= 1
          yield { ...packet, bytes }
        }
      },
    }
    await expect(saveCapture(wavering, [1], { ...plain, format }, path)).rejects.toMatchObject({
      fault: { code: 'not-as-written' },
    })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

/** A capture as a plain object: its members are bound to it. */
function spread(capture: OpenCapture): OpenCapture {
  return {
    summary: capture.summary,
    files: capture.files,
    rows: capture.rows,
    otherFlows: capture.otherFlows,
    model: capture.model,
    cancelled: capture.cancelled,
    baseSeconds: capture.baseSeconds,
    inspect: (id, replay) => capture.inspect(id, replay),
    token: (id, token) => capture.token(id, token),
    hellos: (id) => capture.hellos(id),
    whatIf: (id, question) => capture.whatIf(id, question),
    notedPackets: (ids) => capture.notedPackets(ids),
    keyLogOf: (ids) => capture.keyLogOf(ids),
    close: () => capture.close(),
  }
}
