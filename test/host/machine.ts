// What the double of Electron records and what specs set: the machine the program believes to run on.

import { EventEmitter } from 'node:events'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the run's one Chromium. */
    chromium: string
  }
}

type DialogName = 'showOpenDialog' | 'showSaveDialog'
type Handler = (event: { sender: unknown; senderFrame: unknown }, input: unknown) => unknown

export const machine = {
  userData: '',
  /** Answers to dialogs to come. */
  answers: { showOpenDialog: [] as object[], showSaveDialog: [] as object[] },
  /** Dialogs shown, with their options. */
  dialogs: [] as { name: DialogName; options: unknown }[],
  handlers: new Map<string, Handler>(),
  /** Addresses the session refused. */
  blocked: [] as string[],
  /** Requests nothing refused and nothing answered: they would have gone to the network. */
  leaks: [] as string[],
  /** Navigations and windows the program let happen. */
  navigated: [] as string[],
  opened: [] as string[],
  recentDocuments: [] as string[],
  switches: new Map<string, string>(),
  sandboxed: false,
  schemes: [] as string[],
  aboutPanel: null as object | null,
  notifications: [] as { title: string; body: string }[],
  /** Files that were dragged out of a window. */
  drags: [] as string[],
  /** Whether the window is in front. */
  focused: false,
  ended: null as number | null,
  menu: null as {
    getMenuItemById(id: string): { click(): void; label: string; enabled: boolean } | null
  } | null,
  /** Worker processes in the order they were started. */
  workers: [] as { kill(): boolean }[],
}

let browser: Promise<Browser> | null = null

/** The run's Chromium, connected to once per spec file. */
export function testBrowser(): Promise<Browser> {
  browser ??= chromium.connect(inject('chromium'))
  return browser
}

export const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  whenReady: () => Promise.resolve(),
  requestSingleInstanceLock: () => true,
  getPath: (name: string) => `${machine.userData}${name === 'userData' ? '' : `/${name}`}`,
  getName: () => 'Handshake Inspector',
  getVersion: () => '0.0.0-test',
  enableSandbox: () => void (machine.sandboxed = true),
  commandLine: { appendSwitch: (name: string, value = '') => void machine.switches.set(name, value) },
  getFileIcon: (path: string) => Promise.resolve({ of: path }),
  addRecentDocument: (path: string) => void machine.recentDocuments.push(path),
  clearRecentDocuments: () => void (machine.recentDocuments = []),
  setAboutPanelOptions: (options: object) => void (machine.aboutPanel = options),
  quit() {
    app.emit('before-quit')
    app.emit('will-quit')
  },
  exit: (code: number) => void (machine.ended = code),
})

function show(name: DialogName) {
  return (_window: unknown, options: unknown): Promise<object> => {
    machine.dialogs.push({ name, options })
    const answer = machine.answers[name].shift()
    return answer === undefined
      ? Promise.reject(new Error(`Nobody answers ${name}.`))
      : Promise.resolve(answer)
  }
}

export const dialog = { showOpenDialog: show('showOpenDialog'), showSaveDialog: show('showSaveDialog') }

export const ipcMain = {
  handle: (channel: string, handler: Handler) => void machine.handlers.set(channel, handler),
}

export const nativeTheme = { shouldUseDarkColors: false }

interface Item {
  id?: string
  role?: string
  submenu?: Item[]
  label?: string
  enabled?: boolean
  click?: () => void
}

export const Menu = {
  buildFromTemplate(template: Item[]) {
    const all: Item[] = []
    const gather = (items: Item[]): void => {
      for (const item of items) {
        all.push(item)
        gather(item.submenu ?? [])
      }
    }
    gather(template)
    return {
      getMenuItemById(id: string) {
        const item = all.find((each) => each.id === id)
        return item === undefined
          ? null
          : { click: () => item.click?.(), label: item.label ?? '', enabled: item.enabled ?? true }
      },
    }
  },
  setApplicationMenu: (menu: typeof machine.menu) => void (machine.menu = menu),
}

export class Notification extends EventEmitter {
  static isSupported(): boolean {
    return true
  }
  private readonly options: { title: string; body: string }
  constructor(options: { title: string; body: string }) {
    super()
    this.options = options
  }
  show(): void {
    machine.notifications.push(this.options)
  }
}
