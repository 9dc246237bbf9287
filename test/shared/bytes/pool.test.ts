import { expect, test } from 'vitest'
import { BytePool } from '../../../shared/bytes/pool.ts'

test('a buffer has the room that was asked for, and comes again once it was given back', () => {
  const pool = new BytePool()
  for (const least of [1, 512, 513, 16_640, 100_000])
    expect(pool.take(least).length).toBeGreaterThanOrEqual(least)
  const first = pool.take(600)
  const second = pool.take(600)
  expect(second).not.toBe(first)
  pool.give(first)
  expect(pool.take(2000)).toBe(first)
  expect(pool.take(2000)).not.toBe(first)
})

test('only so many are kept', () => {
  const pool = new BytePool()
  const all = Array.from({ length: 1000 }, () => pool.take(100))
  for (const each of all) pool.give(each)
  const again = new Set(Array.from({ length: 1000 }, () => pool.take(100)))
  expect(all.filter((each) => again.has(each)).length).toBeLessThan(100)
})
