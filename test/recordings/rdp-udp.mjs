// Builds RDP over UDP, which no server of Debian speaks: real TLS and DTLS in packets to MS-RDPEUDP and MS-RDPEUDP2.
// Usage: node test/recordings/rdp-udp.mjs [NAME …]   (openssl must be installed: its DTLS, and the certificate)

import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'
import { credential, endsOf } from './tls-ends.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'rdp-udp-'))
const firstPort = Number(process.env.FIRST_PORT ?? 24460)
const rdpPort = 3389
const mtu = 1232
const version3 = 0x0101
const flags = { syn: 1, ack: 4, data: 8, lossy: 0x200, correlated: 0x800, extended: 0x1000 }

/** `late`: these packets of the server come after the ones behind them. */
const recordings = {
  'rdp-udp-reliable': { version: 2, late: [1, 6] },
  'rdp-udp-version-3': { version: version3 },
  'rdp-udp-no-common-version': { version: version3, client: { minVersion: 'TLSv1.3' } },
  'rdp-udp-lossy': { version: 2, lossy: true },
  'rdp-udp-no-answer': { version: version3, deaf: true },
}

async function main() {
  mkdirSync(out, { recursive: true })
  const made = credential('host.example.org')
  for (const [name, pem] of Object.entries(made)) writeFileSync(join(work, `${name}.pem`), pem)
  const wanted = process.argv.slice(2)
  for (const [name, recipe] of Object.entries(recordings)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const recording = new Recording()
    const link = new Link(recording, recipe)
    const keys = []
    if (recipe.deaf) unanswered(link, recording)
    else if (recipe.lossy) await lossy(link)
    else await reliable(link, recipe, keys, made)
    recording.save(`${out}${name}.pcap`)
    if (keys.length > 0) writeFileSync(`${out}${name}.keys`, keys.join(''))
    console.log(`${name}: ${String(recording.packets.length)} packets`)
  }
  rmSync(work, { recursive: true })
  process.exit(0)
}

/** The client sends its SYN again after 3.5 and 2.7 seconds, as Windows does, and gives up. */
function unanswered(link, recording) {
  link.syn('client')
  for (const ms of [3500, 2700]) {
    recording.wait(ms)
    link.syn('client')
  }
}

/** Node's TLS on both ends of a link that numbers packets. */
async function reliable(link, recipe, keys, made) {
  link.syn('client')
  link.syn('server')
  const [client, server] = endsOf(link)
  const secureServer = new tls.TLSSocket(server, { isServer: true, ...made, maxVersion: 'TLSv1.2' })
  const secureClient = tls.connect({ socket: client, servername: 'host.example.org', rejectUnauthorized: false, ...recipe.client }) // prettier-ignore
  for (const side of [secureClient, secureServer]) side.on('error', () => undefined)
  secureClient.on('keylog', (line) => keys.push(line.toString()))
  const established = await Promise.race([
    new Promise((resolve) => secureClient.on('secureConnect', () => resolve(true))),
    sleep(1000),
  ])
  if (!established) {
    keys.length = 0
    return
  }
  // Tunnel Create Request and Response (MS-RDPEMT §2.2.2.1, §2.2.2.2).
  secureClient.write(Buffer.from(`00180004${'01000000'}00000000${'5a'.repeat(16)}`, 'hex'))
  await sleep(50)
  secureServer.write(Buffer.from('01040004' + '00000000', 'hex'))
  await sleep(50)
  for (let i = 0; i < 20; i++) secureServer.write(Buffer.alloc(900, i))
  await sleep(100)
}

/** OpenSSL's DTLS through a relay that packs its datagrams. */
async function lossy(link) {
  link.syn('client')
  link.syn('server')
  const serverPort = firstPort + 1
  const options = { cwd: work, stdio: ['pipe', 'ignore', 'ignore'] }
  const server = spawn('openssl', ['s_server', '-dtls1_2', '-port', String(serverPort), '-key', 'key.pem', '-cert', 'cert.pem', '-mtu', '1150'], options) // prettier-ignore
  await sleep(500)
  const relay = createSocket('udp4')
  let clientPort = 0
  relay.on('message', (bytes, { port }) => {
    const from = port === serverPort ? 'server' : 'client'
    if (from === 'client') clientPort = port
    link.data(from, bytes)
    relay.send(bytes, from === 'client' ? serverPort : clientPort, '127.0.0.1')
  })
  relay.bind(firstPort, '127.0.0.1')
  const client = spawn('openssl', ['s_client', '-dtls1_2', '-connect', `127.0.0.1:${String(firstPort)}`, '-servername', 'host.example.org'], options) // prettier-ignore
  await sleep(1500)
  client.stdin.write('hello\n')
  await sleep(300)
  client.stdin.end('Q\n')
  await sleep(500)
  relay.close()
  client.kill()
  server.kill()
}

/** Packets of both sides, each numbered as its sender numbers them. */
function Link(recording, { version, lossy: isLossy = false, late = [] }) {
  const first = { client: 0x5eaf0010, server: 0x0badf00d }
  const sent = { client: 0, server: 0 }
  const peer = { client: 'server', server: 'client' }
  let held = null

  this.syn = (from) => {
    const answers = from === 'server'
    const packet = Buffer.alloc(mtu)
    const set =
      flags.syn |
      flags.extended |
      (answers ? flags.ack : flags.correlated) |
      (isLossy && !answers ? flags.lossy : 0)
    packet.writeUInt32BE(answers ? first.client : 0xffffffff, 0)
    packet.writeUInt16BE(64, 4)
    packet.writeUInt16BE(set, 6)
    packet.writeUInt32BE(first[from], 8)
    packet.writeUInt16BE(mtu, 12)
    packet.writeUInt16BE(mtu, 14)
    let at = 16
    if (!answers) {
      packet.fill(0xc1, at, at + 16)
      at += 32
    }
    packet.writeUInt16BE(1, at)
    packet.writeUInt16BE(version, at + 2)
    if (!answers && version === version3) packet.fill(0x77, at + 4, at + 36)
    recording.udp(from, packet, rdpPort)
  }

  this.data = (from, bytes) => {
    for (let at = 0; at < bytes.length; at += 1150) {
      const number = ++sent[from]
      const packet = pack(from, number, bytes.subarray(at, at + 1150))
      if (from === 'server' && late.includes(number)) held = packet
      else {
        recording.udp(from, packet, rdpPort)
        if (held !== null) recording.udp('server', held, rdpPort)
        held = null
      }
    }
  }

  const pack = (from, number, bytes) =>
    version === version3 ? pack3(number, sent[peer[from]], bytes) : pack1(from, number, bytes)

  /** FEC header, ACK vector, source payload header (MS-RDPEUDP §2.2.2). */
  const pack1 = (from, number, bytes) => {
    const head = Buffer.alloc(20)
    head.writeUInt32BE((first[peer[from]] + sent[peer[from]]) >>> 0, 0)
    head.writeUInt16BE(1024, 4)
    head.writeUInt16BE(flags.data | flags.ack, 6)
    head.writeUInt16BE(1, 8)
    head[10] = 1
    head.writeUInt32BE((first[from] + number) >>> 0, 12)
    head.writeUInt32BE((first[from] + number) >>> 0, 16)
    return Buffer.concat([head, bytes])
  }

  /** Header, ACK, AckOfAcks, DataHeader, DataBody, and the prefix byte in the eighth place (MS-RDPEUDP2 §2.2.1, §3.1.1.1.5.1). */
  const pack3 = (number, received, bytes) => {
    const head = Buffer.alloc(1 + 2 + 7 + 2 + 2 + 2)
    head[0] = 7 << 5
    head.writeUInt16LE((12 << 12) | 0x15, 1)
    head.writeUInt16LE(100 + received, 3)
    head.writeUInt16LE(100, 10)
    head.writeUInt16LE(100 + number, 12)
    head.writeUInt16LE(number, 14)
    const packet = Buffer.concat([head, bytes])
    ;[packet[0], packet[7]] = [packet[7], packet[0]]
    return packet
  }
}

await main()
