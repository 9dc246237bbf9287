// The list's arithmetic and texts: groups, columns, copies, times, the overview's ranges.

import { describe, expect, it } from 'vitest'
import { gridOf, laidOut, moved, ownSets } from '../../renderer/conversations/columns.ts'
import { copyOf, netmonFilter, wiresharkFilter } from '../../renderer/conversations/copying.ts'
import { linesOf } from '../../renderer/conversations/grouping.ts'
import {
  blockOf,
  rangeIn,
  sliceAt,
  sliceCounts,
  stripOf,
  timeAt,
  withoutRange,
  withRange,
} from '../../renderer/conversations/overview.ts'
import { timeOf } from '../../renderer/format.ts'
import { groupRows } from '../../shared/filter/group.ts'
import { overviewOf } from '../../shared/filter/overview.ts'
import { parseFilter } from '../../shared/filter/parse.ts'
import { establishedConversation, failedConversation } from '../support/fixtures.ts'
import { rowOf } from '../support/rows.ts'

const establishedRow = rowOf(establishedConversation)
const failedRow = { ...rowOf(failedConversation), transport: 'tcp' as const }

describe('groups', () => {
  const rows = [
    { ...establishedRow, id: 1, serverName: 'a.example' },
    { ...failedRow, id: 2, serverName: 'b.example' },
    { ...establishedRow, id: 3, serverName: 'b.example' },
    { ...failedRow, id: 4, serverName: null },
    { ...failedRow, id: 5, serverName: 'b.example' },
  ]

  it('stand in the order of their failures, rows inside in the order given', () => {
    const { rows: sorted, groups } = groupRows(rows, 'server')
    expect(groups.map(({ rows: count, failed }) => [count, failed])).toEqual([
      [3, 2],
      [1, 1],
      [1, 0],
    ])
    expect(sorted.map((row) => row.id)).toEqual([2, 3, 5, 4, 1])
    expect(groups[1]?.value).toMatch(/:\d+$/)
  })

  it('go by any field, and one that is not known makes one group', () => {
    expect(groupRows(rows, 'outcome').groups.map((group) => group.value)).toEqual(['failed', 'established'])
    expect(groupRows(rows, 'no-such-field').groups).toHaveLength(1)
  })

  it('have a head each, and a closed one no rows', () => {
    const { rows: sorted, groups } = groupRows(rows, 'outcome')
    const ids = sorted.map((row) => row.id)
    const open = linesOf(ids, groups, new Set())
    expect(open.count).toBe(7)
    expect(open.at(0)).toMatchObject({ kind: 'group', group: { value: 'failed', rows: 3 } })
    expect([1, 2, 3].map((at) => open.at(at))).toMatchObject([{ id: 2 }, { id: 4 }, { id: 5 }])
    expect(open.indexOf(1)).toBe(5)
    const closed = linesOf(ids, groups, new Set(['failed']))
    expect(closed.count).toBe(4)
    expect(closed.at(1)).toMatchObject({ kind: 'group', group: { value: 'established' } })
    expect(closed.indexOf(4)).toBe(0)
    expect(closed.groupOf(3)?.value).toBe('established')
    expect([closed.at(-1), closed.at(4)]).toEqual([null, null])
  })

  it('are found in a list of any length from both ends', () => {
    const groups = Array.from({ length: 300 }, (_, at) => ({ value: String(at), rows: at % 7, failed: 0 }))
    const ids = Array.from({ length: groups.reduce((sum, group) => sum + group.rows, 0) }, (_, at) => at + 1)
    const lines = linesOf(ids, groups, new Set(['3', '150']))
    for (let at = 0; at < lines.count; at++) {
      const line = lines.at(at)
      if (line?.kind === 'row') expect(lines.indexOf(line.id)).toBe(at)
      else expect(lines.indexOfGroup(line?.group.value ?? '')).toBe(at)
    }
  })
})

describe('columns', () => {
  it('fall back to the standard set where none or unknown ones were chosen', () => {
    const standard = ownSets[0]?.columns.map((column) => column.id)
    expect(laidOut([]).map((column) => column.id)).toEqual(standard)
    expect(laidOut([{ id: 'gone', width: null }]).map((column) => column.id)).toEqual(standard)
  })

  it('move before another or to the end', () => {
    const three = ['a', 'b', 'c'].map((id) => ({ id, width: null }))
    expect(moved(three, 'c', 'a').map((each) => each.id)).toEqual(['c', 'a', 'b'])
    expect(moved(three, 'a', null).map((each) => each.id)).toEqual(['b', 'c', 'a'])
  })

  it('keep a chosen width and share what is left', () => {
    const columns = laidOut([
      { id: 'outcome', width: 140 },
      { id: 'name', width: null },
    ])
    expect(gridOf(columns, 800, 5, false).template).toBe('140px minmax(104px, 1.5fr)')
  })

  it('give way by rank where the list is narrow, but none that the analyst sized', () => {
    const shownAt = (room: number, choices = ownSets[0]?.columns ?? []) =>
      gridOf(laidOut(choices), room, 36, false).without.map((column) => column.id)
    expect(shownAt(1920)).toEqual([])
    expect(shownAt(1280)).toEqual(['cipher'])
    expect(shownAt(1000)).toEqual(['version', 'cipher', 'duration'])
    const sized = ownSets[0]?.columns.map((each) => (each.id === 'cipher' ? { ...each, width: 90 } : each))
    expect(shownAt(1280, sized)).not.toContain('cipher')
  })

  it('show the number of a status where there is room for it, or the analyst made some', () => {
    const standard = laidOut(ownSets[0]?.columns ?? [])
    expect([1280, 1920].map((room) => gridOf(standard, room, 36, false).codes)).toEqual([false, true])
    const sized = (width: number) =>
      standard.map((each) => (each.id === 'status' ? { ...each, width } : each))
    expect([200, 300].map((width) => gridOf(sized(width), 1280, 36, false).codes)).toEqual([false, true])
  })
})

describe('copies', () => {
  const rows = [{ row: { ...failedRow, serverName: 'a|b.example' }, time: '10:14:03.595' }]
  const columns = laidOut([
    { id: 'time', width: null },
    { id: 'name', width: null },
    { id: 'status', width: null },
  ])

  it('are a table with tabs, or one for Markdown with its bars escaped', () => {
    expect(copyOf('tsv', rows, columns).split('\n')[1]).toMatch(/^10:14:03\.595\ta\|b\.example\tSEC_E_/)
    expect(copyOf('markdown', rows, columns).split('\n').slice(1)).toEqual([
      '| --- | --- | --- |',
      expect.stringMatching(/^\| 10:14:03\.595 \| a\\\|b\.example \| SEC_E_\w+ \|$/),
    ])
  })

  it('hold nothing that a spreadsheet computes, or that Markdown takes for its own', () => {
    const copied = (format: 'tsv' | 'markdown', serverName: string) =>
      copyOf(format, [{ row: { ...failedRow, serverName }, time: '' }], [columns[1]!])
        .split('\n')
        .at(-1)
    expect(copied('tsv', '=HYPERLINK("x")')).toBe(`'=HYPERLINK("x")`)
    expect(copied('tsv', '"open\tend')).toBe('"""open end"')
    expect(copied('markdown', '<img src=x> [a](b)')).toBe('| &lt;img src=x\\> \\[a\\](b) |')
  })

  it('hold whole rows as JSON', () => {
    expect(JSON.parse(copyOf('json', rows, columns))).toMatchObject([{ outcome: 'failed' }])
  })

  it('find the conversation again in Wireshark and Network Monitor', () => {
    const row = {
      ...failedRow,
      client: { address: '2001:db8::1', port: 5000 },
      server: { address: '2001:db8::2', port: 443 },
    }
    expect(wiresharkFilter(row)).toBe(
      '(ipv6.addr == 2001:db8::1 && ipv6.addr == 2001:db8::2 && tcp.port == 5000 && tcp.port == 443)',
    )
    expect(netmonFilter({ ...row, transport: 'quic' })).toContain('UDP.Port == 443')
  })
})

describe('times', () => {
  const at = '2026-11-22T10:14:03.595183000Z'
  const first = Date.parse('2026-11-22T10:14:00.095Z')

  it('are of the day, of the capture or of the row above', () => {
    expect(timeOf(at, { zone: 'utc', format: 'clock' }, first, null)).toBe('10:14:03.595')
    expect(timeOf(at, { zone: 'utc', format: 'date' }, first, null)).toBe('2026-11-22 10:14:03.595')
    expect(timeOf(at, { zone: 'utc', format: 'relative' }, first, null)).toBe('+3.500')
    expect(timeOf(at, { zone: 'utc', format: 'delta' }, first, Date.parse(at) + 40)).toBe('−0.040')
    expect(timeOf(at, { zone: 'utc', format: 'delta' }, first, null)).toBe('')
    expect(timeOf(null, { zone: 'utc', format: 'clock' }, first, null)).toBe('')
  })
})

describe('the overview', () => {
  const overview = overviewOf(
    Array.from({ length: 50 }, (_, at) => ({
      ...rowOf(at % 5 === 0 ? failedConversation : establishedConversation),
      id: at + 1,
      start: new Date(1_800_000_000_000 + at * 1000).toISOString(),
    })),
  )
  const strip = stripOf(overview)

  it('counts every conversation in exactly one slice', () => {
    const slices = Array.from({ length: 97 }, (_, at) =>
      sliceCounts(overview, sliceAt((0.6 + (at + 0.5) * (98.8 / 97)) / 100)),
    )
    expect(slices.reduce((sum, slice) => sum + slice.failed, 0)).toBe(10)
    expect(slices.reduce((sum, slice) => sum + slice.established, 0)).toBe(40)
  })

  it('finds the block of a conversation, and the bar where a slice holds many', () => {
    const startMs = 1_800_000_000_000 + 7000
    expect(blockOf(strip, { id: 8, startMs, outcome: 'established' })).toMatchObject({ id: 8, count: 1 })
    const crowded = stripOf(
      overviewOf(Array.from({ length: 9 }, (_, at) => ({ ...rowOf(failedConversation), id: at + 1 }))),
    )
    const at = Date.parse(failedConversation.start ?? '')
    expect(blockOf(crowded, { id: 9, startMs: at, outcome: 'failed' })).toMatchObject({ count: 9 })
  })

  it('writes a range of time that the filter reads, in place of an earlier one', () => {
    const [from, to] = [timeAt(strip, 0.2), timeAt(strip, 0.6)]
    const filter = withRange('failed || alert', from, to)
    expect(parseFilter(filter)).toMatchObject({ ok: true })
    expect(filter).toMatch(/^\(failed \|\| alert\) && time >= \S+Z && time <= \S+Z$/)
    expect(rangeIn(filter)).toEqual({ from: Math.floor(from), to: Math.ceil(to) })
    const again = withRange(filter, from + 1000, to)
    expect(again.match(/time >=/g)).toHaveLength(1)
    expect(withoutRange(again)).toBe('(failed || alert)')
    expect(withoutRange(withRange('', from, to))).toBe('')
  })
})
