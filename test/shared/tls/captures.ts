// A small reader of captures for tests only: in-order TCP payload of classic captures on Ethernet, loopback or raw IP.

import { createHash, createHmac } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Crypto } from '../../../shared/ports.ts'

const root = join(import.meta.dirname, '../../../../shared/captures')

export const labAvailable = existsSync(join(root, 'lab'))
export const zeekAvailable = existsSync(join(root, 'zeek/tshark-facts.jsonl'))

export function captureFiles(folder: 'lab' | 'zeek'): string[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith('.pcap'))
}

export interface Flow {
  readonly from: string
  readonly to: string
  readonly bytes: Uint8Array
}

/** One flow for each direction of each connection, cut at the first gap; port reuse ends it too. */
export function tcpFlows(folder: 'lab' | 'zeek', file: string): Flow[] {
  const data = readFileSync(join(root, folder, file))
  const flows = new Map<
    string,
    { from: string; to: string; next: number; parts: Buffer[]; held: Map<number, Buffer> }
  >()
  for (const packet of packets(data)) {
    const segment = tcpSegment(packet.link, packet.data)
    if (segment === null) continue
    const key = `${segment.from}>${segment.to}`
    let flow = flows.get(key)
    if (flow === undefined) {
      flow = { from: segment.from, to: segment.to, next: segment.sequence, parts: [], held: new Map() }
      flows.set(key, flow)
    }
    if (segment.syn) {
      flow.next = (segment.sequence + 1) >>> 0
      continue
    }
    if (segment.payload.length === 0) continue
    flow.held.set(segment.sequence, segment.payload)
    for (let part = flow.held.get(flow.next); part !== undefined; part = flow.held.get(flow.next)) {
      flow.held.delete(flow.next)
      flow.parts.push(part)
      flow.next = (flow.next + part.length) >>> 0
    }
  }
  return [...flows.values()].map((flow) => ({
    from: flow.from,
    to: flow.to,
    bytes: new Uint8Array(Buffer.concat(flow.parts)),
  }))
}

/** The plaintext handshake messages at the front of a flow: up to the first record of another kind. */
export function handshakeMessages(flow: Uint8Array): Uint8Array[] {
  const joined: number[] = []
  for (let at = 0; at + 5 <= flow.length && flow[at] === 22 && flow[at + 1] === 3;) {
    const length = (flow[at + 3]! << 8) | flow[at + 4]!
    joined.push(...flow.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  const messages: Uint8Array[] = []
  for (let at = 0; at + 4 <= joined.length;) {
    const length = 4 + ((joined[at + 1]! << 16) | (joined[at + 2]! << 8) | joined[at + 3]!)
    if (at + length > joined.length) break
    messages.push(Uint8Array.from(joined.slice(at, at + length)))
    at += length
  }
  return messages
}

export interface TsharkStream {
  readonly client: string
  readonly server: string
  readonly proto: string
  readonly sni: readonly string[]
  readonly ja3: readonly string[]
  readonly cipher: readonly string[]
  readonly version: readonly string[]
}

export function tsharkFacts(): Map<string, TsharkStream[]> {
  const lines = readFileSync(join(root, 'zeek/tshark-facts.jsonl'), 'utf8').trim().split('\n')
  return new Map(
    lines.map((line) => {
      const facts = JSON.parse(line) as { capture: string; streams: TsharkStream[] }
      return [facts.capture, facts.streams]
    }),
  )
}

const absent = (): never => {
  throw new Error('not needed in these tests')
}

/** Node's hashes behind the port. */
export const crypto: Crypto = {
  hash: (name, data) => createHash(name).update(data).digest(),
  hashHex: (name, data) => createHash(name).update(data).digest('hex'),
  hmac: (name, key, data) => createHmac(name, key).update(data).digest(),
  offers: absent,
  openAead: absent,
  decipher: absent,
  aesEcb: absent,
  verifySignature: absent,
}

function* packets(data: Buffer): Generator<{ link: number; data: Buffer }> {
  const magic = data.readUInt32LE(0)
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d
  if (!little && data.readUInt32BE(0) !== 0xa1b2c3d4) return
  const u32 = (at: number): number => (little ? data.readUInt32LE(at) : data.readUInt32BE(at))
  const link = u32(20) & 0xffff
  for (let at = 24; at + 16 <= data.length;) {
    const length = u32(at + 8)
    yield { link, data: data.subarray(at + 16, at + 16 + length) }
    at += 16 + length
  }
}

function tcpSegment(
  link: number,
  frame: Buffer,
): { from: string; to: string; sequence: number; syn: boolean; payload: Buffer } | null {
  let at = 0
  if (link === 1) {
    at = 14
    for (let type = frame.length < 14 ? 0 : frame.readUInt16BE(12); type === 0x8100; at += 4) {
      if (frame.length < at + 4) return null
      type = frame.readUInt16BE(at + 2)
    }
  } else if (link === 0) at = 4
  else if (link !== 101 && link !== 12) return null
  if (frame.length < at + 40) return null
  const family = frame[at]! >> 4
  let end: number
  let addresses: [string, string]
  let tcp: number
  if (family === 4 && frame[at + 9] === 6) {
    tcp = at + (frame[at]! & 15) * 4
    end = at + frame.readUInt16BE(at + 2)
    addresses = [frame.subarray(at + 12, at + 16).join('.'), frame.subarray(at + 16, at + 20).join('.')]
  } else if (family === 6 && frame[at + 6] === 6) {
    tcp = at + 40
    end = tcp + frame.readUInt16BE(at + 4)
    addresses = [frame.toString('hex', at + 8, at + 24), frame.toString('hex', at + 24, at + 40)]
  } else return null
  if (frame.length < tcp + 20) return null
  return {
    from: `${addresses[0]}|${String(frame.readUInt16BE(tcp))}`,
    to: `${addresses[1]}|${String(frame.readUInt16BE(tcp + 2))}`,
    sequence: frame.readUInt32BE(tcp + 4),
    syn: (frame[tcp + 13]! & 2) !== 0,
    payload: frame.subarray(tcp + (frame[tcp + 12]! >> 4) * 4, Math.min(end, frame.length)),
  }
}
