// Records TDS: Node's own TLS on both ends, wrapped in the packets of SQL Server's protocol (MS-TDS 2.2.6.5, 3.2.5.1).
// Usage: node test/recordings/tds.mjs [NAME …]   (openssl must be installed for the certificate)

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const port = 24435
const sqlServer = 1433
const encrypt = { off: 0, on: 1, notSupported: 2, required: 3 }

/** `packet`: the largest TDS packet, as the sides agree on it; small ones split records and messages. */
const recordings = {
  'tds-encrypted': { client: encrypt.on, server: encrypt.on, packet: 4096 },
  'tds-small-packets': { client: encrypt.off, server: encrypt.required, packet: 512 },
  'tds-login-only': { client: encrypt.off, server: encrypt.off, packet: 4096 },
  'tds-no-encryption': { client: encrypt.on, server: encrypt.notSupported, packet: 4096 },
  'tds-named-instance': { client: encrypt.on, server: encrypt.notSupported, packet: 4096, browser: true },
  'tds-client-without': { client: encrypt.notSupported, server: encrypt.required, packet: 4096 },
  'tds-clear': { client: encrypt.notSupported, server: encrypt.notSupported, packet: 4096 },
  'tds-8': { strict: true },
  'tds-8-old-server': { strict: true, old: true },
}

const credential = makeCredential()

async function main() {
  mkdirSync(out, { recursive: true })
  const wanted = process.argv.slice(2)
  for (const [name, recipe] of Object.entries(recordings)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const recording = new Recording()
    if (recipe.browser) askBrowser(recording)
    await (recipe.strict ? strict(recording, recipe) : wrapped(recording, recipe))
    recording.save(`${out}${name}.pcap`)
    console.log(`${name}: ${String(recording.packets.length)} packets`)
  }
  process.exit(0)
}

/** SQL Server Browser names the port of an instance (MC-SQLR §2.2.3, §2.2.5). */
function askBrowser(recording) {
  const told = `ServerName;SQL1;InstanceName;SQLEXPRESS;IsClustered;No;Version;12.0.2000.8;tcp;${String(sqlServer)};;`
  recording.udp('client', Buffer.from('\x04SQLEXPRESS\0'), 1434)
  recording.udp('server', Buffer.concat([Buffer.from([5, told.length, 0]), Buffer.from(told)]), 1434)
}

/** TDS 7.x: PRELOGIN, TLS in packets, bare TLS, and after a login alone the clear again. */
async function wrapped(recording, recipe) {
  const [client, server] = await pair(recording)
  client.write(packets(0x12, prelogin(recipe.client), recipe.packet))
  await sleep(20)
  server.write(packets(0x04, prelogin(recipe.server), recipe.packet))
  await sleep(20)
  for (const side of [client, server]) side.read()
  const both = (one) => recipe.client === one && recipe.server === one
  const none = recipe.client === encrypt.notSupported || recipe.server === encrypt.notSupported
  if (none) {
    if (both(encrypt.notSupported)) {
      client.write(packets(0x10, Buffer.alloc(200, 1), recipe.packet))
      await sleep(20)
      server.write(packets(0x04, Buffer.alloc(100, 2), recipe.packet))
    }
    await end(client, server)
    return
  }
  const [clientSide, serverSide] = [
    new TdsSocket(client, recipe.packet),
    new TdsSocket(server, recipe.packet),
  ]
  const secureServer = new tls.TLSSocket(serverSide, { isServer: true, ...credential, maxVersion: 'TLSv1.2' })
  const secureClient = tls.connect({
    socket: clientSide,
    servername: 'sql.example.org',
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
  })
  secureServer.on('error', () => undefined)
  const done = new Promise((resolve) => {
    secureClient.on('secureConnect', () => resolve(true))
    secureClient.on('error', () => resolve(false))
  })
  if (await done) {
    await sleep(30)
    clientSide.wraps = false
    serverSide.wraps = false
    secureClient.write(packets(0x10, Buffer.alloc(200, 1), recipe.packet))
    await sleep(30)
    if (both(encrypt.off)) {
      server.write(packets(0x04, Buffer.alloc(100, 2), recipe.packet))
      await sleep(20)
      client.write(packets(0x01, Buffer.from('select 1', 'utf16le'), recipe.packet))
    } else {
      secureServer.write(packets(0x04, Buffer.alloc(100, 2), recipe.packet))
      await sleep(20)
      secureClient.write(packets(0x01, Buffer.from('select 1', 'utf16le'), recipe.packet))
    }
    await sleep(30)
  }
  await end(client, server)
}

/** TDS 8.0: TLS first, named by ALPN. An old server does not understand it and closes. */
async function strict(recording, recipe) {
  const [client, server] = await pair(recording)
  const secure = tls.connect({
    socket: client,
    servername: 'sql.example.org',
    rejectUnauthorized: false,
    ALPNProtocols: ['tds/8.0'],
  })
  secure.on('error', () => undefined)
  if (recipe.old === true) {
    await sleep(50)
    server.end()
    await sleep(50)
    return
  }
  const secureServer = new tls.TLSSocket(server, {
    isServer: true,
    ...credential,
    ALPNProtocols: ['tds/8.0'],
  })
  await new Promise((resolve) => secure.on('secureConnect', resolve))
  secure.write(packets(0x12, prelogin(encrypt.on), 4096))
  await sleep(30)
  secureServer.end()
  await sleep(50)
}

/** Both ends of a connection through a recorder. */
async function pair(recording) {
  const listener = createServer({ allowHalfOpen: true })
  await new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve))
  const accepted = new Promise((resolve) => listener.on('connection', resolve))
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const server = await accepted
  listener.close()
  const seen = recording.tcp(sqlServer)
  return [new Thin('client', client, seen), new Thin('server', server, seen)]
}

async function end(client, server) {
  client.end()
  await sleep(20)
  server.end()
  await sleep(30)
}

/** A stream over a socket whose writes are recorded: Node's TLS would write into the socket itself beneath JavaScript. */
class Thin extends Duplex {
  constructor(from, socket, seen) {
    super({ allowHalfOpen: true })
    Object.assign(this, { from, socket, seen })
    socket.on('data', (bytes) => this.push(bytes))
    socket.on('end', () => this.push(null))
    socket.on('error', () => undefined)
  }

  _read() {
    // What comes is pushed as it comes.
  }

  _write(bytes, _encoding, done) {
    this.seen.data(this.from, bytes)
    this.socket.write(bytes)
    done()
  }

  _writev(chunks, done) {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), null, done)
  }

  _final(done) {
    this.seen.end(this.from)
    this.socket.end()
    done()
  }
}

/** Wraps what TLS writes in packets of type 0x12, and unwraps what it reads, until told to stop. */
class TdsSocket extends Duplex {
  wraps = true
  rest = Buffer.alloc(0)

  constructor(inner, packet) {
    super({ allowHalfOpen: true })
    this.inner = inner
    this.packet = packet
    inner.on('data', (bytes) => this.take(bytes))
    inner.on('end', () => this.push(null))
  }

  take(bytes) {
    this.rest = Buffer.concat([this.rest, bytes])
    while (this.rest.length > 0) {
      if (this.rest[0] !== 0x12) {
        if (this.rest[0] >= 0x14 && this.rest[0] <= 0x17) this.push(this.rest)
        this.rest = Buffer.alloc(0)
        return
      }
      if (this.rest.length < 8 || this.rest.length < this.rest.readUInt16BE(2)) return
      const length = this.rest.readUInt16BE(2)
      this.push(this.rest.subarray(8, length))
      this.rest = this.rest.subarray(length)
    }
  }

  _read() {
    // What comes is pushed as it comes.
  }

  _write(bytes, _encoding, done) {
    this.inner.write(this.wraps ? packets(0x12, bytes, this.packet) : bytes)
    done()
  }

  _writev(chunks, done) {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), null, done)
  }

  _final(done) {
    done()
  }
}

/** One message in as many packets as it needs (MS-TDS 2.2.3.1): type, status, length, SPID, number, window. */
function packets(type, message, size) {
  const parts = []
  for (let at = 0; at < message.length; at += size - 8) {
    const body = message.subarray(at, at + size - 8)
    const last = at + size - 8 >= message.length
    const header = Buffer.from([type, last ? 1 : 0, 0, 0, 0, 0, (parts.length + 1) & 0xff, 0])
    header.writeUInt16BE(8 + body.length, 2)
    parts.push(Buffer.concat([header, body]))
  }
  return Buffer.concat(parts)
}

/** VERSION, ENCRYPTION, INSTOPT, THREADID, MARS (MS-TDS 2.2.6.5). */
function prelogin(encryption) {
  const values = [
    [0, [15, 0, 8, 152, 0, 0]],
    [1, [encryption]],
    [2, [0]],
    [3, [0, 0, 0, 1]],
    [4, [0]],
  ]
  let offset = 5 * values.length + 1
  const head = []
  for (const [token, value] of values) {
    head.push(token, offset >> 8, offset & 0xff, 0, value.length)
    offset += value.length
  }
  return Buffer.from([...head, 0xff, ...values.flatMap(([, value]) => value)])
}

function makeCredential() {
  const folder = mkdtempSync(join(tmpdir(), 'tds-'))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=sql.example.org', '-addext', 'subjectAltName=DNS:sql.example.org', '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'ignore' }) // prettier-ignore
  const made = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }
  rmSync(folder, { recursive: true })
  return made
}

await main()
