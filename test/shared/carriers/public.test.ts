// Public captures that carry TLS in another protocol, and QUIC: carrier, server name and ALPN of every conversation. Where
// tshark 4.0 sees the ClientHello of mail, directory, database and chat, its name and ALPN agree with these rows; IRC, RDP, the refusals and QUIC on DNS's port
// were read in the bytes of the captures.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanFile } from '../../support/scan.ts'

const folder = join(import.meta.dirname, '../../../../shared/captures/zeek')

type Row = readonly [carrier: string, serverName: string | null, alpn: readonly string[] | null]

const rds = 'database-1.cyx4x7yvdoay.us-east-1.rds.amazonaws.com'
const refused: Row = ['postgresql', null, null]

const captures: Readonly<Record<string, readonly Row[]>> = {
  'ftp_ftp-auth-tls.pcap': [['ftp', '127.0.0.1', null]],
  'http_connect-with-header.pcap': [['http-connect', 'secure.newegg.com', ['h2', 'spdy/3.1', 'http/1.1']]],
  'ldap_ldap-starttls.pcap': [['ldap', 'ubuntu-01.example.com', null]],
  'mysql_encrypted.pcap': [['mysql', null, null]],
  'mysql_tls-12-amazon-rds.pcap': [['mysql', null, null]],
  'mysql_tls-13-amazon-rds.pcap': [['mysql', null, null]],
  'postgresql_greenhouse-app.pcap': [refused, refused],
  'postgresql_psql-aws-ssl-preferred.pcap': [['postgresql', rds, null]],
  'postgresql_psql-aws-ssl-require-15432.pcap': [['postgresql', rds, null]],
  'postgresql_psql-aws-ssl-require.pcap': [['postgresql', rds, null]],
  'postgresql_psql-login-no-role.pcap': [refused],
  'postgresql_psql-login-wrong.pcap': [refused],
  'postgresql_psql-login.pcap': [refused],
  'postgresql_psql-select-now.pcap': [refused],
  'ppp_quic-interop-retry.pcap': [['quic', 'server4:443', ['hq-interop']]],
  'pppoe-over-qinq.pcap': [
    ['none', 'xp.apple.com', ['h2', 'h2-16', 'h2-15', 'h2-14', 'spdy/3.1', 'spdy/3', 'http/1.1']],
  ],
  'quic_chromium-115.0.5790.110-api-cirrus-com.pcap': [['quic', 'api.cirrus-ci.com', ['h3']]],
  'quic_chromium-dpd-custom-port-4433.pcap': [['quic', 'api.cirrus-ci.com', ['h3']]],
  'quic_curl-8.1.2-dev-http3-www-google-de.pcap': [
    ['quic', 'www.google.de', ['h3', 'h3-29', 'h3-28', 'h3-27']],
  ],
  'quic_interop_quic-go_quic-go_handshake.pcap': [['quic', 'server4:443', ['hq-interop']]],
  'quic_interop_quic-go_quic-go_retry.pcap': [['quic', 'server4:443', ['hq-interop']]],
  'quic_interop_quic-go_quic-go_zerortt.pcap': [
    ['quic', 'server4:443', ['hq-interop']],
    ['quic', 'server4:443', ['hq-interop']],
  ],
  'quic_merlinc2_Zeek_example.pcapng': [['quic', null, ['h3']]],
  'quic_quic-39264-rand.pcap': [['quic', 'tr6.snapchat.com', ['h3']]],
  'quic_quic-decrypt-fail-google-de-51833.pcap': [['quic', 'www.google.de', ['h3']]],
  'quic_quic-multiple-initial-fragmented-crypto-only-initial.pcap': [
    ['quic', 'googleads.g.doubleclick.net', ['h3']],
  ],
  'quic_quic-multiple-initial-fragmented-crypto.pcap': [['quic', 'googleads.g.doubleclick.net', ['h3']]],
  'quic_quicdoq.pcap': [['quic+dns', null, ['doq']]],
  'quic_quicv2-echo-443.pcap': [['quic', 'localhost', ['quic-echo-example']]],
  'quic_quicv2-echo-dpd-custom-port-4433.pcap': [['quic', 'localhost', ['quic-echo-example']]],
  'quic_quicv2-http3-443.pcap': [['quic', null, ['h3']]],
  'rdp_rdp-no-cookie-mstshash.pcap': [['rdp', null, null]],
  'rdp_rdp-proprietary-encryption.pcap': [['rdp', null, null]],
  'rdp_rdp-to-ssl.pcap': [
    ['rdp', '192.168.1.150', null],
    ['rdp', '192.168.1.150', null],
  ],
  'rdp_rdpeudp-handshake-fail.pcap': [['rdp-udp', null, null]],
  'rdp_rdpeudp-handshake-success.pcap': [['rdp-udp', 'localhost', null]],
  'rdp_rdpeudp2-handshake-success.pcap': [['rdp-udp', null, null]],
  'socks-with-ssl.pcap': [['socks', 'www.google.com', null]],
  'tls_imap-starttls.pcap': [['imap', null, null]],
  'tls_irc-starttls.pcap': [['irc', null, null]],
  'tls_pop3-starttls.pcap': [['pop3', null, null]],
  'tls_smtp-starttls.pcap': [['smtp', null, null]],
  'tls_xmpp-dialback-starttls.pcap': [['xmpp', null, null]],
  'tls_xmpp-starttls.pcap': [['xmpp', null, null]],
  'tunnels_geneve-47101.pcap': [['none', 'www.kernel.org', ['h2', 'http/1.1']]],
}

/** Beside these, all conversations of a capture are TLS from the first byte; captures not named here hold no others. */
describe.skipIf(!existsSync(folder))('a public capture', () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /cap(ng)?$/.test(name)) : []

  it.each(files)('%s has its carriers, names and protocols', async (file) => {
    const { conversations } = await scanFile(join(folder, file))
    const found = conversations
      .map(({ conversation: { carrier, messages } }): Row => {
        const hello = messages.map(({ body }) => body).find((body) => body?.kind === 'client-hello')
        return [carrier.name, hello?.serverName ?? null, hello?.alpn ?? null]
      })
      .sort()
    const rows = captures[file] ?? []
    expect(found.filter(([carrier]) => carrier !== 'none' || rows[0]?.[0] === 'none')).toEqual(rows)
  })

  it('that begins with anything but TLS says which carrier that was', async () => {
    for (const file of files) {
      const { conversations } = await scanFile(join(folder, file))
      for (const { conversation } of conversations.filter(
        (each) => each.conversation.carrier.name === 'none',
      )) {
        const { opening, fromStart } = conversation.client
        const tls = fromStart && ([0x14, 0x15, 0x16, 0x17].includes(opening[0]!) || opening[2] === 1)
        expect([file, tls || !fromStart]).toEqual([file, true])
      }
    }
  })
})
