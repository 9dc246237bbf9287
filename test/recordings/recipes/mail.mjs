// Mail and files: Dovecot (IMAP, POP3, LMTP, ManageSieve), Postfix, vsftpd.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { certificate, quit, startTls, written } from './common.mjs'

/** Dovecot's name of each service, and of the listener that its configuration gives a port. */
const services = {
  imap: ['imap', 'imap-login', 'imap'],
  pop3: ['pop3', 'pop3-login', 'pop3'],
  lmtp: ['lmtp', 'lmtp', 'lmtp'],
  sieve: ['sieve', 'managesieve-login', 'sieve'],
}

function dovecot(port, protocol, tls) {
  const [name, service, listener] = services[protocol]
  // The listeners that TLS needs from the first byte are closed.
  const secure = { imap: 'imaps', pop3: 'pop3s' }[protocol]
  return {
    port,
    says: quit,
    server: (place) => {
      const { cert, key } = certificate(place)
      const config = [
        `base_dir = ${place.folder}/run`,
        `log_path = ${place.folder}/log`,
        'listen = 127.0.0.1',
        'hostname = server.example',
        `protocols = ${name}`,
        tls ? 'ssl = yes' : 'ssl = no',
        `ssl_cert = <${cert}`,
        `ssl_key = <${key}`,
        `service ${service} {`,
        `  inet_listener ${listener} {`,
        ...(protocol === 'lmtp' ? ['    address = 127.0.0.1'] : []),
        `    port = ${place.port}`,
        '  }',
        ...(secure === undefined ? [] : [`  inet_listener ${secure} {`, '    port = 0', '  }']),
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

export function postfix(tls, more = []) {
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
        ...more,
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

export const mail = {
  'smtp-postfix': postfix(true),
  'smtp-postfix-refused': postfix(false),
  'imap-dovecot': dovecot(143, 'imap', true),
  'imap-dovecot-refused': dovecot(143, 'imap', false),
  'pop3-dovecot': dovecot(110, 'pop3', true),
  'pop3-dovecot-refused': dovecot(110, 'pop3', false),
  'lmtp-dovecot': dovecot(24, 'lmtp', true),
  'lmtp-dovecot-refused': dovecot(24, 'lmtp', false),
  'sieve-dovecot': dovecot(4190, 'sieve', true),
  'sieve-dovecot-refused': dovecot(4190, 'sieve', false),
  'ftp-vsftpd': vsftpd(true),
  'ftp-vsftpd-refused': vsftpd(false),
}
