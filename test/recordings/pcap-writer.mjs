// Writes what a relay saw as a capture: raw IPv4 packets with a TCP or UDP header, one millisecond apart where nothing waits.

import { writeFileSync } from 'node:fs'

const linkTypeRaw = 101
const segmentSize = 1460
const flags = { fin: 1, syn: 2, psh: 8, ack: 16 }

export class Recording {
  packets = []
  /** Milliseconds of silence in front of packets, by their place. */
  pauses = new Map()
  connections = 0

  /** The next packet comes so many milliseconds later than it would. */
  wait(ms) {
    this.pauses.set(this.packets.length, ms)
  }

  /** A TCP connection; its methods take what one end sent, in order. `from` is `client` or `server`. */
  tcp(serverPort = 443) {
    const ends = {
      client: { host: 1, port: 50000 + this.connections, next: 1000 },
      server: { host: 2, port: serverPort, next: 2000 },
    }
    this.connections++
    const peerOf = { client: 'server', server: 'client' }
    const send = (from, flag, payload = Buffer.alloc(0)) => {
      const [end, peer] = [ends[from], ends[peerOf[from]]]
      const header = Buffer.alloc(20)
      header.writeUInt16BE(end.port, 0)
      header.writeUInt16BE(peer.port, 2)
      header.writeUInt32BE(end.next, 4)
      header.writeUInt32BE(flag === flags.syn ? 0 : peer.next, 8)
      header[12] = 0x50
      header[13] = flag
      header.writeUInt16BE(65535, 14)
      end.next += payload.length + (flag & (flags.syn | flags.fin) ? 1 : 0)
      this.add(end.host, peer.host, 6, header, 16, payload)
    }
    send('client', flags.syn)
    send('server', flags.syn | flags.ack)
    send('client', flags.ack)
    return {
      data: (from, bytes) => {
        for (let at = 0; at < bytes.length; at += segmentSize) {
          send(from, flags.psh | flags.ack, bytes.subarray(at, at + segmentSize))
        }
      },
      end: (from) => send(from, flags.fin | flags.ack),
    }
  }

  /** One datagram. */
  udp(from, bytes, serverPort = 443) {
    const header = Buffer.alloc(8)
    header.writeUInt16BE(from === 'client' ? 50000 : serverPort, 0)
    header.writeUInt16BE(from === 'client' ? serverPort : 50000, 2)
    header.writeUInt16BE(8 + bytes.length, 4)
    this.add(from === 'client' ? 1 : 2, from === 'client' ? 2 : 1, 17, header, 6, bytes)
  }

  add(source, destination, protocol, header, checksumAt, payload) {
    const ip = Buffer.alloc(20)
    ip[0] = 0x45
    ip.writeUInt16BE(20 + header.length + payload.length, 2)
    ip.writeUInt16BE(this.packets.length + 1, 4)
    ip.writeUInt16BE(0x4000, 6)
    ip[8] = 64
    ip[9] = protocol
    ip.set([192, 0, 2, source], 12)
    ip.set([192, 0, 2, destination], 16)
    ip.writeUInt16BE(checksum([ip]), 10)
    const pseudo = Buffer.from([...ip.subarray(12, 20), 0, protocol, 0, 0])
    pseudo.writeUInt16BE(header.length + payload.length, 10)
    header.writeUInt16BE(checksum([pseudo, header, payload]), checksumAt)
    this.packets.push(Buffer.concat([ip, header, payload]))
  }

  save(path) {
    const head = Buffer.alloc(24)
    head.writeUInt32LE(0xa1b2c3d4, 0)
    head.writeUInt16LE(2, 4)
    head.writeUInt16LE(4, 6)
    head.writeUInt32LE(262144, 16)
    head.writeUInt32LE(linkTypeRaw, 20)
    let now = -1
    const records = this.packets.flatMap((packet, i) => {
      now += 1 + (this.pauses.get(i) ?? 0)
      const record = Buffer.alloc(16)
      record.writeUInt32LE(1700000000 + Math.floor(now / 1000), 0)
      record.writeUInt32LE((now % 1000) * 1000, 4)
      record.writeUInt32LE(packet.length, 8)
      record.writeUInt32LE(packet.length, 12)
      return [record, packet]
    })
    writeFileSync(path, Buffer.concat([head, ...records]))
  }
}

// RFC 1071
function checksum(parts) {
  const all = Buffer.concat(parts)
  let sum = 0
  for (let i = 0; i < all.length; i += 2) sum += (all[i] << 8) | (all[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}
