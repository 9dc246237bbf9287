import { expect, test } from 'vitest'
import { FlowTable } from '../../../shared/conversation/flows.ts'
import { Queue } from '../../../shared/conversation/queue.ts'
import type { FlowKey } from '../../../shared/conversation/connection.ts'

interface Flow {
  readonly key: FlowKey
  chain: Flow | null
  place: number
}

function flow(n: number): Flow {
  const key = { addressA: n | 0, addressB: -n, portA: n & 0xffff, portB: 443, version: 4, tunnels: [] }
  return { key, chain: null, place: -1 }
}

test('flows are found from both ends while thousands come and go', () => {
  const table = new FlowTable<Flow>()
  const flows = Array.from({ length: 5000 }, (_, i) => flow(i + 1))
  for (const each of flows) table.add(each)
  for (const each of flows.slice(0, 2500)) table.remove(each)
  expect(table.size).toBe(2500)
  expect(new Set(table.flows())).toEqual(new Set(flows.slice(2500)))
  for (const [i, each] of flows.entries()) {
    const { addressA, addressB, portA, portB, version } = each.key
    const expected = i < 2500 ? null : each
    expect(table.find(addressA, addressB, portA, portB, version)).toBe(expected)
    expect(expected === null || table.reversed).toBe(expected === null)
    expect(table.find(addressB, addressA, portB, portA, version)).toBe(expected)
    expect(table.find(addressA, addressB, portA, portB, 6)).toBeNull()
  }
})

test('a queue gives in the order in which it took, and its first where there is no room', () => {
  const queue = new Queue<number>(3)
  expect(queue.shift()).toBeNull()
  expect([1, 2, 3, 4, 5].map((n) => queue.push(n))).toEqual([null, null, null, 1, 2])
  expect(queue.first).toBe(3)
  expect([queue.shift(), queue.shift()]).toEqual([3, 4])
  expect(queue.push(6)).toBeNull()
  expect([queue.shift(), queue.shift(), queue.shift(), queue.first]).toEqual([5, 6, null, null])
})
