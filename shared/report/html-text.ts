// Text put into HTML: escaped, and with the places where a line may break inside a long word.

import { printable } from './words.ts'

export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`)
}

/** Words of so many characters stay whole: no column is narrower. */
const shortWord = 12
/** Longer words may break in prose too; up to here a word goes to the next line as a whole. */
const longWord = 40
/** What has no place of its own is cut once it is so long. */
const longPiece = 25
const cutPieces = /.{1,16}/gsu

/** `10.20.14.31:60442`, in brackets or before a comma too. */
const address = /^\W*\d{1,3}(\.\d{1,3}){3}(:\d+)?\W*$/
/** Behind the marks that part a name, but for the port of an endpoint; and between the words of `ServerKeyExchange`. */
const places = /(?<=[-_./\\@,;=&?])(?![-_./\\@,;=&?])|(?<=:)(?!:|\d+\W*$)|(?<=[a-z])(?=[A-Z])/

/**
 * Escaped, with a `<wbr>` wherever a line may break inside a long word; `class="t"` where in tables and lanes only. Whoever
 * searches the file itself finds the word whole, as the `value` of a `<data>` around it.
 */
export function breakable(text: string): string {
  if (text.length <= shortWord) return escapeHtml(text)
  return text
    .split(/(\s+)/)
    .map((word) => {
      const parts = pieces(word).map(escapeHtml)
      const broken = parts.join(word.length > longWord ? '<wbr>' : '<wbr class="t">')
      return parts.length === 1 ? broken : `<data value="${escapeHtml(word)}">${broken}</data>`
    })
    .join('')
}

function pieces(word: string): string[] {
  if (word.length <= shortWord || address.test(word)) return [word]
  return word
    .split(places)
    .flatMap((piece) => (piece.length < longPiece ? [piece] : (piece.match(cutPieces) ?? [])))
}
