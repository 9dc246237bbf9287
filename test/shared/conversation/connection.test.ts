// TCP connections rebuilt: every repair and every loss, seen through what the conversation says of its bytes.

import { describe, expect, it } from 'vitest'
import { bytes, pattern, tcpFlags } from '../../support/packets.ts'
import { opened, scanPackets, type Sent } from '../../support/segments.ts'

/** A ClientHello record whose body is a plausible beginning and then filler: enough for a conversation. */
function hello(length: number): Uint8Array {
  const body = length - 5
  return bytes(
    [22, 3, 1, body >> 8, body & 0xff],
    [1, 0, (body - 4) >> 8, (body - 4) & 0xff, 3, 3],
    pattern(body - 6),
  )
}

const whole = hello(400)

function slice(from: number, to: number, more: Partial<Sent> = {}): Sent {
  return { from: 'client', at: from, bytes: whole.slice(from, to), ...more }
}

function only(sent: readonly Sent[], given = {}) {
  const { conversations } = scanPackets(sent, given)
  expect(conversations).toHaveLength(1)
  return conversations[0]!
}

function chunksOf(sent: readonly Sent[], given = {}) {
  return only(sent, given).client.chunks.map(({ start, end, packet }) => [start, end, packet])
}

function eventsOf(sent: readonly Sent[]) {
  return only(sent)
    .events.filter((event) => event.kind !== 'syn')
    .map(({ kind, from, packet, bytes: count }) => [kind, from, packet, count])
}

describe('a stream', () => {
  it('keeps for each run of new bytes the packet that brought it', () => {
    expect(chunksOf([...opened, slice(0, 100), slice(100, 400)])).toEqual([
      [0, 100, 3],
      [100, 400, 4],
    ])
  })

  it('delivers a segment that came early once the hole before it is filled, and says which one was late', () => {
    const sent = [...opened, slice(200, 400), slice(0, 200)]
    expect(chunksOf(sent)).toEqual([
      [0, 200, 4],
      [200, 400, 3],
    ])
    expect(eventsOf(sent)).toEqual([['reordered', 'client', 4, 200]])
  })

  it('calls a late segment a retransmission when it comes long after its successor', () => {
    const sent = [...opened, slice(200, 400, { ms: 10 }), slice(0, 200, { ms: 250 })]
    expect(eventsOf(sent)).toEqual([['retransmission', 'client', 4, 200]])
  })

  it('shows bytes sent again and keeps the first copy', () => {
    const sent = [...opened, slice(0, 400), slice(0, 400, { bytes: pattern(400, 9), ms: 200, id: 2 })]
    expect(eventsOf(sent)).toEqual([['retransmission', 'client', 4, 400]])
    expect(only(sent).messages[0]!.bytes).toEqual(Uint8Array.from(whole.slice(5)))
  })

  it('calls the same packet seen twice a duplicate', () => {
    const sent = [...opened, slice(0, 400, { id: 77 }), slice(0, 400, { id: 77 })]
    expect(eventsOf(sent)).toEqual([['duplicate', 'client', 4, 400]])
  })

  it('takes only the new part of an overlapping segment', () => {
    const sent = [...opened, slice(0, 250), slice(150, 400)]
    expect(chunksOf(sent)).toEqual([
      [0, 250, 3],
      [250, 400, 4],
    ])
    expect(eventsOf(sent)).toEqual([['overlap', 'client', 4, 100]])
  })

  it('goes on over the wrap of sequence numbers', () => {
    const given = { clientIsn: 0xffffffff - 150 }
    expect(chunksOf([...opened, slice(0, 300), slice(300, 400)], given)).toEqual([
      [0, 300, 3],
      [300, 400, 4],
    ])
  })

  it('knows a keep-alive from data', () => {
    const sent = [...opened, slice(0, 400), slice(399, 400, { ms: 5000 }), slice(399, 399, { ms: 6000 })]
    expect(eventsOf(sent)).toEqual([
      ['keep-alive', 'client', 4, 1],
      ['keep-alive', 'client', 5, 0],
    ])
  })

  it('names bytes that the capture never had, and whether the peer had them', () => {
    const missing = only([
      ...opened,
      slice(0, 100),
      slice(300, 400),
      { from: 'server', ack: 400, flags: tcpFlags.ack },
    ])
    expect(missing.client.gaps).toEqual([{ start: 100, end: 300, packet: 4, reason: 'not-captured' }])
    const lost = only([...opened, slice(0, 100), slice(300, 400)])
    expect(lost.client.gaps).toEqual([{ start: 100, end: 300, packet: 4, reason: 'lost' }])
  })

  it('calls bytes that the capture cut off truncated, not missing', () => {
    const cut = only([...opened, slice(0, 400, { snap: 54 + 100 })])
    expect(cut.client.gaps).toEqual([{ start: 100, end: 400, packet: 3, reason: 'truncated' }])
    expect(cut.events.at(-1)).toMatchObject({ kind: 'truncated', bytes: 300 })
  })

  it('misses the bytes at its end that a FIN or an acknowledgement says were there', () => {
    const asked = [...opened, slice(0, 400, { ack: 0 })]
    const fin: Sent = { from: 'server', at: 46, flags: tcpFlags.fin | tcpFlags.ack, ack: 400 }
    const closed = only([...asked, fin]).server.gaps
    expect(closed).toMatchObject([{ start: 0, end: 46, reason: 'lost' }])
    const answered = only([...asked, fin, { from: 'client', at: 400, ack: 47 }]).server.gaps
    expect(answered).toMatchObject([{ start: 0, end: 46, reason: 'not-captured' }])
    const acknowledged = only([...asked, { from: 'client', at: 400, ack: 46 }]).server.gaps
    expect(acknowledged).toMatchObject([{ start: 0, end: 45, reason: 'not-captured' }])
    expect(only([...asked, { from: 'client', at: 400, ack: 1 }]).server.gaps).toEqual([])
  })

  it('says once when a window closes', () => {
    const shut = { from: 'server', ack: 400, flags: tcpFlags.ack, window: 0 } as const
    expect(eventsOf([...opened, slice(0, 400), shut, shut])).toEqual([['zero-window', 'server', 4, 0]])
  })

  it('knows how much the peer had acknowledged with each run of bytes', () => {
    const answer = { from: 'server', bytes: bytes([21, 3, 3, 0, 2, 2, 40]), ack: 300 } as const
    const { server, client } = only([...opened, slice(0, 300), answer, slice(300, 400)])
    expect(server.chunks[0]!.ack).toBe(300)
    expect(client.acknowledged).toBe(300)
  })
})

describe('a conversation', () => {
  it('has the sender of the ClientHello as its client, whatever the ports', () => {
    const { clientEndpoint, rolesBy } = only([...opened, slice(0, 400)], {
      clientPort: 443,
      serverPort: 60000,
    })
    expect(clientEndpoint).toEqual({ address: '10.0.0.1', port: 443 })
    expect(rolesBy).toBe('client-hello')
  })

  it('is read from the middle where its beginning was not captured', () => {
    const alert = { from: 'server', at: 900, bytes: bytes([21, 3, 3, 0, 2, 2, 40]), ack: 900 } as const
    const { conversations } = scanPackets([alert])
    expect(conversations[0]!.messages[0]).toMatchObject({ from: 'server', contentType: 21, type: 40 })
    expect(conversations[0]!.server.fromStart).toBe(false)
    expect(conversations[0]!.client.seen).toBe(false)
  })

  it('is listed where every packet was cut short, so that no hello became whole', () => {
    const snap = 54 + 30
    const two = bytes(hello(100), hello(800))
    const cut = only([
      ...opened,
      slice(0, 400, { snap }),
      { from: 'server', at: 0, bytes: two, ack: 400, snap },
      { from: 'client', at: 400, bytes: two, ack: 900, snap },
    ])
    expect(cut.messages).toEqual([])
    expect(cut.client.gaps[0]).toMatchObject({ start: 30, reason: 'truncated' })
  })

  it('has the FIN that came before its first byte', () => {
    const fin: Sent = { from: 'server', at: 0, flags: tcpFlags.fin | tcpFlags.ack, ack: 0 }
    const closed = only([...opened, fin, slice(0, 400)])
    const [end] = closed.events.filter(({ kind }) => kind === 'fin')
    expect(end).toMatchObject({ from: 'server', packet: 3 })
    expect(end!.order).toBeLessThan(closed.messages[0]?.order ?? closed.client.chunks[0]!.order)
  })

  it('ends and begins anew when the same ports are used again', () => {
    const again: Sent[] = [
      { from: 'client', at: 499999, flags: tcpFlags.syn, ack: -1, ms: 90000 },
      { from: 'server', at: 799999, flags: tcpFlags.syn | tcpFlags.ack, ack: 500000, ms: 90001 },
      { from: 'client', at: 500000, bytes: whole, ack: 800000, ms: 90002 },
    ]
    const { conversations } = scanPackets([...opened, slice(0, 400), ...again])
    expect(conversations.map(({ id, client }) => [id, client.chunks[0]!.start, client.length])).toEqual([
      [1, 0, 400],
      [2, 0, 400],
    ])
  })

  it('stays one when only the SYN is sent again', () => {
    expect(
      scanPackets([opened[0]!, { ...opened[0]!, ms: 1000 }, opened[1]!, slice(0, 400)]).conversations,
    ).toHaveLength(1)
  })

  it('is found behind a prologue in the clear that nobody knows', () => {
    const sent: Sent[] = [
      ...opened,
      { from: 'server', bytes: bytes('hello there\n') },
      { from: 'client', bytes: bytes('upgrade\n'), ack: 12 },
      { from: 'client', at: 8, bytes: whole, ack: 12 },
    ]
    const { carrier, messages } = only(sent)
    expect(carrier.name).toBe('unknown')
    expect(messages[0]).toMatchObject({ from: 'client', type: 1 })
  })

  it('is not made of a flow that is something else', () => {
    const { conversations, scanner } = scanPackets([
      ...opened,
      { from: 'client', bytes: bytes('GET / HTTP/1.1\r\n\r\n') },
      { from: 'server', bytes: bytes('HTTP/1.1 200 OK\r\n\r\n'), ack: 18 },
    ])
    expect(conversations).toEqual([])
    expect(scanner.otherFlows()).toEqual([{ looksLike: 'HTTP', flows: 1 }])
  })

  it('tells a reset with the time-to-live that came with it', () => {
    const sent: Sent[] = [
      ...opened,
      slice(0, 400),
      { from: 'server', ack: 400, flags: tcpFlags.rst | tcpFlags.ack },
    ]
    expect(only(sent).events.at(-1)).toMatchObject({ kind: 'rst', from: 'server', packet: 4, ttl: 64 })
  })
})
