// Which open conversations to give up when all together keep too much memory.

import { maxOpenBytes } from './limits.ts'

/** An open conversation: what it keeps in bytes, by estimate, and when it spoke last. */
interface Weighed {
  readonly weight: number
  readonly end: number
}

/**
 * The heaviest, of about equal weight those silent longest, so many that the others keep three quarters of `limit`;
 * none where all together stay below it. `open` is called twice at most.
 */
export function heaviest<T extends Weighed>(open: () => Iterable<T>, limit = maxOpenBytes): T[] {
  let total = 0
  for (const { weight } of open()) total += weight
  if (total <= limit) return []
  const weighed = Array.from(open(), (flow) => ({ flow, weight: flow.weight }))
  weighed.sort((x, y) => Math.clz32(x.weight) - Math.clz32(y.weight) || x.flow.end - y.flow.end)
  const given: T[] = []
  for (const { flow, weight } of weighed) {
    if (total <= limit * 0.75) break
    given.push(flow)
    total -= weight
  }
  return given
}
