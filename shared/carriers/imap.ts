// IMAP with STARTTLS (RFC 9051 §6.2.1).

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { startsWith } from './lines.ts'

const words: DialogueWords = {
  command: 'STARTTLS',
  greeting: /^\* (OK|PREAUTH|BYE)\b/i,
  asksFeatures: /^\S+ CAPABILITY\b/i,
  offers: /\bCAPABILITY\b.*\bSTARTTLS\b/i,
  endsFeatures: /^[^*+\s]\S* (OK|NO|BAD)\b/i,
  fails: /^[^*+\s]\S* (NO|BAD)\b/i,
  asks: /^\S+ STARTTLS\b/i,
  accepts: /^[^*+\s]\S* OK\b/i,
  refuses: /^[^*+\s]\S* (NO|BAD)\b/i,
  goesOn: /^\S+ (LOGIN|AUTHENTICATE)\b/i,
  leaves: /^\S+ LOGOUT\b/i,
  // RFC 5530 §3
  demands: /^\S+ (NO|BAD|BYE) .*(\[PRIVACYREQUIRED\]|\bTLS\b)/i,
  masked: null,
  content: /^\S+ APPEND\b/i,
}

export const imap: Carrier = {
  name: 'imap',
  recognises: ({ bytes }) =>
    bytes.some((opening) => ['* OK', '* PREAUTH', '* BYE'].some((text) => startsWith(opening, text))),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
