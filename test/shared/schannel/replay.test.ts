// What a replay says besides the calls themselves: flags, sources, alternatives, orders, and hostile input.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultReplay } from '../../../shared/schannel/model.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { replay } from '../../../shared/schannel/replay.ts'
import {
  alert,
  ccs,
  client,
  clientHello,
  conversationOf,
  emptyCertificate,
  message,
  oneCertificate,
  sealed,
  type Sent,
  server,
  serverHello,
  tell,
  type Turn,
} from '../../support/dialogue.ts'

const hello = client(clientHello(200))
const flight = server(serverHello(90), message(11, 1000, oneCertificate), message(14, 9))

describe('a replay', () => {
  it('shows a hello that trickles byte by byte as one call a byte, MISSING counting down', () => {
    const bytes = 3000
    const wire = [{ ...client(clientHello(bytes)), segments: Array<number>(bytes).fill(1) }, flight]
    const { calls, final } = tell(wire).replay.server
    expect(calls).toHaveLength(bytes)
    expect(calls[4]!.input.after[1]).toEqual({ type: 'SECBUFFER_MISSING', bytes: bytes - 5 })
    expect(calls[bytes - 2]!.input.after[1]).toEqual({ type: 'SECBUFFER_MISSING', bytes: 1 })
    expect(final).toBe('SEC_I_CONTINUE_NEEDED')
  })

  it('says which tokens a call was given, which it put out, and which bytes it had seen before', () => {
    const { client: side } = tell([
      hello,
      { ...flight, segments: [100, 999] },
      client(message(16, 75), ccs(), sealed(22, 45)),
    ]).replay
    expect(side.calls.map(({ outToken }) => outToken)).toEqual([1, null, null, 3])
    expect(side.calls[2]).toMatchObject({ tokens: [{ token: 2, start: 90, end: 100 }], carried: 10 })
    expect(side.calls[3]).toMatchObject({
      tokens: [{ token: 2, start: 90, end: 1099 }],
      carried: 10,
      packets: [3],
    })
    expect(side.calls[3]!.messages).toEqual([2, 3])
  })

  it('names the row behind every status, and the other status where sources differ', () => {
    const told = tell([hello, server(alert(2, 70))]).replay
    expect(told.client.calls[1]).toMatchObject({
      status: 'SEC_E_UNSUPPORTED_FUNCTION',
      basis: 'documented',
      source: 'schannel §6.1',
      alternatives: [{ status: 'SEC_E_ILLEGAL_MESSAGE', basis: 'seen-in-apps' }],
    })
    expect(told.failing).toEqual({ n: 1, status: 'SEC_E_UNSUPPORTED_FUNCTION' })
  })

  it('asks without USE_SUPPLIED_CREDS until the client is told that a certificate is wanted', () => {
    const wire = [
      hello,
      server(serverHello(90), message(11, 1000, oneCertificate), message(13, 100), message(14, 9)),
      client(message(11, 12, emptyCertificate), message(16, 75), ccs(), sealed(22, 45)),
    ]
    const { calls } = tell(wire).replay.client
    expect(calls.map((call) => call.requested.includes('ISC_REQ_USE_SUPPLIED_CREDS'))).toEqual([
      false,
      false,
      true,
    ])
    expect(tell(wire).replay.server.calls[0]!.requested).toContain('ASC_REQ_MUTUAL_AUTH')
  })

  it('follows a side over a hole only if it shows that it went on, and says so', () => {
    const gaps = { server: [{ start: 500, end: 900, packet: 2, reason: 'not-captured' as const }] }
    const holed = { ...flight, records: [flight.records[0]!] }
    const torn: Turn = { ...holed, arrives: 1099, segments: [90, 1009] }
    const { calls, final } = tell([hello, torn, client(message(16, 75), ccs(), sealed(22, 45))], { gaps })
      .replay.client
    expect(calls.at(-1)?.assumption).toContain('not captured')
    expect(final).not.toBe('SEC_E_OK')
  })

  it('makes no call from half a conversation', () => {
    const { replay: told } = tell([flight], { unseen: 'client' })
    expect([told.client.calls, told.server.calls]).toEqual([[], []])
  })

  it('survives any order of records from either side, and numbers calls without holes', () => {
    const kinds: readonly Sent[] = [
      clientHello(120),
      serverHello(90),
      serverHello(90, 0x0304, 0x1301, { helloRetryRequest: true }),
      message(11, 300, emptyCertificate),
      message(13, 60),
      message(14, 9),
      message(16, 75),
      message(20, 45),
      ccs(),
      alert(1, 112),
      alert(2, 40),
      sealed(21, 31),
      sealed(22, 45),
      sealed(23, 58),
    ]
    const turn = fc.record({
      from: fc.constantFrom('client' as const, 'server' as const),
      picks: fc.array(fc.nat(kinds.length - 1), { minLength: 1, maxLength: 4 }),
      cut: fc.nat(60),
    })
    fc.assert(
      fc.property(
        fc.array(turn, { maxLength: 8 }),
        fc.constantFrom('tcp' as const, 'udp' as const),
        (turns, transport) => {
          const wire = turns.map(({ from, picks, cut }): Turn => {
            const records = picks.map((pick) => kinds[pick]!)
            const bytes = records.reduce((sum, sent) => sum + sent.bytes, 0)
            return { from, records, segments: cut > 0 && cut < bytes ? [cut, bytes - cut] : [bytes] }
          })
          const conversation = conversationOf(wire, { transport })
          const outcome = outcomeOf(conversation)
          for (const delivery of ['as-captured', 'per-record', 'per-flight'] as const) {
            const told = replay(conversation, outcome, null, { ...defaultReplay, delivery })
            for (const { calls, made, statuses } of [told.client, told.server]) {
              expect(calls.map(({ n }) => n)).toEqual(calls.map((_, i) => i + 1))
              // What was counted without writing anything down is what the written calls say.
              expect(made).toBe(calls.length)
              expect(statuses).toEqual([...new Set(calls.map(({ status }) => status))])
            }
          }
        },
      ),
      { seed: 20261122, numRuns: 400 },
    )
  })
})
