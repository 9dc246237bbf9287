// QUIC connections as a scan sees them: silence, Version Negotiation, keys, damage.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { parseKeyLog } from '../../../shared/secrets/keylog.ts'
import { openConversation } from '../../../shared/secrets/open.ts'
import { framesOf, scanFrames } from '../../support/datagrams.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { be16, be32, bytes, ipv4, udp } from '../../support/packets.ts'
import { scanFile } from '../../support/scan.ts'

const folder = join(import.meta.dirname, '../../captures/carriers')
const rawIp = 101
const recorded = (name: string) => framesOf(new Uint8Array(readFileSync(join(folder, `${name}.pcap`))))
const [initial] = recorded('quic-no-answer')

/** A Version Negotiation packet that answers the recorded Initial (RFC 9000 §17.2.1). */
function negotiation(...versions: number[]): Uint8Array {
  const payload = initial!.subarray(28)
  const own = payload.subarray(5, 6 + payload[5]!)
  const at = 5 + own.length
  const other = payload.subarray(at, at + 1 + payload[at]!)
  const answer = bytes(0xc0, be32(0), other, own, ...versions.map(be32))
  const ends = { from: '192.0.2.2', to: '192.0.2.1' }
  return ipv4(udp(answer, { ...ends, sourcePort: 443, destinationPort: 50000 }), { ...ends, protocol: 17 })
}

describe('a QUIC connection', () => {
  it('without an answer is incomplete, and failed once five seconds have shown that none comes', () => {
    const at = (ms: number) => ({ bytes: initial!, ms })
    const short = scanFrames([at(0), at(300), at(900)], rawIp).conversations[0]!
    expect(short.events.map(({ kind }) => kind)).toEqual(['retransmission', 'retransmission'])
    expect(outcomeOf(short).outcome).toBe('incomplete')
    const long = scanFrames([at(0), at(300), at(900), at(2100), at(6000)], rawIp).conversations[0]!
    expect(outcomeOf(long)).toMatchObject({
      outcome: 'failed',
      failure: { by: 'transport', ending: 'no-answer' },
    })
  })

  it('is refused by a Version Negotiation that lacks its version, and not by one that has it', () => {
    const refused = scanFrames([{ bytes: initial! }, { bytes: negotiation(0x6b3343cf, 0xff00001d) }], rawIp)
    expect(refused.conversations[0]!.carrier.steps.at(-1)).toMatchObject({
      from: 'server',
      result: 'refused',
      text: 'Version Negotiation: has only QUIC 2, QUIC draft 29',
    })
    expect(outcomeOf(refused.conversations[0]!)).toMatchObject({
      outcome: 'failed',
      failure: { side: 'server' },
    })
    expect(refused.again[0]!.carrier).toEqual(refused.conversations[0]!.carrier)
    const forged = scanFrames([{ bytes: initial! }, { bytes: negotiation(1, 0x6b3343cf) }], rawIp)
    expect(forged.conversations[0]!.carrier.steps).toHaveLength(1)
  })

  it('opens its Handshake packets with a key log, and checks Finished', async () => {
    const options = { keepSealed: true, keepBytes: false }
    const { conversations } = await scanFile(join(folder, 'quic-v1.pcap'), options)
    const { log } = parseKeyLog(readFileSync(join(folder, 'quic-v1.keys'), 'utf8'))
    const opening = openConversation(conversations[0]!.conversation, { log, rsa: null }, nodeCrypto)
    expect(opening.problems).toEqual([])
    const opened = opening.conversation.messages.map(({ from, type, protection, verified }) =>
      [from, type, protection, verified].join(' '),
    )
    expect(opened).toEqual([
      'client 1 plain ',
      'server 2 plain ',
      'server 8 opened ',
      'server 11 opened ',
      'server 15 opened true',
      'server 20 opened true',
      'client 20 opened true',
    ])
  })

  it('makes keys for the first connection id of a datagram, and for no other in it', () => {
    const others = Array.from({ length: 200 }, (_, i) =>
      bytes(0xc3, be32(1), 8, be32(i), be32(i), 0, 0, be16(0x4000 | 30), new Uint8Array(30)),
    )
    const hkdf = vi.spyOn(nodeCrypto, 'hmac')
    const ends = { from: '192.0.2.1', to: '192.0.2.2' }
    const datagram = udp(bytes(...others), { ...ends, sourcePort: 50000, destinationPort: 443 })
    scanFrames([{ bytes: ipv4(datagram, { ...ends, protocol: 17 }) }], rawIp)
    expect(hkdf.mock.calls.length).toBeLessThan(40)
    hkdf.mockRestore()
  })

  it('never makes its readers throw, whatever was changed', () => {
    const random = new Random(9001)
    const frames = [...recorded('quic-retry'), ...recorded('quic-no-group')]
    for (let round = 0; round < 100; round++) {
      const changed = frames.map((frame) => (random.below(3) === 0 ? mutate(frame, random) : frame))
      scanFrames(
        changed.map((each) => ({ bytes: each })),
        rawIp,
      )
    }
  })
})
