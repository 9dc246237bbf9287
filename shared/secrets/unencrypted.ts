// NULL cipher suites: what follows a ChangeCipherSpec is only authenticated (RFC 5246 §6.2.3.1), and needs no keys to be read.

import type { Conversation, Side, TlsRecord } from '../conversation/facts.ts'
import { type Opening, type OpeningOptions, OpeningRun } from './open.ts'
import type { OpenedRecord } from './record-opener.ts'
import type { KeyProblem, Schedule } from './schedule.ts'
import { hashLength, suiteProtection } from './suites.ts'

/** Reads a conversation that agreed on a NULL cipher suite, as if opened; its MACs stay unchecked. null for any other. */
export function readUnencrypted(conversation: Conversation, options: OpeningOptions): Opening | null {
  const macLength = agreedMac(conversation)
  if (macLength < 0) return null
  const run = new OpeningRun(conversation, new Unencrypted(macLength), options.applicationBytes ?? 0)
  run.go()
  if (run.opened === 0) return null
  const streams = { client: run.stream('client'), server: run.stream('server') }
  return {
    conversation: { ...conversation, ...streams, messages: run.messages() },
    opened: true,
    matched: false,
    problems: [],
    bindings: { tlsUnique: null, tlsExporter: null },
  }
}

/** Bytes of the MAC behind each record where nothing is encrypted; -1 where something is, or nothing was agreed on. */
function nullMacLength(cipherSuite: number): number {
  const cipher = suiteProtection(cipherSuite)?.cipher
  return cipher?.kind === 'stream' && cipher.cipher === null ? hashLength(cipher.mac) : -1
}

function agreedMac({ messages }: Conversation): number {
  for (const message of messages) {
    if (message.type !== 2 || message.contentType !== 22) continue
    return message.body?.kind === 'server-hello' ? nullMacLength(message.body.cipherSuite) : -1
  }
  return -1
}

/** Takes the MAC off. */
class Unencrypted implements Schedule {
  readonly matched = true
  readonly problems: readonly KeyProblem[] = []
  private readonly macLength: number

  constructor(macLength: number) {
    this.macLength = macLength
  }

  learn(): void {
    return
  }

  open(_side: Side, { contentType, sealedBytes }: TlsRecord): OpenedRecord | null {
    if (sealedBytes === null || sealedBytes.length < this.macLength) return null
    return { innerType: contentType, content: sealedBytes.subarray(0, sealedBytes.length - this.macLength) }
  }
}
