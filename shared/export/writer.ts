// Writes captures: classic pcap and pcapng, in pieces, little-endian. Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

import type { CaptureInterface } from '../capture/capture.ts'
import { maxPacketBytes } from '../limits.ts'
import type { SavedOptions, SavedPacket } from './saved.ts'

const microseconds = 0xa1b2c3d4
const nanoseconds = 0xa1b23c4d
const pcapHeaderBytes = 24
const recordHeaderBytes = 16

const block = { section: 0x0a0d0d0a, interface: 1, packet: 6, secrets: 10 } as const
const option = { comment: 1, application: 4, interfaceName: 2, timeResolution: 9 } as const
/** TLS key log, the secrets type of a Decryption Secrets Block. */
const tlsKeyLog = 0x544c534b

/** File header of a classic capture. */
export function pcapHeader(linkType: number, resolution: 'microseconds' | 'nanoseconds'): Uint8Array {
  const bytes = new Uint8Array(pcapHeaderBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, resolution === 'nanoseconds' ? nanoseconds : microseconds, true)
  view.setUint16(4, 2, true)
  view.setUint16(6, 4, true)
  view.setUint32(16, maxPacketBytes, true)
  view.setUint32(20, linkType, true)
  return bytes
}

/** One record of a classic capture. A packet without a time gets that of the clock's base. */
export function pcapRecord(
  packet: Pick<SavedPacket, 'bytes' | 'original' | 'time'>,
  baseSeconds: number,
  resolution: 'microseconds' | 'nanoseconds',
): Uint8Array {
  const { bytes, original } = packet
  const record = new Uint8Array(recordHeaderBytes + bytes.length)
  const view = new DataView(record.buffer)
  const ticks = nanosecondsOf(packet.time, baseSeconds)
  view.setUint32(0, Number(ticks / 1_000_000_000n), true)
  const fraction = Number(ticks % 1_000_000_000n)
  view.setUint32(4, resolution === 'nanoseconds' ? fraction : Math.floor(fraction / 1000), true)
  view.setUint32(8, bytes.length, true)
  view.setUint32(12, original, true)
  record.set(bytes, recordHeaderBytes)
  return record
}

/** The resolution that loses nothing of these interfaces' times. */
export function resolutionOf(links: readonly CaptureInterface[]): 'microseconds' | 'nanoseconds' {
  return links.some((link) => 1_000_000n % link.ticksPerSecond !== 0n) ? 'nanoseconds' : 'microseconds'
}

/** A classic capture of packets that all have `links[0]`'s link type, in pieces. */
export function* writePcap(
  packets: Iterable<SavedPacket>,
  links: readonly CaptureInterface[],
  { baseSeconds }: Pick<SavedOptions, 'baseSeconds'>,
): Generator<Uint8Array> {
  const resolution = resolutionOf(links)
  yield pcapHeader(links[0]?.linkType ?? 1, resolution)
  for (const packet of packets) yield pcapRecord(packet, baseSeconds, resolution)
}

/** A pcapng capture with one section, in pieces. `links` are all interfaces that packets have; secrets come before the packets they open. */
export function* writePcapng(
  packets: Iterable<SavedPacket>,
  links: readonly CaptureInterface[],
  options: SavedOptions,
): Generator<Uint8Array> {
  const { writer, comment, secrets, baseSeconds } = options
  yield sectionBlock([
    [option.comment, text(comment)],
    [option.application, text(writer)],
  ])
  const numbers = new Map<number, number>()
  for (const link of links) {
    numbers.set(link.index, numbers.size)
    yield interfaceBlock(link, options.interfaceNames ? link.name : null)
  }
  if (secrets !== '') yield secretsBlock(text(secrets))
  for (const packet of packets) {
    const said: Option[] = options.packetComments
      ? [[option.comment, text(`Packet ${String(packet.packet)} of the original capture`)]]
      : []
    yield packetBlock(packet, numbers.get(packet.link.index) ?? 0, baseSeconds, said)
  }
}

type Option = readonly [code: number, value: Uint8Array]

function sectionBlock(options: readonly Option[]): Uint8Array {
  const body = new Uint8Array(16)
  const view = new DataView(body.buffer)
  view.setUint32(0, 0x1a2b3c4d, true)
  view.setUint16(4, 1, true)
  // The section's length is not known while it is written.
  view.setBigInt64(8, -1n, true)
  return whole(block.section, [body, ...optionParts(options)])
}

function interfaceBlock(link: CaptureInterface, name: string | null): Uint8Array {
  const body = new Uint8Array(8)
  const view = new DataView(body.buffer)
  view.setUint16(0, link.linkType, true)
  view.setUint32(4, link.snaplen, true)
  const options: Option[] = [[option.timeResolution, Uint8Array.of(9)]]
  if (name !== null) options.unshift([option.interfaceName, text(name)])
  return whole(block.interface, [body, ...optionParts(options)])
}

function secretsBlock(log: Uint8Array): Uint8Array {
  const body = new Uint8Array(8)
  const view = new DataView(body.buffer)
  view.setUint32(0, tlsKeyLog, true)
  view.setUint32(4, log.length, true)
  return whole(block.secrets, [body, log])
}

function packetBlock(
  packet: SavedPacket,
  link: number,
  baseSeconds: number,
  options: readonly Option[],
): Uint8Array {
  const body = new Uint8Array(20)
  const view = new DataView(body.buffer)
  const ticks = nanosecondsOf(packet.time, baseSeconds)
  view.setUint32(0, link, true)
  view.setUint32(4, Number(ticks >> 32n), true)
  view.setUint32(8, Number(ticks & 0xffffffffn), true)
  view.setUint32(12, packet.bytes.length, true)
  view.setUint32(16, packet.original, true)
  return whole(block.packet, [body, packet.bytes, ...optionParts(options)])
}

/** Every part of a block is padded to 32 bits. */
function whole(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const total = parts.reduce((sum, part) => sum + padded(part.length), 12)
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, total, true)
  let at = 8
  for (const part of parts) {
    bytes.set(part, at)
    at += padded(part.length)
  }
  view.setUint32(at, total, true)
  return bytes
}

function optionParts(options: readonly Option[]): Uint8Array[] {
  if (options.length === 0) return []
  const parts = options.flatMap(([code, value]) => [optionHead(code, value.length), value])
  return [...parts, optionHead(0, 0)]
}

function optionHead(code: number, length: number): Uint8Array {
  const head = new Uint8Array(4)
  const view = new DataView(head.buffer)
  view.setUint16(0, code, true)
  view.setUint16(2, length, true)
  return head
}

function padded(length: number): number {
  return length + ((4 - (length % 4)) % 4)
}

function nanosecondsOf(time: number, baseSeconds: number): bigint {
  const since = BigInt(baseSeconds) * 1_000_000_000n + (Number.isNaN(time) ? 0n : BigInt(Math.round(time)))
  return since < 0n ? 0n : since
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
