// The captures that the pictures are made of: recorded ones, joined where a view needs several.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const captures = [join(root, '../shared/captures/lab'), join(root, 'test/captures')].find((path) =>
  existsSync(path),
)
const written = new Set()

/** A recorded capture by its name. */
export function recorded(name) {
  return join(captures, `${name}.pcap`)
}

/** A recorded capture of a carrier, by its name. */
export function carried(name) {
  return join(root, `test/captures/carriers/${name}.pcap`)
}

/** Every capture of the folder in one, five seconds apart, each with a client and a server of its own. */
export function merged() {
  return joined('merged.pcap', allNames())
}

/** The same again and again: a capture that takes a while to read. */
export function long() {
  return joined('long.pcap', Array.from({ length: 240 }, allNames).flat())
}

/** A good and a bad handshake to compare. */
export function both() {
  return joined('both.pcap', ['ok-tls12-full.pcap', 'no-common-cipher.pcap'])
}

function allNames() {
  return readdirSync(captures).filter((name) => name.endsWith('.pcap'))
}

/** One file header, then the packets of all with the same header. */
function joined(name, names) {
  if (written.has(name)) return temporary(name)
  const [first, ...others] = names.map((each) => readFileSync(join(captures, each)))
  const same = [first, ...others.filter((file) => file.subarray(0, 24).equals(first.subarray(0, 24)))]
  const begin = first.readUInt32LE(24)
  const apart = same.map((file, index) => moved(file, begin + index * 5, index))
  return temporary(name, Buffer.concat([first.subarray(0, 24), ...apart]))
}

/** The packets of a classic capture (little-endian, Ethernet), begun at `second`, between the `index`th client and server. */
function moved(file, second, index) {
  const packets = Buffer.from(file.subarray(24))
  const shift = second - packets.readUInt32LE(0)
  const clients = new Map()
  for (let at = 0; at < packets.length; at += 16 + packets.readUInt32LE(at + 8)) {
    packets.writeUInt32LE(packets.readUInt32LE(at) + shift, at)
    const ip = at + 16 + 14
    if (packets.readUInt16BE(ip - 2) === 0x0800 && packets.readUInt32BE(ip + 12) === 0x7f000001)
      readdress(packets, ip, index, clients)
  }
  return packets
}

/** Who spoke first is the client. Addresses are written into the IPv4 header at `ip`, with its checksum (RFC 791 §3.1). */
function readdress(packets, ip, index, clients) {
  const ports = ip + 4 * (packets[ip] & 15)
  const [source, destination] = [packets.readUInt16BE(ports), packets.readUInt16BE(ports + 2)]
  const pair = [source, destination].sort().join()
  if (!clients.has(pair)) clients.set(pair, source)
  const client = [10, 20, 14 + (index % 3) * 38, 31 + ((index * 19) % 97)]
  const server = [10, 20, 3, 9 + ((index * 7) % 5) * 18]
  const ends = clients.get(pair) === source ? [client, server] : [server, client]
  packets.set(ends.flat(), ip + 12)
  packets.writeUInt16BE(0, ip + 10)
  let sum = 0
  for (let at = ip; at < ports; at += 2) sum += packets.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  packets.writeUInt16BE(~sum & 0xffff, ip + 10)
}

/** A capture with packets and no TLS: an Ethernet frame of an unknown type, six times. */
export function nothing() {
  const packet = Buffer.concat([Buffer.alloc(12, 2), Buffer.from([0x88, 0xcc]), Buffer.alloc(46)])
  const head = Buffer.alloc(16)
  head.writeUInt32LE(packet.length, 8)
  head.writeUInt32LE(packet.length, 12)
  const file = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex')
  return temporary(
    'nothing.pcap',
    Buffer.concat([file, ...Array.from({ length: 6 }, () => [head, packet]).flat()]),
  )
}

export function text() {
  return temporary('notes.pcapng', Buffer.from('Ticket 4711: the printer does not print.\n'))
}

/** Written once: a capture that changes while a page has it open is refused there. */
function temporary(name, bytes) {
  const path = join(root, 'node_modules/.cache/screens')
  mkdirSync(path, { recursive: true })
  if (!written.has(name)) writeFileSync(join(path, name), bytes)
  written.add(name)
  return join(path, name)
}
