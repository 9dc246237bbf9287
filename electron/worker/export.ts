// Saves conversations as a small capture of their own, and reads it back with another reader before it takes its name.

import { Readable } from 'node:stream'
import { createReadStream } from 'node:fs'
import { parse, type PcapParserPacket } from 'pcap-parser'
import { version } from '../../package.json' with { type: 'json' }
import type { CaptureInterface } from '../../shared/capture/capture.ts'
import { CaptureReader } from '../../shared/capture/reader.ts'
import { Readdresser } from '../../shared/export/readdress.ts'
import type { SavedFormat, SavedPacket } from '../../shared/export/saved.ts'
import { StandInAddresses } from '../../shared/export/stand-ins.ts'
import { pcapHeader, pcapRecord, resolutionOf, writePcap, writePcapng } from '../../shared/export/writer.ts'
import { plural } from '../../shared/report/words.ts'
import { refusal } from '../outcome.ts'
import { saveWhole } from '../save.ts'
import type { OpenCapture } from './analyse.ts'
import { openCaptureInput } from './source.ts'

export interface SaveOptions {
  readonly format: SavedFormat
  /** The key log's lines of these conversations go into the file; pcapng only. */
  readonly secrets: boolean
  /** Stand-ins in place of IP and link addresses. */
  readonly addresses: boolean
}

export interface SavedCapture {
  /** Size of the file. */
  readonly size: number
  readonly packets: number
  /** Packets of these conversations that are not in the file: bulk data and bare acknowledgements. */
  readonly leftOut: number
  /** Secrets that went into the file. */
  readonly secrets: number
}

/**
 * Writes the noted packets of the conversations `ids` to `path`. The file is written beside its place, read back by
 * pcap-parser, compared packet by packet with what was to be written, and renamed. Throws the system's error, or `Refusal`
 * (`not-as-written`, `nothing-to-save`, `links-differ`, `secrets-need-pcapng`, `no-secrets`); the old file is then as it was.
 */
export async function saveCapture(
  capture: OpenCapture,
  ids: readonly number[],
  options: SaveOptions,
  path: string,
): Promise<SavedCapture> {
  const { format } = options
  const secrets = secretsFor(capture, ids, options)
  const links = new Map<number, CaptureInterface>()
  let packets = 0
  for (const { link } of capture.notedPackets(ids)) {
    links.set(link.index, link)
    packets++
  }
  const [first, ...others] = links.values()
  if (first === undefined)
    throw refusal('nothing-to-save', 'These conversations have no packets that could be saved.')
  if (format === 'pcap' && others.some(({ linkType }) => linkType !== first.linkType))
    throw refusal(
      'links-differ',
      'The packets come from links of different kinds, which a pcap file cannot hold.',
      'Save as pcapng.',
    )
  const chosen = new Set(ids)
  const total = capture.rows.reduce((sum, { id, packets }) => sum + (chosen.has(id) ? packets : 0), 0)
  const leftOut = Math.max(0, total - packets)
  const all = [...links.values()]
  const standIns = new StandInAddresses()
  const wanted = () => outgoing(capture.notedPackets(ids), options.addresses ? standIns : null)
  const { baseSeconds } = capture
  const written =
    format === 'pcap'
      ? writePcap(wanted(), all, { baseSeconds })
      : writePcapng(wanted(), all, {
          baseSeconds,
          writer: `Handshake Inspector ${version}`,
          comment: commentOf(ids.length, packets, leftOut, options.addresses),
          secrets,
          interfaceNames: !options.addresses,
          packetComments: true,
        })
  const resolution = format === 'pcapng' ? 'nanoseconds' : resolutionOf(all)
  const size = await saveWhole(path, written, (temporary) =>
    readBack(temporary, resolution, wanted(), baseSeconds),
  )
  return { size, packets, leftOut, secrets: secrets === '' ? 0 : secrets.split('\n').length - 1 }
}

function secretsFor(capture: OpenCapture, ids: readonly number[], { secrets, format }: SaveOptions): string {
  if (!secrets) return ''
  if (format === 'pcap')
    throw refusal('secrets-need-pcapng', 'A pcap file cannot hold secrets.', 'Save as pcapng.')
  const lines = capture.keyLogOf(ids)
  if (lines === '')
    throw refusal(
      'no-secrets',
      'No loaded key log opens these conversations, so there are no secrets to save.',
      'Load the key log, or save without secrets.',
    )
  return lines
}

function* outgoing(
  packets: Iterable<SavedPacket>,
  standIns: StandInAddresses | null,
): Generator<SavedPacket> {
  if (standIns === null) {
    yield* packets
    return
  }
  const readdresser = new Readdresser(standIns)
  for (const packet of packets)
    yield { ...packet, bytes: readdresser.replace(packet.bytes, packet.link.linkType) }
}

function commentOf(conversations: number, packets: number, leftOut: number, replaced: boolean): string {
  return [
    `${plural(packets, 'packet')} of ${plural(conversations, 'conversation')}.`,
    leftOut === 0 ? '' : `${plural(leftOut, 'packet')} left out: bulk data and bare acknowledgements.`,
    replaced ? 'Addresses are stand-ins; names and certificates are as captured.' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** Bytes handed to the other reader at once: it joins what comes in several parts by copying all of it. */
const readAtOnce = 64 << 20

/** Throws `Refusal` unless pcap-parser finds in the file at `path` exactly the packets `wanted`. */
async function readBack(
  path: string,
  resolution: 'microseconds' | 'nanoseconds',
  wanted: Iterable<SavedPacket>,
  baseSeconds: number,
): Promise<void> {
  // It reads classic captures in microseconds only; others are turned into one in memory.
  const stream =
    resolution === 'microseconds'
      ? createReadStream(path, { highWaterMark: readAtOnce })
      : Readable.from(asClassic(path, baseSeconds))
  const expected = wanted[Symbol.iterator]()
  let count = 0
  let first = NaN
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string) => {
      stream.destroy()
      reject(notAsWritten(what))
    }
    const parser = parse(stream)
    parser.on('packet', (found) => {
      const next = expected.next()
      count++
      if (next.done === true) fail('there are more packets than were written')
      else {
        if (count === 1) first = next.value.time
        if (!isSame(found, next.value, baseSeconds, Math.abs(next.value.time - first)))
          fail(`packet ${String(count)} differs from what was written`)
      }
    })
    parser.on('error', reject)
    parser.on('end', () => {
      if (expected.next().done === true) resolve()
      else fail(`only ${String(count)} packets are there`)
    })
  })
}

/** `distance`: nanoseconds from the first packet, which times are counted from; beyond 104 days they are no longer exact. */
function isSame(
  { header, data }: PcapParserPacket,
  packet: SavedPacket,
  baseSeconds: number,
  distance: number,
): boolean {
  // The first eight bytes of a record in microseconds are its time.
  const time = new DataView(pcapRecord(packet, baseSeconds, 'microseconds').buffer)
  const seconds = header.timestampSeconds - time.getUint32(0, true)
  const microseconds = seconds * 1e6 + header.timestampMicroseconds - time.getUint32(4, true)
  const exact = Math.max(distance, Math.abs(packet.time)) <= Number.MAX_SAFE_INTEGER
  return (
    header.capturedLength === packet.bytes.length &&
    header.originalLength === packet.original &&
    Math.abs(microseconds) <= (exact ? 0 : 1) &&
    data.equals(packet.bytes)
  )
}

function notAsWritten(what: string): Error {
  return refusal(
    'not-as-written',
    `The saved capture could not be verified: ${what}.`,
    'Save it again, or to another disk. The file that was there is unchanged.',
  )
}

/** The capture at `path` as a classic one in microseconds, in large parts. Throws `Refusal` for one that is not sound. */
async function* asClassic(path: string, baseSeconds: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let bytes = 0
  const hold = (part: Uint8Array) => {
    held.push(part)
    bytes += part.length
  }
  const reader: CaptureReader = new CaptureReader({
    packet(b, start, captured, original, number, time, _at, link) {
      if (number === 1) hold(pcapHeader(link.linkType, 'microseconds'))
      const since = (reader.clock.baseSeconds - baseSeconds) * 1e9
      const packet = { bytes: b.slice(start, start + captured), original, time: since + time }
      hold(pcapRecord(packet, baseSeconds, 'microseconds'))
    },
    secrets: () => undefined,
    warning(_code, _offset, _packet, text) {
      throw notAsWritten(text)
    },
  })
  const pieces = await openCaptureInput(path)
  try {
    let piece = await pieces.next(0, reader.wanted)
    while (piece !== null) {
      const { bytes: b, start, end, offset } = piece
      const unconsumed = end - start - reader.consume(b, start, end, offset)
      if (bytes >= readAtOnce) {
        yield Buffer.concat(held)
        held = []
        bytes = 0
      }
      piece = await pieces.next(unconsumed, reader.wanted)
    }
    reader.finish()
    if (reader.fault !== null) throw notAsWritten(reader.fault.message)
  } finally {
    pieces.close()
  }
  yield Buffer.concat(held)
}
