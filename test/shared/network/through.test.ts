// Whole handshakes inside tunnels, recorded through Open vSwitch and wrapped by code: each is found with its inner ends, and its tunnel told.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { framesOf, scanFrames } from '../../support/datagrams.ts'
import { be16, be32, bytes, ethernet, ipv4, ipv6, udp } from '../../support/packets.ts'
import { scanFile } from '../../support/scan.ts'

const captures = join(import.meta.dirname, '../../captures')
const recorded: Readonly<Record<string, string>> = {
  erspan: 'ERSPAN',
  erspan3: 'ERSPAN',
  geneve: 'Geneve',
  gre: 'GRE',
  nvgre: 'NVGRE',
  vxlan: 'VXLAN',
}

function facts(conversation: Conversation | undefined) {
  if (conversation === undefined) return null
  const hello = conversation.messages.find(({ body }) => body?.kind === 'client-hello')?.body
  return {
    client: conversation.clientEndpoint.address,
    server: conversation.serverEndpoint,
    name: hello?.kind === 'client-hello' ? hello.serverName : null,
    tunnels: conversation.tunnels,
    outcome: outcomeOf(conversation).outcome,
  }
}

const inside = { client: '192.0.2.1', name: 'server.example', outcome: 'established' }

describe('a handshake recorded inside', () => {
  it.each(Object.entries(recorded))('%s is found there', async (file, tunnel) => {
    const { conversations } = await scanFile(join(captures, 'tunnels', `${file}.pcap`))
    expect(conversations.map(({ conversation }) => facts(conversation))).toEqual([
      { ...inside, server: { address: '192.0.2.2', port: 443 }, tunnels: [tunnel] },
    ])
  })

  it('a tunnel has a row above for each recording', () => {
    const files = readdirSync(join(captures, 'tunnels')).map((file) => file.replace('.pcap', ''))
    expect(files.sort()).toEqual(Object.keys(recorded))
  })
})

/** IPv4 packets of a recorded session that began with IMAP's STARTTLS. */
const session = framesOf(new Uint8Array(readFileSync(join(captures, 'carriers/imap-dovecot.pcap'))))
const outer = { from: '198.51.100.1', to: '198.51.100.2' }
const inIp = (protocol: number, payload: Uint8Array) =>
  ethernet(0x0800, ipv4(payload, { ...outer, protocol }))
const inUdp = (port: number, payload: Uint8Array) =>
  inIp(17, udp(payload, { ...outer, sourcePort: 40000, destinationPort: port }))
const gtp = (packet: Uint8Array) => inUdp(2152, bytes([0x30, 255], be16(packet.length), be32(7), packet))
const mpls = (packet: Uint8Array) => ethernet(0x8847, bytes([0, 0, 0x10, 64, 0, 0, 0x11, 64], packet))
const pppoe = (packet: Uint8Array) =>
  ethernet(0x8864, bytes([0x11, 0], be16(1), be16(packet.length + 2), [0, 0x21], packet))
const teredoEnds = { from: '2001:0:c000:201::1', to: '2001:db8::2' }

const wrapped: readonly (readonly [string, (packet: Uint8Array) => Uint8Array, readonly string[]])[] = [
  ['IP in IP (RFC 2003)', (packet) => inIp(4, packet), ['IP in IP']],
  ['IP in IPv6 (RFC 2473)', (packet) => ethernet(0x86dd, ipv6(packet, { next: 4 })), ['IP in IP']],
  ['GTP-U (3GPP TS 29.281)', gtp, ['GTP-U']],
  ['MPLS (RFC 3032)', mpls, ['MPLS']],
  ['PPPoE (RFC 2516)', pppoe, ['PPPoE']],
  [
    'GRE behind PPPoE',
    (packet) => pppoe(ipv4(bytes(be32(0x0800), packet), { ...outer, protocol: 47 })),
    ['PPPoE', 'GRE'],
  ],
  [
    'Teredo (RFC 4380)',
    (packet) => inUdp(3544, ipv6(packet, { ...teredoEnds, next: 4 })),
    ['Teredo', 'IP in IP'],
  ],
]

describe('a handshake wrapped in', () => {
  it.each(wrapped)('%s is found there, also when it is read again', (_, wrap, tunnels) => {
    const frames = session.map((packet) => ({ bytes: wrap(packet) }))
    const { conversations, again } = scanFrames(frames, 1)
    const expected = [{ ...inside, server: { address: '192.0.2.2', port: 143 }, tunnels }]
    expect(conversations.map(facts)).toEqual(expected)
    expect(again.map(facts)).toEqual(expected)
    expect(conversations[0]!.carrier.name).toBe('imap')
  })
})
