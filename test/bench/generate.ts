// The bench captures: recorded sessions played over and over, interleaved, from fresh addresses and ports.

import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { tcpFlag } from '../../shared/network/tcp.ts'
import { Chains } from './chains.ts'
import { type Play, sessionsOf } from './sessions.ts'
import { vary } from './vary.ts'

export interface CaptureShape {
  readonly sessions: number
  /** Bytes of application data in each session, from the server. */
  readonly bulk: number
  /** Sessions in flight at once. */
  readonly interleaved: number
  /** Data segments between acknowledgements. */
  readonly ackEvery: number
}

const segmentBytes = 1448
const frameHeader = 14 + 20 + 32
const distinctCertificates = 5000
const oneReorderedIn = 7
const oneRepeatedIn = 40
const empty = new Uint8Array(0)
/** 2026-11-23: the recorded certificates are valid then. */
const firstSecond = 1_795_400_000

/** Kinds of session and how often each comes in a hundred. */
const mix: readonly (readonly [file: string, weight: number])[] = [
  ['ok-tls12-full', 25],
  ['ok-tls13-full', 25],
  ['ok-tls12-ticket-resume', 10],
  ['ok-tls12-id-resume', 8],
  ['ok-tls13-psk-resume', 8],
  ['tls13-hello-retry-sliced', 5],
  ['ok-mutual-tls12', 4],
  ['no-common-cipher', 5],
  ['untrusted-root', 4],
  ['version-too-old', 3],
  ['alpn-mismatch', 3],
]

/** Writes a classic capture to `path`; returns its bytes and packets. `folder` holds the recordings. */
export function writeCapture(
  path: string,
  folder: string,
  shape: CaptureShape,
): { bytes: number; packets: number } {
  const kinds = mix.flatMap(([file, weight]) => {
    const sessions = sessionsOf(join(folder, `${file}.pcap`))
    return Array.from({ length: weight }, (_, i) => sessions[i % sessions.length]!)
  })
  const chains = new Chains(distinctCertificates)
  const out = new Out(path)
  const open: Session[] = []
  let next = 0
  while (next < shape.sessions || open.length > 0) {
    while (open.length < shape.interleaved && next < shape.sessions) {
      open.push(new Session(next, vary(kinds[(next * 37) % kinds.length]!, next, chains), shape))
      next++
    }
    for (let i = open.length - 1; i >= 0; i--) {
      if (!open[i]!.step(out)) open.splice(i, 1)
    }
  }
  return out.close()
}

class Session {
  private readonly n: number
  private readonly plays: Play[]
  private readonly shape: CaptureShape
  private at = 0
  /** Next sequence number of each side, and what each has seen of the other; below 2^53, cut to 32 bits when sent. */
  private readonly seq: [number, number]
  private readonly seen: [number, number]
  private unacknowledged = 0

  constructor(n: number, plays: readonly Play[], shape: CaptureShape) {
    this.n = n
    this.shape = shape
    this.plays = shape.bulk > 0 ? withBulk(plays, shape.bulk) : [...plays]
    this.seq = [(n * 7919) >>> 0, (n * 104729 + 77) >>> 0]
    this.seen = [0, 0]
  }

  /** Sends the next play, split to the segment size; false when nothing is left. */
  step(out: Out): boolean {
    const play = this.plays[this.at++]
    if (play === undefined) return false
    const dir = play.fromClient ? 0 : 1
    const peer = dir === 0 ? 1 : 0
    const { payload, flags } = play
    const begin = this.seq[dir]
    const isBulk = payload.length > 16000
    const parts: number[] = []
    for (let from = 0; from === 0 || from < payload.length; from += segmentBytes) parts.push(from)
    const reordered = parts.length > 1 && !isBulk && this.n % oneReorderedIn === 0
    if (reordered) parts.push(...parts.splice(0, 1))
    const repeated = payload.length > 0 && !isBulk && (this.n + this.at) % oneRepeatedIn === 0
    this.seen[dir] = this.seq[peer]
    for (const from of parts) {
      const part = payload.subarray(from, from + segmentBytes)
      this.send(out, dir, begin + from, flags, part)
      if (repeated) this.send(out, dir, begin + from, flags, part)
      const whole = part.length > 0 && ++this.unacknowledged >= this.shape.ackEvery
      if (whole && !reordered) this.acknowledge(out, peer, begin + from + part.length)
    }
    const control = flags & (tcpFlag.syn | tcpFlag.fin)
    this.seq[dir] += payload.length + (control === 0 ? 0 : 1)
    const opened = control === tcpFlag.syn && flags & tcpFlag.ack
    if (reordered || opened || control === tcpFlag.fin) this.acknowledge(out, peer, this.seq[dir])
    return this.at < this.plays.length
  }

  private acknowledge(out: Out, dir: 0 | 1, ack: number): void {
    this.unacknowledged = 0
    this.seen[dir] = ack
    this.send(out, dir, this.seq[dir], tcpFlag.ack, empty)
  }

  private send(out: Out, dir: 0 | 1, seq: number, flags: number, payload: Uint8Array): void {
    const client = 0x0a000000 + 1 + Math.floor(this.n / 20000)
    const server = 0x0ac80000 + (this.n % 500)
    const ports = [1024 + (this.n % 60000), 443] as const
    const peer = dir === 0 ? 1 : 0
    out.frame(
      dir === 0 ? client : server,
      dir === 0 ? server : client,
      ports[dir],
      ports[peer],
      seq >>> 0,
      flags & tcpFlag.ack ? this.seen[dir] >>> 0 : 0,
      flags,
      payload,
    )
  }
}

/** Application data in records of 16 KiB before the connection closes. */
function withBulk(plays: readonly Play[], bulk: number): Play[] {
  const end = plays.findIndex((play) => play.flags & (tcpFlag.fin | tcpFlag.rst))
  const records: Play[] = []
  for (let left = bulk; left > 0; left -= 16384) {
    const length = Math.min(16384, left)
    const payload = new Uint8Array(5 + length)
    payload.set([23, 3, 3, length >> 8, length & 0xff])
    for (let i = 5; i < payload.length; i += 64) payload[i] = i
    records.push({ fromClient: false, flags: tcpFlag.ack | tcpFlag.push, payload })
  }
  return [...plays.slice(0, end), ...records, ...plays.slice(end)]
}

/** A classic capture written in large pieces. */
class Out {
  private readonly file: number
  private readonly buffer = Buffer.alloc(8 << 20)
  private used = 0
  private bytes = 0
  private packets = 0
  private time = 0

  constructor(path: string) {
    this.file = openSync(path, 'w')
    const b = this.buffer
    b.writeUInt32LE(0xa1b2c3d4, 0)
    b.writeUInt16LE(2, 4)
    b.writeUInt16LE(4, 6)
    b.writeUInt32LE(262144, 16)
    b.writeUInt32LE(1, 20)
    this.used = 24
  }

  frame(
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    seq: number,
    ack: number,
    flags: number,
    payload: Uint8Array,
  ): void {
    const length = frameHeader + payload.length
    if (this.used + 16 + length > this.buffer.length) this.flush()
    const b = this.buffer
    let at = this.used
    this.time += 37
    b.writeUInt32LE(firstSecond + Math.floor(this.time / 1e6), at)
    b.writeUInt32LE(this.time % 1e6, at + 4)
    b.writeUInt32LE(length, at + 8)
    b.writeUInt32LE(length, at + 12)
    at += 16
    b.fill(0, at, at + frameHeader)
    b[at] = 2
    b[at + 6] = 2
    b[at + 11] = 1
    b.writeUInt16BE(0x0800, at + 12)
    at += 14
    b[at] = 0x45
    b.writeUInt16BE(length - 14, at + 2)
    b.writeUInt16BE(this.packets & 0xffff, at + 4)
    b[at + 8] = 64
    b[at + 9] = 6
    b.writeUInt32BE(source, at + 12)
    b.writeUInt32BE(destination, at + 16)
    at += 20
    b.writeUInt16BE(sourcePort, at)
    b.writeUInt16BE(destinationPort, at + 2)
    b.writeUInt32BE(seq, at + 4)
    b.writeUInt32BE(ack, at + 8)
    b[at + 12] = 0x80
    b[at + 13] = flags
    b.writeUInt16BE(64000, at + 14)
    b.fill(1, at + 20, at + 32)
    b.set(payload, at + 32)
    this.used += 16 + length
    this.packets++
  }

  close(): { bytes: number; packets: number } {
    this.flush()
    closeSync(this.file)
    return { bytes: this.bytes, packets: this.packets }
  }

  private flush(): void {
    writeSync(this.file, this.buffer, 0, this.used)
    this.bytes += this.used
    this.used = 0
  }
}
