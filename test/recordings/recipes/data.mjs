// Directories and databases: OpenLDAP, PostgreSQL, MariaDB.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { certificate, direct, quit, startTls, target, written } from './common.mjs'

function slapd(tls, more = [], client = startTls('ldap')) {
  return {
    port: 389,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        'include /etc/ldap/schema/core.schema',
        `pidfile ${place.folder}/pid`,
        ...(tls ? [`TLSCertificateFile ${cert}`, `TLSCertificateKeyFile ${key}`] : []),
        ...more,
        'database config',
      ]
      const file = written(join(place.folder, 'slapd.conf'), config)
      return ['/usr/sbin/slapd', '-h', `ldap://127.0.0.1:${place.port}/`, '-f', file, '-d', '0']
    },
    client,
  }
}

/** Debian keeps PostgreSQL's programs in a folder of their version. */
function postgresPrograms() {
  const base = '/usr/lib/postgresql'
  const version = existsSync(base) ? readdirSync(base).sort((a, b) => b - a)[0] : undefined
  return version === undefined ? null : `${base}/${version}/bin`
}

function postgresql(tls, more = {}) {
  return {
    port: 5432,
    signal: 'SIGINT',
    server: (place) => {
      const programs = postgresPrograms()
      if (programs === null) return ['/usr/lib/postgresql']
      const data = join(place.folder, 'data')
      const as = ['-u', 'postgres', '--']
      execFileSync('runuser', [...as, `${programs}/initdb`, '-D', data, '-A', 'trust'], { stdio: 'ignore' })
      if (more.rule !== undefined) written(join(data, 'pg_hba.conf'), [more.rule])
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
      `host=127.0.0.1 hostaddr=127.0.0.1 port=${relay} user=postgres sslmode=${more.sslmode ?? 'require'} gssencmode=disable`,
      '-c',
      'select 1',
    ],
  }
}

function mariadb(server, client) {
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
        ...server({ cert, key }),
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
      ...client,
      '-e',
      'select 1',
    ],
  }
}

const withTls = ({ cert, key }) => [`--ssl-cert=${cert}`, `--ssl-key=${key}`]

export const data = {
  'ldap-openldap': slapd(true),
  'ldap-openldap-refused': slapd(false),
  'ldap-openldap-confidential': slapd(true, ['security simple_bind=128'], ({ relay }) => [
    'ldapwhoami',
    '-x',
    '-H',
    `ldap://127.0.0.1:${relay}`,
    '-D',
    'cn=config',
    '-w',
    'wrong',
  ]),
  postgresql: postgresql(true),
  'postgresql-refused': postgresql(false),
  'postgresql-demanded': postgresql(true, {
    sslmode: 'disable',
    rule: 'hostssl all all 127.0.0.1/32 trust',
  }),
  // PostgreSQL 17 takes TLS from the first byte; Debian has 15, so that OpenSSL answers for it.
  'postgresql-direct': {
    port: 5432,
    says: quit,
    server: (place) => [...target({ ...place, target: place.port }), '-alpn', 'postgresql'],
    client: direct('-alpn', 'postgresql'),
  },
  mariadb: mariadb(withTls, ['--ssl', '--skip-ssl-verify-server-cert']),
  'mariadb-refused': mariadb(() => ['--skip-ssl'], ['--ssl', '--ssl-verify-server-cert']),
  'mariadb-demanded': mariadb((pair) => [...withTls(pair), '--require-secure-transport=ON'], ['--skip-ssl']),
}
