// Records test/captures/carriers again: real servers of Debian's packages and real clients talk through a relay that writes what
// passes as a capture. Usage: node test/recordings/carriers.mjs [NAME …]
// Needs root (servers drop their rights) and: openssl curl dovecot-imapd dovecot-pop3d dovecot-lmtpd vsftpd slapd ldap-utils
// postgresql mariadb-server postfix squid microsocks prosody nginx apache2. A recipe whose program is missing says so and is left out.

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { carrierRecipes } from './carrier-recipes.mjs'
import { keyLogging } from './key-logger.mjs'
import { Recording } from './pcap-writer.mjs'

const out = fileURLToPath(new URL('../captures/carriers/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'carriers-'))
const relayPort = Number(process.env.FIRST_PORT ?? 24440)
const targetPort = relayPort + 1
const firstServerPort = relayPort + 10

mkdirSync(out, { recursive: true })
chmodSync(work, 0o755)
const pair = ['-keyout', join(work, 'key.pem'), '-out', join(work, 'cert.pem')]
const subject = [
  '-subj',
  '/CN=server.example',
  '-addext',
  'subjectAltName=DNS:server.example',
  '-days',
  '36500',
]
const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-x509']
execFileSync('openssl', ['req', ...key, ...subject, ...pair], { stdio: 'ignore' })
chmodSync(join(work, 'key.pem'), 0o644)

const wanted = process.argv.slice(2)
for (const [i, [name, recipe]] of Object.entries(carrierRecipes).entries()) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  await record(name, recipe, firstServerPort + i)
}
rmSync(work, { recursive: true, force: true })

async function record(name, recipe, serverPort) {
  const folder = join(work, name)
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  const place = { work, folder, port: serverPort, relay: relayPort, target: targetPort }
  const [command, ...list] = recipe.server(place)
  if (!existsSync(command)) {
    console.log(`${name}: ${command} is not installed`)
    return
  }
  const target = recipe.target === undefined ? null : start(recipe.target(place))
  if (target !== null) await listening(targetPort)
  const server = start([command, ...list])
  await listening(serverPort)
  const recording = new Recording()
  const relay = await tcpRelay(recording, recipe.port, serverPort)
  // A key log of the client's, where what is inside TLS is to be read; `preloaded` where it cannot write one itself.
  const keys = join(folder, 'keys')
  const logging = recipe.keys === 'preloaded' ? keyLogging(folder, keys) : { SSLKEYLOGFILE: keys }
  const client = start(recipe.client(place), recipe.keys === undefined ? {} : logging)
  for (const text of recipe.says ?? ['']) {
    await sleep(700)
    client.stdin.write(text)
  }
  await sleep(500)
  client.stdin.end()
  await Promise.race([client.closed, sleep(3000)])
  await stop(client, 'SIGTERM')
  await sleep(200)
  relay.close()
  recipe.stop?.(place)
  for (const child of [server, target]) if (child !== null) await stop(child, recipe.signal ?? 'SIGTERM')
  recording.save(`${out}${name}.pcap`)
  if (existsSync(keys)) copyFileSync(keys, `${out}${name}.keys`)
  console.log(`${name}: ${recording.packets.length} packets`)
}

/** Each program gets a process group of its own, so that its children end with it. */
function start([command, ...list], more = {}) {
  const stdio = ['pipe', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore']
  const child = spawn(command, list, { stdio, detached: true, env: { ...process.env, ...more } })
  child.stdin.on('error', () => undefined)
  child.closed = new Promise((resolve) => child.on('close', resolve))
  return child
}

async function stop(child, signal) {
  for (const each of [signal, 'SIGKILL']) {
    try {
      process.kill(-child.pid, each)
    } catch {
      return
    }
    await Promise.race([child.closed, sleep(3000)])
  }
}

/** Waits until the server takes connections, ten seconds at most; the trial connection is not recorded. */
async function listening(port) {
  for (let i = 0; i < 50; i++) {
    const open = await new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await sleep(200)
  }
  console.log('  the server does not listen')
}

async function tcpRelay(recording, port, serverPort) {
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const seen = recording.tcp(port)
    const server = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true })
    for (const [from, one, other] of [
      ['client', client, server],
      ['server', server, client],
    ]) {
      one.on('data', (bytes) => {
        seen.data(from, bytes)
        other.write(bytes)
      })
      one.on('end', () => {
        seen.end(from)
        other.end()
      })
      one.on('error', () => other.destroy())
    }
  })
  await new Promise((resolve) => relay.listen(relayPort, '127.0.0.1', resolve))
  return relay
}
