// Starts the worker process, watches it and starts it again when it dies. Knows neither Electron nor Node's processes: they come in.

import type { Fault, RecentFile } from '../../shared/contract/bridge.ts'
import { fault } from '../outcome.ts'
import type { HostMessage, PageMessage, PageRequest, WorkerMessage } from './process.ts'

/** A running worker process; `Port` is what may be sent along to connect a page directly. */
export interface WorkerProcess<Port> {
  send(message: HostMessage, port?: Port): void
  onMessage(listener: (message: WorkerMessage) => void): void
  /** Called once, with the exit code or null after a signal. */
  onExit(listener: (code: number | null) => void): void
  kill(): void
}

export interface HostOptions<Port> {
  start(): WorkerProcess<Port>
  opened(file: Omit<RecentFile, 'opened'>): void
  /** The worker died. Its pages are gone: they connect again, if `again`. */
  lost(reason: Fault, again: boolean): void
  /** What the worker says to a page that was connected without a port. */
  page?(page: number, message: PageMessage): void
}

export interface WorkerHost<Port> {
  /** Connects a page, by its own port or by `tell` and `page`. */
  connect(page: number, port?: Port): void
  disconnect(page: number): void
  tell(page: number, message: PageRequest): void
  /** Lets pages read or write a file the user named; resolves when the worker knows. */
  grant(path: string, use: 'read' | 'write'): Promise<void>
  stop(): void
}

/** A worker that dies this often before it is ready is given up. */
const startsAtMost = 3

export function startHost<Port>(options: HostOptions<Port>): WorkerHost<Port> {
  const grants: { path: string; use: 'read' | 'write' }[] = []
  const waiting = new Map<number, () => void>()
  let lastGrant = 0
  let stopping = false
  let failedStarts = 0
  let worker = start()

  function start(): WorkerProcess<Port> {
    const process = options.start()
    let ready = false
    process.onMessage((message) => {
      switch (message.kind) {
        case 'ready':
          ready = true
          failedStarts = 0
          return
        case 'granted':
          waiting.get(message.grant)?.()
          waiting.delete(message.grant)
          return
        case 'opened':
          options.opened(message.file)
          return
        case 'page':
          options.page?.(message.page, message.message)
      }
    })
    process.onExit((code) => {
      if (stopping) return
      if (!ready) failedStarts += 1
      const again = failedStarts < startsAtMost
      if (again) {
        worker = start()
        for (const [index, { path, use }] of grants.entries()) {
          worker.send({ kind: 'grant', grant: index + 1, use, path })
        }
      }
      options.lost(lostBecause(code, again), again)
    })
    return process
  }

  return {
    connect(page, port) {
      worker.send({ kind: 'connect', page }, port)
    },
    disconnect(page) {
      worker.send({ kind: 'disconnect', page })
    },
    tell(page, message) {
      worker.send({ kind: 'page', page, message })
    },
    grant(path, use) {
      const grant = ++lastGrant
      grants.push({ path, use })
      return new Promise((resolve) => {
        waiting.set(grant, resolve)
        worker.send({ kind: 'grant', grant, use, path })
      })
    },
    stop() {
      stopping = true
      worker.kill()
    },
  }
}

function lostBecause(code: number | null, again: boolean): Fault {
  const how = code === null ? 'was killed' : `ended with code ${String(code)}`
  return again
    ? fault(
        'worker-lost',
        `The process that reads captures ${how} and was started again.`,
        'Open the capture again.',
      )
    : fault(
        'worker-failed',
        `The process that reads captures ${how} each time it was started.`,
        'Restart the program.',
      )
}
