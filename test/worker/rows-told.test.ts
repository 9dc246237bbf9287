import { expect, it } from 'vitest'
import type { BridgeEvent } from '../../shared/contract/bridge.ts'
import type { ReportRow } from '../../shared/contract/report.ts'
import { rowsTeller } from '../../electron/worker/reading.ts'

it('tells a page the first rows whole and of all others their ids', () => {
  const events: BridgeEvent[] = []
  const tell = rowsTeller({ post: (event) => events.push(event) }, 7)
  const rows = Array.from({ length: 600 }, (_, i) => ({ id: i + 1 }) as ReportRow)
  tell(rows.slice(0, 500))
  tell(rows.slice(500))
  // A row revised when all has been read: the page asks for it again if it has it.
  tell(rows.slice(2, 3))
  tell([])
  const told = events.map((event) => (event.kind === 'rows' ? event : null)!)
  expect(told.map(({ rows: whole, others }) => [whole.length, others.length])).toEqual([
    [500, 0],
    [12, 88],
    [0, 1],
  ])
  expect(told[1]!.others).toEqual(rows.slice(512).map(({ id }) => id))
  expect(told[2]!.others).toEqual([3])
  expect(told.every(({ capture }) => capture === 7)).toBe(true)
})
