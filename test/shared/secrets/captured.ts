// Captures and key logs for the tests of this room: scanned as the product scans them, with sealed bytes kept.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '../../../electron/worker/crypto.ts'
import { CaptureReader } from '../../../shared/capture/reader.ts'
import type { Conversation, Message } from '../../../shared/conversation/facts.ts'
import { Scanner } from '../../../shared/scan.ts'
import { parseKeyLog } from '../../../shared/secrets/keylog.ts'
import { openConversation, type Opening, type OpeningOptions } from '../../../shared/secrets/open.ts'
import type { Keys } from '../../../shared/secrets/schedule.ts'

export const recorded = fileURLToPath(new URL('../../captures/keys/', import.meta.url))
export const lab = fileURLToPath(new URL('../../../../shared/captures/lab/', import.meta.url))
export const labIsHere = existsSync(lab)

/**
 * All conversations of a TCP or UDP capture, in order of closing, with the sealed bytes that the scan keeps for keys.
 */
export function scanned(path: string): Conversation[] {
  const conversations: Conversation[] = []
  const scanner = new Scanner(
    {
      spool: null,
      crypto: nodeCrypto,
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
  return conversations
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
