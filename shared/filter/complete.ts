// What may follow at the cursor of a filter being typed: fields, operators, and the values that make sense there.

import type { Completion, Suggestion } from '../contract/bridge.ts'
import type { ReportRow } from '../contract/report.ts'
import { alerts } from '../sspi/alerts.ts'
import { statusCode, statuses, statusNames } from '../sspi/status.ts'
import { fields, findField, type Field } from './fields.ts'
import { kinds, type Operator, type Value } from './kinds.ts'
import { cutFilter, quoteWord, type FilterToken } from './tokens.ts'

/** Suggestions are cut off here; the page shows six at a time. */
const maxSuggestions = 60

/** How many rows have each value of a field. */
export type CountsOf = (field: Field) => ReadonlyMap<Value, number>

/** Counts the values of a field; a row that has one twice counts once. */
export function countValues(field: Field, rows: Iterable<ReportRow>): Map<Value, number> {
  const counts = new Map<Value, number>()
  for (const row of rows) {
    const values = field.read(row)
    for (const [at, value] of values.entries()) {
      if (at === 0 || values.indexOf(value) === at) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
  }
  return counts
}

/** Completes `text` at `cursor`. Values that rows have come first, with their counts, then the known ones. */
export function completeFilter(text: string, cursor: number, countsOf: CountsOf): Completion {
  const { tokens, problem } = cutFilter(text.slice(0, cursor))
  const open = problem !== null && /["']/.test(text[problem.start] ?? '') ? problem : null
  const last = tokens.at(-1)
  const typing = open === null && last !== undefined && 'text' in last && last.end === cursor ? last : null
  const start = open?.start ?? typing?.start ?? cursor
  const prefix = open === null ? (typing?.text ?? '') : text.slice(open.start + 1, cursor)
  const before = typing === null ? tokens : tokens.slice(0, -1)
  const suggestions = suggest(before, prefix.toLowerCase(), countsOf)
  return { start, end: cursor, suggestions: suggestions.slice(0, maxSuggestions) }
}

function suggest(before: readonly FilterToken[], prefix: string, countsOf: CountsOf): Suggestion[] {
  const last = before.at(-1)
  const field = valueField(before)
  if (field !== null) return valuesOf(field, prefix, countsOf(field))
  if (last?.kind === 'word') {
    const named = findField(last.text)
    const operators = named === null || isValue(before) ? [] : operatorsOf(named, prefix)
    return [...operators, ...joiners(prefix), ...(prefix === '' ? [] : fieldsLike(prefix))]
  }
  if (last?.kind === 'quoted' || last?.kind === ')' || last?.kind === '}')
    return [...joiners(prefix), ...(prefix === '' ? [] : fieldsLike(prefix))]
  return fieldsLike(prefix)
}

/** The field whose value is due: after its operator, or inside the braces of `in`. */
function valueField(before: readonly FilterToken[]): Field | null {
  const brace = before.findLastIndex((token) => token.kind === '{')
  const inBraces = brace >= 0 && !before.slice(brace).some((token) => token.kind === '}')
  const operator = inBraces ? brace - 1 : before.length - 1
  if (before[operator]?.kind !== 'operator') return null
  const negated = before[operator - 1]?.kind === 'not' ? 1 : 0
  const name = before[operator - 1 - negated]
  return name?.kind === 'word' ? findField(name.text) : null
}

/** Whether the last word is a value already: an operator stands before it. */
function isValue(before: readonly FilterToken[]): boolean {
  return before.at(-2)?.kind === 'operator'
}

function fieldsLike(prefix: string): Suggestion[] {
  const named = (name: string) => name.toLowerCase().startsWith(prefix)
  const part = (name: string) => name.toLowerCase().includes(prefix)
  const ranked = [
    fields.filter((field) => named(field.name)),
    fields.filter((field) => !named(field.name) && field.aliases.some(named)),
    fields.filter((field) => !named(field.name) && !field.aliases.some(named) && part(field.name)),
  ]
  return ranked.flat().map((field) => ({
    kind: 'field' as const,
    text: field.name,
    detail: field.aliases.find(named) ?? field.aliases[0] ?? '',
    meaning: field.meaning,
    rows: null,
  }))
}

const operatorMeanings: Readonly<Record<Operator, string>> = {
  '==': 'equal',
  '!=': 'not equal',
  '<': 'less than',
  '<=': 'at most',
  '>': 'greater than',
  '>=': 'at least',
  contains: 'has this text in it',
  '~': 'fits a pattern with * and ?',
  in: 'one of {a b}, or a range {1..9}',
}

function operatorsOf(field: Field, prefix: string): Suggestion[] {
  return kinds[field.kind].operators
    .filter((operator) => operator.startsWith(prefix))
    .map((operator) => ({
      kind: 'operator' as const,
      text: operator,
      detail: '',
      meaning: operatorMeanings[operator],
      rows: null,
    }))
}

function joiners(prefix: string): Suggestion[] {
  return [
    { text: '&&', word: 'and', meaning: 'both have to hold' },
    { text: '||', word: 'or', meaning: 'one of the two has to hold' },
  ]
    .filter(({ text, word }) => text.startsWith(prefix) || word.startsWith(prefix))
    .map(({ text, word, meaning }) => ({ kind: 'joiner' as const, text, detail: word, meaning, rows: null }))
}

function valuesOf(field: Field, prefix: string, counts: ReadonlyMap<Value, number>): Suggestion[] {
  const best: Suggestion[] = []
  for (const [value, rows] of counts) offer(best, field, prefix, value, rows)
  for (const value of knownValues(field)) if (!counts.has(value)) offer(best, field, prefix, value, 0)
  return best
}

/** Puts a value in its place among the best, most rows first; 100,000 different values cost little more than their reading. */
function offer(best: Suggestion[], field: Field, prefix: string, value: Value, rows: number): void {
  const last = best[maxSuggestions - 1]
  if (last !== undefined && rows < (last.rows ?? 0)) return
  const suggestion = describe(field, value, rows)
  const { text, detail } = suggestion
  if (!text.toLowerCase().includes(prefix) && !detail.toLowerCase().includes(prefix)) return
  const before = (other: Suggestion): boolean =>
    (other.rows ?? 0) > rows || ((other.rows ?? 0) === rows && other.text < text)
  let at = best.length
  while (at > 0 && !before(best[at - 1]!)) at--
  best.splice(at, 0, suggestion)
  if (best.length > maxSuggestions) best.pop()
}

function knownValues(field: Field): readonly Value[] {
  if (field.kind === 'status') return statusNames.filter((name) => statuses[name].seenIn !== '')
  if (field.kind === 'alert') return Object.keys(alerts).map(Number)
  if (field.kind === 'flag') return [true, false]
  return field.known ?? []
}

function describe(field: Field, value: Value, rows: number): Suggestion {
  const text = quoteWord(String(value))
  const suggestion = { kind: 'value' as const, text, detail: '', meaning: '', rows }
  if (field.kind === 'alert') return { ...suggestion, detail: alerts[Number(value)]?.name ?? '' }
  const status = field.kind === 'status' ? statusNames.find((name) => name === value) : undefined
  if (status === undefined) return suggestion
  return { ...suggestion, detail: statusCode(status), meaning: statuses[status].meaning }
}
