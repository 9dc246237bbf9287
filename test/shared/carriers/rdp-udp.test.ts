// RDP over UDP: the SYN exchange as steps, TLS and DTLS out of numbered packets, silence, losses and damage.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { clientHello, serverHello } from '../../support/carried.ts'
import { framesOf, scanFrames } from '../../support/datagrams.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { be16, be32, bytes, ipv4, udp } from '../../support/packets.ts'

const rawIp = 101
const folder = join(import.meta.dirname, '../../captures/carriers')
const recorded = (name: string) => framesOf(new Uint8Array(readFileSync(join(folder, `${name}.pcap`))))
const ends = { client: ['192.0.2.1', 50000], server: ['192.0.2.2', 3389] } as const

type From = keyof typeof ends

function datagram(from: From, payload: Uint8Array): Uint8Array {
  const [[source, sourcePort], [target, destinationPort]] =
    from === 'client' ? [ends.client, ends.server] : [ends.server, ends.client]
  const addresses = { from: source, to: target }
  return ipv4(udp(payload, { ...addresses, sourcePort, destinationPort }), { ...addresses, protocol: 17 })
}

/** A SYN as MS-RDPEUDP §3.1.5.1.1 makes it, without the optional structures. */
function syn(from: From, sequence = 0x42, more = 0): Uint8Array {
  const answers = from === 'server'
  const flags = (answers ? 5 : 1) | more
  const head = bytes(
    be32(answers ? 0x42 : 0xffffffff),
    be16(64),
    be16(flags),
    be32(sequence),
    be16(1232),
    be16(1232),
  )
  return datagram(from, bytes(head, new Uint8Array(1232 - head.length)))
}

/** A source packet with an ACK vector of `acks` elements in front (MS-RDPEUDP §3.1.5.1.4). */
function source(from: From, sequence: number, payload: Uint8Array, acks = 1): Uint8Array {
  const vector = bytes(be16(acks), new Uint8Array(acks), new Uint8Array((4 - ((acks + 2) % 4)) % 4))
  return datagram(
    from,
    bytes(be32(0x42), be16(64), be16(0x0c), vector, be32(sequence), be32(sequence), payload),
  )
}

const scan = (frames: readonly Uint8Array[]) =>
  scanFrames(
    frames.map((each) => ({ bytes: each })),
    rawIp,
  )

const steps = ({ carrier }: Conversation) =>
  carrier.steps.map(({ from, text, result }) => `${from} ${result}: ${text}`)
const messages = (conversation: Conversation) =>
  conversation.messages.map(({ from, type }) => `${from} ${String(type)}`)

describe('RDP over UDP', () => {
  it('shows both SYNs as steps, and TLS in its packets, ACK vectors of any length before it', () => {
    const half = clientHello.length >> 1
    const { conversations } = scan([
      syn('client'),
      syn('server', 0x1000),
      source('client', 0x43, clientHello.subarray(0, half), 0),
      source('client', 0x44, clientHello.subarray(half), 3),
      source('server', 0x1001, serverHello, 2),
    ])
    expect(conversations).toHaveLength(1)
    const found = conversations[0]!
    expect(found).toMatchObject({ transport: 'rdp-udp', carrier: { name: 'rdp-udp' } })
    expect(steps(found)).toEqual([
      'client info: SYN: reliable (TLS), version 1, MTU 1232',
      'server ok: SYN+ACK: version 1, MTU 1232',
    ])
    expect(messages(found)).toEqual(['client 1', 'server 2'])
    expect(found.clientEndpoint.port).toBe(50000)
  })

  it('puts packets in order, and takes each of them once', () => {
    const third = Math.ceil(clientHello.length / 3)
    const part = (i: number) => source('client', 0x43 + i, clientHello.subarray(i * third, (i + 1) * third))
    const { conversations, again } = scan([syn('client'), syn('server'), part(2), part(1), part(1), part(0)])
    expect(messages(conversations[0]!)).toEqual(['client 1'])
    expect(conversations[0]!.events.map(({ kind }) => kind)).toEqual(['retransmission', 'reordered'])
    expect(messages(again[0]!)).toEqual(['client 1'])
  })

  it('counts on from zero where sequence numbers come round', () => {
    const half = clientHello.length >> 1
    const [first, second] = [clientHello.subarray(0, half), clientHello.subarray(half)]
    const { conversations } = scan([
      syn('client', 0xfffffffe),
      syn('server'),
      source('client', 0, second),
      source('client', 0xffffffff, first),
    ])
    expect(messages(conversations[0]!)).toEqual(['client 1'])
    expect(conversations[0]!.client.gaps).toEqual([])
  })

  it('reads nothing behind a packet that never came, and says that it is missing', () => {
    const { conversations } = scan([
      syn('client'),
      syn('server', 0x1000),
      source('client', 0x43, clientHello),
      source('server', 0x1002, serverHello),
    ])
    expect(messages(conversations[0]!)).toEqual(['client 1'])
    expect(conversations[0]!.server.gaps).toMatchObject([{ reason: 'not-captured' }])
    expect(outcomeOf(conversations[0]!).outcome).toBe('incomplete')
  })

  it('counts no more as missing than can have been on its way, whatever number comes', () => {
    const { conversations } = scan([
      syn('client'),
      syn('server', 0x1000),
      source('client', 0x43, clientHello),
      source('server', 0x1001 + 0x7fffffff, serverHello),
    ])
    const [gap] = conversations[0]!.server.gaps
    expect(gap!.end - gap!.start).toBe(0xffff * 1232)
  })

  it('says of a packet that was cut when captured that bytes are missing', () => {
    const whole = source('client', 0x43, clientHello)
    const { conversations } = scan([syn('client'), syn('server'), whole.subarray(0, whole.length - 20)])
    expect(conversations[0]!.client.gaps).toMatchObject([{ reason: 'truncated' }])
  })

  it('without an answer is incomplete, and failed once five seconds have shown that none comes', () => {
    const at = (ms: number) => ({ bytes: syn('client'), ms })
    expect(outcomeOf(scanFrames([at(0), at(3000)], rawIp).conversations[0]!).outcome).toBe('incomplete')
    const given = scanFrames([at(0), at(3000), at(6000)], rawIp).conversations[0]!
    expect(outcomeOf(given)).toMatchObject({
      outcome: 'failed',
      failure: { by: 'transport', ending: 'no-answer' },
    })
    expect(given.events.map(({ kind }) => kind)).toEqual(['retransmission', 'retransmission'])
  })

  it('ends where the host says that nothing listens on its UDP port', () => {
    const asked = syn('client')
    const quoted = bytes([3, 3, 0, 0], be32(0), asked.subarray(0, 28))
    const addresses = { from: ends.server[0], to: ends.client[0] }
    const { conversations, again } = scan([asked, ipv4(quoted, { ...addresses, protocol: 1 })])
    for (const each of [...conversations, ...again])
      expect(outcomeOf(each)).toMatchObject({ outcome: 'failed', failure: { by: 'transport', packet: 2 } })
  })

  it('begins anew with a SYN that has another sequence number', () => {
    const { conversations } = scan([
      syn('client'),
      syn('server', 0x1000),
      source('client', 0x43, clientHello),
      syn('client', 0x9000),
    ])
    expect(conversations.map((each) => messages(each).length)).toEqual([1, 0])
  })

  it('tells the client from a SYN+ACK alone', () => {
    const { conversations } = scan([syn('server', 0x1000), source('client', 0x43, clientHello)])
    expect(conversations[0]).toMatchObject({
      clientEndpoint: { port: 50000 },
      serverEndpoint: { port: 3389 },
    })
    expect(messages(conversations[0]!)).toEqual(['client 1'])
  })

  it('is not seen in other datagrams of that size', () => {
    const random = new Random(3389)
    const noise = Array.from({ length: 2000 }, () =>
      datagram(
        'client',
        Uint8Array.from({ length: 1232 }, () => random.below(256)),
      ),
    )
    expect(scan(noise).conversations).toEqual([])
    expect(scan([datagram('client', new Uint8Array(1232))]).conversations).toEqual([])
    expect(scan([datagram('client', new Uint8Array(1232).fill(255))]).conversations).toEqual([])
  })

  it.each(['rdp-udp-reliable', 'rdp-udp-version-3', 'rdp-udp-lossy'])(
    '%s is the same when read again',
    (name) => {
      const { conversations, again } = scan(recorded(name))
      expect(again.map(messages)).toEqual(conversations.map(messages))
      expect(again.map(steps)).toEqual(conversations.map(steps))
      expect(again[0]!.client.length).toBe(conversations[0]!.client.length)
      expect(messages(conversations[0]!).length).toBeGreaterThan(6)
    },
  )

  it('never makes its readers throw, whatever was changed', () => {
    const random = new Random(20191)
    const frames = ['reliable', 'version-3', 'lossy'].map((name) => recorded(`rdp-udp-${name}`))
    for (let round = 0; round < 60; round++) {
      for (const each of frames) scan(each.map((one) => (random.below(3) === 0 ? mutate(one, random) : one)))
    }
  })
})
