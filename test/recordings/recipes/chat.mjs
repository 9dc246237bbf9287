// Chat, news and their like: Prosody, InspIRCd, INN.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificate, direct, quit, startTls, written } from './common.mjs'

function prosody(tls) {
  return {
    port: 5222,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      execFileSync('chmod', ['777', place.folder])
      const config = [
        'run_as_root = true',
        `pidfile = "${place.folder}/pid"`,
        `data_path = "${place.folder}"`,
        'interfaces = { "127.0.0.1" }',
        `c2s_ports = { ${place.port} }`,
        's2s_ports = { }',
        `modules_enabled = { "saslauth"${tls ? ', "tls"' : ''} }`,
        'modules_disabled = { "s2s" }',
        'c2s_require_encryption = false',
        'allow_unencrypted_plain_auth = true',
        `log = { info = "${place.folder}/log" }`,
        ...(tls
          ? [`ssl = { certificate = "${cert}", key = "${key}" }`]
          : ['modules_disabled = { "tls", "s2s" }']),
        'VirtualHost "server.example"',
      ]
      return ['/usr/bin/prosody', '-F', '--config', written(join(place.folder, 'prosody.cfg.lua'), config)]
    },
    client: startTls('xmpp', '-xmpphost', 'server.example'),
  }
}

/** Prosody with TLS from the first byte (XEP-0368). */
function prosodyDirect() {
  const plain = prosody(true)
  return {
    ...plain,
    port: 5223,
    server: (place) => {
      const [command, ...list] = plain.server(place)
      const file = list.at(-1)
      const lines = readFileSync(file, 'utf8')
        .replace(/^c2s_ports = .*$/m, `c2s_ports = { }\nc2s_direct_tls_ports = { ${place.port} }`)
        .replace(/^modules_disabled = .*$/m, '')
      const { cert, key } = certificate(place)
      const pair = `ssl = { certificate = "${cert}", key = "${key}" }`
      written(file, [
        lines.replace(
          /^ssl = .*$/m,
          `${pair}\nc2s_direct_tls_ssl = { certificate = "${cert}", key = "${key}" }`,
        ),
      ])
      return [command, ...list]
    },
    client: direct('-alpn', 'xmpp-client'),
  }
}

function inspircd(tls) {
  return {
    port: 6667,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        '<server name="irc.example" description="test" network="Test" id="1AA">',
        '<admin name="a" nick="a" email="a@irc.example">',
        `<bind address="127.0.0.1" port="${place.port}" type="clients">`,
        '<connect name="main" allow="*" timeout="60" resolvehostnames="no">',
        `<pid file="${place.folder}/pid">`,
        `<path configdir="${place.folder}" datadir="${place.folder}" logdir="${place.folder}">`,
        '<module name="ssl_gnutls">',
        `<sslprofile name="Clients" provider="gnutls" certfile="${cert}" keyfile="${key}">`,
        '<module name="starttls">',
        `<starttls provider="${tls ? 'Clients' : 'None'}">`,
      ]
      const file = written(join(place.folder, 'inspircd.conf'), config)
      return ['/usr/sbin/inspircd', '--nofork', '--nolog', '--runasroot', '--config', file]
    },
    client: startTls('irc'),
  }
}

/** INN's reader process as a server of its own. */
function inn(tls) {
  return {
    port: 119,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const own = join(place.folder, 'key.pem')
      execFileSync('install', ['-o', 'news', '-m', '600', key, own])
      written(join(place.folder, 'readers.conf'), [
        'auth "all" {',
        '  hosts: "*"',
        '  default: "<reader>"',
        '}',
        'access "all" {',
        '  users: "*"',
        '  newsgroups: "*"',
        '}',
      ])
      written(join(place.folder, 'active'), ['test.group 0000000000 0000000001 y'])
      written(join(place.folder, 'storage.conf'), ['method trash {', '  class: 0', '  newsgroups: *', '}'])
      const config = [
        'enableoverview: true',
        'mta: "/bin/true %s"',
        'hismethod: hisv6',
        'ovmethod: tradindexed',
        'domain: news.example',
        'fromhost: news.example',
        'pathhost: news.example',
        'organization: test',
        'pathnews: /usr/lib/news',
        `pathetc: ${place.folder}`,
        `pathdb: ${place.folder}`,
        `pathrun: ${place.folder}`,
        `pathoverview: ${place.folder}`,
        `pathlog: ${place.folder}`,
        ...(tls ? [`tlscertfile: ${cert}`, `tlskeyfile: ${own}`] : []),
      ]
      const file = written(join(place.folder, 'inn.conf'), config)
      const env = { ...process.env, INNCONF: file }
      // Makes an overview without articles.
      execFileSync('/usr/lib/news/bin/overchan', ['/dev/null'], { env, stdio: 'ignore' })
      const nnrpd = ['/usr/lib/news/bin/nnrpd', '-D', '-f', '-b', '127.0.0.1', '-p', String(place.port)]
      return ['/usr/bin/env', `INNCONF=${file}`, ...nnrpd, '-c', join(place.folder, 'readers.conf')]
    },
    client: startTls('nntp'),
  }
}

export const chat = {
  'xmpp-prosody': prosody(true),
  'xmpp-prosody-refused': prosody(false),
  'xmpp-prosody-direct': prosodyDirect(),
  'irc-inspircd': inspircd(true),
  'irc-inspircd-refused': inspircd(false),
  'nntp-inn': inn(true),
  'nntp-inn-refused': inn(false),
}
