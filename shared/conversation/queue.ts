// A first-in, first-out queue with a fixed number of places, which lie in one array for as long as it lives.

export class Queue<T> {
  private readonly places: (T | null)[]
  private from = 0
  private size = 0

  constructor(room: number) {
    this.places = new Array<T | null>(room).fill(null)
  }

  /** The one that waits longest; null where none does. */
  get first(): T | null {
    return this.places[this.from] ?? null
  }

  /** Puts `one` behind the others. Where there is no room, the first leaves for it and is returned. */
  push(one: T): T | null {
    const left = this.size === this.places.length ? this.shift() : null
    this.places[(this.from + this.size++) % this.places.length] = one
    return left
  }

  /** Takes the first out. */
  shift(): T | null {
    const first = this.first
    if (first === null) return null
    // What has left must not be reachable from here: it is garbage soon after.
    this.places[this.from] = null
    this.from = (this.from + 1) % this.places.length
    this.size--
    return first
  }
}
