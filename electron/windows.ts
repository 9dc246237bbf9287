// The program's windows: each with a page and captures of its own, one menu for all. Says which window a command is for.

import type { Command, WindowState } from '../shared/contract/bridge.ts'
import { commandChannel } from './channels.ts'
import type { Settings } from './settings.ts'
import { openWindow } from './window.ts'

type BrowserWindow = Electron.BrowserWindow

interface Open {
  readonly window: BrowserWindow
  /** The page listens; before, commands wait. */
  listening: boolean
  readonly waiting: Command[]
  shows: WindowState
}

export interface Windows {
  open(): void
  /** Tells the page of the window in front; without a window one is opened for it. */
  command(command: Command): void
  /** Opens captures named from outside: in a window that shows none, else in a new one. */
  offer(paths: readonly string[]): void
  /** Brings the window in front to the front of all programs. */
  raise(): void
  /** The page of this window listens from now on. */
  ready(window: BrowserWindow): void
  /** The page of this window says what it shows. */
  shows(window: BrowserWindow, state: WindowState): void
  /** What the window in front shows. */
  front(): WindowState
  /** Closes the capture of the window in front, or the window where it shows none. */
  close(): void
}

const nothing: WindowState = { file: null, ready: false, following: false }
/** Pixels by which a further window lies below and right of the one before. */
const cascade = 28

/** `changed` is told when another window is in front, or shows something else. */
export function openWindows(settings: Settings, changed: () => void): Windows {
  /** The window in front first. */
  let windows: Open[] = []

  function of(window: BrowserWindow): Open | undefined {
    return windows.find((each) => each.window === window)
  }

  function add(): Open {
    const kind = windows.length === 0 ? 'first' : 'further'
    const window = openWindow(kind, settings.window(kind) ?? besideFront())
    const opened: Open = { window, listening: false, waiting: [], shows: nothing }
    windows = [opened, ...windows]
    window.on('focus', () => {
      windows = [opened, ...windows.filter((each) => each !== opened)]
      changed()
    })
    window.on('close', () => {
      const bounds = { ...window.getNormalBounds(), maximized: window.isMaximized() }
      void settings.keepWindow(kind, bounds).catch(() => undefined)
    })
    window.on('closed', () => {
      windows = windows.filter((each) => each !== opened)
      changed()
    })
    return opened
  }

  /** Of the first window's size, a little below and right of it. */
  function besideFront() {
    const front = windows[0]?.window.getNormalBounds()
    if (front === undefined) return null
    return { ...front, x: front.x + cascade, y: front.y + cascade, maximized: false }
  }

  function tell(to: Open, command: Command): void {
    if (to.listening) to.window.webContents.send(commandChannel, command)
    else to.waiting.push(command)
  }

  function raise({ window }: Open): void {
    if (window.isMinimized()) window.restore()
    window.focus()
  }

  return {
    open: () => void add(),
    command: (command) => tell(windows[0] ?? add(), command),
    offer(paths) {
      const [path, ...chain] = paths
      if (path === undefined) return
      const empty = windows.find(({ shows, waiting }) => shows.file === null && waiting.length === 0)
      const to = empty ?? add()
      if (empty !== undefined) raise(empty)
      // Taken from now on, even before its page says so.
      to.shows = { ...nothing, file: path }
      tell(to, chain.length === 0 ? { kind: 'open', path } : { kind: 'open', path, chain })
    },
    raise() {
      const [front] = windows
      if (front !== undefined) raise(front)
    },
    ready(window) {
      const opened = of(window)
      if (opened === undefined) return
      opened.listening = true
      for (const command of opened.waiting.splice(0)) tell(opened, command)
    },
    shows(window, state) {
      const opened = of(window)
      if (opened === undefined) return
      opened.shows = state
      if (process.platform === 'darwin') window.setRepresentedFilename(state.file ?? '')
      changed()
    },
    front: () => windows[0]?.shows ?? nothing,
    close() {
      const [front] = windows
      if (front === undefined) return
      if (front.shows.file === null) front.window.close()
      else tell(front, { kind: 'menu', id: 'close' })
    },
  }
}
