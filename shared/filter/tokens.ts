// A filter's text cut into words, operators and quoted strings, each with its place for underlining.

import type { Operator } from './kinds.ts'

export type FilterToken =
  | { readonly kind: 'word' | 'quoted'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'operator'; readonly operator: Operator; readonly start: number; readonly end: number }
  | {
      readonly kind: 'and' | 'or' | 'not' | '(' | ')' | '{' | '}' | ','
      readonly start: number
      readonly end: number
    }

/** Something in the text that cannot be read: what, and where to underline. */
export interface Problem {
  readonly message: string
  readonly start: number
  readonly end: number
}

export interface Cut {
  readonly tokens: readonly FilterToken[]
  readonly problem: Problem | null
}

/** Cuts up to the first place that cannot be read; the tokens before it are kept for completion. */
export function cutFilter(text: string): Cut {
  const tokens: FilterToken[] = []
  let at = 0
  while (at < text.length) {
    const start = at
    const character = text[at]!
    const symbol = symbols.find(([written]) => text.startsWith(written, at))
    if (/\s/.test(character)) {
      at += 1
    } else if (symbol !== undefined) {
      at += symbol[0].length
      tokens.push({ ...symbol[1], start, end: at })
    } else if (character === '"' || character === "'") {
      const quoted = readQuoted(text, at)
      if (quoted === null)
        return { tokens, problem: { message: 'This quotation mark has no partner', start, end: text.length } }
      at = quoted.end
      tokens.push({ kind: 'quoted', text: quoted.text, start, end: at })
    } else if (/[&|=]/.test(character)) {
      const message = character === '=' ? 'Write == to compare' : `Write ${character}${character}`
      return { tokens, problem: { message, start, end: start + 1 } }
    } else {
      while (at < text.length && !/[\s()!&|<>={}"',~]/.test(text[at]!)) at += 1
      const word = text.slice(start, at)
      const meaning = wordOperators.get(word.toLowerCase())
      tokens.push({ ...(meaning ?? { kind: 'word', text: word }), start, end: at })
    }
  }
  return { tokens, problem: null }
}

/** A value as it has to be written in a filter. */
export function quoteWord(text: string): string {
  const plain = /^[^\s()!&|<>={}"',~]+$/.test(text) && !wordOperators.has(text.toLowerCase())
  return plain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

function readQuoted(text: string, start: number): { text: string; end: number } | null {
  const mark = text[start]
  let content = ''
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === mark) return { text: content, end: at + 1 }
    if (text[at] === '\\' && at + 1 < text.length) at += 1
    content += text[at]!
  }
  return null
}

type Meaning =
  | { readonly kind: 'operator'; readonly operator: Operator }
  | { readonly kind: 'and' | 'or' | 'not' | '(' | ')' | '{' | '}' | ',' }

/** Longer ones first. */
const symbols: readonly (readonly [string, Meaning])[] = [
  ['&&', { kind: 'and' }],
  ['||', { kind: 'or' }],
  ['==', { kind: 'operator', operator: '==' }],
  ['!=', { kind: 'operator', operator: '!=' }],
  ['<=', { kind: 'operator', operator: '<=' }],
  ['>=', { kind: 'operator', operator: '>=' }],
  ['<', { kind: 'operator', operator: '<' }],
  ['>', { kind: 'operator', operator: '>' }],
  ['~', { kind: 'operator', operator: '~' }],
  ['!', { kind: 'not' }],
  ['(', { kind: '(' }],
  [')', { kind: ')' }],
  ['{', { kind: '{' }],
  ['}', { kind: '}' }],
  [',', { kind: ',' }],
]

const wordOperators = new Map<string, Meaning>([
  ['and', { kind: 'and' }],
  ['or', { kind: 'or' }],
  ['not', { kind: 'not' }],
  ['eq', { kind: 'operator', operator: '==' }],
  ['ne', { kind: 'operator', operator: '!=' }],
  ['lt', { kind: 'operator', operator: '<' }],
  ['le', { kind: 'operator', operator: '<=' }],
  ['gt', { kind: 'operator', operator: '>' }],
  ['ge', { kind: 'operator', operator: '>=' }],
  ['contains', { kind: 'operator', operator: 'contains' }],
  ['matches', { kind: 'operator', operator: '~' }],
  ['in', { kind: 'operator', operator: 'in' }],
])
