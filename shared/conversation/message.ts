// One handshake message, alert or ChangeCipherSpec as kept: bytes now, typed value when somebody asks.

import type { Malformed } from '../bytes/reader.ts'
import { parseAlert, parseHandshake } from '../tls/handshake.ts'
import { parseSslv2ClientHello } from '../tls/hello.ts'
import type { HandshakeBody, MessageContext } from '../tls/messages.ts'
import { contentTypes } from './content.ts'
import type { DtlsPlace, Message, Protection, Side, Time } from './facts.ts'

/** What is known of a message besides its content. */
export interface MessagePlace {
  readonly start: number
  readonly end: number
  readonly order: number
  readonly packet: number
  readonly time: Time
}

/** Parses itself at the first look: most messages of a scan are never looked into. */
export class CapturedMessage implements Message {
  from: Side
  readonly contentType: number
  readonly type: number | null
  readonly start: number
  readonly end: number
  readonly order: number
  readonly packet: number
  readonly time: Time
  readonly bytes: Uint8Array
  readonly protection: Protection
  handshake: number
  readonly dtls: DtlsPlace | null
  verified: boolean | null = null
  readonly context: MessageContext
  private parsed = false
  private parsedBody: HandshakeBody | null = null
  private fault: Malformed | null = null

  constructor(
    contentType: number,
    type: number | null,
    bytes: Uint8Array,
    place: MessagePlace,
    protection: Protection,
    handshake: number,
    context: MessageContext,
    dtls: DtlsPlace | null,
  ) {
    this.from = context.from
    this.contentType = contentType
    this.type = type
    this.start = place.start
    this.end = place.end
    this.order = place.order
    this.packet = place.packet
    this.time = place.time
    this.bytes = bytes
    this.protection = protection
    this.handshake = handshake
    this.context = context
    this.dtls = dtls
  }

  get body(): HandshakeBody | null {
    this.look()
    return this.parsedBody
  }

  get malformed(): Malformed | null {
    this.look()
    return this.fault
  }

  private look(): void {
    if (this.parsed) return
    this.parsed = true
    if (this.bytes.length === 0) return
    if (this.contentType === contentTypes.changeCipherSpec) {
      this.parsedBody = { kind: 'change-cipher-spec' }
      return
    }
    const result =
      this.contentType === contentTypes.alert
        ? parseAlert(this.bytes, null)
        : this.contentType === contentTypes.sslv2Hello
          ? parseSslv2ClientHello(this.bytes, null)
          : parseHandshake(this.bytes, this.context, null)
    if (result.ok) this.parsedBody = result.value
    else this.fault = result.malformed
  }
}
