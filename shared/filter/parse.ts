// The filter language: comparisons of fields, joined by and, or, not and parentheses; any other word is looked for in the whole row.
//
//   filter  = either
//   either  = both { ("||" | "or") both }
//   both    = term { ["&&" | "and"] term }
//   term    = ("!" | "not") term | "(" either ")" | field operator value | field ["not"] "in" "{" value { [","] value } "}" | field | word

import { findField, type Field } from './fields.ts'
import { kinds, type Comparison, type Operator } from './kinds.ts'
import { compilePattern } from './pattern.ts'
import { cutFilter, type FilterToken, type Problem } from './tokens.ts'

export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  /** The row has such a value; of a flag: it is true. */
  | { readonly kind: 'has'; readonly field: Field }
  | {
      readonly kind: 'compare'
      readonly field: Field
      readonly operator: '==' | '<' | '<=' | '>' | '>='
      readonly any: readonly Comparison[]
    }
  | { readonly kind: 'pattern'; readonly field: Field; readonly covers: (text: string) => boolean }
  /** Anywhere in the row. */
  | { readonly kind: 'word'; readonly word: string }

export type ParsedFilter =
  { readonly ok: true; readonly filter: Filter } | { readonly ok: false; readonly problem: Problem }

/** Reads a filter; an empty text lets every row through. Problems are values, with the place to underline. */
export function parseFilter(text: string): ParsedFilter {
  const { tokens, problem } = cutFilter(text)
  if (problem !== null) return { ok: false, problem }
  if (tokens.length === 0) return { ok: true, filter: { kind: 'all' } }
  const reader = new FilterReader(tokens, text.length)
  const filter = reader.either(0)
  if (isProblem(filter)) return { ok: false, problem: filter }
  const rest = reader.peek()
  if (rest !== undefined) return { ok: false, problem: unexpected(rest) }
  return { ok: true, filter }
}

/** Parentheses and negations inside each other. */
const maxNesting = 100

class FilterReader {
  readonly #tokens: readonly FilterToken[]
  readonly #length: number
  #at = 0

  constructor(tokens: readonly FilterToken[], length: number) {
    this.#tokens = tokens
    this.#length = length
  }

  peek(): FilterToken | undefined {
    return this.#tokens[this.#at]
  }

  either(depth: number): Filter | Problem {
    const terms: Filter[] = []
    do {
      const term = this.#both(depth)
      if (isProblem(term)) return term
      terms.push(term)
    } while (this.#take('or'))
    return terms.length === 1 ? terms[0]! : { kind: 'or', terms }
  }

  #both(depth: number): Filter | Problem {
    const terms: Filter[] = []
    do {
      const term = this.#term(depth)
      if (isProblem(term)) return term
      terms.push(term)
    } while (this.#take('and') || this.#startsTerm())
    return terms.length === 1 ? terms[0]! : { kind: 'and', terms }
  }

  #term(depth: number): Filter | Problem {
    const token = this.peek()
    if (token === undefined) return this.#missing('Something to look for is missing here')
    if (depth > maxNesting) return { message: 'Too many parentheses inside each other', ...placeOf(token) }
    this.#at += 1
    switch (token.kind) {
      case 'not': {
        const term = this.#term(depth + 1)
        return isProblem(term) ? term : { kind: 'not', term }
      }
      case '(': {
        const inner = this.either(depth + 1)
        if (isProblem(inner)) return inner
        return this.#take(')') ? inner : this.#missing('A closing parenthesis is missing here')
      }
      case 'quoted':
        return { kind: 'word', word: token.text }
      case 'word':
        return this.#comparison(token)
      case 'operator':
      case 'and':
      case 'or':
      case ')':
      case '{':
      case '}':
      case ',':
        return unexpected(token)
    }
  }

  #comparison(name: FilterToken & { text: string }): Filter | Problem {
    const field = findField(name.text)
    const next = this.peek()
    const negated = next?.kind === 'not' && isIn(this.#tokens[this.#at + 1])
    if (!negated && next?.kind !== 'operator')
      return field === null ? { kind: 'word', word: name.text } : { kind: 'has', field }
    if (field === null)
      return { message: `There is no field named ${name.text}`, start: name.start, end: name.end }
    if (negated) this.#at += 1
    const token = this.peek()
    if (token?.kind !== 'operator') return this.#missing('An operator is missing here')
    this.#at += 1
    if (!kinds[field.kind].operators.includes(token.operator)) {
      const message = `${field.name} can be compared with ${kinds[field.kind].operators.join(' ')} only`
      return { message, start: token.start, end: token.end }
    }
    const compared = token.operator === 'in' ? this.#set(field) : this.#value(field, token.operator)
    if (isProblem(compared)) return compared
    return negated ? { kind: 'not', term: compared } : compared
  }

  #value(field: Field, operator: Exclude<Operator, 'in'>): Filter | Problem {
    const token = this.peek()
    if (token?.kind !== 'word' && token?.kind !== 'quoted')
      return token === undefined ? this.#missing('A value is missing here') : unexpected(token)
    this.#at += 1
    if (operator === 'contains') return { kind: 'pattern', field, covers: containing(token.text) }
    if (operator === '~') return { kind: 'pattern', field, covers: compilePattern(token.text) }
    const comparison = kinds[field.kind].read(token.text)
    if (typeof comparison === 'string') return { message: comparison, start: token.start, end: token.end }
    if (operator !== '!=') return { kind: 'compare', field, operator, any: [comparison] }
    return { kind: 'not', term: { kind: 'compare', field, operator: '==', any: [comparison] } }
  }

  #set(field: Field): Filter | Problem {
    if (!this.#take('{')) return this.#missing('Write the values in braces: in {a b}')
    const any: Comparison[] = []
    for (;;) {
      const token = this.peek()
      if (token === undefined) return this.#missing('A closing brace is missing here')
      this.#at += 1
      if (token.kind === '}') break
      if (token.kind === ',') continue
      if (token.kind !== 'word' && token.kind !== 'quoted') return unexpected(token)
      const comparison = kinds[field.kind].read(token.text)
      if (typeof comparison === 'string') return { message: comparison, start: token.start, end: token.end }
      any.push(comparison)
    }
    return { kind: 'compare', field, operator: '==', any }
  }

  #take(kind: FilterToken['kind']): boolean {
    if (this.peek()?.kind !== kind) return false
    this.#at += 1
    return true
  }

  /** Two terms side by side both have to hold. */
  #startsTerm(): boolean {
    const kind = this.peek()?.kind
    return kind === 'word' || kind === 'quoted' || kind === 'not' || kind === '('
  }

  #missing(message: string): Problem {
    const token = this.peek()
    if (token !== undefined) return { message, ...placeOf(token) }
    return { message, start: Math.max(0, this.#length - 1), end: this.#length }
  }
}

function containing(text: string): (value: string) => boolean {
  const wanted = text.toLowerCase()
  return (value) => value.toLowerCase().includes(wanted)
}

function isIn(token: FilterToken | undefined): boolean {
  return token?.kind === 'operator' && token.operator === 'in'
}

function isProblem(result: Filter | Problem): result is Problem {
  return 'message' in result
}

function placeOf(token: FilterToken): { start: number; end: number } {
  return { start: token.start, end: token.end }
}

function unexpected(token: FilterToken): Problem {
  const written = token.kind === 'operator' ? token.operator : 'text' in token ? token.text : token.kind
  return { message: `${written} does not fit here`, ...placeOf(token) }
}
