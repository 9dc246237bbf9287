// Nothing that is not TLS is called TLS: public captures without TLS give no conversation, save where a carrier refused it.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanFile } from '../support/scan.ts'

const folder = join(import.meta.dirname, '../../../shared/captures/zeek')

/** Captures in which a server truly refused TLS that a client had asked for, or never answered the carrier, and by which. */
const refused: Readonly<Record<string, string>> = {
  'postgresql_greenhouse-app.pcap': 'postgresql postgresql',
  'postgresql_psql-login-no-role.pcap': 'postgresql',
  'postgresql_psql-login-wrong.pcap': 'postgresql',
  'postgresql_psql-login.pcap': 'postgresql',
  'postgresql_psql-select-now.pcap': 'postgresql',
  'rdp_rdp-proprietary-encryption.pcap': 'rdp',
  'rdp_rdpeudp-handshake-fail.pcap': 'rdp-udp',
}

/** Captures that do hold TLS (or QUIC) which tshark does not find: behind RDP or IRC, over RDP's UDP, to a plain port, in SSLv2 format, on DNS's port. */
const missedByTshark: ReadonlySet<string> = new Set([
  'quic_quicdoq.pcap',
  'rdp_rdp-no-cookie-mstshash.pcap',
  'rdp_rdp-to-ssl.pcap',
  'rdp_rdpeudp-handshake-success.pcap',
  'tls_https-to-http.pcap',
  'tls_irc-starttls.pcap',
  'tls_ssl-to-http-server.pcap',
  'tls_ssl-v2.pcap',
])

interface TsharkFacts {
  readonly capture: string
  readonly streams: readonly unknown[]
}

describe.skipIf(!existsSync(folder))('public captures without TLS', () => {
  it('give no conversation but those whose carrier refused TLS', async () => {
    const withTls = new Set(missedByTshark)
    for (const line of readFileSync(join(folder, 'tshark-facts.jsonl'), 'utf8').split('\n')) {
      if (line === '') continue
      const { capture, streams } = JSON.parse(line) as TsharkFacts
      if (streams.length > 0) withTls.add(capture)
    }
    const found: Record<string, string> = {}
    let read = 0
    for (const name of readdirSync(folder)) {
      if (!/cap(ng)?$/.test(name) || withTls.has(name)) continue
      read++
      const { conversations } = await scanFile(join(folder, name))
      if (conversations.length > 0)
        found[name] = conversations.map(({ conversation }) => conversation.carrier.name).join(' ')
    }
    expect(read).toBeGreaterThan(300)
    expect(found).toEqual(refused)
  })
})
