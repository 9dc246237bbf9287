// One conversation rebuilt from packets: streams, records, messages, transport events. What every later room reads.

import type { Malformed } from '../bytes/reader.ts'
import type { LimitName } from '../limits.ts'
import type { IcmpError } from '../network/icmp.ts'
import type { HandshakeBody } from '../tls/messages.ts'

export type { IcmpError }

export type Side = 'client' | 'server'

/** Nanoseconds since the capture's clock base (`CaptureClock`), exact for 104 days; NaN where the capture holds no time. */
export type Time = number

/** Where `Time` zero lies: whole seconds since 1970-01-01 UTC of the first packet. */
export interface CaptureClock {
  readonly baseSeconds: number
}

export interface Endpoint {
  readonly address: string
  readonly port: number
}

/**
 * A run of new, in-order bytes of one stream as one packet brought it to the receiver: one TCP segment's new bytes, or one
 * datagram. Offsets count the carried stream's bytes from 0 (for a mid-stream capture: from the first byte seen).
 */
export interface Chunk {
  readonly start: number
  readonly end: number
  readonly packet: number
  readonly time: Time
  /** Position in capture order over both streams, of the moment these bytes became readable. Unique per conversation. */
  readonly order: number
  /** How much of the opposite stream the sender had acknowledged when it sent these bytes; -1 where it cannot be known. */
  readonly ack: number
}

/** Bytes of a stream that the capture does not have. `lost`: never acknowledged either, so the receiver may not have had them. */
export interface Gap {
  readonly start: number
  readonly end: number
  readonly packet: number
  readonly reason: 'not-captured' | 'lost' | 'truncated'
}

/** plain: readable on the wire; opened: decrypted with keys, or read behind a NULL cipher's MAC; sealed: encrypted and not opened. */
export type Protection = 'plain' | 'opened' | 'sealed'

/**
 * One TLS or DTLS record as it lies in the stream; offsets include its header. SSLv2-format hellos have contentType 128.
 * QUIC has no records (RFC 9001 §4.1.3): there it is one handshake message, one alert of two bytes, or the protected part of
 * one Handshake packet, without any header.
 */
export interface TlsRecord {
  readonly start: number
  readonly end: number
  /** ContentType of the header (20 ChangeCipherSpec, 21 Alert, 22 Handshake, 23 ApplicationData); 128 SSLv2 hello. */
  readonly contentType: number
  readonly version: number
  protection: Protection
  /** The real content type: `contentType`, or TLSInnerPlaintext's once opened (RFC 8446 §5.2). */
  innerType: number
  /** `order` and packet of the chunk that completed the record; order is -1 while it is incomplete. */
  readonly order: number
  readonly packet: number
  readonly time: Time
  /** How many records the stream held before this one, uninspected ones counted: gives the record sequence number. */
  readonly index: number
  readonly dtls: { readonly epoch: number; readonly sequence: number } | null
  /** The fragment as captured (without header): kept for sealed records when keys may open them, and in `inspect`. */
  sealedBytes: Uint8Array | null
  /** The opened content, where keys opened it. */
  opened: Uint8Array | null
}

/** Position of a DTLS handshake message (RFC 6347 §4.2.2). */
export interface DtlsPlace {
  readonly epoch: number
  readonly messageSeq: number
  readonly fragments: number
  readonly retransmission: boolean
}

/**
 * One unit of content in arrival order: a handshake message, an alert or a ChangeCipherSpec.
 * Sealed type-22 records (TLS 1.2 Finished) appear as one message with type null.
 */
export interface Message {
  readonly from: Side
  readonly contentType: number
  /** HandshakeType, alert description, 1 for ChangeCipherSpec; null where sealed. */
  readonly type: number | null
  /** Stream range from the message's first byte to its end (record headers in between included; opened ones: their records). */
  readonly start: number
  readonly end: number
  /** `order` of the chunk that completed it. */
  readonly order: number
  readonly packet: number
  readonly time: Time
  /** The whole message with its header: 4 bytes for handshake; alerts 2 bytes. Empty where sealed. */
  readonly bytes: Uint8Array
  readonly protection: Protection
  /** 1 for the first handshake of the conversation, 2 for a renegotiation … */
  readonly handshake: number
  readonly body: HandshakeBody | null
  readonly malformed: Malformed | null
  readonly dtls: DtlsPlace | null
  /** Finished and CertificateVerify/ServerKeyExchange signatures: checked with keys. null: not checked. */
  verified: boolean | null
}

export interface TransportEvent {
  readonly kind:
    | 'syn'
    | 'retransmission'
    | 'duplicate'
    | 'reordered'
    | 'overlap'
    | 'gap'
    | 'truncated'
    | 'rst'
    | 'fin'
    | 'zero-window'
    | 'keep-alive'
    | 'icmp'
  readonly from: Side
  readonly packet: number
  readonly time: Time
  readonly order: number
  /** Stream bytes concerned: sent again, missing, cut. */
  readonly bytes: number
  /** IP time-to-live (hop limit) and IPv4 identification of the packet, for SYN and RST; -1 elsewhere. */
  readonly ttl: number
  readonly ipId: number
  /** Stream offset of its sequence number in the stream of `from`. */
  readonly at: number
  /** What became of a packet of the other side, as an ICMP error of this side's host or of a device before it tells; else null. */
  readonly icmp: IcmpError | null
}

/** One direction of a conversation. */
export interface StreamFacts {
  readonly chunks: readonly Chunk[]
  readonly gaps: readonly Gap[]
  readonly records: readonly TlsRecord[]
  /** Bytes seen on the stream, gaps included. */
  readonly length: number
  /** Highest offset the peer acknowledged; -1 unknown. */
  readonly acknowledged: number
  /** The first captured bytes of the stream (at most 64), for telling what is not TLS. */
  readonly opening: Uint8Array
  /** Whether the stream was seen from its first byte (SYN seen, or content begins a carrier or ClientHello). */
  readonly fromStart: boolean
  /** Records described in `records` end here; later ones are only counted. */
  readonly uninspectedRecords: number
  /** ApplicationData in bulk: records and bytes, counted over the whole stream. */
  readonly applicationRecords: number
  readonly applicationBytes: number
  /** Set where the stream stopped being TLS: offset and what was found. */
  readonly notTls: Malformed | null
  /** Any packet of this direction was captured. */
  readonly seen: boolean
}

export interface CarrierStep {
  readonly time: Time
  readonly packets: readonly number[]
  readonly from: Side
  readonly text: string
  readonly result: 'ok' | 'refused' | 'info'
}

export interface CarrierFacts {
  /** `none` for TLS from the first byte; else smtp, tds, … */
  readonly name: string
  readonly steps: readonly CarrierStep[]
}

/** What an application's answer inside TLS means for the diagnosis; its step says it in words. */
export type Told =
  | {
      readonly kind: 'http'
      readonly status: number
      /** IIS's second number (403.7), where the body shows it. */
      readonly substatus: number | null
      /** What the body or the reason says of client certificates. */
      readonly certificate: 'missing' | 'refused' | null
      /** Host of the request. */
      readonly host: string | null
      /** Scheme of the Authorization that was refused. */
      readonly scheme: string | null
    }
  /** LDAP result code, and the hexadecimal number behind "data" in Active Directory's message. */
  | { readonly kind: 'ldap'; readonly result: number; readonly data: number | null }
  /** CredSSP: NTSTATUS of a TSRequest's errorCode; null where the server ended the exchange without one. */
  | { readonly kind: 'credssp'; readonly status: number | null }
  /** RDSTLS: a Win32 error. */
  | { readonly kind: 'rdstls'; readonly result: number }
  /** RDP over UDP: the HRESULT that refuses the tunnel. */
  | { readonly kind: 'multitransport'; readonly result: number }
  /** MS-CHAPv2 in a tunnel: the error of its failure (RFC 2759 §6). */
  | { readonly kind: 'mschap'; readonly error: number | null }
  /** A mail or file server's refusal. */
  | { readonly kind: 'reply'; readonly about: 'certificate' | 'log-in' | 'session-reuse' | 'other' }
  /** HTTP/2: the error code of a stream or connection given up (RFC 9113 §7). */
  | { readonly kind: 'http2'; readonly error: number }
  /** A Windows service that speaks HTTP. */
  | { readonly kind: 'service'; readonly name: string }

export interface InsideStep extends CarrierStep {
  readonly tells: Told | null
  /** The records that brought it, as a range of the sender's stream. */
  readonly stream: readonly [start: number, end: number]
}

/** What was said inside TLS, where keys opened it. */
export interface InsideFacts {
  /** The protocol: http, ldap, credssp … */
  readonly name: string
  readonly steps: readonly InsideStep[]
}

/** Everything the later rooms know about one conversation. */
export interface Conversation {
  readonly id: number
  /** The conversation that this one lies in, or that announced it. */
  readonly parent: number | null
  /** What brings TLS: `udp` is DTLS, in whatever packets; `rdp-udp` is TLS over RDP's reliable packets. */
  readonly transport: 'tcp' | 'udp' | 'quic' | 'eapol' | 'radius' | 'rdp-udp'
  /** Tunnels that its packets came through, the outermost first: `VXLAN`, `GRE`, `PPPoE` … */
  readonly tunnels: readonly string[]
  readonly clientEndpoint: Endpoint
  readonly serverEndpoint: Endpoint
  readonly carrier: CarrierFacts
  /** null where nothing was opened, or what was opened is no protocol known here. */
  readonly inside: InsideFacts | null
  /** How the client was told from the server: its ClientHello, the carrier, the SYN, or nothing better than ports. */
  readonly rolesBy: 'client-hello' | 'server-hello' | 'carrier' | 'syn' | 'guess'
  readonly client: StreamFacts
  readonly server: StreamFacts
  /** Handshake messages, alerts and ChangeCipherSpecs of both sides in capture order. */
  readonly messages: readonly Message[]
  readonly events: readonly TransportEvent[]
  readonly firstPacket: number
  readonly lastPacket: number
  readonly packets: number
  readonly start: Time
  readonly end: Time
  /** Nanoseconds of capture after this conversation's last packet; Infinity is impossible, NaN unknown. */
  readonly quietAfter: number
  /** Limits that were reached while rebuilding, by name of the constant in limits.ts; `limitWords` says them. */
  readonly limitsReached: readonly LimitName[]
}

export function streamOf(conversation: Conversation, side: Side): StreamFacts {
  return side === 'client' ? conversation.client : conversation.server
}

/** Whether the capture lacks bytes of a stream before offset `at`. */
export function lacksBefore({ gaps }: StreamFacts, at: number): boolean {
  return gaps.some(({ start }) => start < at)
}

export function peerOf(side: Side): Side {
  return side === 'client' ? 'server' : 'client'
}
