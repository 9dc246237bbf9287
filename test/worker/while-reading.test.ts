// Asking about conversations of a capture that is still being read.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createSession } from '../../electron/worker/session.ts'
import { tools } from '../../electron/worker/tools.ts'
import type { BridgeEvent, Outcome } from '../../shared/contract/bridge.ts'
import { putTogether, takeApart } from '../fuzz/mutators.ts'

const keylog = resolve('test/captures/keys/ecdhe-ecdsa-gcm.keys')
const replay = {
  delivery: 'as-captured',
  partial: 'consume',
  statuses: 'documented',
  profile: { client: null, server: null },
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-reading-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A handshake, and an hour later a packet between other ports: the handshake's connection is over. */
function writeCapture(): string {
  const { header, records } = takeApart(readFileSync(resolve('test/captures/keys/ecdhe-ecdsa-gcm.pcap')))
  const [first = new Uint8Array()] = records
  const later = Buffer.from(first)
  later.writeUInt32LE(later.readUInt32LE(0) + 3600, 0)
  const [recordHeader, ipHeader] = [16, 20]
  later.writeUInt16BE(50001, recordHeader + ipHeader)
  const path = join(folder, 'growing.pcap')
  writeFileSync(path, putTogether(header, [...records, later]))
  return path
}

function start() {
  const events: BridgeEvent[] = []
  const session = createSession(
    {
      post: (event) => void events.push(event),
      mayRead: () => true,
      mayWriteBeside: false,
      mayWrite: () => false,
      opened: () => undefined,
    },
    tools,
  )
  const value = async (channel: string, input: unknown): Promise<unknown> => {
    const outcome: Outcome<unknown> = await session.request(channel, input)
    if (!outcome.ok) throw new Error(outcome.fault.code)
    return outcome.value
  }
  const has = (kind: BridgeEvent['kind']) =>
    vi.waitFor(() => expect(events.map((e) => e.kind)).toContain(kind))
  return { events, value, has }
}

it('opens, questions and compares what was found so far', async () => {
  const { events, value, has } = start()
  const { capture } = (await value('capture.open', {
    path: writeCapture(),
    keylog: null,
    follow: true,
  })) as { capture: number }
  await has('rows')
  const place = { capture, id: 1 }
  await expect(value('conversation.inspect', { ...place, replay })).resolves.toMatchObject({
    outcome: 'established',
  })
  const token = (await value('token.inspect', { ...place, token: 1 })) as { bytes: Uint8Array }
  expect(token.bytes.length).toBeGreaterThan(100)
  const question = { profile: 'all', side: 'server', serverKey: 'captured' }
  const answers = (await value('conversation.whatif', { ...place, ...question })) as { rows: unknown[] }
  expect(answers.rows.length).toBeGreaterThan(10)
  await expect(value('conversation.compare', { left: place, right: place, replay })).resolves.toHaveProperty(
    'verdict',
  )
  // Reading the file again for its keys would never end.
  await expect(value('keys.load', { capture, keylog })).rejects.toThrow('still-following')
  expect(events.map(({ kind }) => kind)).not.toContain('done')

  const unknown = expect(value('conversation.inspect', { capture, id: 2, replay })).rejects.toThrow(
    'no-such-conversation',
  )
  await value('capture.cancel', { capture })
  await has('done')
  await unknown
  await expect(value('conversation.inspect', { ...place, replay })).resolves.toMatchObject({ id: 1 })
})

it('answers nothing more where reading went wrong', async () => {
  const { value, has } = start()
  const path = writeCapture()
  const { capture } = (await value('capture.open', { path, keylog: null, follow: true })) as {
    capture: number
  }
  await has('rows')
  writeFileSync(path, new Uint8Array(30))
  await has('failed')
  await expect(value('conversation.inspect', { capture, id: 1, replay })).rejects.toThrow('capture-changed')
})
