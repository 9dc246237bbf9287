// LMTP with STARTTLS (RFC 2033 §4.1, RFC 3207): SMTP for delivery into mailboxes.

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'
import { mailWords } from './smtp.ts'

const words: DialogueWords = { ...mailWords, asksFeatures: /^LHLO\b/i }

export const lmtp: Carrier = {
  name: 'lmtp',
  recognises: ({ bytes }) => converse(bytes, ['LHLO '], [], ['220']),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
