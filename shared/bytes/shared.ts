// Values that thousands of rows have in common, kept once.

/** Beyond this many the memory is begun afresh: later rows share among themselves. */
const maxShared = 4096

/** One value for equal keys. */
export class Shared<T, Key = string> {
  private readonly values = new Map<Key, T>()

  get(key: Key, make: () => T): T {
    let value = this.values.get(key)
    if (value === undefined) {
      value = make()
      if (this.values.size >= maxShared) this.values.clear()
      this.values.set(key, value)
    }
    return value
  }
}

/** One list for all that hold the same whole numbers. */
export class SharedLists {
  private readonly lists = new Map<number, readonly number[]>()

  get(list: readonly number[]): readonly number[] {
    let key = list.length
    for (const value of list) key = (Math.imul(key, 31) + value) | 0
    const known = this.lists.get(key)
    if (known?.length === list.length && known.every((value, i) => value === list[i])) return known
    if (this.lists.size >= maxShared) this.lists.clear()
    this.lists.set(key, list)
    return list
  }
}
