// One pcapng packet block read in place, and the layout that finds it again.

import { orderedU16, orderedU32 } from '../bytes/raw.ts'
import { maxBlockBytes, maxPacketBytes } from '../limits.ts'
import type { ByteSource } from '../ports.ts'
import type { CaptureInterface, CaptureLayout, PacketAgain } from './capture.ts'
import type { Section } from './pcapng-section.ts'
import { CaptureTimes } from './ticks.ts'

export const blockType = {
  interfaceDescription: 1,
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
  decryptionSecrets: 10,
} as const

/** Fixed part before the data, header included. */
const enhancedPacketHead = 28
const simplePacketHead = 12

/** The sections and interfaces of a file, in order. */
export class PcapngLayout implements CaptureLayout {
  readonly clock = new CaptureTimes()
  readonly interfaces: CaptureInterface[] = []
  readonly sections: Section[] = []
  private readonly view = new PacketView()

  readAgain(source: ByteSource, at: number, scratch: Uint8Array): PacketAgain | null {
    const section = this.sectionOf(at)
    if (section === null) return null
    const there = source.read(at, scratch, 0, scratch.length)
    if (there < simplePacketHead) return null
    const le = section.littleEndian
    const total = padded(orderedU32(scratch, 4, le))
    if (total > maxBlockBytes) return null
    let block = scratch
    if (total > there) {
      block = new Uint8Array(total)
      if (source.read(at, block, 0, total) < total) return null
    }
    const view = this.view
    if (view.read(block, 0, total, orderedU32(block, 0, le), section) !== 'ok') return null
    return {
      bytes: block.slice(view.start, view.start + view.captured),
      original: view.original,
      time: view.timed ? this.clock.of(view.seconds, view.nanoseconds) : NaN,
      link: view.link!,
    }
  }

  private sectionOf(at: number): Section | null {
    let low = 0
    let high = this.sections.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sections[middle]!.offset <= at) low = middle + 1
      else high = middle
    }
    return this.sections[low - 1] ?? null
  }
}

/** The packet of one block, read in place; one object is used for all. */
export class PacketView {
  start = 0
  captured = 0
  original = 0
  timed = false
  seconds = 0.5
  nanoseconds = 0.5
  /** Where options begin. */
  options = 0
  link: CaptureInterface | null = null

  read(
    b: Uint8Array,
    p: number,
    total: number,
    type: number,
    section: Section,
  ): 'ok' | 'damaged' | 'no-interface' {
    if (type === blockType.simplePacket) return this.readSimple(b, p, total, section)
    if (type !== blockType.enhancedPacket && type !== blockType.packet) return 'damaged'
    if (total < enhancedPacketHead + 4) return 'damaged'
    const le = section.littleEndian
    // The obsolete Packet Block has a 16-bit interface and a drop count where the enhanced one has a 32-bit interface.
    const id = type === blockType.packet ? orderedU16(b, p + 8, le) : orderedU32(b, p + 8, le)
    const captured = orderedU32(b, p + 20, le)
    if (captured > total - enhancedPacketHead - 4 || captured > maxPacketBytes) return 'damaged'
    const link = section.interfaces[id]
    if (link === undefined) return 'no-interface'
    const scale = section.scales[id]!
    scale.split(orderedU32(b, p + 12, le), orderedU32(b, p + 16, le))
    this.link = link
    this.timed = true
    this.seconds = scale.seconds
    this.nanoseconds = scale.nanoseconds
    this.start = p + enhancedPacketHead
    this.captured = captured
    this.original = orderedU32(b, p + 24, le)
    this.options = this.start + padded(captured)
    return 'ok'
  }

  /** A Simple Packet Block has no time, belongs to interface 0 and is as long as that one's snap length lets it be. */
  private readSimple(
    b: Uint8Array,
    p: number,
    total: number,
    section: Section,
  ): 'ok' | 'damaged' | 'no-interface' {
    if (total < simplePacketHead + 4) return 'damaged'
    const link = section.interfaces[0]
    if (link === undefined) return 'no-interface'
    const original = orderedU32(b, p + 8, section.littleEndian)
    const room = total - simplePacketHead - 4
    const captured = Math.min(original, room, link.snaplen === 0 ? room : link.snaplen)
    if (captured > maxPacketBytes) return 'damaged'
    this.link = link
    this.timed = false
    this.start = p + simplePacketHead
    this.captured = captured
    this.original = original
    this.options = p + total - 4
    return 'ok'
  }
}

/** Rounded up to the 32-bit boundary that every block and option ends on. */
export function padded(length: number): number {
  return length + ((4 - (length % 4)) % 4)
}
