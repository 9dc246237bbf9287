// Text put into Markdown.

import { printable } from './words.ts'

/** Text as text: no markup, no links, no HTML, no end of a table cell. Underscores inside words mean nothing and stay, so that status names can be searched. */
export function markdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*{}[\]<>|~&@]|(?<=:)\/|(?<!\w)_|_(?!\w)/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    )
    .replace(/^(\s*)([#+-]|\d+(?=[.)]))/, '$1\\$2')
}
