// Other protocols, written down from their specifications, and bytes that begin like TLS: none is called TLS, and each is named.

import { describe, expect, it } from 'vitest'
import { scanFrames } from '../support/datagrams.ts'
import { Random } from '../support/mutation.ts'
import { be16, be32, bytes, pattern, tcpFlags, udpFrame } from '../support/packets.ts'
import { opened, scanPackets, type Sent } from '../support/segments.ts'

type Said = readonly [client: Uint8Array, server: Uint8Array]

const text = (words: string) => bytes(`${words}\r\n`)
/** Behind a length of four bytes. */
const framed = (...parts: Parameters<typeof bytes>) => {
  const body = bytes(...parts)
  return bytes(be32(body.length), body)
}
const question = bytes(
  be16(0x1234),
  be16(0x0100),
  be16(1),
  be16(0),
  be16(0),
  be16(0),
  7,
  'example',
  0,
  be16(1),
  be16(1),
)
const answer = bytes(be16(0x1234), be16(0x8180), question.slice(4))

const streams: readonly (readonly [string, string, ...Said])[] = [
  ['SSH (RFC 4253)', 'SSH', text('SSH-2.0-client'), text('SSH-2.0-server')],
  ['SMB 2 (MS-SMB2)', 'SMB', framed(0xfe, 'SMB', pattern(60)), framed(0xfe, 'SMB', pattern(60))],
  ['SMB 1 (MS-SMB)', 'SMB', framed(0xff, 'SMB', pattern(40)), framed(0xff, 'SMB', pattern(40))],
  [
    'Kerberos (RFC 4120)',
    'Kerberos',
    framed(0x6a, 0x81, 0xa0, pattern(160)),
    framed(0x7e, 0x81, 0x60, pattern(96)),
  ],
  [
    'DNS over TCP (RFC 7766)',
    'DNS',
    bytes(be16(question.length), question),
    bytes(be16(answer.length), answer),
  ],
  ['HTTP', 'HTTP', text('GET / HTTP/1.1\r\nHost: server.example\r\n'), text('HTTP/1.1 200 OK\r\n')],
  [
    'WebSocket (RFC 6455)',
    'HTTP',
    text('GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n'),
    text('HTTP/1.1 101 Switching Protocols\r\n'),
  ],
  [
    'HTTP/2 (RFC 9113)',
    'HTTP/2 in the clear',
    bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    bytes(0, 0, 6, 4, 0, pattern(20)),
  ],
  [
    'RPC (C706)',
    'RPC (DCE)',
    bytes(5, 0, 11, 3, 0x10, 0, 0, 0, pattern(64)),
    bytes(5, 0, 12, 3, 0x10, 0, 0, 0, pattern(52)),
  ],
  [
    'VNC (RFC 6143)',
    'VNC',
    bytes('RFB 003.008\n', 1, 0, pattern(8)),
    bytes('RFB 003.008\n', 1, 1, pattern(8)),
  ],
  [
    'BitTorrent',
    'BitTorrent',
    bytes(19, 'BitTorrent protocol', pattern(48)),
    bytes(19, 'BitTorrent protocol', pattern(48)),
  ],
  [
    'LDAP (RFC 4511)',
    'LDAP',
    bytes(0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0, pattern(8)),
    bytes(0x30, 12, 2, 1, 1, 0x61, 7, 10, 1, 0, 4, 0, 4, 0, pattern(8)),
  ],
  [
    'MQTT (OASIS)',
    'MQTT',
    bytes(0x10, 18, 0, 4, 'MQTT', 4, 2, 0, 60, 0, 6, 'client'),
    bytes(0x20, 2, 0, 0, pattern(16)),
  ],
  ['AMQP (OASIS)', 'AMQP', bytes('AMQP', 0, 0, 9, 1, pattern(12)), bytes(1, 0, 0, 0, pattern(16))],
  ['Redis', 'Redis', text('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING'), text('+PONG\r\n+PONG\r\n+PONG')],
  [
    'Telnet (RFC 854)',
    'Telnet',
    bytes(0xff, 0xfd, 3, 0xff, 0xfb, 24, pattern(12)),
    bytes(0xff, 0xfb, 1, 0xff, 0xfd, 24, pattern(12)),
  ],
  ['SIP (RFC 3261)', 'SIP', text('REGISTER sip:server.example SIP/2.0'), text('SIP/2.0 200 OK')],
]

/** What a scan makes of one connection. */
function scanned(client: Uint8Array, server: Uint8Array, serverPort = 443) {
  const sent: Sent[] = [
    ...opened,
    { from: 'client', at: 0, bytes: client },
    { from: 'server', at: 0, bytes: server, ack: client.length },
    { from: 'client', at: client.length, ack: server.length, flags: tcpFlags.fin | tcpFlags.ack },
  ]
  const { conversations, scanner } = scanPackets(sent, { serverPort })
  return { conversations: conversations.length, flows: scanner.otherFlows() }
}

const one = (looksLike: string) => ({ conversations: 0, flows: [{ looksLike, flows: 1 }] })

describe('a stream of', () => {
  it.each(streams)('%s on the port of HTTPS is no TLS, and named', (_, name, client, server) => {
    expect(scanned(client, server)).toEqual(one(name))
  })

  it('random bytes is no TLS, whatever it begins with', () => {
    const random = new Random(20261128)
    const bytesOf = (count: number) => Uint8Array.from({ length: count }, () => random.below(256))
    for (let i = 0; i < 3000; i++) {
      const type = [20, 21, 22, 23, 24, 128][i % 6]!
      const size = 1 + random.below(300)
      // A record's header with a length that fits, and a body that is none: its first byte is no hello of TLS.
      const body = bytesOf(size)
      if (type === 22 && body[0]! <= 25) body[0] = 0x40 + body[0]!
      if (type === 21 && size === 2) body[0] = 0x77
      const header = type === 128 ? [0x80, size & 0x7f] : [type, 3, random.below(5), size >> 8, size & 255]
      const found = scanned(bytes(header, body), bytesOf(40))
      expect(found.conversations, `${String(i)} ${header.join(' ')} ${String(body[0])}`).toBe(0)
    }
  })
})

const cookie = be32(0x2112a442)
const datagrams: readonly (readonly [string, string, number, Uint8Array])[] = [
  ['STUN (RFC 8489)', 'STUN', 3478, bytes(be16(1), be16(0), cookie, pattern(12))],
  ['TURN channel data (RFC 8656)', 'TURN', 3478, bytes(be16(0x4000), be16(160), pattern(160))],
  ['WireGuard', 'WireGuard', 51820, bytes(1, 0, 0, 0, pattern(144))],
  ['OpenVPN', 'OpenVPN', 1194, bytes(0x38, pattern(41))],
  ['RTP (RFC 3550)', 'RTP', 40002, bytes(0x80, 96, be16(1), pattern(168))],
  ['SRTP (RFC 3711)', 'RTP', 40002, bytes(0x90, 0xe0, be16(1), pattern(168))],
  ['CoAP (RFC 7252)', 'CoAP', 5683, bytes(0x44, 1, be16(7), pattern(12))],
  ['DNS (RFC 1035)', 'DNS', 53, question],
  ['NTP (RFC 5905)', 'NTP', 123, bytes(0x23, pattern(47))],
  ['Kerberos (RFC 4120)', 'Kerberos', 88, bytes(0x6a, 0x81, 0xa0, pattern(160))],
  ['SNMP (RFC 3416)', 'SNMP', 161, bytes(0x30, 0x29, 2, 1, 1, 4, 6, 'public', pattern(28))],
  ['SSDP', 'SSDP', 1900, text('M-SEARCH * HTTP/1.1')],
  [
    'DTLS data without its handshake',
    'UDP',
    4433,
    bytes(23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, be16(40), pattern(40)),
  ],
]

describe('datagrams of', () => {
  it.each(datagrams)('%s are no TLS, and named', (_, name, destinationPort, payload) => {
    const frame = udpFrame(payload, { sourcePort: 50000, destinationPort })
    const sent = [frame, frame, frame].map((each) => ({ bytes: each }))
    const { conversations, others } = scanFrames(sent)
    expect(conversations).toEqual([])
    expect(others).toEqual([{ looksLike: name, flows: 1 }])
  })

  it('random bytes are no TLS, also where they are as long as the first of QUIC or begin like DTLS', () => {
    const random = new Random(7)
    for (let i = 0; i < 2000; i++) {
      const payload = Uint8Array.from({ length: i % 2 === 0 ? 1200 : 60 }, () => random.below(256))
      if (i % 2 === 0) payload.set([0xc0 | (payload[0]! & 15), 0, 0, 0, 1])
      else payload.set([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 47, 0x40 + random.below(64)])
      const frame = udpFrame(payload, { sourcePort: 50000, destinationPort: 443 })
      expect(scanFrames([{ bytes: frame }, { bytes: frame }]).conversations).toEqual([])
    }
  })
})
