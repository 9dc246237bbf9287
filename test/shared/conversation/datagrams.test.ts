// DTLS associations that the capture holds only in part: what is missing is named, not taken for an ending.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { framesOf, scanFrames } from '../../support/datagrams.ts'
import { bytes, ipv4 } from '../../support/packets.ts'

const world = { trust: trustOf(null), clock: { baseSeconds: 1.8e9 }, now: 1.8e12 }
const capture = readFileSync(join(import.meta.dirname, '../../captures/keys/dtls12-gcm.pcap'))
const frames = framesOf(capture)
const linkType = capture.readUInt32LE(20)

function verdict(conversation: Conversation) {
  const outcome = outcomeOf(conversation)
  return [outcome.outcome, judge(conversation, outcome, world)[0]?.cause]
}

describe('a DTLS association', () => {
  it('is established in the whole capture', () => {
    const [whole] = scanFrames(
      frames.map((bytes) => ({ bytes })),
      linkType,
    ).conversations
    expect(verdict(whole!)).toEqual(['established', undefined])
  })

  it('whose datagrams were cut when captured is truncated', () => {
    const cut = scanFrames(
      frames.map((bytes) => ({ bytes: bytes.slice(0, 150) })),
      linkType,
    ).conversations
    expect(verdict(cut[0]!)).toEqual(['incomplete', 'truncated-capture'])
  })

  it('whose ClientHello was not captured began before the capture', () => {
    const late = scanFrames(
      frames.slice(3).map((bytes) => ({ bytes })),
      linkType,
    ).conversations
    expect(verdict(late[0]!)).toEqual(['incomplete', 'capture-gap'])
  })
})

describe('an ICMP error', () => {
  const hello = framesOf(capture)[0]!
  /** The datagram as an IP packet, without its link header. */
  const ip = (frame: Uint8Array) => Uint8Array.from(frame.subarray(linkLength))
  const linkLength = linkType === 1 ? 14 : 0

  /** RFC 792: type and code, a checksum, four bytes unused, the packet that could not be delivered. */
  function answer(type: number, code: number, quoted: Uint8Array): Uint8Array {
    const b = ip(hello)
    const [from, to] = [b.slice(16, 20), b.slice(12, 16)].map((each) => each.join('.'))
    const message = bytes([type, code, 0, 0, 0, 0, 0, 0], quoted)
    const packet = ipv4(message, { protocol: 1, from: from!, to: to! })
    return bytes(hello.slice(0, linkLength), packet)
  }

  it('about a ClientHello says that nobody listens, in both passes', () => {
    const found = scanFrames(
      [hello, answer(3, 3, ip(hello))].map((each) => ({ bytes: each })),
      linkType,
    )
    for (const conversation of [...found.conversations, ...found.again]) {
      expect(verdict(conversation)).toEqual(['failed', 'no-answer'])
      expect(conversation.events).toMatchObject([
        { kind: 'icmp', from: 'server', packet: 2, icmp: { meaning: 'port', name: 'ICMP 3/3' } },
      ])
    }
    expect(found.conversations).toHaveLength(1)
  })

  it('that quotes no more than the ports will do; one that quotes a stranger, less or a later fragment will not', () => {
    const events = (...frames: Uint8Array[]) =>
      scanFrames(
        [hello, ...frames].map((each) => ({ bytes: each })),
        linkType,
      ).conversations[0]!.events
    expect(events(answer(3, 3, ip(hello).slice(0, 28)))).toHaveLength(1)
    expect(events(answer(3, 3, ip(hello).slice(0, 22)))).toHaveLength(0)
    expect(events(answer(8, 0, ip(hello)))).toHaveLength(0)
    const stranger = ip(hello)
    stranger[20]! ^= 0xff
    expect(events(answer(3, 3, stranger))).toHaveLength(0)
    const fragment = ip(hello)
    fragment[7] = 8
    expect(events(answer(3, 3, fragment))).toHaveLength(0)
  })

  it('tells what a device on the way says', () => {
    const quoted = ip(hello)
    const said = [
      [3, 1, 'host unreachable'],
      [3, 4, 'fragmentation needed'],
      [3, 13, 'communication administratively prohibited'],
      [3, 15, 'precedence cutoff in effect'],
      [11, 0, 'time exceeded on the way'],
    ] as const
    for (const [type, code, text] of said) {
      const frames = [hello, answer(type, code, quoted)].map((each) => ({ bytes: each }))
      expect(scanFrames(frames, linkType).conversations[0]!.events[0]?.icmp?.text).toBe(text)
    }
  })
})
