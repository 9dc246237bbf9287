// What the worker process and its host say to each other; the same words over Electron's and over Node's channel.

import type { BridgeEvent, Outcome, RecentFile } from '../../shared/contract/bridge.ts'

/**
 * How Node is started where captures are read, as in `npm run inspect`: a scan makes much that dies young, and in a nursery that
 * has its size from the start less of it is taken for lasting (docs/bench.md).
 */
export const readerFlags = ['--min-semi-space-size=32', '--max-semi-space-size=32']

/** What one page says over its line to the worker. */
export interface PageRequest {
  readonly id: number
  readonly channel: string
  readonly input: unknown
}

/** What the worker says to one page. */
export type PageMessage =
  | { readonly kind: 'reply'; readonly id: number; readonly outcome: Outcome<unknown> }
  | { readonly kind: 'event'; readonly event: BridgeEvent }

/** Host to worker. A page is connected by a port sent along (Electron) or, without one, by `page` messages (Node). */
export type HostMessage =
  | { readonly kind: 'connect'; readonly page: number }
  | { readonly kind: 'disconnect'; readonly page: number }
  /** A file the user named; answered with `granted`, so that the page is told only afterwards. */
  | { readonly kind: 'grant'; readonly grant: number; readonly use: 'read' | 'write'; readonly path: string }
  | { readonly kind: 'page'; readonly page: number; readonly message: PageRequest }

/** Worker to host. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'granted'; readonly grant: number }
  | { readonly kind: 'opened'; readonly file: Omit<RecentFile, 'opened'> }
  | { readonly kind: 'page'; readonly page: number; readonly message: PageMessage }
