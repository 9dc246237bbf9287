// Recordings of what is said inside TLS, each with its key log: which server with which configuration, and which client.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { certificate, written } from './common.mjs'

const curl = (...list) => ['curl', '-sk', '--max-time', '3', '-o', '/dev/null', ...list]

/** TLS inside TLS: the proxy itself is spoken to over TLS. */
function squid(allowed, version = []) {
  return {
    port: 3129,
    keys: true,
    target: ({ work, target }) => {
      const { cert, key } = certificate({ work })
      return ['openssl', 's_server', '-accept', `127.0.0.1:${target}`, '-cert', cert, '-key', key, '-quiet', '-www'] // prettier-ignore
    },
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        `https_port 127.0.0.1:${place.port} tls-cert=${cert} tls-key=${key}`,
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
    client: ({ relay, target }) =>
      curl(
        ...version,
        '--proxy-insecure',
        '--proxy',
        `https://127.0.0.1:${relay}`,
        '--connect-to',
        `server.example:443:127.0.0.1:${target}`,
        'https://server.example/',
      ),
  }
}

/** A web server that wants a client certificate, or another name than the one in SNI. */
function nginx(lines, ...request) {
  const http2 = request.includes('--http2')
  return {
    port: 443,
    keys: true,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        'daemon off;',
        'master_process off;',
        `pid ${place.folder}/pid;`,
        `error_log ${place.folder}/log;`,
        'events {}',
        'http {',
        '  access_log off;',
        ...['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
          (name) => `  ${name === 'body' ? 'client_body' : name}_temp_path ${place.folder}/${name};`,
        ),
        '  server {',
        `    listen 127.0.0.1:${place.port} ssl${http2 ? ' http2' : ''};`,
        '    server_name server.example;',
        `    ssl_certificate ${cert};`,
        `    ssl_certificate_key ${key};`,
        ...lines(place).map((line) => `    ${line}`),
        '    location / { return 200 "ok"; }',
        '  }',
        '}',
      ]
      return ['/usr/sbin/nginx', '-c', written(join(place.folder, 'nginx.conf'), config)]
    },
    client: ({ relay, work }) =>
      curl(
        ...(http2 ? [] : ['--http1.1']),
        '--connect-to',
        `server.example:443:127.0.0.1:${relay}`,
        ...request.map((word) => word.replace('WORK', work)),
        'https://server.example/secret?token=hidden',
      ),
  }
}

const wantsCertificate = ({ work }) => [
  `ssl_client_certificate ${join(work, 'cert.pem')};`,
  'ssl_verify_client on;',
]

/** Apache asks for the certificate only once it has read the request (renegotiation, or after the handshake in TLS 1.3). */
function apache(lines, ...request) {
  const http2 = request.includes('--http2')
  return {
    port: 443,
    keys: true,
    server: (place) => {
      const { cert, key } = certificate(place)
      const modules = '/usr/lib/apache2/modules'
      const config = [
        `ServerRoot ${place.folder}`,
        `PidFile ${place.folder}/pid`,
        `ErrorLog ${place.folder}/log`,
        ...['mpm_event', 'authz_core', 'ssl', 'socache_shmcb', 'headers', ...(http2 ? ['http2'] : [])].map(
          (name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`,
        ),
        `Listen 127.0.0.1:${place.port}`,
        'ServerName server.example',
        'SSLEngine on',
        `SSLCertificateFile ${cert}`,
        `SSLCertificateKeyFile ${key}`,
        `SSLCACertificateFile ${cert}`,
        `DocumentRoot ${place.folder}`,
        ...(http2 ? ['Protocols h2 http/1.1'] : []),
        ...lines,
      ]
      return ['/usr/sbin/apache2', '-DFOREGROUND', '-f', written(join(place.folder, 'apache.conf'), config)]
    },
    client: ({ relay, work }) =>
      curl(
        ...(http2 ? [] : ['--http1.1']),
        '--connect-to',
        `server.example:443:127.0.0.1:${relay}`,
        ...request.map((word) => word.replace('WORK', work)),
        'https://server.example/secret',
      ),
  }
}

/** The body of the request must wait while the certificate is asked for; this server keeps 16 bytes of it. */
const lateCertificate = [
  '<Location /secret>',
  'SSLVerifyClient require',
  'SSLRenegBufferSize 16',
  '</Location>',
]
const post = ['--cert', 'WORK/cert.pem', '--key', 'WORK/key.pem', '-d', 'x'.repeat(2000)]

/** A directory behind TLS; what the log-in gets for an answer. */
function slapd(password, more = []) {
  return {
    port: 636,
    keys: true,
    server: (place) => {
      const { cert, key } = certificate(place)
      const data = join(place.folder, 'data')
      mkdirSync(data)
      const config = [
        'include /etc/ldap/schema/core.schema',
        `pidfile ${place.folder}/pid`,
        `TLSCertificateFile ${cert}`,
        `TLSCertificateKeyFile ${key}`,
        'modulepath /usr/lib/ldap',
        'moduleload back_mdb',
        ...more,
        'database mdb',
        'suffix dc=example',
        'rootdn cn=admin,dc=example',
        'rootpw correct',
        `directory ${data}`,
      ]
      const file = written(join(place.folder, 'slapd.conf'), config)
      return ['/usr/sbin/slapd', '-h', `ldaps://127.0.0.1:${place.port}/`, '-f', file, '-d', '0']
    },
    client: ({ relay }) => [
      'env',
      'LDAPTLS_REQCERT=never',
      'ldapwhoami',
      '-x',
      '-H',
      `ldaps://127.0.0.1:${relay}/`,
      '-D',
      'cn=admin,dc=example',
      '-w',
      password,
    ],
  }
}

/** A mail server behind STARTTLS that does not take the log-in. */
function dovecot(protocol, port) {
  return {
    port,
    keys: true,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        `base_dir = ${place.folder}/run`,
        `log_path = ${place.folder}/log`,
        'listen = 127.0.0.1',
        `protocols = ${protocol}`,
        'ssl = required',
        `ssl_cert = <${cert}`,
        `ssl_key = <${key}`,
        'auth_failure_delay = 0',
        `service ${protocol}-login {`,
        `  inet_listener ${protocol} {`,
        `    port = ${place.port}`,
        '  }',
        `  inet_listener ${protocol}s {`,
        '    port = 0',
        '  }',
        '}',
        'passdb {',
        '  driver = static',
        '  args = password=correct',
        '}',
        'userdb {',
        '  driver = static',
        '  args = uid=nobody gid=nogroup home=/nonexistent',
        '}',
      ]
      return ['/usr/sbin/dovecot', '-F', '-c', written(join(place.folder, 'dovecot.conf'), config)]
    },
    client: ({ relay }) => curl('--ssl-reqd', '-u', 'alice:wrong', `${protocol}://127.0.0.1:${relay}/`),
  }
}

export const inside = {
  'https-proxy-squid': squid(true),
  'https-proxy-squid-tls12': squid(true, ['--tls-max', '1.2', '--proxy-ciphers', 'DEFAULT']),
  'https-proxy-squid-refused': squid(false),
  'http-nginx-no-client-certificate': nginx(wantsCertificate),
  'http-nginx-client-certificate': nginx(
    wantsCertificate,
    '--cert',
    'WORK/cert.pem',
    '--key',
    'WORK/key.pem',
  ),
  'http2-nginx': nginx(() => [], '--http2'),
  'http2-nginx-no-client-certificate': nginx(wantsCertificate, '--http2'),
  'http2-apache-late-certificate': apache(
    ['<Location /secret>', 'SSLVerifyClient require', '</Location>'],
    '--http2',
  ),
  'http-nginx-too-large': nginx(() => ['client_max_body_size 1k;'], '-d', 'x'.repeat(2000)),
  'http-apache-misdirected': apache(
    [
      '<VirtualHost *>',
      'ServerName server.example',
      '</VirtualHost>',
      '<VirtualHost *>',
      'ServerName other.example',
      'SSLProtocol -all +TLSv1.2',
      'SSLVerifyClient require',
      '</VirtualHost>',
    ],
    '-H',
    'Host: other.example',
  ),
  'http-apache-no-late-certificate': apache([
    'SSLProtocol TLSv1.3',
    '<Location "/secret">',
    'SSLVerifyClient require',
    '</Location>',
  ]),
  'http-apache-late-too-large': apache(['SSLProtocol TLSv1.3', ...lateCertificate], ...post),
  'http-apache-renegotiates': apache([
    'SSLProtocol TLSv1.2',
    '<Location /secret>',
    'SSLVerifyClient require',
    '</Location>',
  ]),
  'ldaps-openldap-log-in': slapd('correct'),
  'ldaps-openldap-log-in-refused': slapd('wrong'),
  'imap-dovecot-log-in-refused': dovecot('imap', 143),
  'pop3-dovecot-log-in-refused': dovecot('pop3', 110),
}
