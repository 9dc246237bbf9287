// Tokens and deliveries: where one side waited, and how a stream is handed over.

import { describe, expect, it } from 'vitest'
import { deliveriesOf } from '../../../shared/tokens/deliveries.ts'
import { tokensOf } from '../../../shared/tokens/tokens.ts'
import {
  alert,
  ccs,
  client,
  clientHello,
  conversationOf,
  hidden,
  message,
  oneCertificate,
  sealed,
  server,
  serverHello,
  type Setting,
  type Turn,
} from '../../support/dialogue.ts'

const hello = client(clientHello(200))
const flight = server(serverHello(90), message(11, 1000, oneCertificate), message(14, 9))
const answer = client(message(16, 75), ccs(), sealed(22, 45))

function shortly(wire: readonly Turn[], setting?: Setting): string[] {
  return tokensOf(conversationOf(wire, setting)).all.map(
    ({ id, from, kind, start, end }) => `${String(id)} ${from} ${kind} ${String(start)}-${String(end)}`,
  )
}

describe('tokens', () => {
  it('hold all that a side sends between two waits, in however many segments', () => {
    expect(shortly([hello, { ...flight, segments: [500, 300, 299] }, answer])).toEqual([
      '1 client handshake 0-200',
      '2 server handshake 0-1099',
      '3 client handshake 200-326',
    ])
  })

  it('end where application data begins, and take a run of data as one', () => {
    expect(
      shortly([
        hello,
        flight,
        client(...answer.records, sealed(23, 100), sealed(23, 50)),
        client(sealed(23, 60), sealed(21, 31)),
      ]),
    ).toEqual([
      '1 client handshake 0-200',
      '2 server handshake 0-1099',
      '3 client handshake 200-326',
      '4 client application 326-536',
      '5 client alert 536-567',
    ])
  })

  it('part the Finished of TLS 1.3 from data behind it by its size', () => {
    const wire = [
      client(clientHello(250)),
      server(serverHello(127, 0x0304, 0x1302), hidden(900), hidden(74)),
      client(ccs(), hidden(74), hidden(300)),
    ]
    expect(shortly(wire).slice(2)).toEqual(['3 client handshake 250-330', '4 client application 330-630'])
  })

  it('are datagrams where the transport has them', () => {
    expect(shortly([hello, { ...flight, segments: [90, 1000, 9] }], { transport: 'udp' })).toEqual([
      '1 client handshake 0-200',
      '2 server handshake 0-90',
      '3 server handshake 90-1090',
      '4 server handshake 1090-1099',
    ])
  })

  it('name what is not TLS, and keep a record that never became whole', () => {
    expect(shortly([hello, { from: 'server', records: [], text: 'HTTP/1.1 400' }])[1]).toBe(
      '2 server not-tls 0-12',
    )
    expect(shortly([hello, { ...flight, arrives: 3 }])[1]).toBe('2 server handshake 0-3')
  })

  it('put a server name warning into the token of its flight', () => {
    expect(shortly([hello, server(alert(1, 112), ...flight.records)])[1]).toBe('2 server handshake 0-1106')
  })
})

describe('deliveries', () => {
  const { server: stream } = conversationOf([hello, { ...flight, segments: [500, 300, 299] }])
  const ends = (feeding: Parameters<typeof deliveriesOf>[2], turns: readonly number[] = []) =>
    deliveriesOf(stream, 'stream', feeding, turns, []).map(({ start, end }) => [start, end])

  it('are segments as captured', () => {
    expect(ends('as-captured')).toEqual([
      [0, 500],
      [500, 800],
      [800, 1099],
    ])
  })

  it('are whole records in the .NET way, several if they had come together', () => {
    expect(ends('per-record')).toEqual([
      [0, 90],
      [90, 1099],
    ])
  })

  it('are one for a flight', () => {
    expect(ends('per-flight')).toEqual([[0, 1099]])
  })

  it('end where the receiver spoke, and at custom cuts', () => {
    expect(ends('per-flight', [800])).toEqual([
      [0, 800],
      [800, 1099],
    ])
    expect(ends({ cuts: [10, 600] }, [800])).toEqual([
      [0, 10],
      [10, 600],
      [600, 800],
      [800, 1099],
    ])
  })

  it('are datagrams one by one, whatever the mode', () => {
    expect(deliveriesOf(stream, 'message', 'per-flight', [], [])).toHaveLength(3)
  })
})
