// docs/keyboard.md against the keys the page knows: the document is what its `?` sheet says.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { keyGroups, type Key } from '../renderer/keys.ts'

const document = readFileSync('docs/keyboard.md', 'utf8')

function row({ keys, or, does }: Key): string {
  return `| ${keys.map((key) => `\`${key}\``).join(or ? ' or ' : ' ')} | ${does} |`
}

it('lists every key of every pane, and no other', () => {
  const tables = keyGroups.map(({ pane, keys }) =>
    [`## ${pane}`, '', '| key | does |', '| --- | --- |', ...keys.map(row), ''].join('\n'),
  )
  const from = document.indexOf('## ')
  const to = document.indexOf('\nIn the filter:')
  expect(document.slice(from, to)).toBe(tables.join('\n'))
})
