// The captures that the pictures are made of: recorded ones, joined, renamed or cut where a view needs it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesOf, moved, packetsOf, renamed, resegmented, spoken } from './packets.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const captures = [join(root, '../shared/captures/lab'), join(root, 'test/captures')].find((path) =>
  existsSync(path),
)
const folder = join(root, 'node_modules/.cache/screens')
const written = new Set()
/** The name in the recorded ClientHellos. */
const recordedName = 'server.example'
/** Names of a company's hosts, for conversations that show no certificate. */
const hosts = {
  'alpn-mismatch': 'grpc-ingress.westeurope.internal.contoso.example',
  'no-answer': 'nps-eap-tls-radius-secondary.identity.emea.contoso.example',
  'no-common-cipher': 'legacy-erp.contoso.example',
  'no-common-group': 'sts.contoso.example',
  'ok-mutual-tls13': 'mail-relay-03.emea.corp.contoso.example',
  'ok-tls13-full': 'www.contoso.example',
  'version-too-old': 'scan-to-mail.printers.branch-17.contoso.example',
}

/** A recorded capture by its name. */
export function recorded(name) {
  return join(captures, `${name}.pcap`)
}

/** A recorded capture of a carrier, by its name. */
export function carried(name) {
  return join(root, `test/captures/carriers/${name}.pcap`)
}

/** A recorded capture that has its keys beside it. */
export function keyed(name) {
  return join(root, `test/captures/keys/${name}.pcap`)
}

/** A capture whose packets came through a tunnel. */
export function tunnelled(name) {
  return join(root, `test/captures/tunnels/${name}.pcap`)
}

/** Every capture of the folder in one, five seconds apart, each with a client and a server of its own. */
export function merged() {
  return joined('merged.pcap', allNames(), hosts)
}

/** The same again and again: a capture that takes a while to read. */
export function long() {
  return joined('long.pcap', Array.from({ length: 480 }, allNames).flat(), hosts)
}

/** A good and a bad handshake to compare. */
export function both() {
  return joined('both.pcap', ['ok-tls12-full', 'no-common-cipher'], {})
}

/** 100,000 conversations with hosts of long names, most of them failed. */
export function many() {
  const refused = ['version-too-old', 'alpn-mismatch', 'no-common-cipher']
  const names = ['ok-tls13-full', ...refused, ...refused, ...refused]
  const all = Object.values(hosts)
  return temporary('branch-17.pcap', () => {
    const kinds = names.map((name) => all.map((host) => renamed(read(name), recordedName, host)))
    const head = readFileSync(recorded(names[0]))
    const begin = head.readUInt32LE(24)
    const parts = Array.from({ length: 100_000 }, (_, at) => {
      const packets = kinds[at % kinds.length][(at * 3) % all.length]
      return bytesOf(moved(packets, begin + Math.floor(at / 28), at, true))
    })
    return Buffer.concat([head.subarray(0, 24), ...parts])
  })
}

/** A handshake of some 300 calls: its bytes came a few at a time. */
export function manyCalls() {
  return temporary('small-segments.pcap', () => {
    const head = readFileSync(recorded('ok-mutual-tls12')).subarray(0, 24)
    return Buffer.concat([head, bytesOf(resegmented(read('ok-mutual-tls12'), 12))])
  })
}

/** A capture with notes of somebody else beside it. */
export function noted() {
  const path = temporary('handed-on.pcap', () => readFileSync(recorded('untrusted-root')))
  const note = {
    key: null,
    call: null,
    text: 'Seen at branch 17 as well.',
    written: '2026-11-23T09:12:00.000Z',
  }
  writeFileSync(`${path}.notes.json`, JSON.stringify({ title: '', notes: [note] }))
  return path
}

/** A capture that is written on: the packets so far. */
export function growing() {
  const whole = readFileSync(merged())
  const path = join(folder, 'growing.pcap')
  writeFileSync(path, whole.subarray(0, half(whole)))
  return path
}

/** What is written to it later. */
export function restOf(name) {
  const whole = readFileSync(merged())
  return { path: join(folder, name), bytes: whole.subarray(half(whole)) }
}

/** Where the second half of a file's packets begins. */
function half(file) {
  const packets = packetsOf(file)
  return 24 + bytesOf(packets.slice(0, Math.floor(packets.length / 2))).length
}

/** A capture cut off in the middle of a packet. */
export function damaged() {
  return temporary('cut-off.pcap', () => {
    const whole = readFileSync(merged())
    return whole.subarray(0, Math.floor(whole.length * 0.04))
  })
}

/** A capture with flows and no TLS in them: what the recorded ones hold besides. */
export function nothing() {
  return temporary('printer.pcap', () => {
    const packets = read('no-common-cipher')
    const said = [
      [22, 'SSH-2.0-OpenSSH_9.6\r\n'],
      [8080, 'GET /status HTTP/1.1\r\nHost: printer.example\r\n\r\n'],
      [9100, '\x1b%-12345X@PJL JOB\r\n'],
    ]
    const begin = Math.floor(packets[0].time / 1_000_000)
    const flows = said.map(([port, words], index) => {
      return bytesOf(moved(spoken(packets, port, words), begin + index * 3, index))
    })
    return Buffer.concat([readFileSync(recorded('no-common-cipher')).subarray(0, 24), ...flows])
  })
}

export function text() {
  return temporary('notes.pcapng', () => Buffer.from('Ticket 4711: the printer does not print.\n'))
}

function allNames() {
  return readdirSync(captures)
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => name.replace(/\.pcap$/, ''))
}

function read(name) {
  return packetsOf(readFileSync(recorded(name)))
}

/** One file header, then the packets of all with the same header, five seconds apart; `renames`: other names of their servers. */
function joined(name, names, renames) {
  return temporary(name, () => {
    const files = names.map((each) => ({ name: each, file: readFileSync(recorded(each)) }))
    const head = files[0].file.subarray(0, 24)
    const begin = files[0].file.readUInt32LE(24)
    const same = files.filter(({ file }) => file.subarray(0, 24).equals(head))
    const parts = same.map(({ name: each, file }, index) => {
      const packets =
        renames[each] === undefined ? packetsOf(file) : renamed(packetsOf(file), recordedName, renames[each])
      return bytesOf(moved(packets, begin + index * 5, index))
    })
    return Buffer.concat([head, ...parts])
  })
}

/** Written once: a capture that changes while a page has it open is refused there. */
function temporary(name, make) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  if (!written.has(name)) writeFileSync(path, make())
  written.add(name)
  return path
}
