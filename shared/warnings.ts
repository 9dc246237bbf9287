// Warnings of one capture: kept up to a limit, counted by code beyond it.

import type { Warning } from './contract/report.ts'
import { maxWarningsKept } from './limits.ts'

export class Warnings {
  readonly kept: Warning[] = []
  private readonly more = new Map<string, number>()

  add(code: string, offset: number | null, packet: number | null, text: string): void {
    if (this.kept.length < maxWarningsKept) this.kept.push({ code, offset, packet, text })
    else this.more.set(code, (this.more.get(code) ?? 0) + 1)
  }

  /** All kept ones, and one line for each code of which there were more. */
  list(): Warning[] {
    const more = [...this.more].map(([code, count]) => ({
      code,
      offset: null,
      packet: null,
      text: `${String(count)} more warnings of this kind.`,
    }))
    return [...this.kept, ...more]
  }
}
