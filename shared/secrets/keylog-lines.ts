// The lines of a key log that open one conversation, for a capture that is handed on: those and no others.

import { hex } from '../bytes/fields.ts'
import type { Conversation } from '../conversation/facts.ts'
import type { KeyLog } from './keylog.ts'

/** Secrets by the ClientHello's random; those after the first KeyUpdate follow from these (RFC 8446 §7.2). */
const labels = [
  'CLIENT_RANDOM',
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
  'EXPORTER_SECRET',
  'EARLY_EXPORTER_SECRET',
]
const clientHello = 1
const clientKeyExchange = 16

/** Each line with its end; empty where `log` knows nothing of the conversation. */
export function keyLogLines(log: KeyLog, conversation: Conversation): string {
  const lines = new Set<string>()
  for (const message of conversation.messages) {
    if (message.body?.kind === 'client-hello' && message.type === clientHello) {
      const { random } = message.body
      for (const label of labels) {
        const secret = log.secret(random, label)
        if (secret !== null) lines.add(`${label} ${hex(random)} ${hex(secret)}\n`)
      }
    }
    // RFC 5246 §7.4.7.1: the encrypted premaster secret stands behind the header and its own length.
    if (message.contentType === 22 && message.type === clientKeyExchange && message.bytes.length > 14) {
      const encrypted = message.bytes.subarray(6)
      const premaster = log.premaster(encrypted)
      if (premaster !== null) lines.add(`RSA ${hex(encrypted.subarray(0, 8))} ${hex(premaster)}\n`)
    }
  }
  return [...lines].join('')
}
