// Message ports of the double: pairs inside main, and ends that were given to a page or to the worker process.

import { EventEmitter } from 'node:events'

/** Where a given-away end lives now: what it is told goes there. */
export interface Abroad {
  message(data: unknown): void
  closed(): void
}

export class Port extends EventEmitter {
  other: Port | null = null
  private waiting: unknown[] = []
  private started = false
  private abroad: Abroad | null = null

  postMessage(data: unknown): void {
    const copy: unknown = structuredClone(data)
    queueMicrotask(() => this.other?.receive(copy))
  }

  start(): void {
    this.started = true
    this.flush()
  }

  close(): void {
    const { other } = this
    this.other = null
    if (other === null) return
    other.other = null
    other.abroad?.closed()
    other.emit('close')
  }

  /** Gives this end away. */
  give(abroad: Abroad): void {
    this.abroad = abroad
    this.flush()
  }

  private receive(data: unknown): void {
    this.waiting.push(data)
    this.flush()
  }

  private flush(): void {
    if (this.abroad === null && !this.started) return
    for (const data of this.waiting.splice(0)) {
      if (this.abroad === null) this.emit('message', { data, ports: [] })
      else this.abroad.message(data)
    }
  }
}

/** Electron's class of the same name. */
export class MessageChannelMain {
  readonly port1 = new Port()
  readonly port2 = new Port()
  constructor() {
    this.port1.other = this.port2
    this.port2.other = this.port1
  }
}
