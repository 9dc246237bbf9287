// Text from a capture put into Markdown, or into a cell of a spreadsheet. The page uses it too: no parser is behind it.

import { printable } from './words.ts'

/** Text as text: no markup, no links, no HTML, no end of a table cell. Underscores inside words mean nothing and stay, so that status names can be searched. */
export function markdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*{}[\]<>|~&@]|(?<=:)\/|(?<!\w)_|_(?!\w)/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    )
    .replace(/^(\s*)([#+-]|\d+(?=[.)]))/, '$1\\$2')
}

/** A text that a spreadsheet would compute gets an apostrophe in front. */
export function harmlessCell(text: string): string {
  return /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text
}

export function quotedCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** A cell of tab-separated text, to be pasted into a spreadsheet: one line, nothing to compute, no quote that would take in the next cells. */
export function tabbedCell(text: string): string {
  const harmless = harmlessCell(text).replace(/[\t\r\n]+/g, ' ')
  return harmless.startsWith('"') ? quotedCell(harmless) : harmless
}
