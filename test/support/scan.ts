// Runs the first pass over a capture file, for tests that look at facts rather than at reports.

import { nodeCrypto } from '../../electron/worker/crypto.ts'
import { CaptureReader, readCapture } from '../../shared/capture/reader.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import type { ConversationRecord } from '../../shared/records.ts'
import { Scanner } from '../../shared/scan.ts'
import { openCaptureInput } from '../../electron/worker/source.ts'

export interface Scanned {
  readonly conversations: { readonly conversation: Conversation; readonly record: ConversationRecord }[]
  readonly scanner: Scanner
  readonly reader: CaptureReader
}

export async function scanFile(
  path: string,
  options = { keepSealed: false, keepBytes: false },
): Promise<Scanned> {
  const conversations: Scanned['conversations'] = []
  const scanner = new Scanner(
    {
      spool: null,
      crypto: nodeCrypto,
      onConversation: (conversation, record) => conversations.push({ conversation, record }),
      onSecrets: () => undefined,
    },
    options,
  )
  const pieces = await openCaptureInput(path)
  const reader = new CaptureReader(scanner, pieces.container)
  await readCapture(pieces, reader, scanner, () => true)
  scanner.finish()
  pieces.close()
  return { conversations, scanner, reader }
}
