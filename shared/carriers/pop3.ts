// POP3 with STLS (RFC 2595 §4).

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'

const words: DialogueWords = {
  command: 'STLS',
  greeting: /^\+OK\b/i,
  asksFeatures: /^CAPA\b/i,
  offers: /^STLS$/i,
  endsFeatures: /^(\.$|-ERR\b)/i,
  fails: /^-ERR\b/i,
  asks: /^STLS\b/i,
  accepts: /^\+OK\b/i,
  refuses: /^-ERR\b/i,
  goesOn: /^(USER|APOP|AUTH)\b/i,
  leaves: /^QUIT\b/i,
  demands: /^-ERR.*\b(STLS|TLS|SSL)\b/i,
  masked: null,
  content: /^(RETR|TOP)\b/i,
}

export const pop3: Carrier = {
  name: 'pop3',
  recognises: ({ bytes }) =>
    converse(bytes, ['STLS'], ['CAPA', 'USER ', 'APOP ', 'AUTH', 'QUIT'], ['+OK', '-ERR']),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
