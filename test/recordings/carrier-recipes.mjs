// The carriers' recordings by name: which server with which configuration, and which client.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const quit = ['Q\n']
const certificate = ({ work }) => ({ cert: join(work, 'cert.pem'), key: join(work, 'key.pem') })

/** OpenSSL's client asks for TLS in the protocol's own way. */
const startTls =
  (protocol, ...more) =>
  ({ relay }) => [
    'openssl',
    's_client',
    '-starttls',
    protocol,
    '-connect',
    `127.0.0.1:${relay}`,
    '-servername',
    'server.example',
    ...more,
  ]

function written(path, lines) {
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o644 })
  return path
}

function dovecot(port, protocol, tls) {
  return {
    port,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const inet = protocol === 'pop3' ? 'pop3' : 'imap'
      const config = [
        `base_dir = ${place.folder}/run`,
        `log_path = ${place.folder}/log`,
        'listen = 127.0.0.1',
        `protocols = ${inet}`,
        tls ? 'ssl = yes' : 'ssl = no',
        `ssl_cert = <${cert}`,
        `ssl_key = <${key}`,
        `service ${inet}-login {`,
        `  inet_listener ${inet} {`,
        `    port = ${place.port}`,
        '  }',
        `  inet_listener ${inet}s {`,
        '    port = 0',
        '  }',
        '}',
        'passdb {',
        '  driver = static',
        '  args = nopassword=y',
        '}',
      ]
      return ['/usr/sbin/dovecot', '-F', '-c', written(join(place.folder, 'dovecot.conf'), config)]
    },
    client: startTls(protocol),
  }
}

function vsftpd(tls) {
  return {
    port: 21,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const empty = join(place.folder, 'empty')
      mkdirSync(empty)
      const config = [
        'listen=YES',
        'listen_address=127.0.0.1',
        `listen_port=${place.port}`,
        'background=NO',
        'local_enable=YES',
        'anonymous_enable=NO',
        `secure_chroot_dir=${empty}`,
        `ssl_enable=${tls ? 'YES' : 'NO'}`,
        ...(tls ? [`rsa_cert_file=${cert}`, `rsa_private_key_file=${key}`] : []),
        'seccomp_sandbox=NO',
      ]
      return ['/usr/sbin/vsftpd', written(join(place.folder, 'vsftpd.conf'), config)]
    },
    client: startTls('ftp'),
  }
}

function slapd(tls) {
  return {
    port: 389,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        'include /etc/ldap/schema/core.schema',
        `pidfile ${place.folder}/pid`,
        ...(tls ? [`TLSCertificateFile ${cert}`, `TLSCertificateKeyFile ${key}`] : []),
        'database config',
      ]
      const file = written(join(place.folder, 'slapd.conf'), config)
      return ['/usr/sbin/slapd', '-h', `ldap://127.0.0.1:${place.port}/`, '-f', file, '-d', '0']
    },
    client: startTls('ldap'),
  }
}

/** Debian keeps PostgreSQL's programs in a folder of their version. */
function postgresPrograms() {
  const base = '/usr/lib/postgresql'
  const version = existsSync(base) ? readdirSync(base).sort((a, b) => b - a)[0] : undefined
  return version === undefined ? null : `${base}/${version}/bin`
}

function postgresql(tls) {
  return {
    port: 5432,
    signal: 'SIGINT',
    server: (place) => {
      const programs = postgresPrograms()
      if (programs === null) return ['/usr/lib/postgresql']
      const data = join(place.folder, 'data')
      const as = ['-u', 'postgres', '--']
      execFileSync('runuser', [...as, `${programs}/initdb`, '-D', data, '-A', 'trust'], { stdio: 'ignore' })
      const { cert, key } = certificate(place)
      const own = join(data, 'server.key')
      execFileSync('cp', [key, own])
      execFileSync('chown', ['postgres', own])
      execFileSync('chmod', ['600', own])
      const options = ['-c', `port=${place.port}`, '-c', 'listen_addresses=127.0.0.1', '-k', place.folder]
      const secure = tls ? ['-c', 'ssl=on', '-c', `ssl_cert_file=${cert}`, '-c', `ssl_key_file=${own}`] : []
      return ['/usr/sbin/runuser', ...as, `${programs}/postgres`, '-D', data, ...options, ...secure]
    },
    client: ({ relay }) => [
      `${postgresPrograms()}/psql`,
      `host=127.0.0.1 hostaddr=127.0.0.1 port=${relay} user=postgres sslmode=require gssencmode=disable`,
      '-c',
      'select 1',
    ],
  }
}

function mariadb() {
  return {
    port: 3306,
    server: (place) => {
      const data = join(place.folder, 'data')
      if (existsSync('/usr/bin/mariadb-install-db')) {
        const list = [
          '--no-defaults',
          `--datadir=${data}`,
          '--user=mysql',
          '--auth-root-authentication-method=normal',
        ]
        execFileSync('/usr/bin/mariadb-install-db', list, { stdio: 'ignore' })
      }
      const { cert, key } = certificate(place)
      return [
        '/usr/sbin/mariadbd',
        '--no-defaults',
        `--datadir=${data}`,
        '--user=mysql',
        '--bind-address=127.0.0.1',
        `--port=${place.port}`,
        `--socket=${place.folder}/socket`,
        `--ssl-cert=${cert}`,
        `--ssl-key=${key}`,
      ]
    },
    client: ({ relay }) => [
      'mariadb',
      '--no-defaults',
      '--protocol=tcp',
      '-h',
      '127.0.0.1',
      '-P',
      String(relay),
      '-u',
      'root',
      '--ssl',
      '--skip-ssl-verify-server-cert',
      '-e',
      'select 1',
    ],
  }
}

function postfix(tls) {
  return {
    port: 25,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const queue = join(place.folder, 'queue')
      const data = join(place.folder, 'data')
      mkdirSync(queue)
      mkdirSync(data)
      execFileSync('chown', ['postfix', data])
      written(join(place.folder, 'main.cf'), [
        'compatibility_level = 3.6',
        'myhostname = server.example',
        `queue_directory = ${queue}`,
        `data_directory = ${data}`,
        'inet_interfaces = 127.0.0.1',
        'inet_protocols = ipv4',
        'local_recipient_maps =',
        'maillog_file_prefixes = /tmp',
        `maillog_file = ${place.folder}/log`,
        `smtpd_tls_security_level = ${tls ? 'may' : 'none'}`,
        `smtpd_tls_cert_file = ${cert}`,
        `smtpd_tls_key_file = ${key}`,
      ])
      written(join(place.folder, 'master.cf'), [
        `127.0.0.1:${place.port} inet n - n - - smtpd`,
        'cleanup unix n - n - 0 cleanup',
        'tlsmgr unix - - n 1000? 1 tlsmgr',
        'rewrite unix - - n - - trivial-rewrite',
        'anvil unix - - n - 1 anvil',
        'proxymap unix - - n - - proxymap',
        'postlog unix-dgram n - n - 1 postlogd',
      ])
      return ['/usr/sbin/postfix', '-c', place.folder, 'start-fg']
    },
    stop: (place) => execFileSync('/usr/sbin/postfix', ['-c', place.folder, 'stop'], { stdio: 'ignore' }),
    client: startTls('smtp', '-name', 'client.example'),
  }
}

function squid(allowed) {
  return {
    port: 3128,
    says: quit,
    target: (place) => {
      const { cert, key } = certificate(place)
      return [
        'openssl',
        's_server',
        '-accept',
        `127.0.0.1:${place.target}`,
        '-cert',
        cert,
        '-key',
        key,
        '-quiet',
      ]
    },
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
    target: open ? squid(true).target : undefined,
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

export const carrierRecipes = {
  'smtp-postfix': postfix(true),
  'smtp-postfix-refused': postfix(false),
  'imap-dovecot': dovecot(143, 'imap', true),
  'imap-dovecot-refused': dovecot(143, 'imap', false),
  'pop3-dovecot': dovecot(110, 'pop3', true),
  'pop3-dovecot-refused': dovecot(110, 'pop3', false),
  'ftp-vsftpd': vsftpd(true),
  'ftp-vsftpd-refused': vsftpd(false),
  'ldap-openldap': slapd(true),
  'ldap-openldap-refused': slapd(false),
  postgresql: postgresql(true),
  'postgresql-refused': postgresql(false),
  mariadb: mariadb(),
  'xmpp-prosody': prosody(true),
  'xmpp-prosody-refused': prosody(false),
  'connect-squid': squid(true),
  'connect-squid-refused': squid(false),
  'socks-microsocks': microsocks(true),
  'socks-microsocks-refused': microsocks(false),
}
