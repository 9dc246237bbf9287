// FTP with AUTH TLS (RFC 4217 §4).

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'

const words: DialogueWords = {
  command: 'AUTH TLS',
  greeting: /^220[ -]/,
  asksFeatures: /^FEAT\b/i,
  offers: /^\s*(211-)?\s*AUTH\b.*\b(TLS|SSL)\b/i,
  endsFeatures: /^(211 |[45]\d\d )/,
  fails: /^[45]\d\d /,
  asks: /^AUTH (TLS|SSL|TLS-C|TLS-P)\b/i,
  // 334 is the older drafts' answer.
  accepts: /^[23]34\b/,
  refuses: /^[45]\d\d\b/,
  goesOn: /^USER\b/i,
  leaves: /^QUIT\b/i,
  demands: /^(421|5\d\d)\b.*\b(TLS|SSL|secure|encrypt\w*)\b/i,
  masked: null,
  content: null,
}

export const ftp: Carrier = {
  name: 'ftp',
  recognises: ({ bytes }) =>
    converse(bytes, ['AUTH TLS', 'AUTH SSL'], ['FEAT', 'USER ', 'HOST ', 'SYST', 'OPTS '], ['220']),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
