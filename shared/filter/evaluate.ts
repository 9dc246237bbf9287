// A parsed filter as a test of rows.

import { endpointText } from '../contract/endpoint.ts'
import type { ReportRow } from '../contract/report.ts'
import { alertRow } from '../sspi/alerts.ts'
import { codeOfStatus, findStatus, kinds, type Value } from './kinds.ts'
import { parseNetwork } from './address.ts'
import { findField, type Field } from './fields.ts'
import type { Filter } from './parse.ts'
import { compilePattern } from './pattern.ts'

export type RowTest = (row: ReportRow) => boolean

/** The test a filter stands for. A comparison holds when any value of the field meets it; `!=` when none is equal. */
export function compileFilter(filter: Filter): RowTest {
  switch (filter.kind) {
    case 'all':
      return () => true
    case 'and': {
      const tests = filter.terms.map(compileFilter)
      return (row) => tests.every((test) => test(row))
    }
    case 'or': {
      const tests = filter.terms.map(compileFilter)
      return (row) => tests.some((test) => test(row))
    }
    case 'not': {
      const test = compileFilter(filter.term)
      return (row) => !test(row)
    }
    case 'has': {
      const { read } = filter.field
      return (row) => read(row).some((value) => value !== false)
    }
    case 'pattern': {
      const { field, covers } = filter
      const { texts } = kinds[field.kind]
      return (row) => field.read(row).some((value) => texts(value).some(covers))
    }
    case 'compare': {
      const { field, any } = filter
      const holds = holdings[filter.operator]
      return (row) => field.read(row).some((value) => any.some((comparison) => holds(comparison(value))))
    }
    case 'word':
      return compileWord(filter.word)
  }
}

const holdings = {
  '==': (order: number) => order === 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
}

/** Free text: a status number finds its status, a network its addresses, anything else is looked for in the row's texts. */
function compileWord(word: string): RowTest {
  const code = /\d/.test(word) ? findStatus(word) : null
  if (code !== null) return anyOf(findField('status'), (value) => codeOfStatus(value) === code)
  if (word.includes('/') && parseNetwork(word) !== null) {
    const comparison = kinds.address.read(word)
    if (typeof comparison !== 'string') return anyOf(findField('ip.addr'), (value) => comparison(value) === 0)
  }
  if (/[*?]/.test(word)) {
    const covers = compilePattern(`*${word}*`)
    return (row) => anyText(row, covers)
  }
  // Without metacharacters left, the search is linear; it spares a lower-case copy of every text of every row.
  const wanted = new RegExp(word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i')
  return (row) => anyText(row, (text) => wanted.test(text))
}

function anyOf(field: Field | null, test: (value: Value) => boolean): RowTest {
  return (row) => field?.read(row).some(test) ?? false
}

/** Whether any text that a person would see of a row passes. */
function anyText(row: ReportRow, test: (text: string) => boolean): boolean {
  const { failure, client, server, contexts } = row
  return (
    (row.serverName !== null && test(row.serverName)) ||
    test(endpointText(client)) ||
    test(endpointText(server)) ||
    test(row.outcome) ||
    (row.protocol !== null && test(row.protocol)) ||
    (row.cipherSuite !== null && test(row.cipherSuite.name)) ||
    (row.group !== null && test(row.group)) ||
    (row.alpn.chosen !== null && test(row.alpn.chosen)) ||
    (row.start !== null && test(row.start)) ||
    (row.ja3 !== null && test(row.ja3)) ||
    (row.ja4 !== null && test(row.ja4)) ||
    (failure !== null && (test(failure.cause) || test(failure.summary))) ||
    (row.carrier.name !== 'none' && test(row.carrier.name)) ||
    (row.inside !== null && test(row.inside.name)) ||
    row.tunnels.some(test) ||
    (contexts.client.final !== null && test(contexts.client.final)) ||
    (contexts.server.final !== null && test(contexts.server.final)) ||
    row.statuses.some(test) ||
    row.alerts.some((alert) => test(alertRow(alert.code).name)) ||
    row.findings.some((finding) => test(finding.title))
  )
}
