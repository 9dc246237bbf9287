// EAP sessions over LAN and RADIUS: the same TLS in other wrappings, lost, repeated and damaged.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEap, readTlsFragment } from '../../../shared/eap/packet.ts'
import { readRadius } from '../../../shared/eap/radius.ts'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { framesOf, scanFrames } from '../../support/datagrams.ts'
import { mutate, Random } from '../../support/mutation.ts'
import { be16, bytes, ethernet } from '../../support/packets.ts'

const folder = join(import.meta.dirname, '../../captures/carriers')
const rawIp = 101
const headers = 28

function recorded(name: string): Uint8Array[] {
  return framesOf(new Uint8Array(readFileSync(join(folder, `${name}-radius.pcap`))))
}

/** The EAP packet of a recorded RADIUS datagram. */
function eapOf(frame: Uint8Array): Uint8Array {
  const radius = readRadius(frame, headers, frame.length)
  if (!radius.ok || radius.value.eap === null) throw new Error('no EAP')
  return radius.value.eap
}

/** The same session as the port of a switch sees it: supplicants answer to the group address, and ports may ask through it. */
function overLan(frames: readonly Uint8Array[], asksGroup = false): Uint8Array[] {
  return frames.map((frame) => {
    const eap = eapOf(frame)
    const eapol = ethernet(0x888e, bytes(2, 0, be16(eap.length), eap))
    const [supplicant, port] = [
      [2, 0, 0, 0, 0, 0x51],
      [2, 0, 0, 0, 0, 0xa1],
    ] as const
    const group = [1, 0x80, 0xc2, 0, 0, 3]
    eapol.set(eap[0] === 2 ? [...group, ...supplicant] : [...(asksGroup ? group : supplicant), ...port])
    return eapol
  })
}

const scanned = (frames: readonly Uint8Array[], link = rawIp) =>
  scanFrames(
    frames.map((each) => ({ bytes: each })),
    link,
  )

const steps = ({ carrier }: Conversation) => carrier.steps.map(({ text, result }) => `${text} (${result})`)
const types = ({ messages }: Conversation) =>
  messages.map(({ from, contentType, type }) => `${from} ${String(contentType)}/${String(type)}`)

describe('an EAP session', () => {
  it('is the same conversation over LAN as over RADIUS', () => {
    const frames = recorded('eap-tls')
    const [radius] = scanned(frames).conversations
    const { conversations, again } = scanned(overLan(frames), 1)
    expect(conversations).toHaveLength(1)
    const [lan] = conversations
    expect(lan).toMatchObject({
      transport: 'eapol',
      clientEndpoint: { address: '02:00:00:00:00:51', port: 0 },
    })
    expect(types(lan!)).toEqual(types(radius!))
    expect(steps(lan!)).toEqual([
      'Identity alice@example.org (info)',
      'EAP-TLS Start (info)',
      'EAP-Success (ok)',
    ])
    expect(types(again[0]!)).toEqual(types(lan!))
  })

  it('is one conversation where both ends only speak to the group address, also when it is repeated', () => {
    const frames = overLan(recorded('eap-tls'), true)
    const { conversations } = scanned([...frames, ...frames], 1)
    const ends = conversations.map(({ clientEndpoint, serverEndpoint }) => [
      clientEndpoint.address,
      serverEndpoint.address,
    ])
    expect(ends).toEqual([
      ['02:00:00:00:00:51', '02:00:00:00:00:a1'],
      ['02:00:00:00:00:51', '02:00:00:00:00:a1'],
    ])
    for (const conversation of conversations) expect(steps(conversation)).toContain('EAP-Success (ok)')
  })

  it('is one conversation where the capture begins with the answer of the supplicant', () => {
    const { conversations } = scanned(overLan(recorded('eap-tls'), true).slice(1), 1)
    expect(conversations).toHaveLength(1)
    expect(conversations[0]).toMatchObject({
      clientEndpoint: { address: '02:00:00:00:00:51' },
      serverEndpoint: { address: '02:00:00:00:00:a1' },
    })
  })

  it('hands on each message as one piece, whatever fragments it came in', () => {
    const { client, server } = scanned(recorded('eap-tls')).conversations[0]!
    expect(server.chunks.map(({ start, end }) => end - start)).toEqual([2102, 51])
    expect(client.chunks.map(({ start, end }) => end - start)).toEqual([184, 2007])
  })

  it('reads every packet sent twice as sent again', () => {
    const frames = overLan(recorded('eap-tls'))
    const { conversations } = scanned(
      frames.flatMap((frame) => [frame, frame]),
      1,
    )
    expect(conversations.map(types)).toEqual(scanned(frames, 1).conversations.map(types))
    expect(conversations[0]!.events.every(({ kind }) => kind === 'retransmission')).toBe(true)
    expect(conversations[0]!.events.length).toBeGreaterThan(5)
  })

  it('keeps two supplicants and two sessions of one of them apart', () => {
    const frames = overLan(recorded('eap-tls'))
    const others = frames.map((frame) => {
      const other = frame.slice()
      other[frame[0] === 1 ? 11 : 5] = 0x52
      return other
    })
    const both = frames.flatMap((frame, i) => [frame, others[i]!])
    const { conversations } = scanned([...both, ...frames], 1)
    expect(conversations.map(({ clientEndpoint }) => clientEndpoint.address).sort()).toEqual([
      '02:00:00:00:00:51',
      '02:00:00:00:00:51',
      '02:00:00:00:00:52',
    ])
    for (const conversation of conversations) expect(steps(conversation)).toContain('EAP-Success (ok)')
  })

  it('says how much of a message came where a fragment was not captured', () => {
    const frames = overLan(recorded('eap-tls'))
    const second = frames.findIndex((_, i) => i > 3 && eapOf(recorded('eap-tls')[i]!).length > 900) + 2
    const { conversations } = scanned(
      frames.filter((_, i) => i !== second),
      1,
    )
    expect(steps(conversations[0]!).some((step) => /^\d+ of \d+ bytes of a message/.test(step))).toBe(true)
  })

  it('without TLS is no conversation', () => {
    const identity = bytes(1, 1, be16(5), 1)
    const md5 = bytes(1, 2, be16(22), 4, 16, new Uint8Array(16))
    const failure = bytes(4, 3, be16(4))
    const frames = [identity, md5, failure].map((eap) => ethernet(0x888e, bytes(1, 0, be16(eap.length), eap)))
    expect(scanned(frames, 1).conversations).toHaveLength(0)
  })

  it('never makes its readers throw, whatever was changed', () => {
    const random = new Random(3748)
    const [radius, lan] = [recorded('eap-tls-untrusted'), overLan(recorded('eap-peap'))]
    for (let round = 0; round < 150; round++) {
      scanned(radius.map((frame) => (random.below(3) === 0 ? mutate(frame, random) : frame)))
      scanned(
        lan.map((frame) => (random.below(3) === 0 ? mutate(frame, random) : frame)),
        1,
      )
    }
  })
})

describe('EAP and RADIUS packets', () => {
  const [first] = recorded('eap-tls')
  const radius = first!.slice(headers)

  it('are refused in every strict prefix and read with padding behind them', () => {
    const eap = eapOf(first!)
    for (let length = 0; length < eap.length; length++) expect(readEap(eap, 0, length).ok).toBe(false)
    for (let length = 0; length < radius.length; length++)
      expect(readRadius(radius, 0, length).ok).toBe(false)
    expect(readEap(bytes(eap, 0, 0))).toMatchObject({ ok: true, value: { code: 2, type: 1 } })
    expect(readRadius(bytes(radius, 0, 0), 0, radius.length + 2)).toMatchObject({
      ok: true,
      value: { code: 1 },
    })
  })

  it('give no TLS for what follows Start, and leave the outer TLVs of TEAP out', () => {
    expect(readTlsFragment(43, bytes(0x21, 0, 4, 0, 2, 1, 2))).toMatchObject({
      value: { start: true, bytes: new Uint8Array(0) },
    })
    expect(readTlsFragment(55, bytes(0x11, [0, 0, 0, 2], 22, 3, 9, 9))).toMatchObject({
      value: { bytes: Uint8Array.of(22, 3) },
    })
  })
})
