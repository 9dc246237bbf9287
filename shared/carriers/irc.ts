// IRC with STARTTLS (the `tls` capability of IRCv3).

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { converse } from './lines.ts'

const words: DialogueWords = {
  command: 'STARTTLS',
  greeting: /^(:\S+ )?NOTICE\b/i,
  asksFeatures: /^CAP LS\b/i,
  offers: /^(:\S+ )?CAP \S+ LS\b.*\btls\b/i,
  endsFeatures: /^(:\S+ )?(CAP \S+ LS (?!\*)|421\b)/i,
  fails: /^:\S+ 421\b/,
  asks: /^STARTTLS\b/i,
  accepts: /^:\S+ 670\b/,
  // 691 says that TLS failed, 421 that the command is unknown, 451 that it came too early.
  refuses: /^:\S+ (691|421|451)\b/,
  goesOn: /^JOIN\b/i,
  leaves: /^QUIT\b/i,
  demands: /^(ERROR\b|:\S+ \d{3}\b).*\b(TLS|SSL)\b.*\brequired\b/i,
  masked: null,
  content: /^(PRIVMSG|NOTICE)\b/i,
}

export const irc: Carrier = {
  name: 'irc',
  recognises: ({ bytes }) =>
    converse(
      bytes,
      ['CAP LS'],
      ['CAP REQ', 'STARTTLS', 'NICK ', 'PASS '],
      [':', 'NOTICE ', 'PING', 'ERROR '],
    ),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}
