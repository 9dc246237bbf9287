// Entry of the worker process: runs the core apart from window and dialogs, in Electron's utility process or Node's child process.

import type { HostMessage, PageMessage, PageRequest, WorkerMessage } from './process.ts'
import { dataArgument } from '../channels.ts'
import { createSession } from './session.ts'
import type { Session } from './session.ts'
import { openNotes } from './notes.ts'
import { tools } from './tools.ts'

const granted = { read: new Set<string>(), write: new Set<string>() }
const sessions = new Map<number, Session>()
const notes = openNotes(dataFolder())

/** Electron's channel to main; undefined in a Node child process. */
function electronPort(): Electron.ParentPort | undefined {
  return process.parentPort
}

function tellHost(message: WorkerMessage): void {
  const port = electronPort()
  if (port === undefined) process.send?.(message)
  else port.postMessage(message)
}

/** Where the application's data is kept, as the host said; null: nowhere. */
function dataFolder(): string | null {
  const named = process.argv.find((text) => text.startsWith(dataArgument))
  return named?.slice(dataArgument.length) ?? null
}

function begin(page: number, post: (message: PageMessage) => void): (message: PageRequest) => void {
  const session = createSession(
    {
      post: (event) => post({ kind: 'event', event }),
      // Node's child serves a browser, which writes no file.
      mayWriteBeside: electronPort() !== undefined,
      mayRead: (path) => granted.read.has(path),
      mayWrite: (path) => granted.write.has(path),
      opened: (file) => tellHost({ kind: 'opened', file }),
    },
    { ...tools, notes },
  )
  sessions.set(page, session)
  return ({ id, channel, input }) => {
    void session.request(channel, input).then((outcome) => post({ kind: 'reply', id, outcome }))
  }
}

function end(page: number): void {
  sessions.get(page)?.close()
  sessions.delete(page)
  lines.delete(page)
}

/** Pages connected without a port of their own: what to do with their requests. */
const lines = new Map<number, (message: PageRequest) => void>()

function hear(message: HostMessage, port: Electron.MessagePortMain | undefined): void {
  switch (message.kind) {
    case 'connect': {
      const { page } = message
      if (port === undefined) {
        lines.set(
          page,
          begin(page, (said) => tellHost({ kind: 'page', page, message: said })),
        )
        return
      }
      const answer = begin(page, (said) => port.postMessage(said))
      port.on('message', ({ data }) => answer(data as PageRequest))
      port.on('close', () => end(page))
      port.start()
      return
    }
    case 'disconnect':
      end(message.page)
      return
    case 'grant':
      granted[message.use].add(message.path)
      tellHost({ kind: 'granted', grant: message.grant })
      return
    case 'page':
      lines.get(message.page)?.(message.message)
  }
}

const port = electronPort()
if (port === undefined) {
  process.on('message', (message) => hear(message as HostMessage, undefined))
  process.on('disconnect', () => process.exit(0))
} else {
  port.on('message', ({ data, ports }) => hear(data as HostMessage, ports[0]))
}
tellHost({ kind: 'ready' })
