// Proxies: Squid, microsocks, Dante, OpenSSH, HAProxy.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificate, direct, quit, target, written } from './common.mjs'
import { postfix } from './mail.mjs'

function squid(allowed) {
  return {
    port: 3128,
    says: quit,
    target,
    server: (place) => {
      const config = [
        `http_port 127.0.0.1:${place.port}`,
        allowed ? 'http_access allow all' : 'http_access deny all',
        `pid_filename ${place.folder}/pid`,
        `cache_log ${place.folder}/log`,
        'access_log none',
        `coredump_dir ${place.folder}`,
        'visible_hostname proxy.example',
        'shutdown_lifetime 0 seconds',
      ]
      return ['/usr/sbin/squid', '-N', '-f', written(join(place.folder, 'squid.conf'), config)]
    },
    client: ({ relay, target }) => [
      'openssl',
      's_client',
      '-proxy',
      `127.0.0.1:${relay}`,
      '-connect',
      `127.0.0.1:${target}`,
      '-servername',
      'server.example',
    ],
  }
}

function microsocks(open) {
  return {
    port: 1080,
    target: open ? target : undefined,
    server: ({ port }) => ['/usr/bin/microsocks', '-i', '127.0.0.1', '-p', String(port)],
    client: ({ relay, target }) => [
      'curl',
      '-sk',
      '--max-time',
      '2',
      '--socks5',
      `127.0.0.1:${relay}`,
      `https://127.0.0.1:${target}/`,
    ],
  }
}

/** `named`: the proxy gets the host's name, which is version 4a. */
function dante(open, named) {
  return {
    port: 1080,
    target: open ? target : undefined,
    server: (place) => {
      const config = [
        `internal: 127.0.0.1 port = ${place.port}`,
        'external: 127.0.0.1',
        'socksmethod: none',
        'clientmethod: none',
        'user.privileged: root',
        'user.unprivileged: nobody',
        'client pass { from: 0/0 to: 0/0 }',
        `socks ${open ? 'pass' : 'block'} { from: 0/0 to: 0/0}`,
      ]
      return ['/usr/sbin/danted', '-f', written(join(place.folder, 'danted.conf'), config)]
    },
    client: ({ relay, target }) => [
      'curl',
      '-sk',
      '--max-time',
      '2',
      named ? '--socks4a' : '--socks4',
      `127.0.0.1:${relay}`,
      `https://${named ? 'localhost' : '127.0.0.1'}:${target}/`,
    ],
  }
}

/** OpenSSH's dynamic forwarding, to a server of its own: it knows version 4a, which Dante does not. */
function ssh() {
  return {
    port: 1080,
    target,
    server: ({ folder, port, relay }) => {
      const key = (name) => {
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
        return join(folder, name)
      }
      const [host, user] = [key('host'), key('user')]
      mkdirSync('/run/sshd', { recursive: true })
      const server = relay + 2
      const own = `-o AuthorizedKeysFile=${user}.pub -o StrictModes=no -o PidFile=none -o UsePAM=no`
      const trusting = '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
      return [
        '/bin/sh',
        '-c',
        `/usr/sbin/sshd -D -p ${server} -o ListenAddress=127.0.0.1 -h ${host} ${own} & sleep 0.5
         exec ssh -N -D 127.0.0.1:${port} -p ${server} -i ${user} ${trusting} root@127.0.0.1`,
      ]
    },
    client: dante(true, true).client,
  }
}

/** HAProxy in front of the relay puts the header before what the client says; `server` behind it reads the header, or does not. */
function haproxy(version, { port, server, stop, client }) {
  return {
    port,
    says: quit,
    target: (place) => {
      const header = version === 1 ? 'send-proxy' : 'send-proxy-v2'
      const config = [
        'listen front',
        `  bind 127.0.0.1:${place.target}`,
        `  server back 127.0.0.1:${place.relay} ${header}`,
      ]
      return haproxyWith(place, 'front.cfg', config)
    },
    server,
    stop,
    client: ({ target }) => client({ relay: target }),
  }
}

function haproxyWith(place, name, lines) {
  const limits = [
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 5s',
    '  timeout server 5s',
  ]
  return ['/usr/sbin/haproxy', '-db', '-f', written(join(place.folder, name), [...limits, ...lines])]
}

/** HAProxy as the server: it takes the header and TLS behind it. */
const takesHeader = (place) => {
  const { cert, key } = certificate(place)
  const pair = written(join(place.folder, 'pair.pem'), [
    readFileSync(cert, 'utf8'),
    readFileSync(key, 'utf8'),
  ])
  return haproxyWith(place, 'back.cfg', [
    'frontend back',
    '  mode http',
    `  bind 127.0.0.1:${place.port} accept-proxy ssl crt ${pair}`,
    '  http-request return status 204',
  ])
}

const upstream = postfix(true, ['smtpd_upstream_proxy_protocol = haproxy'])

export const proxies = {
  'connect-squid': squid(true),
  'connect-squid-refused': squid(false),
  'socks-microsocks': microsocks(true),
  'socks-microsocks-refused': microsocks(false),
  'socks4-dante': dante(true, false),
  'socks4a-ssh': ssh(),
  'socks4-dante-refused': dante(false, false),
  // Dante takes 4a's impossible address for the host's.
  'socks4a-dante-refused': dante(true, true),
  'proxy-haproxy-v1': haproxy(1, { port: 443, server: takesHeader, client: direct() }),
  'proxy-haproxy-v2': haproxy(2, { port: 443, server: takesHeader, client: direct() }),
  'proxy-haproxy-v2-smtp': haproxy(2, { ...upstream, client: upstream.client }),
  'proxy-haproxy-unexpected': haproxy(1, {
    port: 443,
    server: (place) => target({ ...place, target: place.port }),
    client: direct(),
  }),
}
