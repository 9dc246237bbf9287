// Records EAP over RADIUS between eapol_test and FreeRADIUS, and the same sessions as a switch port sees them (EAPOL).
// Usage: node test/recordings/eap.mjs [NAME …]   (freeradius 3, eapol_test, openssl and, for key logs, gcc)

import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeKeys } from './eap-keys.mjs'
import { keyLogging } from './key-logger.mjs'
import { Recording } from './pcap-writer.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'eap-'))
const relayPort = Number(process.env.FIRST_PORT ?? 24432)
const serverPort = relayPort + 1
const radiusPort = 1812

const tls = (more = '') => `key_mgmt=IEEE8021X
eap=TLS
identity="alice@example.org"
ca_cert="${work}/ca.crt"
client_cert="${work}/client.crt"
private_key="${work}/client.key"
fragment_size=1000
${more}`

const tunnel = (method, more = '') => `key_mgmt=IEEE8021X
eap=${method}
anonymous_identity="anonymous@example.org"
identity="bob"
password="hello"
phase2="auth=MSCHAPV2"
ca_cert="${work}/ca.crt"
${more}`

/** The tunnel's log-in is EAP-TLS again. */
const twice = (method) =>
  tunnel(
    method,
    `ca_cert2="${work}/ca.crt"\nclient_cert2="${work}/client.crt"\nprivate_key2="${work}/client.key"\n`,
  ).replace('auth=MSCHAPV2', method === 'PEAP' ? 'auth=TLS' : 'autheap=TLS')

/** `keys`: with the supplicant's key log. `lost`: datagrams of the server that do not arrive, though the capture has those before them. */
const recordings = {
  'eap-tls': { network: tls() },
  'eap-tls13': { network: tls('phase1="tls_disable_tlsv1_3=0"\n') },
  'eap-tls-untrusted': { network: tls().replace('/ca.crt', '/other.crt') },
  'eap-peap': { network: tunnel('PEAP') },
  'eap-peap-wrong-password': { network: tunnel('PEAP').replace('"hello"', '"wrong"') },
  'eap-ttls': { network: tunnel('TTLS') },
  'eap-peap-opened': { network: tunnel('PEAP'), keys: true },
  'eap-peap-opened-wrong-password': { network: tunnel('PEAP').replace('"hello"', '"wrong"'), keys: true },
  'eap-peap-tls': { network: twice('PEAP'), keys: true },
  'eap-ttls-tls': { network: twice('TTLS'), keys: true },
  'eap-nak': { network: tunnel('MD5') },
  'eap-tls-fragment-lost': { network: tls(), lostFrom: 3 },
}

mkdirSync(out, { recursive: true })
makeKeys(work)
configure()
const wanted = process.argv.slice(2)
for (const [name, recipe] of Object.entries(recordings)) {
  if (wanted.length === 0 || wanted.includes(name)) await record(name, recipe)
}
rmSync(work, { recursive: true })

async function record(name, recipe) {
  const recording = new Recording()
  const server = spawn('freeradius', ['-X', '-d', work], {
    stdio: ['ignore', process.env.VERBOSE ? 'inherit' : 'ignore', 'inherit'],
  })
  await sleep(1500)
  const relay = relayInto(recording, recipe.lostFrom ?? Infinity)
  const config = join(work, 'network.conf')
  writeFileSync(config, `network={\n${recipe.network}}\n`)
  const limit = recipe.lostFrom === undefined ? '10' : '20'
  const list = [
    '-c',
    config,
    '-a',
    '127.0.0.1',
    '-p',
    String(relayPort),
    '-s',
    'testing123',
    '-t',
    limit,
    '-n',
  ]
  const keys = join(work, `${name}.keys`)
  const env = recipe.keys === true ? { ...process.env, ...keyLogging(work, keys) } : process.env
  const client = spawn('eapol_test', list, { stdio: process.env.VERBOSE ? 'inherit' : 'ignore', env })
  await new Promise((resolve) => client.on('close', resolve))
  await sleep(200)
  relay.close()
  server.kill()
  await new Promise((resolve) => server.on('close', resolve))
  recording.save(`${out}${name}-radius.pcap`)
  if (recipe.keys === true) copyFileSync(keys, `${out}${name}-radius.keys`)
  console.log(`${name}: ${String(recording.packets.length)} packets`)
}

/** The server's datagrams from `lostFrom` on (counted from 1) never arrive, as where a firewall drops IP fragments. */
function relayInto(recording, lostFrom) {
  const relay = createSocket('udp4')
  let clientPort = 0
  let answers = 0
  relay.on('message', (bytes, { port }) => {
    const from = port === serverPort ? 'server' : 'client'
    if (from === 'client') clientPort = port
    else answers++
    if (from === 'server' && answers >= lostFrom) return
    recording.udp(from, bytes, radiusPort)
    relay.send(bytes, from === 'client' ? serverPort : clientPort, '127.0.0.1')
  })
  relay.bind(relayPort, '127.0.0.1')
  return relay
}

/** One virtual server with the four TLS methods, and one for what is inside the tunnels. */
function configure() {
  for (const folder of ['mods', 'run']) mkdirSync(join(work, folder))
  const file = (name, text) => writeFileSync(join(work, name), text)
  file(
    'radiusd.conf',
    `prefix = /usr
libdir = /usr/lib/freeradius
logdir = ${work}/run
run_dir = ${work}/run
pidfile = ${work}/run/radiusd.pid
max_request_time = 30
log {
  destination = stdout
}
security {
  allow_vulnerable_openssl = yes
}
thread pool {
  start_servers = 1
  max_servers = 1
}
client localhost {
  ipaddr = 127.0.0.1
  secret = testing123
}
modules {
  eap {
    default_eap_type = tls
    tls-config common {
      private_key_file = ${work}/server.key
      certificate_file = ${work}/server.crt
      ca_file = ${work}/ca.crt
      fragment_size = 1024
      include_length = yes
      tls_min_version = "1.2"
      tls_max_version = "1.3"
    }
    tls { tls = common }
    ttls {
      tls = common
      default_eap_type = mschapv2
      virtual_server = inner
    }
    peap {
      tls = common
      default_eap_type = mschapv2
      virtual_server = inner
    }
    mschapv2 {
    }
    md5 {
    }
  }
  mschap {
  }
  pap {
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${String(serverPort)}
  }
  authorize {
    eap {
      ok = return
    }
  }
  authenticate {
    eap
  }
}
server inner {
  authorize {
    update control {
      Cleartext-Password := "hello"
    }
    mschap
    eap {
      ok = return
    }
    pap
  }
  authenticate {
    Auth-Type MS-CHAP {
      mschap
    }
    Auth-Type PAP {
      pap
    }
    eap
  }
}
`,
  )
  file('dictionary', '$INCLUDE /usr/share/freeradius/dictionary\n')
  chmodSync(work, 0o755)
}
