// Captures and key logs for the tests of this room: scanned as the product scans them, with sealed bytes kept.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import { CaptureReader } from '../../../shared/capture/reader.ts'
import type { Conversation, Message, StreamFacts, TlsRecord } from '../../../shared/conversation/facts.ts'
import { Scanner } from '../../../shared/scan.ts'
import { parseKeyLog } from '../../../shared/secrets/keylog.ts'
import { openConversation, type Opening, type OpeningOptions } from '../../../shared/secrets/open.ts'
import type { Keys } from '../../../shared/secrets/schedule.ts'

export const recorded = fileURLToPath(new URL('../../captures/keys/', import.meta.url))
export const lab = fileURLToPath(new URL('../../../../shared/captures/lab/', import.meta.url))
export const labIsHere = existsSync(lab)

/**
 * All conversations of a TCP or UDP capture, in order of closing. Every sealed record has its bytes here, also those that
 * the assembler may choose not to keep.
 */
export function scanned(path: string): Conversation[] {
  const conversations: Conversation[] = []
  const scanner = new Scanner(
    {
      spool: null,
      onConversation: (conversation) => conversations.push(conversation),
      onSecrets: () => undefined,
    },
    { keepSealed: true, keepBytes: false },
  )
  const reader = new CaptureReader(scanner)
  const bytes = readFileSync(path)
  reader.consume(bytes, 0, bytes.length, 0)
  reader.finish()
  scanner.finish()
  return conversations.map((conversation) => withSealedBytes(conversation, bytes))
}

function withSealedBytes(conversation: Conversation, capture: Uint8Array): Conversation {
  if (conversation.transport !== 'tcp') return conversation
  const filled = (stream: StreamFacts, port: number): StreamFacts => {
    const bytes = streamBytes(capture, port)
    const records = stream.records.map((record): TlsRecord => {
      const body = bytes.slice(record.start + 5, record.end)
      const sealedChange = record.contentType === 20 && body.length > 1
      const sealed = record.protection === 'sealed' || sealedChange
      return sealed && record.order >= 0 ? { ...record, protection: 'sealed', sealedBytes: body } : record
    })
    return { ...stream, records }
  }
  const { clientEndpoint } = conversation
  return {
    ...conversation,
    client: filled(conversation.client, clientEndpoint.port),
    server: filled(conversation.server, -clientEndpoint.port),
  }
}

/** The bytes sent from a TCP port of a little-endian pcap (Ethernet or raw IPv4); a negative one is the receiver's. */
function streamBytes(capture: Uint8Array, port: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.length)
  const link = view.getUint32(20, true) === 1 ? 14 : 0
  const segments: { seq: number; bytes: Uint8Array }[] = []
  let first = -1
  for (let at = 24; at < capture.length;) {
    const length = view.getUint32(at + 8, true)
    const ip = at + 16 + link
    const tcp = ip + (capture[ip]! & 15) * 4
    const own = port < 0 ? view.getUint16(tcp + 2) === -port : view.getUint16(tcp) === port
    if (capture[ip + 9] === 6 && own) {
      const seq = view.getUint32(tcp + 4)
      if (capture[tcp + 13]! & 2) first = seq + 1
      const bytes = capture.slice(tcp + (capture[tcp + 12]! >> 4) * 4, ip + view.getUint16(ip + 2))
      if (bytes.length > 0) segments.push({ seq, bytes })
    }
    at += 16 + length
  }
  // A keep-alive lies one byte before what was sent.
  const placed = segments
    .filter(({ seq }) => seq >= first)
    .map(({ seq, bytes }) => ({ at: seq - first, bytes }))
  const out = new Uint8Array(Math.max(0, ...placed.map(({ at, bytes }) => at + bytes.length)))
  for (const { at, bytes } of placed) out.set(bytes, at)
  return out
}

export function logOf(path: string): Keys {
  return { log: parseKeyLog(readFileSync(path, 'latin1')).log, rsa: null }
}

export function opened(conversation: Conversation, keys: Keys, options: OpeningOptions = {}): Opening {
  return openConversation(conversation, keys, nodeCrypto, options)
}

/** Messages as one reads them aloud: `client finished ✓ (opened)`. */
export function told(messages: readonly Message[]): string[] {
  return messages.map((message) => {
    const verdict = message.verified === null ? '' : message.verified ? ' verified' : ' WRONG'
    const body = message.body
    const what =
      body === null
        ? `sealed ${String(message.contentType)}`
        : body.kind === 'alert'
          ? `alert ${String(body.description)}`
          : body.kind === 'other'
            ? `handshake ${String(message.type)}`
            : body.kind
    return `${message.from} ${what}${message.protection === 'opened' ? ' opened' : ''}${verdict}`
  })
}
