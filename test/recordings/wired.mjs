// Records EAP over LAN as a switch port sees it: hostapd and wpa_supplicant at the two ends of a cable between namespaces.
// Usage: node test/recordings/wired.mjs [NAME …]   (root; hostapd, wpa_supplicant, tcpdump, iproute2 and openssl)

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeKeys } from './eap-keys.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'wired-'))
const [port, station] = ['hi-port', 'hi-station']

const network = (...lines) => ['key_mgmt=IEEE8021X', ...lines]
const known = `ca_cert="${work}/ca.crt"`
const tls = (...more) =>
  network(
    'eap=TLS',
    'identity="alice@example.org"',
    `client_cert="${work}/client.crt"`,
    `private_key="${work}/client.key"`,
    ...more,
  )
const inner = (method, ...more) =>
  network(
    `eap=${method}`,
    'anonymous_identity="anonymous@example.org"',
    'identity="bob"',
    'phase2="auth=MSCHAPV2"',
    ...more,
  )

const recordings = {
  'eap-tls-wired': tls(known),
  'eap-tls-untrusted-wired': tls(`ca_cert="${work}/other.crt"`),
  'eap-peap-wired': inner('PEAP', 'password="hello"', known),
  'eap-fast-wired': inner(
    'FAST',
    'password="hello"',
    known,
    'phase1="fast_provisioning=2"',
    `pac_file="${work}/pac"`,
  ),
  'eap-fast-wrong-password-wired': inner(
    'FAST',
    'password="wrong"',
    known,
    'phase1="fast_provisioning=2"',
    `pac_file="${work}/pac2"`,
  ),
}

mkdirSync(out, { recursive: true })
chmodSync(work, 0o755)
makeKeys(work)
cable()
try {
  const wanted = process.argv.slice(2)
  for (const [name, lines] of Object.entries(recordings)) {
    if (wanted.length === 0 || wanted.includes(name)) await record(name, lines)
  }
} finally {
  for (const name of [port, station]) execFileSync('ip', ['netns', 'del', name])
  rmSync(work, { recursive: true })
}

/** Two namespaces with one cable. */
function cable() {
  const ip = (...list) => execFileSync('ip', list)
  for (const name of [port, station]) ip('netns', 'add', name)
  ip('link', 'add', 'cable0', 'netns', port, 'address', '02:5e:00:00:00:01', 'type', 'veth', 'peer', 'name', 'cable1', 'netns', station, 'address', '02:5e:00:00:00:02') // prettier-ignore
  ip('-n', port, 'link', 'set', 'cable0', 'up')
  ip('-n', station, 'link', 'set', 'cable1', 'up')
}

async function record(name, lines) {
  const users = join(work, 'users')
  writeFileSync(
    users,
    ['"alice@example.org" TLS', '"anonymous@example.org" PEAP,FAST', '"bob" MSCHAPV2 "hello" [2]', ''].join(
      '\n',
    ),
  )
  const hostapd = join(work, 'hostapd.conf')
  const config = [
    'interface=cable0',
    'driver=wired',
    'ieee8021x=1',
    'use_pae_group_addr=1',
    'eap_server=1',
    `eap_user_file=${users}`,
    `ca_cert=${work}/ca.crt`,
    `server_cert=${work}/server.crt`,
    `private_key=${work}/server.key`,
    'pac_opaque_encr_key=000102030405060708090a0b0c0d0e0f',
    'eap_fast_a_id=101112131415161718191a1b1c1d1e1f',
    'eap_fast_a_id_info=test',
    'eap_fast_prov=3',
    '',
  ]
  writeFileSync(hostapd, config.join('\n'))
  const supplicant = join(work, 'supplicant.conf')
  writeFileSync(supplicant, ['ap_scan=0', 'fast_reauth=0', 'network={', ...lines, '}', ''].join('\n'))
  const dump = within(station, [
    'tcpdump',
    '-U',
    '-i',
    'cable1',
    '-w',
    `${out}${name}.pcap`,
    'ether',
    'proto',
    '0x888e',
  ])
  const authenticator = within(port, ['hostapd', hostapd])
  await sleep(1500)
  const client = within(station, ['wpa_supplicant', '-D', 'wired', '-i', 'cable1', '-c', supplicant])
  await sleep(4000)
  for (const child of [client, authenticator, dump]) {
    child.kill()
    await new Promise((resolve) => child.on('close', resolve))
  }
  console.log(name)
}

function within(name, command) {
  const stdio = process.env.VERBOSE ? 'inherit' : 'ignore'
  return spawn('ip', ['netns', 'exec', name, ...command], { stdio })
}
