// Captures built to cost more than they are worth: each is read to its end, says what it gave up, and stays within its bounds.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { analyseFile } from '../electron/worker/analyse.ts'
import { defaultReplay } from '../shared/schannel/model.ts'
import { be16, be32, bytes, ipv4, ipv6, ipv6Extension, tcp, tcpFrame } from './support/packets.ts'
import { pcap } from './support/captures.ts'
import { ack, Flood, memory, rawInterface, server, syn } from './support/flood.ts'
import { read } from './support/sink.ts'
import { smtp } from '../shared/carriers/smtp.ts'
import { PacketDecoder } from '../shared/decode.ts'
import { heaviest } from '../shared/heaviest.ts'
import {
  maxEventsKept,
  maxHeaderNesting,
  maxNameLength,
  maxOpenBytes,
  maxOpenFlows,
  maxRecordsKept,
} from '../shared/limits.ts'
import { AddressTable } from '../shared/network/addresses.ts'
import { IpPacket } from '../shared/network/ip.ts'

const megabyte = 1 << 20

/** A record of content type `type` around `body`. */
const record = (type: number, body: Uint8Array) => bytes(type, 3, 3, be16(body.length), body)
const be24 = (value: number) => [value >> 16, (value >> 8) & 0xff, value & 0xff]
const handshake = (type: number, body: Uint8Array) => bytes(type, be24(body.length), body)

function clientHello(extensions: Uint8Array = new Uint8Array(0)): Uint8Array {
  const body = bytes(
    [3, 3],
    new Uint8Array(32).fill(7),
    0,
    be16(2),
    be16(0x1301),
    [1, 0],
    be16(extensions.length),
    extensions,
  )
  return record(22, handshake(1, body))
}

/** One connection with a handshake begun, and the sequence numbers behind it. */
class Dialogue {
  readonly flood = new Flood()
  private readonly seq: [number, number] = [1, 1]

  constructor(hello: Uint8Array = clientHello()) {
    this.flood.segment({ seq: 0, flags: syn })
    this.flood.segment({ ...swapped, seq: 0, ack: 1, flags: syn | ack })
    this.say(0, hello)
  }

  say(dir: 0 | 1, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 16_000) {
      const payload = bytes.subarray(at, at + 16_000)
      const [seq, ack] = dir === 0 ? this.seq : [this.seq[1], this.seq[0]]
      this.flood.segment({ ...(dir === 0 ? {} : swapped), seq, ack, payload })
      this.seq[dir] = (seq + payload.length) >>> 0
    }
  }

  end() {
    this.flood.finish()
    expect(this.flood.conversations).toHaveLength(1)
    return this.flood.conversations[0]!.conversation
  }
}

const swapped = { from: server, to: 0x0a000001, sourcePort: 443, destinationPort: 50000 }

/** What `work` leaves in memory, in bytes, while its result is kept. */
function cost<T>(work: () => T): { result: T; bytes: number } {
  const before = memory()
  const result = work()
  return { result, bytes: memory() - before }
}

describe('many connections', () => {
  it('half open, a million of them, cost less than 700 bytes each and are closed with a warning', () => {
    const { result: flood, bytes: used } = cost(() => {
      const made = new Flood()
      for (let i = 0; i < 1_000_000; i++)
        made.segment({ from: 0x0b000000 + i, sourcePort: 1024 + (i % 60000), seq: i, flags: syn })
      return made
    })
    expect(used).toBeLessThan(700 * maxOpenFlows)
    expect(flood.codes).toContain('too-many-flows')
    flood.finish()
    expect(flood.scanner.flows).toBe(1_000_000)
    expect(flood.scanner.otherFlows()).toEqual([{ looksLike: 'no data', flows: 1_000_000 }])
  })

  it('from ports used again and again are told apart, and none stays open', () => {
    const flood = new Flood()
    for (let i = 0; i < 200_000; i++) flood.segment({ seq: i * 70_000, flags: syn })
    flood.finish()
    expect(flood.scanner.flows).toBe(200_000)
  })

  it('that would share a hash of address and port do not slow one another', () => {
    const flood = new Flood()
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 2000; i++)
        flood.segment({ from: 0x0b000000 + i, sourcePort: 64000 - 31 * i, destinationPort: 100, seq: round })
    }
    flood.finish()
    expect(flood.scanner.flows).toBe(2000)
  })
})

describe('all open conversations together', () => {
  it.each([
    ['wait for the rest of a message', 26_000, record(22, bytes(11, be24(60_000), new Uint8Array(16_000)))],
    ['have said hello and no more', 75_000, clientHello()],
  ])('that %s keep no more than their limit, and what was given up is said', (_what, packets, payload) => {
    const flood = new Flood()
    flood.forgets = true
    const before = memory()
    for (let i = 1; i <= packets; i++) {
      flood.segment({ from: 0x0b000000 + i, sourcePort: 1024 + (i % 60_000), seq: i, payload })
      if (i % (packets / 4) === 0) expect(memory() - before).toBeLessThan(1.4 * maxOpenBytes)
    }
    expect(flood.codes).toContain('too-much-open')
    expect(flood.codes).toContain('limit-reached')
    expect(
      flood.scanner.warnings
        .list()
        .map(({ text }) => text)
        .join(),
    ).toMatch(/Conversation \d+ has more than there was memory for/)
  })

  it('lose the heaviest first, and of equal ones those that have been silent longest', () => {
    const flows = [
      { name: 'old', weight: 100, end: 1 },
      { name: 'young', weight: 100, end: 9 },
      { name: 'heavy', weight: 1000, end: 10 },
      { name: 'middle', weight: 100, end: 5 },
    ]
    const names = (limit: number) => heaviest(() => flows, limit).map(({ name }) => name)
    expect(names(1300)).toEqual([])
    expect(names(1299)).toEqual(['heavy'])
    expect(names(300)).toEqual(['heavy', 'old'])
  })
})

describe('a stream', () => {
  it('with a gigabyte of gaps is read on behind each', () => {
    const { result, bytes: used } = cost(() => {
      const talk = new Dialogue()
      let seq = 1 + clientHello().length
      for (let i = 0; i < 1000; i++) {
        seq += megabyte
        for (let k = 0; k < 20; k++) {
          const payload = record(23, new Uint8Array(95))
          talk.flood.segment({ seq: seq >>> 0, ack: 1, payload })
          seq += payload.length
        }
      }
      return talk.end()
    })
    const [side] = [result.client]
    expect(side.length).toBeGreaterThan(1000 * megabyte)
    expect(side.gaps.length).toBeGreaterThan(900)
    expect(used).toBeLessThan(50 * megabyte)
  })

  it('out of order without end gives up its holes', () => {
    const talk = new Dialogue()
    const payload = new Uint8Array(100)
    const { bytes: used } = cost(() => {
      for (let i = 100_000; i > 0; i--) talk.flood.segment({ seq: 1000 + 200 * i, ack: 1, payload })
    })
    expect(used).toBeLessThan(20 * megabyte)
    expect(talk.end().events.length).toBeLessThanOrEqual(maxEventsKept + 8)
  })

  it('whose sequence numbers jump about, with times that run backwards, is read to its end', () => {
    const talk = new Dialogue()
    for (let i = 0; i < 50_000; i++)
      talk.flood.segment({
        seq: Math.imul(i, 0x9e3779b1) >>> 0,
        ack: Math.imul(i, 0x85ebca6b) >>> 0,
        payload: new Uint8Array(1 + (i % 90)).fill(i),
        time: 1e15 - i * 1e9,
      })
    expect(talk.end().packets).toBe(50_003)
    expect(talk.flood.codes.filter((code) => code === 'time-backwards')).toHaveLength(1)
  })

  it('of a million records of one byte describes the first and counts the others', () => {
    const talk = new Dialogue()
    const many = bytes(...Array.from({ length: 200 }, () => record(23, new Uint8Array(1))))
    const { bytes: used } = cost(() => {
      talk.say(1, record(23, new Uint8Array(1)))
      for (let i = 0; i < 5000; i++) talk.say(0, many)
    })
    const { client } = talk.end()
    expect(client.applicationRecords).toBe(1_000_000)
    expect(client.records.length).toBeLessThanOrEqual(maxRecordsKept + 8)
    expect(used).toBeLessThan(50 * megabyte)
  })

  it('of handshake messages without end keeps a bounded number of them', () => {
    const talk = new Dialogue()
    const requests = record(22, bytes(...Array.from({ length: 4000 }, () => handshake(0, new Uint8Array(0)))))
    const { bytes: used } = cost(() => {
      for (let i = 0; i < 500; i++) talk.say(1, requests)
    })
    const conversation = talk.end()
    expect(conversation.limitsReached).toContain('maxMessagesKept')
    expect(used).toBeLessThan(100 * megabyte)
  })

  it('that begins its handshake ten thousand times over is read to its end', () => {
    const talk = new Dialogue()
    for (let i = 0; i < 10_000; i++) talk.say(0, clientHello())
    expect(talk.end().packets).toBe(10_003)
  })
})

describe('a carrier', () => {
  const said = (text: string) => new TextEncoder().encode(text)

  it('that refused TLS is read once more when its session goes on, not with each packet', () => {
    const read = vi.spyOn(smtp, 'read')
    const talk = new Dialogue(said('EHLO client\r\n'))
    talk.say(1, said('220 mail ESMTP\r\n250-mail\r\n250 STARTTLS\r\n'))
    talk.say(0, said('STARTTLS\r\n'))
    talk.say(1, said('454 not now\r\n'))
    for (let i = 0; i < 5000; i++) talk.say(0, said(`line ${String(i)} of a long message\r\n`))
    expect(talk.end().carrier.steps.at(-1)?.result).toBe('refused')
    expect(read.mock.calls.length).toBeLessThan(10)
    read.mockRestore()
  })

  it('that speaks in EAP fragments of one byte holds a bounded number of them', () => {
    const flood = new Flood()
    const more = 0x40
    const fragment = (id: number, flags: number, body: Uint8Array) => {
      const eap = bytes(2, id & 255, be16(6 + body.length), 13, flags, body)
      flood.packet(bytes(new Uint8Array(11), 1, be16(0x888e), 1, 0, be16(eap.length), eap), 1)
    }
    fragment(0, 0, clientHello())
    const { bytes: used } = cost(() => {
      for (let i = 1; i <= 100_000; i++) fragment(i, more, new Uint8Array(1))
    })
    expect(used).toBeLessThan(5 * megabyte)
    flood.finish()
    expect(flood.scanner.warnings.list().map(({ text }) => text)).toContainEqual(
      expect.stringContaining('more than 4096 fragments in one EAP message'),
    )
  })
})

describe('a message', () => {
  it('that claims sixteen megabytes is counted and passed over, and its limit named', () => {
    const talk = new Dialogue()
    talk.say(1, record(22, bytes(11, be24(0xffffff), new Uint8Array(8000))))
    for (let i = 0; i < 2000; i++) talk.say(1, record(22, new Uint8Array(8000)))
    expect(talk.end().limitsReached).toContain('maxMessageBytes')
  })

  it('with a hundred thousand certificates of two bytes lists a hundred of them', () => {
    const talk = new Dialogue()
    const one = bytes(be24(2), [0x30, 0])
    const list = bytes(...Array.from({ length: 100_000 }, () => one))
    const message = handshake(11, bytes(be24(list.length), list))
    for (let at = 0; at < message.length; at += 16000) talk.say(1, record(22, message.slice(at, at + 16000)))
    const certificate = talk.end().messages.find(({ type }) => type === 11)
    expect(certificate?.bytes.length).toBe(message.length)
    expect(certificate?.body?.kind).toBe('certificate')
  })

  it('with sixteen thousand extensions is still a ClientHello', () => {
    const extensions = bytes(
      ...Array.from({ length: 16_000 }, (_, i) => bytes(be16(i % 8000 === 16 ? 0x7777 : i), be16(0))),
    )
    const hello = clientHello(extensions)
    const message = hello.subarray(5)
    const parts = Array.from({ length: Math.ceil(message.length / 16_000) }, (_, i) =>
      record(22, message.subarray(16_000 * i, 16_000 * (i + 1))),
    )
    const talk = new Dialogue(bytes(...parts))
    expect(talk.end().messages[0]?.type).toBe(1)
  })
})

describe('a row', () => {
  it('keeps a bounded part of long names, long lists and many alerts', async () => {
    const extension = (type: number, body: Uint8Array) => bytes(be16(type), be16(body.length), body)
    const name = new Uint8Array(30_000).fill(0x61)
    const protocols = bytes(...Array.from({ length: 8000 }, (_, i) => bytes(3, be24(0x303030 + i))))
    const hello = clientHello(
      bytes(
        extension(0, bytes(be16(name.length + 3), 0, be16(name.length), name)),
        extension(16, bytes(be16(protocols.length), protocols)),
      ),
    ).subarray(5)
    const parts = [0, 1, 2, 3].map((i) => record(22, hello.subarray(16_000 * i, 16_000 * (i + 1))))
    const alerts = bytes(...Array.from({ length: 4000 }, () => record(21, bytes(1, 112))))
    const back = { from: '10.0.0.2', to: '10.0.0.1', sourcePort: 443, destinationPort: 50_000 }
    const there = { from: '10.0.0.1', to: '10.0.0.2', sourcePort: 50_000, destinationPort: 443 }
    const folder = mkdtempSync(join(tmpdir(), 'inspector-hostile-'))
    const path = join(folder, 'long.pcap')
    writeFileSync(path, pcap([tcpFrame(bytes(...parts), there), tcpFrame(alerts, back)]))
    const options = { keylog: null, key: null, passwordFile: null, replay: defaultReplay }
    const outcome = await analyseFile(path, options)
    if (!outcome.ok) throw new Error(outcome.fault.message)
    const capture = outcome.value
    expect(capture.rows).toHaveLength(1)
    expect(capture.rows[0]!.serverName?.length).toBe(maxNameLength)
    expect(capture.rows[0]!.alpn.offered?.at(-1)).toMatch(/^and \d+ more$/)
    expect(JSON.stringify(capture.rows[0]).length).toBeLessThan(30_000)
    expect(capture.summary.warnings.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('more than 100 alerts'),
    )
    capture.close()
    rmSync(folder, { recursive: true })
  })
})

describe('a packet', () => {
  it('with a length field of four gigabytes ends the capture there, without reserving it', () => {
    const file = pcap([
      { data: ipv4(tcp(new Uint8Array(10))) },
      { data: new Uint8Array(0), captured: 0xfffffff0 },
    ])
    const { result, bytes: used } = cost(() => read(file))
    expect(result.sink.codes).toEqual(['capture-damaged'])
    expect(result.sink.packets).toHaveLength(1)
    expect(used).toBeLessThan(megabyte)
  })

  it('in a hundred headers is let go, and that is said', () => {
    const flood = new Flood()
    let deep = tcp(clientHello())
    let next = 6
    for (let i = 0; i < 100; i++) {
      deep = ipv6Extension(next, deep)
      next = 0
    }
    flood.packet(ipv6(deep, { next }))
    let tunnel = ipv4(tcp(clientHello()))
    for (let i = 0; i < 4 * maxHeaderNesting; i++) tunnel = ipv4(tunnel, { protocol: 4 })
    flood.packet(tunnel)
    const tags = Array.from({ length: 100 }, (_, i) => bytes(be16(0x8100), be16(i)))
    flood.packet(bytes(new Uint8Array(12), ...tags, be16(0x0800), ipv4(tcp(clientHello()))), 1)
    const labels = Array.from({ length: 100 }, () => be32(0))
    flood.packet(bytes(new Uint8Array(12), be16(0x8847), ...labels, ipv4(tcp(clientHello()))), 1)
    flood.finish()
    expect(flood.scanner.flows).toBe(0)
    expect(flood.codes).toEqual(Array<string>(4).fill('headers-nested'))
  })

  it('in fragments that overlap, repeat and never end costs no more than the datagrams that may wait', () => {
    const flood = new Flood()
    const { bytes: used } = cost(() => {
      for (let i = 0; i < 100_000; i++) {
        const payload = new Uint8Array(64).fill(i)
        flood.packet(
          ipv4(payload, {
            id: i % 5000,
            fragmentOffset: 8 * ((i * 7919) % 8000),
            moreFragments: true,
            protocol: 6,
          }),
        )
      }
    })
    flood.finish()
    expect(flood.codes).toContain('too-many-fragments')
    expect(used).toBeLessThan(150 * megabyte)
  })

  it('of an address beyond all that are told apart is let go, and that is said', () => {
    const warnings: string[] = []
    const decoder = new PacketDecoder(
      { warning: (code) => void warnings.push(code) },
      new IpPacket(new AddressTable(3)),
    )
    const answers = [1, 2, 3].map((n) => {
      const packet = ipv6(tcp(clientHello()), { from: `2001:db8::${String(n)}`, to: '2001:db8::ff' })
      return decoder.decode(packet, 0, packet.length, n, 0, { place: () => n }, rawInterface)
    })
    expect(answers).toEqual(['tcp', 'tcp', 'none'])
    expect(warnings).toEqual(['too-many-addresses'])
  })

  it('of DTLS in fragments of one byte each costs no more than what came', () => {
    const flood = new Flood()
    const { bytes: used } = cost(() => {
      for (let i = 0; i < 20_000; i++) {
        const fragment = bytes(1, be24(100_000), be16(i % 40), be24((i * 2) % 99_999), be24(1), 7)
        const datagram = bytes([22, 0xfe, 0xfd, 0, 0, 0, 0], be32(i), be16(fragment.length), fragment)
        const length = 8 + datagram.length
        flood.packet(
          ipv4(bytes(be16(5000 + (i % 500)), be16(4433), be16(length), [0, 0], datagram), { protocol: 17 }),
        )
      }
    })
    flood.finish()
    expect(used).toBeLessThan(60 * megabyte)
  })
})
