// Values that thousands of rows have in common, kept once.

/** Beyond this many the memory is begun afresh: later rows share among themselves. */
const maxShared = 4096

/** One value for equal keys. */
export class Shared<T> {
  private readonly values = new Map<string, T>()

  get(key: string, make: () => T): T {
    let value = this.values.get(key)
    if (value === undefined) {
      value = make()
      if (this.values.size >= maxShared) this.values.clear()
      this.values.set(key, value)
    }
    return value
  }
}
