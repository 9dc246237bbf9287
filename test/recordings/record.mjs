// Records test/captures/keys again: openssl and gnutls talk through a relay that writes what passes as a capture.
// Usage: node test/recordings/record.mjs [NAME …]   (all recordings without names; openssl 3 and gnutls-cli must be installed)

import { execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Recording } from './pcap-writer.mjs'
import { recordings } from './recordings.mjs'

const out = fileURLToPath(new URL('../captures/keys/', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'recordings-'))
const relayPort = 24430
const serverPort = 24431

mkdirSync(out, { recursive: true })
makeKeys()
const wanted = process.argv.slice(2)
for (const [name, recipe] of Object.entries(recordings)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  await record(name, recipe)
}
rmSync(work, { recursive: true })

/** Keys and certificates are kept, so that private keys stay true for captures that are not recorded again. */
function makeKeys() {
  const certificate = (name, ...key) => {
    if (existsSync(`${out}${name}.crt`)) return
    const files = ['-keyout', `${out}${name}.key`, '-out', `${out}${name}.crt`]
    const subject = ['-subj', `/CN=${name}.example`, '-days', '36500', '-nodes', '-x509']
    execFileSync('openssl', ['req', ...subject, '-newkey', ...key, ...files], { stdio: 'ignore' })
  }
  certificate('rsa', 'rsa:2048')
  certificate('other', 'rsa:2048')
  certificate('ecdsa', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256')
  certificate('ed25519', 'ed25519')
  if (!existsSync(`${out}rsa.ocsp`)) staple()
  if (existsSync(`${out}rsa.pfx`)) return
  const openssl = (...list) => execFileSync('openssl', list, { stdio: 'ignore' })
  const pair = (name) => ['-inkey', `${out}${name}.key`, '-in', `${out}${name}.crt`]
  openssl('pkcs12', '-export', ...pair('rsa'), '-out', `${out}rsa.pfx`, '-passout', 'pass:correct horse')
  openssl(
    'pkcs12',
    '-export',
    '-legacy',
    ...pair('rsa'),
    '-out',
    `${out}rsa-legacy.pfx`,
    '-passout',
    'pass:correct horse',
  )
  openssl('pkcs12', '-export', ...pair('ecdsa'), '-out', `${out}ecdsa.pfx`, '-passout', 'pass:correct horse')
  openssl(
    'pkcs8',
    '-topk8',
    '-in',
    `${out}rsa.key`,
    '-out',
    `${out}rsa-encrypted.key`,
    '-passout',
    'pass:correct horse',
  )
  openssl(
    'rsa',
    '-aes128',
    '-traditional',
    '-in',
    `${out}rsa.key`,
    '-out',
    `${out}rsa-traditional.key`,
    '-passout',
    'pass:correct horse',
  )
  openssl('rsa', '-in', `${out}rsa.key`, '-outform', 'DER', '-out', `${out}rsa.der`)
}

/** An OCSP response that says good of the certificate `rsa`, signed by itself. */
function staple() {
  const openssl = (...list) => execFileSync('openssl', list, { stdio: ['ignore', 'pipe', 'ignore'] })
  const serial = openssl('x509', '-in', `${out}rsa.crt`, '-noout', '-serial').toString().trim().slice(7)
  const index = join(work, 'index.txt')
  writeFileSync(index, `V\t21260101000000Z\t\t${serial}\tunknown\t/CN=rsa.example\n`)
  const issuer = ['-CA', `${out}rsa.crt`, '-issuer', `${out}rsa.crt`]
  const signer = ['-rsigner', `${out}rsa.crt`, '-rkey', `${out}rsa.key`]
  const asked = ['-serial', `0x${serial}`, '-ndays', '36500']
  openssl('ocsp', '-index', index, ...issuer, ...signer, ...asked, '-respout', `${out}rsa.ocsp`)
}

async function record(name, recipe) {
  const recording = new Recording()
  const keys = join(work, `${name}.keys`)
  const relay = recipe.dtls === undefined ? await tcpRelay(recording) : udpRelay(recording, recipe.dtls)
  const fill = (argument) => argument.replace('OUT/', out).replace('WORK/', `${work}/`)
  const server = start(
    recipe.server.map(fill).map((argument) => argument.replace('PORT', String(serverPort))),
    {},
  )
  await sleep(recipe.wait ?? 300)
  writeFileSync(join(work, 'early.txt'), 'early data\n')
  for (const client of recipe.clients) {
    const run = start(
      client.run
        .map(fill)
        .map((argument) => argument.replace('PORT', String(relayPort)).replace('KEYS', keys)),
      { SSLKEYLOGFILE: keys },
    )
    for (const [who, text] of client.says) {
      await sleep(250)
      ;(who === 'client' ? run : server).stdin.write(text)
    }
    await sleep(250)
    run.stdin.end()
    await Promise.race([run.closed, sleep(3000)])
    run.kill()
  }
  server.kill()
  await server.closed
  relay.close()
  recording.save(`${out}${name}.pcap`)
  const lines = existsSync(keys) ? readFileSync(keys, 'latin1').split('\n') : []
  writeFileSync(
    `${out}${name}.keys`,
    `${[...new Set(lines.filter((line) => /^[A-Z]/.test(line)))].join('\n')}\n`,
  )
  console.log(`${name}: ${recording.packets.length} packets`)
}

function start([command, ...list], env) {
  const child = spawn(command, list, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore'],
  })
  child.stdin.on('error', () => undefined)
  child.closed = new Promise((resolve) => child.on('close', resolve))
  return child
}

async function tcpRelay(recording) {
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const seen = recording.tcp()
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

/** Datagrams that `lost` names (counted from 1 in each direction) never arrive; `captured: false` records where they would have arrived. */
function udpRelay(recording, lost) {
  const relay = createSocket('udp4')
  const counts = { client: 0, server: 0 }
  let clientPort = 0
  relay.on('message', (bytes, { port }) => {
    const from = port === serverPort ? 'server' : 'client'
    if (from === 'client') clientPort = port
    const number = ++counts[from]
    if (lost.captured !== false || !lost[from]?.includes(number)) recording.udp(from, bytes)
    if (!lost[from]?.includes(number))
      relay.send(bytes, from === 'client' ? serverPort : clientPort, '127.0.0.1')
  })
  relay.bind(relayPort, '127.0.0.1')
  return relay
}
