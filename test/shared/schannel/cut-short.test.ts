// Captures with a snap length: what was cut off its receiver had all the same, and what it said cannot be known.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultReplay, type Call } from '../../../shared/schannel/model.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { replay } from '../../../shared/schannel/replay.ts'
import { scanFile } from '../../support/scan.ts'

const captures = join(import.meta.dirname, '../../captures')
const recorded = ['', 'carriers/'].flatMap((folder) =>
  readdirSync(join(captures, folder))
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => `${folder}${name}`),
)
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-cut-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A classic pcap file as a capture with that snap length would have it. */
function cut(name: string, snaplen: number): string {
  const file = readFileSync(join(captures, name))
  const parts = [file.subarray(0, 24)]
  for (let at = 24; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const kept = Math.min(snaplen, file.readUInt32LE(at + 8))
    const head = Buffer.from(file.subarray(at, at + 16))
    head.writeUInt32LE(kept, 8)
    parts.push(head, file.subarray(at + 16, at + 16 + kept))
  }
  const path = join(folder, `${String(snaplen)}-${basename(name)}`)
  writeFileSync(path, Buffer.concat(parts))
  return path
}

interface Told {
  readonly outcome: string
  readonly side: string | null
  readonly calls: readonly Call[]
}

async function told(path: string): Promise<ReadonlyMap<string, Told>> {
  const { conversations } = await scanFile(path)
  return new Map(
    conversations.map(({ conversation }) => {
      const outcome = outcomeOf(conversation)
      const { client, server } = replay(conversation, outcome, null, defaultReplay)
      const calls = [...client.calls, ...server.calls]
      const { clientEndpoint, serverEndpoint } = conversation
      const ports = [clientEndpoint.port, serverEndpoint.port].sort((one, two) => one - two)
      return [ports.join(), { outcome: outcome.outcome, side: outcome.failure?.side ?? null, calls }]
    }),
  )
}

describe.each([68, 96, 128, 200, 400])('a capture cut at %i bytes', (snaplen) => {
  it.each(recorded)('says nothing of %s that the whole one does not', async (name) => {
    const whole = await told(join(captures, name))
    for (const [ports, { outcome, side, calls }] of await told(cut(name, snaplen))) {
      const before = whole.get(ports)
      if (outcome === 'failed')
        expect({ outcome, side }).toEqual({ outcome: before?.outcome, side: before?.side })
      else if (outcome === 'established') expect(before?.outcome).toBe('established')
      const short = (each: readonly Call[] = []) =>
        each.filter(
          (call) => call.status === 'SEC_E_INCOMPLETE_MESSAGE' && call.function !== 'DecryptMessage',
        )
      expect(short(calls).length).toBeLessThanOrEqual(short(before?.calls).length)
      for (const { input } of calls)
        for (const { bytes } of input.after) expect(bytes ?? 0).toBeGreaterThanOrEqual(0)
    }
  })
})

it('a refusal that is whole in a cut capture is told call by call', async () => {
  const statuses = (one: ReadonlyMap<string, Told>) =>
    [...one.values()].map(({ calls }) => calls.map((call) => `${call.function} ${call.status}`))
  const whole = await told(join(captures, 'untrusted-root.pcap'))
  expect(statuses(await told(cut('untrusted-root.pcap', 200)))).toEqual(statuses(whole))
})
