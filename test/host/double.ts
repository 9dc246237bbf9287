// A double of Electron's API, for machines without its binary: the real main, ipc and preload run against it in a real Chromium.

import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { machine } from './machine.ts'
import type { Port } from './ports.ts'
import { session } from './sessions.ts'

export { app, dialog, ipcMain, Menu, nativeTheme, Notification } from './machine.ts'
export { MessageChannelMain } from './ports.ts'
export { session } from './sessions.ts'
export { BrowserWindow } from './windows.ts'

export const protocol = {
  registerSchemesAsPrivileged: (schemes: { scheme: string }[]) =>
    void machine.schemes.push(...schemes.map(({ scheme }) => scheme)),
  handle: session.defaultSession.protocol.handle,
}

type FromChild =
  | { kind: 'message'; data: unknown }
  | { kind: 'port'; number: number; data: unknown }
  | { kind: 'close'; number: number }

export const utilityProcess = {
  fork(entry: string, args: readonly string[] = []) {
    const child = fork(resolve('test/host/utility.mjs'), [pathToFileURL(entry).href, ...args], {
      serialization: 'advanced',
      execArgv: [],
    })
    machine.workers.push({ kill: () => child.kill('SIGKILL') })
    const ports = new Map<number, Port>()
    let lastPort = 0
    const say = (message: object): void => {
      if (child.connected) child.send(message)
    }
    const process = Object.assign(new EventEmitter(), {
      postMessage(data: unknown, given: Port[] = []) {
        const numbers = given.map((port) => {
          ports.set(++lastPort, port)
          return lastPort
        })
        say({ kind: 'message', data, ports: numbers })
        for (const number of numbers) {
          ports.get(number)?.give({
            message: (sent) => say({ kind: 'port', number, data: sent }),
            closed: () => say({ kind: 'close', number }),
          })
        }
      },
      kill: () => child.kill(),
    })
    child.on('message', (message: FromChild) => {
      if (message.kind === 'message') process.emit('message', message.data)
      else if (message.kind === 'port') ports.get(message.number)?.postMessage(message.data)
      else ports.get(message.number)?.close()
    })
    child.on('exit', (code) => process.emit('exit', code))
    return process
  },
}
