// Several captures as one in time order (ring buffers): merged packet by packet, with what two files both hold taken once.

import type { CaptureInterface, Clock, PacketSink } from '../../shared/capture/capture.ts'
import { CaptureReader } from '../../shared/capture/reader.ts'
import type { CaptureSummary, Warning } from '../../shared/contract/report.ts'
import type { Piece, Pieces } from '../../shared/ports.ts'
import { isoTime } from '../../shared/view/time.ts'
import { Refusal, refusal } from '../outcome.ts'
import type { CaptureInput, GoOn } from './input.ts'
import { openCaptureInput } from './source.ts'

interface Waiting {
  readonly bytes: Uint8Array
  readonly original: number
  /** Nanoseconds since the chain's clock base. */
  readonly time: number
  readonly link: CaptureInterface
}

/** Packets of the same time that are compared with one another at most. */
const maxSameTime = 1024
/** Packets handed on between two looks at whether to stop. */
const packetsPerTurn = 4096

/** Opens all files far enough to order them by their first packet. Throws as opening one does. */
export async function openChain(paths: readonly string[]): Promise<ChainInput> {
  const links: Link[] = []
  try {
    for (const path of paths) {
      const link = new Link(path)
      links.push(link)
      await link.probe()
    }
  } catch (error) {
    for (const link of links) link.close()
    throw error
  }
  const ordered = links.sort((a, b) => a.after(b.baseSeconds) - b.after(b.baseSeconds) || 0)
  return new ChainInput(ordered)
}

export class ChainInput implements CaptureInput {
  readonly spooled = true
  packets = 0
  first = NaN
  last = NaN
  readonly clock: Clock
  readonly interfaces: CaptureInterface[] = []
  private readonly links: readonly Link[]
  private doubled = 0
  /** The packets of the latest time, with the file each came from. */
  private same: { readonly link: Link; readonly packet: Waiting }[] = []

  constructor(links: readonly Link[]) {
    this.links = links
    this.clock = { baseSeconds: links[0]?.baseSeconds ?? 0 }
  }

  get total(): number | null {
    return this.links.reduce<number | null>(
      (sum, { total }) => (sum === null || total === null ? null : sum + total),
      0,
    )
  }

  get details(): string {
    const formats = [...new Set(this.links.map(({ details }) => details))]
    return `${String(this.links.length)} files: ${formats.join('; ')}`
  }

  async read(sink: PacketSink, goOn: GoOn): Promise<void> {
    let turn = 0
    let open: Link[] = []
    let next = 0
    for (;;) {
      open = open.filter((link) => !link.ended)
      // A file is opened when the merged time reaches its first packet: a ring of a thousand needs two buffers, not a thousand.
      const reached = open.reduce((least, link) => Math.min(least, link.head!.time), Infinity)
      const link = this.links[next]
      if (link !== undefined && (open.length === 0 || !(this.begins(link) > reached))) {
        next++
        await link.open(this.clock.baseSeconds, this.interfaces, sink)
        open.push(link)
        continue
      }
      const from = earliest(open)
      if (from === null) break
      this.hand(from, from.head!, sink)
      await from.advance()
      if (++turn % packetsPerTurn === 0 && !(await goOn(this.bytesRead()))) break
    }
    for (const { path, fault } of this.links)
      if (fault !== null) throw new Refusal({ ...fault, message: `${path}: ${fault.message}`, packet: null })
    if (this.doubled > 0)
      sink.warning(
        'captures-overlap',
        null,
        null,
        `${String(this.doubled)} ${this.doubled === 1 ? 'packet is' : 'packets are'} in two of the files; each is counted once.`,
      )
    await goOn(this.bytesRead())
  }

  readAgain(): null {
    return null
  }

  files(flows: number, warnings: readonly Warning[]): CaptureSummary[] {
    return this.links.map((link, i) => ({
      file: link.path,
      format: link.details,
      bytes: link.total,
      packets: link.packets,
      flows: i === 0 ? flows : 0,
      first: isoTime(link.clock, link.first),
      last: isoTime(link.clock, link.last),
      warnings: warnings.filter(
        ({ text }) => (i === 0 && !this.names(text)) || text.startsWith(`${link.path}: `),
      ),
    }))
  }

  close(): void {
    for (const link of this.links) link.close()
  }

  private names(text: string): boolean {
    return this.links.some(({ path }) => text.startsWith(`${path}: `))
  }

  private begins(link: Link): number {
    return link.after(this.clock.baseSeconds)
  }

  private bytesRead(): number {
    return this.links.reduce((sum, { read }) => sum + read, 0)
  }

  private hand(from: Link, packet: Waiting, sink: PacketSink): void {
    if (this.isDouble(from, packet)) {
      this.doubled++
      return
    }
    if (!(packet.time >= this.first)) this.first = packet.time
    if (!(packet.time <= this.last)) this.last = packet.time
    const { bytes, original, time, link } = packet
    sink.packet(bytes, 0, bytes.length, original, ++this.packets, time, -1, link)
  }

  /** The same packet out of another file has the same time, so that it comes next to this one. */
  private isDouble(from: Link, packet: Waiting): boolean {
    if (this.same[0]?.packet.time !== packet.time) this.same = []
    const double = this.same.findIndex((other) => other.link !== from && isSame(other.packet, packet))
    if (double >= 0) {
      this.same.splice(double, 1)
      return true
    }
    if (this.same.length < maxSameTime && this.links.length > 1) this.same.push({ link: from, packet })
    return false
  }
}

/** One file of a chain, read as far as its packets are wanted. */
class Link implements PacketSink {
  readonly path: string
  baseSeconds = 0
  total: number | null = null
  read = 0
  ended = false
  /** Earliest packet, in nanoseconds after `baseSeconds`; Infinity where there is none. */
  private begins = Infinity
  private shift = 0
  private pieces: Pieces | null = null
  private reader: CaptureReader
  private queue: Waiting[] = []
  private at = 0
  private unconsumed = 0
  private readonly known = new Map<number, CaptureInterface>()
  private interfaces: CaptureInterface[] = []
  private sink: PacketSink | null = null

  constructor(path: string) {
    this.path = path
    this.reader = new CaptureReader(this)
  }

  get details(): string {
    return this.reader.details
  }

  get packets(): number {
    return this.reader.packets
  }

  get fault() {
    return this.reader.fault
  }

  get clock(): Clock {
    return this.reader.clock
  }

  get first(): number {
    return this.reader.first
  }

  get last(): number {
    return this.reader.last
  }

  get head(): Waiting | null {
    return this.queue[this.at] ?? null
  }

  /** When the file begins, in nanoseconds after `seconds`. */
  after(seconds: number): number {
    return (this.baseSeconds - seconds) * 1e9 + this.begins
  }

  /** Reads to the first packet, to know when the file begins, and closes it again. */
  async probe(): Promise<void> {
    if (this.path === '-')
      throw refusal(
        'cannot-chain',
        'Standard input cannot be one of several files in time order.',
        'Save it to a file.',
      )
    await this.open(0, [], null)
    this.baseSeconds = this.reader.clock.baseSeconds
    if (this.head !== null) this.begins = Number.isNaN(this.reader.first) ? 0 : this.reader.first
    this.close()
  }

  /** Opens the file at its beginning; times count from `baseSeconds`, interfaces join those of the chain. */
  async open(baseSeconds: number, interfaces: CaptureInterface[], sink: PacketSink | null): Promise<void> {
    this.close()
    const pieces = await openCaptureInput(this.path)
    this.pieces = pieces
    this.total = pieces.total
    this.reader = new CaptureReader(this, pieces.container)
    this.queue = []
    this.at = 0
    this.unconsumed = 0
    this.read = 0
    this.ended = false
    this.shift = baseSeconds
    this.interfaces = interfaces
    this.known.clear()
    this.sink = sink
    await this.fill()
  }

  async advance(): Promise<void> {
    this.at++
    if (this.at >= this.queue.length) await this.fill()
  }

  close(): void {
    this.pieces?.close()
    this.pieces = null
  }

  packet(
    b: Uint8Array,
    start: number,
    captured: number,
    original: number,
    _number: number,
    time: number,
    _at: number,
    link: CaptureInterface,
  ): void {
    const shifted = (this.reader.clock.baseSeconds - this.shift) * 1e9 + time
    this.queue.push({
      bytes: b.slice(start, start + captured),
      original,
      time: shifted,
      link: this.linkOf(link),
    })
  }

  secrets(type: number, data: Uint8Array): void {
    this.sink?.secrets(type, data)
  }

  warning(code: string, offset: number | null, _packet: number | null, text: string): void {
    this.sink?.warning(code, offset, null, `${this.path}: ${text}`)
  }

  /** Reads on until there is a packet, or the file has ended. */
  private async fill(): Promise<void> {
    this.queue = []
    this.at = 0
    const { pieces, reader } = this
    while (this.queue.length === 0 && pieces !== null) {
      const piece: Piece | null =
        reader.fault === null ? await pieces.next(this.unconsumed, reader.wanted) : null
      if (piece === null) {
        for (const { code, text } of pieces.problems) this.warning(code, null, null, text)
        reader.finish()
        this.ended = true
        this.close()
        return
      }
      const { bytes, start, end, offset, read } = piece
      this.read = read
      this.unconsumed = end - start - reader.consume(bytes, start, end, offset)
    }
  }

  private linkOf(link: CaptureInterface): CaptureInterface {
    const known = this.known.get(link.index)
    if (known !== undefined) return known
    const made = { ...link, index: this.interfaces.length }
    this.interfaces.push(made)
    this.known.set(link.index, made)
    return made
  }
}

function earliest(links: readonly Link[]): Link | null {
  let least: Link | null = null
  for (const link of links) {
    if (link.head === null) continue
    // A packet without a time keeps its place in its file.
    if (least === null || link.head.time < least.head!.time || Number.isNaN(link.head.time)) least = link
  }
  return least
}

function isSame(a: Waiting, b: Waiting): boolean {
  return (
    a.original === b.original &&
    a.bytes.length === b.bytes.length &&
    a.link.linkType === b.link.linkType &&
    a.bytes.every((byte, i) => byte === b.bytes[i])
  )
}
