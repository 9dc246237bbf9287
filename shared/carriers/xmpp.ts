// XMPP with <starttls/> (RFC 6120 §5), read tag by tag.

import type { Carrier } from './carrier.ts'
import { type DialogueWords, readDialogue } from './dialogue.ts'
import { contains, startsWith } from './lines.ts'

/** The stream's tag stands this near its XML declaration. */
const maxDeclaration = 256

const words: DialogueWords = {
  command: '<starttls/>',
  greeting: /<stream:features\b/i,
  asksFeatures: /<stream:stream\b/i,
  offers: /<starttls\b/i,
  endsFeatures: /<\/stream:features\b|<stream:features\b[^>]*\/$/i,
  fails: /<stream:error\b/i,
  asks: /<starttls\b/i,
  accepts: /<proceed\b/i,
  refuses: /<failure\b|<stream:error\b|<\/stream:stream\b/i,
  goesOn: /<auth\b/i,
  leaves: /<\/stream:stream\b/i,
  demands: /<(policy-violation|encryption-required)\b/i,
  masked: null,
  content: /<(message|presence)\b/i,
  lineEnd: '>'.charCodeAt(0),
}

export const xmpp: Carrier = {
  name: 'xmpp',
  recognises: ({ bytes, said }) =>
    bytes.some((opening) => contains(opening, '<stream:stream', opening.length)) ||
    (bytes.some((opening) => startsWith(opening, '<?xml')) &&
      said.slice(0, 4).some((piece) => contains(piece.bytes, '<stream:stream', maxDeclaration))),
  read(prologue, closer) {
    const reading = readDialogue(prologue, closer, words)
    // A tag ends where the next one is split off.
    const steps = reading.steps.map((step) =>
      step.text.trimStart().startsWith('<') ? { ...step, text: `${step.text.trim()}>` } : step,
    )
    return { ...reading, steps }
  },
}
