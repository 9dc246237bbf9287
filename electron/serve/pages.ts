// The browser's tabs: each has its own line to the worker, its own event stream and its own captures.

import type { BridgeEvent, Command, Fault, Outcome } from '../../shared/contract/bridge.ts'
import { fault } from '../outcome.ts'
import type { PageMessage, PageRequest } from '../worker/process.ts'

/** What a tab's event stream carries. */
export type StreamMessage =
  | { readonly kind: 'event'; readonly event: BridgeEvent }
  | { readonly kind: 'command'; readonly command: Command }

/** The part of the worker's host that tabs need. */
export interface Line {
  connect(page: number): void
  disconnect(page: number): void
  tell(page: number, message: PageRequest): void
}

export interface Pages {
  /** Sends a tab's events to `write` from now on; returns what to call when the stream ends. null: too many tabs. */
  listen(tab: string, write: (message: StreamMessage) => void): (() => void) | null
  request(tab: string, channel: string, input: unknown): Promise<Outcome<unknown>>
  /** What the worker said to a page. */
  hear(page: number, message: PageMessage): void
  lost(reason: Fault, again: boolean): void
}

/** Tabs at once: browsers keep six connections to a host, and each tab's event stream holds one. */
const maxTabs = 5
/** How long a tab may be without its event stream before its captures are closed, in milliseconds. */
const streamGrace = 20_000
/** Events kept for a tab whose stream broke off. */
const maxHeldEvents = 4096

interface Tab {
  readonly page: number
  readonly pending: Map<number, (outcome: Outcome<unknown>) => void>
  held: StreamMessage[]
  write: ((message: StreamMessage) => void) | null
  leaving: NodeJS.Timeout | null
}

/** `greeting` is the command a new tab starts with, if any. */
export function openPages(line: Line, greeting: () => Command | null): Pages {
  const tabs = new Map<string, Tab>()
  let lastPage = 0
  let lastRequest = 0

  function tabOf(name: string): Tab | null {
    const known = tabs.get(name)
    if (known !== undefined) return known
    const left = [...tabs].find(([, tab]) => tab.leaving !== null)
    if (tabs.size >= maxTabs && left !== undefined) leave(...left)
    if (tabs.size >= maxTabs) return null
    const tab: Tab = { page: ++lastPage, pending: new Map(), held: [], write: null, leaving: null }
    tabs.set(name, tab)
    line.connect(tab.page)
    const command = greeting()
    if (command !== null) say(tab, { kind: 'command', command })
    return tab
  }

  function say(tab: Tab, message: StreamMessage): void {
    if (tab.write !== null) tab.write(message)
    else if (tab.held.length < maxHeldEvents) tab.held.push(message)
  }

  function leave(name: string, tab: Tab): void {
    if (tab.leaving !== null) clearTimeout(tab.leaving)
    tabs.delete(name)
    line.disconnect(tab.page)
  }

  return {
    listen(name, write) {
      const tab = tabOf(name)
      if (tab === null) return null
      if (tab.leaving !== null) clearTimeout(tab.leaving)
      tab.leaving = null
      tab.write = write
      for (const message of tab.held) write(message)
      tab.held = []
      return () => {
        if (tab.write !== write) return
        tab.write = null
        tab.leaving = setTimeout(() => leave(name, tab), streamGrace)
        tab.leaving.unref()
      }
    },
    request(name, channel, input) {
      const tab = tabOf(name)
      if (tab === null) {
        const reason = fault('too-many-tabs', 'Too many tabs are open.', 'Close some of them.')
        return Promise.resolve({ ok: false, fault: reason })
      }
      const id = ++lastRequest
      return new Promise((resolve) => {
        tab.pending.set(id, resolve)
        line.tell(tab.page, { id, channel, input })
      })
    },
    hear(page, message) {
      const tab = [...tabs.values()].find((each) => each.page === page)
      if (tab === undefined) return
      if (message.kind === 'event') {
        say(tab, message)
        return
      }
      tab.pending.get(message.id)?.(message.outcome)
      tab.pending.delete(message.id)
    },
    lost(reason, again) {
      for (const tab of tabs.values()) {
        for (const resolve of tab.pending.values()) resolve({ ok: false, fault: reason })
        tab.pending.clear()
        if (again) line.connect(tab.page)
        say(tab, { kind: 'event', event: { kind: 'worker-lost', fault: reason } })
      }
    },
  }
}
