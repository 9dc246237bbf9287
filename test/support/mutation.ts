// Seeded random changes to bytes: the same for the same seed on every machine.

/** A small generator of 32-bit numbers (mulberry32). */
export class Random {
  private state: number
  constructor(seed: number) {
    this.state = seed | 0
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }

  below(limit: number): number {
    return this.next() % limit
  }
}

/** A copy with one to four changes: a byte set, a bit turned, a run filled with one byte, a piece cut out or repeated. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let made = bytes.slice()
  for (let changes = 1 + random.below(4); changes > 0 && made.length > 0; changes--) {
    const at = random.below(made.length)
    const run = 1 + random.below(8)
    switch (random.below(5)) {
      case 0:
        made[at] = random.below(256)
        break
      case 1:
        made[at] = made[at]! ^ (1 << random.below(8))
        break
      case 2:
        made.fill([0, 0xff, 0x7f, 0x80][random.below(4)]!, at, at + run)
        break
      case 3:
        made = Uint8Array.from([...made.subarray(0, at), ...made.subarray(at + run)])
        break
      default:
        made = Uint8Array.from([...made.subarray(0, at + run), ...made.subarray(at)])
    }
  }
  return made
}
