// TDS in packets and segments of any size, cut short and damaged.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { type Said, clientHello, serverHello, talk, told } from '../../support/carried.ts'
import { framesOf } from '../../support/datagrams.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { be16, bytes } from '../../support/packets.ts'

const packet = (type: number, body: Uint8Array, status = 1) =>
  bytes(type, status, be16(8 + body.length), [0, 0, 1, 0], body)
const prelogin = (encryption: number) =>
  bytes([0, 0, 11, 0, 6], [1, 0, 17, 0, 1], 0xff, [16, 0, 4, 57, 0, 0], encryption)

const opening = (client: number, server: number): readonly Said[] => [
  ['client', packet(0x12, prelogin(client))],
  ['server', packet(0x04, prelogin(server))],
]
const secured: readonly Said[] = [
  ['client', packet(0x12, clientHello)],
  ['server', packet(0x12, serverHello)],
]

/** What both sides of a recorded connection sent, as its packets brought it. */
function recorded(name: string): Said[] {
  const capture = join(import.meta.dirname, '../../captures/carriers', `${name}.pcap`)
  return framesOf(new Uint8Array(readFileSync(capture)))
    .filter((frame) => frame.length > 40)
    .map((frame) => [frame[15] === 1 ? 'client' : 'server', frame.slice(40)])
}

const messages = (found: readonly Conversation[]) =>
  found.flatMap((conversation) =>
    conversation.messages.map(({ from, type, start, end }) => ({ from, type, start, end })),
  )

describe('TDS', () => {
  it('names the options of both sides and takes TLS out of its packets', () => {
    expect(told([...opening(1, 3), ...secured])).toEqual({
      carrier: 'tds',
      steps: [
        'c PRELOGIN with ENCRYPT_ON',
        's+ PRELOGIN of SQL Server 16.0.1081 with ENCRYPT_REQ: everything will be encrypted',
      ],
      name: 'server.example',
    })
  })

  it.each([
    [1, 2, 'ENCRYPT_NOT_SUP: has no encryption, which the client asked for'],
    [2, 3, 'ENCRYPT_REQ: wants encryption, which the client does not have'],
  ])('refuses where the client says %i and the server %i', (client, server, text) => {
    const found = talk([...opening(client, server)], { closes: 'client' })
    expect(found[0]?.carrier.steps.at(-1)).toMatchObject({
      result: 'refused',
      text: `PRELOGIN of SQL Server 16.0.1081 with ${text}`,
    })
  })

  it('with its login in clear is no conversation', () => {
    const login: Said = ['client', packet(0x10, new Uint8Array(200))]
    expect(talk([...opening(2, 2), login], { closes: 'client' })).toHaveLength(0)
  })

  it('counts the offsets of what it carries from 0, and hands on each message as one piece', () => {
    const half = packet(0x12, clientHello.slice(0, 20), 0)
    const rest = packet(0x12, clientHello.slice(20))
    const [found] = talk([...opening(1, 1), ['client', half], ['client', rest], secured[1]!])
    expect(found?.client.chunks.map(({ start, end, packet: of }) => [start, end, of])).toEqual([
      [0, clientHello.length, 6],
    ])
    expect(found?.server.chunks).toMatchObject([{ start: 0, ack: clientHello.length }])
  })

  it.each(['tds-encrypted', 'tds-small-packets', 'tds-login-only'])(
    '%s reads the same from segments of any size',
    (name) => {
      const said = recorded(name)
      const whole = messages(talk(said))
      expect(whole.length).toBeGreaterThan(6)
      for (const segment of [1, 7, 100, 1000]) expect(messages(talk(said, { segment }))).toEqual(whole)
    },
  )

  it('survives every cut and 200 changes', () => {
    const said = recorded('tds-small-packets')
    for (let count = 0; count < said.length; count++) talk(said.slice(0, count))
    const random = new Random(7)
    for (let round = 0; round < 200; round++)
      talk(
        said.map(([from, part]) => [
          from,
          random.below(3) === 0 ? mutate(part as Uint8Array, random) : part!,
        ]),
      )
  })
})
