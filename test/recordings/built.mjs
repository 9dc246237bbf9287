// Builds conversations that no program of Debian makes: what both sides say in the clear by the published format, and Node's TLS
// behind it. Usage: node test/recordings/built.mjs [NAME …]   (openssl must be installed for the certificate)

import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'
import { credential, endsOf } from './tls-ends.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))

/** Telnet's negotiation of START_TLS, option 46 (draft-altman-telnet-starttls-02). */
const telnet = {
  will: [255, 251, 46],
  wont: [255, 252, 46],
  do: [255, 253, 46],
  follows: [255, 250, 46, 1, 255, 240],
}

/** A packet of MySQL: length, number, payload (MySQL's protocol description, connection phase). */
const mysql = (number, ...parts) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return [body.length & 0xff, body.length >> 8, 0, number, ...body]
}
/** Greeting of protocol 10 with CLIENT_SSL, and a log-in without it. */
const greeting = mysql(0, [10], '8.0.36\0', [1, 0, 0, 0], 'saltsalt\0', [0xff, 0xff, 33, 2, 0, 0xff, 0xdf, 21], Buffer.alloc(10), 'saltsaltsalt\0', 'caching_sha2_password\0') // prettier-ignore
const logIn = mysql(1, [0x05, 0xa6, 0x0f, 0x00], [0, 0, 0, 1, 33], Buffer.alloc(23), 'alice\0', [0])
const insecure = mysql(2, [0xff, 0x57, 0x0c], '#HY000Connections using insecure transport are prohibited while --require_secure_transport=ON.') // prettier-ignore

const recordings = {
  'telnet-start-tls': {
    port: 23,
    said: [
      ['server', telnet.do],
      ['client', [...telnet.will, ...telnet.follows]],
      ['server', telnet.follows],
    ],
    secure: true,
  },
  'telnet-start-tls-refused': {
    port: 23,
    said: [
      ['server', telnet.do],
      ['client', telnet.wont],
    ],
  },
  'mysql-insecure-transport': {
    port: 3306,
    said: [
      ['server', greeting],
      ['client', logIn],
      ['server', insecure],
    ],
  },
}

async function main() {
  const wanted = process.argv.slice(2)
  for (const [name, { port, said, secure }] of Object.entries(recordings)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const recording = new Recording()
    const seen = recording.tcp(port)
    for (const [from, bytes] of said) seen.data(from, Buffer.from(bytes))
    if (secure) await handshake(seen)
    seen.end('server')
    seen.end('client')
    recording.save(`${out}${name}.pcap`)
    console.log(`${name}: ${String(recording.packets.length)} packets`)
  }
  process.exit(0)
}

async function handshake(seen) {
  const [client, server] = endsOf(seen)
  const behind = new tls.TLSSocket(server, { isServer: true, ...credential('server.example') })
  const before = tls.connect({ socket: client, servername: 'server.example', rejectUnauthorized: false })
  await new Promise((resolve) => before.on('secureConnect', resolve))
  before.write('alice\r\n')
  await sleep(50)
  behind.write('Password: ')
  await sleep(50)
}

await main()
