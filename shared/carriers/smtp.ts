// SMTP with STARTTLS (RFC 3207).

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'

/** LMTP says the same, but for its greeting. */
export const mailWords: DialogueWords = {
  command: 'STARTTLS',
  greeting: /^220[ -]/,
  asksFeatures: /^EHLO\b/i,
  offers: /^250[ -]STARTTLS\b/i,
  endsFeatures: /^(250 |250$|[45]\d\d)/,
  fails: /^[45]\d\d/,
  asks: /^STARTTLS\b/i,
  accepts: /^220\b/,
  refuses: /^[2-5]\d\d/,
  goesOn: /^(MAIL|AUTH)\b/i,
  leaves: /^QUIT\b/i,
  // RFC 3207 §4: 530; Exchange answers 451 5.7.3 and 454 4.7.
  demands: /^[45]\d\d.*\b(STARTTLS|TLS)\b/i,
  masked: /^250[ -]X{4,}[A-Z]?$/,
  content: /^(DATA|BDAT)\b/i,
}

export const smtp: Carrier = {
  name: 'smtp',
  recognises: ({ bytes }) => converse(bytes, ['EHLO ', 'HELO '], ['STARTTLS'], ['220']),
  read: (prologue, closer) => readDialogue(prologue, closer, mailWords),
}
