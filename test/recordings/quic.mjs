// Records QUIC between the client and server of ngtcp2 over GnuTLS, through a relay that may lose datagrams.
// Usage: node test/recordings/quic.mjs [NAME …]   (gtlsclient, gtlsserver and openssl must be installed)

import { execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'quic-'))
const relayPort = Number(process.env.FIRST_PORT ?? 24436)
const serverPort = relayPort + 1

/** `deaf`: no datagram reaches the server. */
const recordings = {
  'quic-v1': {},
  'quic-retry': { server: ['--validate-addr'] },
  'quic-no-group': {
    client: ['--groups=-GROUP-ALL:+GROUP-X448'],
    server: ['--groups=-GROUP-ALL:+GROUP-SECP256R1'],
  },
  // Version 2 as its draft of 2021 had it, which is the newest that Debian's ngtcp2 knows.
  'quic-v2-draft': { client: ['--version=v2draft'], server: ['--preferred-versions=v2draft,v1'] },
  'quic-version-negotiated': { client: ['--version=0x1a2a3a4a', '--preferred-versions=v1'] },
  'quic-no-version': { client: ['--version=0x1a2a3a4a', '--preferred-versions=v2draft'] },
  'quic-no-answer': { client: ['--handshake-timeout=8s'], deaf: true },
}

mkdirSync(out, { recursive: true })
const credential = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', '/CN=quic.example.org']
const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-days', '3650', '-nodes']
execFileSync('openssl', ['req', '-x509', ...credential, ...files], { cwd: work, stdio: 'ignore' })
const wanted = process.argv.slice(2)
for (const [name, recipe] of Object.entries(recordings)) {
  if (wanted.length === 0 || wanted.includes(name)) await record(name, recipe)
}
rmSync(work, { recursive: true })

async function record(name, recipe) {
  const recording = new Recording()
  const keys = join(work, `${name}.keys`)
  const stdio = process.env.VERBOSE ? 'inherit' : 'ignore'
  const list = ['-q', '127.0.0.1', String(serverPort), join(work, 'key.pem'), join(work, 'cert.pem')]
  const server = spawn('gtlsserver', [...(recipe.server ?? []), ...list], { stdio, cwd: work })
  const serverClosed = new Promise((resolve) => server.on('close', resolve))
  await sleep(400)
  const relay = relayInto(recording, recipe.deaf === true)
  const where = ['127.0.0.1', String(relayPort), 'https://quic.example.org/']
  const options = [
    '-q',
    '--exit-on-all-streams-close',
    '--sni=quic.example.org',
    '--timeout=3s',
    '--no-pmtud',
    ...(recipe.client ?? []),
  ]
  const env = { ...process.env, SSLKEYLOGFILE: keys }
  const client = spawn('gtlsclient', [...options, ...where], { stdio, env })
  await Promise.race([new Promise((resolve) => client.on('close', resolve)), sleep(12000)])
  client.kill()
  await sleep(200)
  relay.close()
  server.kill()
  await serverClosed
  recording.save(`${out}${name}.pcap`)
  if (existsSync(keys) && recipe.deaf !== true) writeFileSync(`${out}${name}.keys`, readFileSync(keys))
  console.log(`${name}: ${String(recording.packets.length)} packets`)
}

function relayInto(recording, deaf) {
  const relay = createSocket('udp4')
  let clientPort = 0
  relay.on('message', (bytes, { port }) => {
    const from = port === serverPort ? 'server' : 'client'
    if (from === 'client') clientPort = port
    recording.udp(from, bytes)
    if (!deaf) relay.send(bytes, from === 'client' ? serverPort : clientPort, '127.0.0.1')
  })
  relay.bind(relayPort, '127.0.0.1')
  return relay
}
