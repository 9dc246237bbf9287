// NNTP with STARTTLS (RFC 4642).

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'

const words: DialogueWords = {
  command: 'STARTTLS',
  greeting: /^20[01]\b/,
  asksFeatures: /^CAPABILITIES\b/i,
  offers: /^STARTTLS$/i,
  endsFeatures: /^(\.$|[45]\d\d\b)/,
  fails: /^[45]\d\d\b/,
  asks: /^STARTTLS\b/i,
  accepts: /^382\b/,
  refuses: /^[45]\d\d\b/,
  goesOn: /^AUTHINFO\b/i,
  leaves: /^QUIT\b/i,
  // RFC 3977 §3.2.1: 483 asks for a secure connection.
  demands: /^483\b/,
  masked: null,
  content: /^(POST|IHAVE|TAKETHIS)\b/i,
}

export const nntp: Carrier = {
  name: 'nntp',
  recognises: ({ bytes }) =>
    converse(
      bytes,
      ['CAPABILITIES'],
      ['STARTTLS', 'MODE READER', 'AUTHINFO ', 'GROUP ', 'LIST'],
      ['200', '201'],
    ),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
