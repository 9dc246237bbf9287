// ManageSieve with STARTTLS (RFC 5804 §2.2): the server lists its capabilities unasked.

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { startsWith } from './lines.ts'

const words: DialogueWords = {
  command: 'STARTTLS',
  greeting: /^"IMPLEMENTATION"/i,
  asksFeatures: null,
  offers: /^"STARTTLS"/i,
  endsFeatures: /^(OK|NO|BYE)\b/i,
  fails: /^(NO|BYE)\b/i,
  asks: /^STARTTLS\b/i,
  accepts: /^OK\b/i,
  refuses: /^(NO|BYE)\b/i,
  goesOn: /^AUTHENTICATE\b/i,
  leaves: /^LOGOUT\b/i,
  demands: /^NO \(ENCRYPT-NEEDED\)/i,
  masked: null,
  content: /^PUTSCRIPT\b/i,
}

export const sieve: Carrier = {
  name: 'sieve',
  recognises: ({ bytes }) => bytes.some((opening) => startsWith(opening, '"IMPLEMENTATION"')),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
