// Acknowledgements as tools that make packets write them: the calls are told by capture order then, as if none were there.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultReplay } from '../../../shared/schannel/model.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { replay } from '../../../shared/schannel/replay.ts'
import { scanFile } from '../../support/scan.ts'

const captures = join(import.meta.dirname, '../../captures')
const recorded = readdirSync(captures).filter((name) => name.endsWith('.pcap'))
const [syn, ack] = [2, 16]
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspector-acks-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Numbers {
  seq: number
  ack: number
  flags: number
}

/** A recorded file (Ethernet, IPv4) whose TCP packets have other numbers; `own` and `peer`: where either side's stream began. */
function renumbered(
  name: string,
  change: (numbers: Numbers, own: number, peer: number) => Partial<Numbers>,
): string {
  const file = Buffer.from(readFileSync(join(captures, name)))
  const began = new Map<number, number>()
  for (let at = 24; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const tcp = at + 30 + (file[at + 30]! & 15) * 4
    const [from, to] = [file.readUInt16BE(tcp), file.readUInt16BE(tcp + 2)]
    const numbers = {
      seq: file.readUInt32BE(tcp + 4),
      ack: file.readUInt32BE(tcp + 8),
      flags: file[tcp + 13]!,
    }
    if ((numbers.flags & syn) !== 0) began.set(from, numbers.seq)
    const made = { ...numbers, ...change(numbers, began.get(from) ?? 0, began.get(to) ?? 0) }
    file.writeUInt32BE(made.seq >>> 0, tcp + 4)
    file.writeUInt32BE(made.ack >>> 0, tcp + 8)
    file[tcp + 13] = made.flags
  }
  const path = join(folder, name)
  writeFileSync(path, file)
  return path
}

/** What each call of both sides returned, conversation by conversation. */
async function callsIn(path: string): Promise<unknown[]> {
  const { conversations } = await scanFile(path)
  return conversations.map(({ conversation }) => {
    const outcome = outcomeOf(conversation)
    const sides = replay(conversation, outcome, null, defaultReplay)
    const told = (side: 'client' | 'server') =>
      sides[side].calls.map((call) => `${call.function} ${call.status} ${JSON.stringify(call.tokens)}`)
    return {
      outcome: outcome.outcome,
      side: outcome.failure?.side,
      client: told('client'),
      server: told('server'),
    }
  })
}

const high = 0xf0000000
describe.each<[string, Parameters<typeof renumbered>[1]]>([
  ['are always 0', () => ({ ack: 0 })],
  ['never move', ({ flags }, _, peer) => ({ ack: (flags & ack) === 0 ? 0 : peer + 1 })],
  ['are missing', ({ flags }) => ((flags & syn) === 0 ? { ack: 0, flags: flags & ~ack } : {})],
  ['are 0 beside high sequence numbers', ({ seq }, own) => ({ seq: seq - own + high, ack: 0 })],
  [
    'are 1 beside sequence numbers from 0',
    ({ seq, flags }, own) => ({ seq: seq - own, ack: (flags & ack) >> 4 }),
  ],
])('acknowledgements that %s', (_, change) => {
  it.each(recorded)('leave the calls of %s as they are', async (name) => {
    expect(await callsIn(renumbered(name, change))).toEqual(await callsIn(join(captures, name)))
  })
})
