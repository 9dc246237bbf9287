// Builds CredSSP log-ins to WinRM over HTTP, which no server of Debian takes: Node's TLS in the tokens of Authorization and
// WWW-Authenticate (MS-WSMV §2.2.9.1.3), TSRequests in it (MS-CSSP §2.2.1). Usage: node test/recordings/winrm.mjs [NAME …]

import { mkdirSync, writeFileSync } from 'node:fs'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'
import { credential } from './tls-ends.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const logonFailure = [0x00, 0xc0, 0x00, 0x00, 0x6d]
const ntlm = (type) =>
  Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.from([type, 0, 0, 0]), Buffer.alloc(40, type)])
const sealed = (tag) => der(tag, der(4, Buffer.alloc(80, 0x5a)))
const nego = (token) => der(0xa1, der(0x30, der(0x30, der(0xa0, der(4, token)))))

/** What both sides say inside, by turns; the client begins. */
const good = [
  tsRequest(nego(ntlm(1))),
  tsRequest(nego(ntlm(2))),
  tsRequest(nego(ntlm(3)), sealed(0xa3)),
  tsRequest(sealed(0xa3)),
  tsRequest(sealed(0xa2)),
]
const recordings = {
  'winrm-credssp': { said: good },
  'winrm-credssp-wrong-password': { said: [...good.slice(0, 3), tsRequest(der(0xa4, der(2, logonFailure)))] },
  'winrm-credssp-no-common-version': { said: [], client: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } },
}

class Tokens extends Duplex {
  written = []

  _read() {
    // What comes is pushed as it comes.
  }

  _write(bytes, _encoding, done) {
    this.written.push(bytes)
    done()
  }

  /** What was written so far, as one token. */
  async take() {
    await sleep(30)
    return Buffer.concat(this.written.splice(0))
  }
}

async function main() {
  mkdirSync(out, { recursive: true })
  const wanted = process.argv.slice(2)
  for (const [name, recipe] of Object.entries(recordings)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const recording = new Recording()
    const keys = await credssp(recording, recipe)
    recording.save(`${out}${name}.pcap`)
    if (keys.length > 0) writeFileSync(`${out}${name}.keys`, keys.join(''))
    console.log(`${name}: ${String(recording.packets.length)} packets`)
  }
  process.exit(0)
}

async function credssp(recording, { said, client: options }) {
  const keys = []
  const seen = recording.tcp(5985)
  seen.data('client', post(''))
  seen.data('server', answer('401 ', ['Negotiate', 'CredSSP']))
  const [client, server] = [new Tokens(), new Tokens()]
  const secureServer = new tls.TLSSocket(server, {
    isServer: true,
    ...credential('host.example.org'),
    maxVersion: 'TLSv1.2',
  })
  const secure = tls.connect({ socket: client, rejectUnauthorized: false, maxVersion: 'TLSv1.2', ...options })
  for (const each of [secure, secureServer]) each.on('error', () => undefined)
  secure.on('keylog', (line) => keys.push(line.toString()))
  let open = false
  secure.on('secureConnect', () => (open = true))
  const left = [...said]
  for (;;) {
    const token = await client.take()
    if (token.length === 0) {
      if (!open || left.length === 0) break
      secure.write(left.shift())
      continue
    }
    seen.data('client', post(`Authorization: CredSSP ${token.toString('base64')}\r\n`))
    server.push(token)
    let reply = await server.take()
    if (reply.length === 0 && open && left.length > 0) {
      secureServer.write(left.shift())
      reply = await server.take()
    }
    if (reply.length === 0) {
      seen.data('server', answer('200 ', []))
      break
    }
    seen.data('server', answer('401 ', [`CredSSP ${reply.toString('base64')}`]))
    client.push(reply)
  }
  seen.end('client')
  seen.end('server')
  return said.length === 0 ? [] : keys
}

function post(more) {
  const length = 'Content-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: 0\r\n'
  return Buffer.from(`POST /wsman HTTP/1.1\r\nHost: host.example.org:5985\r\n${length}${more}\r\n`)
}

function answer(status, schemes) {
  const asks = schemes.map((scheme) => `WWW-Authenticate: ${scheme}\r\n`).join('')
  return Buffer.from(
    `HTTP/1.1 ${status}\r\nServer: Microsoft-HTTPAPI/2.0\r\n${asks}Content-Length: 0\r\n\r\n`,
  )
}

function tsRequest(...parts) {
  return der(0x30, der(0xa0, der(2, [6])), ...parts)
}

function der(tag, ...content) {
  const body = Buffer.concat(content.map((each) => Buffer.from(each)))
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.from([tag, ...length, ...body])
}

await main()
