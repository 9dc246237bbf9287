// A comparison as Markdown, to be pasted into a ticket. Pure.

import type { Comparison } from '../../shared/contract/compare.ts'
import { markdownText } from '../../shared/report/escaping.ts'

/** The verdict, the reading and a table per group; `onlyDifferences` leaves equal rows out. */
export function comparisonMarkdown(
  comparison: Comparison,
  heads: readonly [string, string],
  onlyDifferences: boolean,
): string {
  const tables = comparison.groups.flatMap(({ title, rows }) => {
    const shown = rows.filter(({ mark }) => !onlyDifferences || mark !== 'equal')
    return shown.length === 0
      ? []
      : [
          `### ${markdownText(title)}\n\n| | ${markdownText(heads[0])} | | ${markdownText(heads[1])} |\n|---|---|---|---|\n${shown
            .map(
              ({ label, mark, left, right }) =>
                `| ${markdownText(label)} | ${side(left)} | ${signs[mark]} | ${side(right)} |`,
            )
            .join('\n')}`,
        ]
  })
  return `## ${markdownText(comparison.verdict.text)}\n\n${markdownText(comparison.reading)}\n\n${tables.join('\n\n')}\n`
}

/** What stands in the gutter. */
export const signs = { equal: '=', different: '≠', 'left-only': '‹', 'right-only': '›' } as const

function side(value: Comparison['groups'][number]['rows'][number]['left']): string {
  if (value === null) return ''
  return markdownText([value.text, value.status, value.aside].filter((text) => text !== null).join(' '))
}
