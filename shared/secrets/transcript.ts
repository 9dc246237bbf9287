// The bytes that transcript hashes cover (RFC 5246 §7.4.9, RFC 6347 §4.2.6, RFC 8446 §4.4.1).

import { joined } from '../bytes/joined.ts'
import type { Message, Side } from '../conversation/facts.ts'
import type { Crypto, HashName } from '../ports.ts'

const sslv2HelloType = 128

/** A message as the transcript takes it: DTLS headers as if unfragmented, SSLv2 hellos without their length. */
export function transcriptBytes(message: Message): Uint8Array {
  if (message.contentType === sslv2HelloType) return message.bytes.subarray(2)
  if (message.dtls === null) return message.bytes
  const header = message.bytes.subarray(0, 4)
  const length = header.subarray(1, 4)
  const { messageSeq } = message.dtls
  return joined([
    header,
    Uint8Array.of(messageSeq >> 8, messageSeq & 0xff, 0, 0, 0),
    length,
    message.bytes.subarray(4),
  ])
}

/** RFC 5246 §7.4.9; MD5 and SHA-1 side by side before TLS 1.2, where `hash` is null. */
export function transcriptHash(
  crypto: Crypto,
  hash: HashName | null,
  parts: readonly Uint8Array[],
): Uint8Array {
  const all = joined(parts)
  return hash === null ? joined([crypto.hash('md5', all), crypto.hash('sha1', all)]) : crypto.hash(hash, all)
}

/** RFC 8446 §4.4.1: what stands for the first ClientHello after a HelloRetryRequest. */
export function messageHash(crypto: Crypto, hash: HashName, clientHello: Uint8Array): Uint8Array {
  const digest = crypto.hash(hash, clientHello)
  return joined([Uint8Array.of(254, 0, 0, digest.length), digest])
}

/** Whether the transcript takes the message at all: no HelloRequest, no repeated DTLS message. */
export function inTranscript(message: Message): boolean {
  const handshake = message.contentType === 22 || message.contentType === sslv2HelloType
  return handshake && message.type !== null && message.type !== 0 && message.dtls?.retransmission !== true
}

/**
 * Messages in the order their senders gave them. Lost DTLS messages come late, but before the peer goes on (RFC 6347
 * §4.2.4): each side's own numbers decide among its places.
 */
export function inSendingOrder(messages: readonly Message[]): Message[] {
  const queue = (side: Side) =>
    messages
      .filter((message) => message.from === side)
      .sort((a, b) => (a.dtls === null || b.dtls === null ? 0 : a.dtls.messageSeq - b.dtls.messageSeq))
  const queues = { client: queue('client'), server: queue('server') }
  return messages.map((message) => queues[message.from].shift()!)
}
