import { describe, expect, it } from 'vitest'
import type { ReportRow } from '../../../shared/contract/report.ts'
import { sortRows, type SortKey } from '../../../shared/filter/sort.ts'
import { rowOf } from '../../support/rows.ts'
import {
  establishedConversation,
  failedConversation,
  incompleteConversation,
} from '../../support/fixtures.ts'

const rows = [failedConversation, incompleteConversation, establishedConversation].map(rowOf)

function sorted(...keys: SortKey[]): number[] {
  return sortRows(rows, keys).map((row: ReportRow) => row.id)
}

describe('sorting', () => {
  it('sorts numbers by size, not by their digits', () => {
    expect(sorted({ field: 'id', descending: false })).toEqual([2, 20, 33])
    expect(sorted({ field: 'id', descending: true })).toEqual([33, 20, 2])
  })

  it('puts rows without a value last in both directions', () => {
    expect(sorted({ field: 'tls.sni', descending: false })).toEqual([20, 2, 33])
    expect(sorted({ field: 'tls.sni', descending: true })).toEqual([2, 20, 33])
  })

  it('uses the second key where the first is equal', () => {
    const server = { field: 'ip.dst', descending: false }
    expect(sorted(server, { field: 'time', descending: true })).toEqual([33, 20, 2])
    expect(sorted(server, { field: 'time', descending: false })).toEqual([20, 33, 2])
  })

  it('sorts addresses by their bytes, IPv4 first', () => {
    const nine = { ...rows[0]!, id: 9, client: { address: '9.0.0.1', port: 1 } }
    const ten = { ...rows[0]!, id: 10, client: { address: '10.0.0.1', port: 1 } }
    const order = sortRows([...rows, ten, nine], [{ field: 'ip.src', descending: false }])
    expect(order.map((row) => row.id)).toEqual([9, 10, 20, 33, 2])
  })

  it('keeps the order of the capture without a key or with an unknown one', () => {
    expect(sorted()).toEqual([20, 33, 2])
    expect(sorted({ field: 'nothing', descending: true })).toEqual([20, 33, 2])
  })
})
