// EAP over LAN beside IP: which frames carry it, and between whom (IEEE 802.1X-2020 §11).

import { hex } from '../bytes/fields.ts'
import { etherType, type FrameDecoder, frameDecoder, FramePayload, hardwareAddresses } from './link.ts'

/** Reads one frame at a time; its fields describe the frame read last. */
export class EapolFrame {
  start = 0
  end = 0
  /** Addresses of the ends as text; `destination` null for a group address or where the link does not tell it. */
  source = ''
  destination: string | null = null
  private readonly found = new FramePayload()
  private readonly links: (FrameDecoder | null)[] = []

  /** Whether `b[start, end)`, captured on an interface of this link type, carries EAPOL between known ends. */
  decode(b: Uint8Array, start: number, end: number, linkType: number): boolean {
    const locate = (this.links[linkType] ??= frameDecoder(linkType))
    const { found } = this
    found.etherType = -1
    locate?.(b, start, end, found)
    if (found.etherType !== etherType.eapol) return false
    const at = hardwareAddresses(linkType)
    if (at.source < 0) return false
    this.start = found.at
    this.end = end
    this.source = addressText(b, start + at.source)
    const group = at.destination < 0 || (b[start + at.destination]! & 1) === 1
    this.destination = group ? null : addressText(b, start + at.destination)
    return true
  }
}

function addressText(b: Uint8Array, at: number): string {
  return Array.from({ length: 6 }, (_, i) => hex(b.subarray(at + i, at + i + 1))).join(':')
}
