// Records FTP over TLS with its data connections, as tcpdump sees them on loopback, with the client's key log.
// Usage: node test/recordings/ftp-data.mjs [NAME …]   (root; vsftpd, curl, lftp, openssl and tcpdump must be installed)

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'ftp-data-'))
const port = Number(process.env.FIRST_PORT ?? 24440)
const passive = [port + 1, port + 9]

/**
 * Without session ids the data connection begins a session of its own, which vsftpd does not take by default. `sealed`: nobody
 * keeps the keys.
 */
const recordings = {
  'ftp-data-vsftpd': { options: ['--tls-max', '1.2'] },
  'ftp-data-vsftpd-not-reused': { options: ['--tls-max', '1.2', '--no-sessionid'] },
  'ftp-data-vsftpd-active': { active: true },
  'ftp-data-vsftpd-sealed': { options: ['--tls-max', '1.2'], sealed: true },
  'ftp-data-vsftpd-active-sealed': { active: true, sealed: true },
}

chmodSync(work, 0o755)
const [key, cert] = [join(work, 'key.pem'), join(work, 'cert.pem')]
const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-x509', '-days', '36500']
const name = ['-subj', '/CN=server.example', '-addext', 'subjectAltName=DNS:server.example']
execFileSync('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', cert], { stdio: 'ignore' })
for (const folder of ['empty', 'files']) mkdirSync(join(work, folder))
writeFileSync(join(work, 'files/readme'), 'hello\n')
const config = [
  'listen=YES',
  'listen_address=127.0.0.1',
  `listen_port=${port}`,
  'background=NO',
  'anonymous_enable=YES',
  'local_enable=NO',
  `anon_root=${work}/files`,
  `secure_chroot_dir=${work}/empty`,
  'ssl_enable=YES',
  'allow_anon_ssl=YES',
  'force_anon_data_ssl=YES',
  'force_anon_logins_ssl=YES',
  'ssl_ciphers=HIGH',
  `rsa_cert_file=${cert}`,
  `rsa_private_key_file=${key}`,
  `pasv_min_port=${passive[0]}`,
  `pasv_max_port=${passive[1]}`,
  'connect_from_port_20=YES',
  `ftp_data_port=${port - 1}`,
  'seccomp_sandbox=NO',
]
writeFileSync(join(work, 'vsftpd.conf'), `${config.join('\n')}\n`)

const wanted = process.argv.slice(2)
const curl = (options) => [
  'curl',
  '-sk',
  '--max-time',
  '5',
  '--ssl-reqd',
  ...options,
  `ftp://127.0.0.1:${port}/readme`,
]
/** Active mode: the server opens the data connection. */
const settings = [
  'passive-mode off',
  'ssl-force yes',
  'ssl-allow-anonymous yes',
  'ssl-protect-data yes',
  'port-ipv4 127.0.0.1',
]
const lines = [
  'set ssl:verify-certificate no',
  ...settings.map((each) => `set ftp:${each}`),
  'set net:timeout 4',
  'set net:max-retries 1',
]
const lftp = ['lftp', '-c', [...lines, `open ftp://127.0.0.1:${port}`, 'cat readme', 'bye'].join('; ')]

for (const [recording, { options = [], active, sealed }] of Object.entries(recordings)) {
  if (wanted.length > 0 && !wanted.includes(recording)) continue
  const server = spawn('/usr/sbin/vsftpd', [join(work, 'vsftpd.conf')], { stdio: 'ignore' })
  await sleep(500)
  const capture = join(work, 'capture.pcap')
  const filter = `tcp portrange ${port - 1}-${port + 29}`
  const dump = spawn('tcpdump', ['-i', 'lo', '--immediate-mode', '-U', '-Z', 'root', '-w', capture, filter], {
    stdio: 'ignore',
  })
  await sleep(1000)
  const keys = join(work, 'keys')
  rmSync(keys, { force: true })
  const [command, ...list] = active ? lftp : curl(options)
  const client = spawn(command, list, {
    stdio: 'ignore',
    cwd: work,
    env: { ...process.env, SSLKEYLOGFILE: keys },
  })
  await new Promise((resolve) => client.on('close', resolve))
  await sleep(500)
  dump.kill('SIGINT')
  await new Promise((resolve) => dump.on('close', resolve))
  server.kill()
  await new Promise((resolve) => server.on('close', resolve))
  copyFileSync(capture, `${out}${recording}.pcap`)
  if (!sealed) copyFileSync(keys, `${out}${recording}.keys`)
  console.log(recording)
}
rmSync(work, { recursive: true })
