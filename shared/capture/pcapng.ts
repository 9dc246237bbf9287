// pcapng: sections, interfaces, packets, comments and decryption secrets, both byte orders.
// Source: draft-ietf-opsawg-pcapng; which blocks take a packet number: Wireshark's reader.

import { orderedU16, orderedU32 } from '../bytes/raw.ts'
import { maxBlockBytes, maxCaptureSections, maxCommentsKept } from '../limits.ts'
import type { CaptureComment, CaptureFault, FormatReader, PacketSink } from './capture.ts'
import { blockType, padded, PacketView, PcapngLayout } from './pcapng-packet.ts'
import { commentsOf, readInterface, Section } from './pcapng-section.ts'

export const sectionHeaderType = 0x0a0d0d0a
const byteOrderMagic = 0x1a2b3c4d

/** Blocks that hold no packet but take a packet number: custom blocks, sysdig events, systemd journal entries. */
const numberedTypes: ReadonlySet<number> = new Set([0x0bad, 0x40000bad, 0x204, 0x216, 0x221, 9])

const smallestBlock = 12
const smallestSectionHeader = 28

export class PcapngReader implements FormatReader {
  packets = 0
  wanted = smallestSectionHeader
  fault: CaptureFault | null = null
  readonly layout = new PcapngLayout()
  readonly comments: CaptureComment[] = []
  private readonly sink: PacketSink
  private section: Section | null = null
  private stopped = false
  /** Bytes of a long block of no interest still to be passed over. */
  private passing = 0
  private readonly noted = new Set<string>()
  private readonly view = new PacketView()

  constructor(sink: PacketSink) {
    this.sink = sink
  }

  get first(): number {
    return this.layout.clock.first
  }

  get last(): number {
    return this.layout.clock.last
  }

  get details(): string {
    const first = this.layout.sections[0]
    if (first === undefined) return 'pcapng'
    const order = first.littleEndian ? 'little-endian' : 'big-endian'
    const sections = this.layout.sections.length
    const interfaces = this.layout.interfaces.length
    return (
      `pcapng, ${order}, ${String(interfaces)} interface${interfaces === 1 ? '' : 's'}` +
      (sections === 1 ? '' : `, ${String(sections)} sections`)
    )
  }

  consume(b: Uint8Array, start: number, end: number, offset: number): number {
    const shift = offset - start
    let p = start
    while (!this.stopped) {
      if (this.passing > 0) {
        const passed = Math.min(this.passing, end - p)
        this.passing -= passed
        p += passed
        if (this.passing > 0) return p - start
      }
      if (end - p < smallestBlock) {
        this.wanted = smallestBlock
        return p - start
      }
      const done = this.block(b, p, end, shift)
      if (done < 0) return p - start
      p = done
    }
    return end - start
  }

  finish(offset: number, left: number): void {
    if (this.stopped || (left === 0 && this.passing === 0 && this.section !== null)) return
    this.stopped = true
    if (this.section === null) {
      this.fault = {
        code: 'capture-header-truncated',
        message: `This pcapng file breaks off inside its first block: ${String(left)} bytes are there.`,
        hint: 'Copy the file again, or capture again: it holds no packet.',
        offset: left,
      }
      return
    }
    this.sink.warning(
      'capture-truncated',
      offset,
      this.packets + 1,
      `The file breaks off inside a block: ${String(left)} of ${String(this.passing > 0 ? left + this.passing : this.wanted)} bytes are there. Everything before was read.`,
    )
  }

  /** Reads the block at `p`. Returns where the next one begins, or -1 where more bytes are needed. */
  private block(b: Uint8Array, p: number, end: number, shift: number): number {
    const rawType = orderedU32(b, p, true)
    if (rawType === sectionHeaderType) return this.sectionHeader(b, p, end, shift)
    const section = this.section
    // Only the first block can be no section header: `sniff` chose this reader by it.
    if (section === null) return this.stop('capture-damaged', p + shift, 'There is no section header.', end)
    const le = section.littleEndian
    const type = le ? rawType : orderedU32(b, p, false)
    // Some writers leave the padding out of the total length; Wireshark adds it too.
    const total = padded(orderedU32(b, p + 4, le))
    if (total < smallestBlock)
      return this.stop(
        'capture-damaged',
        p + shift,
        `A block claims a length of ${String(total)} bytes; the smallest has 12.`,
        end,
      )
    if (total > maxBlockBytes) return this.longBlock(p, type, total, shift, end)
    if (total > end - p) {
      this.wanted = total
      return -1
    }
    const next = p + total
    const trailer = padded(orderedU32(b, next - 4, le))
    if (trailer !== total)
      return this.stop(
        'capture-damaged',
        p + shift,
        `The two lengths of a block differ (${String(total)} and ${String(trailer)}).`,
        end,
      )
    if (type === blockType.enhancedPacket || type === blockType.simplePacket || type === blockType.packet)
      this.packet(b, p, total, type, section, shift)
    else if (type === blockType.interfaceDescription) this.interfaceBlock(b, p, total, section, shift)
    else if (type === blockType.decryptionSecrets) this.secretsBlock(b, p, total, section, shift)
    else if (numberedTypes.has(type)) this.packets++
    return next
  }

  private packet(
    b: Uint8Array,
    p: number,
    total: number,
    type: number,
    section: Section,
    shift: number,
  ): void {
    const number = ++this.packets
    const view = this.view
    const result = view.read(b, p, total, type, section)
    if (result !== 'ok') {
      this.note(
        result === 'no-interface' ? 'interface-unknown' : 'block-damaged',
        p + shift,
        number,
        result === 'no-interface'
          ? `Packet ${String(number)} names an interface that the section does not describe; it was passed over.`
          : `Packet ${String(number)} claims more bytes than its block holds; it was passed over.`,
      )
      return
    }
    if (view.captured > view.original)
      this.note(
        'captured-longer-than-original',
        p + shift,
        number,
        `Packet ${String(number)} claims more captured bytes than it had on the wire. The captured length is used, here and in later packets like it.`,
      )
    const time = view.timed ? this.layout.clock.mark(view.seconds, view.nanoseconds) : NaN
    if (view.options < p + total - 4) this.keepComments(b, view.options, p + total - 4, section, number)
    this.sink.packet(b, view.start, view.captured, view.original, number, time, p + shift, view.link!)
  }

  private sectionHeader(b: Uint8Array, p: number, end: number, shift: number): number {
    if (end - p < smallestSectionHeader) {
      this.wanted = smallestSectionHeader
      return -1
    }
    const le = orderedU32(b, p + 8, true) === byteOrderMagic
    if (!le && orderedU32(b, p + 8, false) !== byteOrderMagic)
      return this.refuse(
        p,
        shift,
        end,
        'capture-damaged',
        'A section header has no valid byte-order mark.',
        8,
      )
    const total = padded(orderedU32(b, p + 4, le))
    if (total < smallestSectionHeader || total > maxBlockBytes)
      return this.refuse(
        p,
        shift,
        end,
        'capture-damaged',
        `A section header claims a length of ${String(total)} bytes.`,
        4,
      )
    if (total > end - p) {
      this.wanted = total
      return -1
    }
    if (padded(orderedU32(b, p + total - 4, le)) !== total)
      return this.refuse(
        p,
        shift,
        end,
        'capture-damaged',
        'The two lengths of a section header differ.',
        total - 4,
      )
    const major = orderedU16(b, p + 12, le)
    const minor = orderedU16(b, p + 14, le)
    if (major !== 1)
      return this.refuse(
        p,
        shift,
        end,
        'capture-version-unknown',
        `A section says it has pcapng version ${String(major)}.${String(minor)}; only version 1 is known.`,
        12,
      )
    if (this.layout.sections.length === maxCaptureSections)
      return this.stop('too-many-sections', p + shift, 'The file has more sections than are read.', end)
    const section = new Section(p + shift, le)
    this.section = section
    this.layout.sections.push(section)
    this.keepComments(b, p + 24, p + total - 4, section, null)
    return p + total
  }

  private interfaceBlock(b: Uint8Array, p: number, total: number, section: Section, shift: number): void {
    const made = readInterface(b, p, total, section, this.layout.interfaces.length)
    if (made === 'damaged')
      this.note(
        'block-damaged',
        p + shift,
        null,
        'An interface description is too short; it was passed over.',
      )
    else if (made === 'too-many')
      this.note(
        'too-many-interfaces',
        p + shift,
        null,
        'The file describes more interfaces than are read; packets of the further ones are passed over.',
      )
    else this.layout.interfaces.push(made)
  }

  private secretsBlock(b: Uint8Array, p: number, total: number, section: Section, shift: number): void {
    const length = total >= 20 ? orderedU32(b, p + 12, section.littleEndian) : Infinity
    if (length > total - 20) {
      this.note(
        'block-damaged',
        p + shift,
        null,
        'A decryption secrets block claims more bytes than it holds.',
      )
      return
    }
    this.sink.secrets(orderedU32(b, p + 8, section.littleEndian), b.slice(p + 16, p + 16 + length))
  }

  private keepComments(b: Uint8Array, from: number, to: number, section: Section, packet: number | null) {
    if (this.comments.length >= maxCommentsKept) return
    for (const text of commentsOf(b, from, to, section.littleEndian))
      if (this.comments.length < maxCommentsKept) this.comments.push({ packet, text })
  }

  /** A block longer than any that is read whole: passed over if it holds nothing we need, damage otherwise. */
  private longBlock(p: number, type: number, total: number, shift: number, end: number): number {
    if (type <= blockType.simplePacket || type === blockType.enhancedPacket)
      return this.stop(
        'capture-damaged',
        p + shift,
        `A block claims ${String(total)} bytes, more than any capture tool writes.`,
        end,
      )
    if (numberedTypes.has(type)) this.packets++
    this.note('block-passed-over', p + shift, null, `A block of ${String(total)} bytes was passed over.`)
    this.passing = total
    return p
  }

  private refuse(p: number, shift: number, end: number, code: string, text: string, place: number): number {
    if (this.section !== null) return this.stop(code, p + shift, text, end)
    this.stopped = true
    this.fault = {
      code,
      message: `This pcapng file cannot be read: ${text}`,
      hint: 'The file is damaged. Copy it again, or capture again.',
      offset: p + shift + place,
    }
    return end
  }

  private stop(code: string, offset: number, text: string, end: number): number {
    this.stopped = true
    this.sink.warning(
      code,
      offset,
      this.packets + 1,
      `${text} Reading stopped here; everything before was read.`,
    )
    return end
  }

  /** Says each kind of damage once: a hostile file has it in every block. */
  private note(code: string, offset: number, packet: number | null, text: string): void {
    if (this.noted.has(code)) return
    this.noted.add(code)
    this.sink.warning(code, offset, packet, text)
  }
}
