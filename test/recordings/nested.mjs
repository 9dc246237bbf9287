// Records TLS inside TLS, six deep, between two ends of Node's own TLS, with its key log.
// Usage: node test/recordings/nested.mjs   (openssl must be installed for the certificate)

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'

const depth = 6
const out = fileURLToPath(new URL('../captures/carriers/tls-six-deep', import.meta.url))
const credential = makeCredential()
const recording = new Recording()
const seen = recording.tcp(443)
const keys = []

// What one end writes is recorded and handed to the other.
const [clientEnd, clientWire] = duplexPair()
const [serverEnd, serverWire] = duplexPair()
clientWire.on('data', (bytes) => {
  seen.data('client', bytes)
  serverWire.write(bytes)
})
serverWire.on('data', (bytes) => {
  seen.data('server', bytes)
  clientWire.write(bytes)
})

let [client, server] = [clientEnd, serverEnd]
for (let level = 1; level <= depth; level++) {
  server = new tls.TLSSocket(server, { isServer: true, ...credential, maxVersion: 'TLSv1.3' })
  client = tls.connect({ socket: client, servername: `level${level}.example`, rejectUnauthorized: false })
  client.on('keylog', (line) => keys.push(line.toString()))
  await new Promise((resolve) => client.once('secureConnect', resolve))
}
client.write('hello')
await sleep(100)
for (const from of ['client', 'server']) seen.end(from)
recording.save(`${out}.pcap`)
writeFileSync(`${out}.keys`, keys.join(''))
console.log(`${recording.packets.length} packets`)
process.exit(0)

function makeCredential() {
  const folder = mkdtempSync(join(tmpdir(), 'nested-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-x509', '-days', '36500']
  execFileSync('openssl', ['req', ...kind, '-subj', '/CN=level.example', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  const made = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return made
}
