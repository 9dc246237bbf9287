// Electron's main process: window or command line, then walls, worker, menu, window. It holds no parser.

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { app, BrowserWindow, dialog, Menu, MessageChannelMain, Notification, utilityProcess } from 'electron'
import { z } from 'zod'
import type { BridgeEvent, Command, RecentFile } from '../shared/contract/bridge.ts'
import { commandChannel, dataArgument, eventChannel, portChannel } from './channels.ts'
import { answerPages } from './ipc.ts'
import { menuTemplate } from './menu.ts'
import { refusal } from './outcome.ts'
import { printReport } from './pdf.ts'
import { openRecent } from './recent.ts'
import type { RecentFiles } from './recent.ts'
import { samplesIn } from './samples.ts'
import { openBundle } from './serve/bundle.ts'
import { openSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { openWindow, raiseWalls, servePage } from './window.ts'
import { startHost } from './worker/host.ts'
import type { WorkerHost, WorkerProcess } from './worker/host.ts'
import type { WorkerMessage } from './worker/process.ts'

const arguments_ = process.argv.slice(app.isPackaged ? 1 : 2)

/** What a second start hands to the first. */
const handover = z.object({ files: z.array(z.string()) })

/** Arguments that begin with one of these are for the command line. */
const commands = ['inspect', 'what-if', 'explain']

if (commands.includes(arguments_[0] ?? '')) {
  const { main } = await import('./cli.ts')
  app.exit(await main(arguments_))
} else {
  startDesktop(arguments_.filter((text) => !text.startsWith('-')).map((path) => resolve(path)))
}

/** First stage: what must be said before Electron is ready. Only the first instance goes on. */
function startDesktop(files: readonly string[]): void {
  if (!app.requestSingleInstanceLock({ files })) {
    app.quit()
    return
  }
  raiseWalls()
  const early = [files]
  let offer = (paths: readonly string[]): void => {
    early.push(paths)
  }
  let raise = (): void => undefined
  app.on('open-file', (event, path) => {
    event.preventDefault()
    offer([path])
  })
  app.on('second-instance', (_event, _argv, _directory, data) => {
    const parsed = handover.safeParse(data)
    raise()
    if (parsed.success) offer(parsed.data.files)
  })
  void app.whenReady().then(() => {
    ;({ offer, raise } = openDesk())
    for (const paths of early) offer(paths)
  })
}

interface Desk {
  /** Lets the page open a capture that was named from outside; several files are read as one. */
  offer: (paths: readonly string[]) => void
  /** Brings the window to the front. */
  raise: () => void
}

/** Second stage: worker, answers, menu, window. */
function openDesk(): Desk {
  const recent = openRecent(join(app.getPath('userData'), 'recent.json'))
  const settings = openSettings(join(app.getPath('userData'), 'settings.json'))
  const samples = samplesIn(
    app.isPackaged
      ? join(process.resourcesPath, 'samples')
      : join(import.meta.dirname, '../../test/captures'),
  )
  const worker = startWorker(recent, settings, drawMenu)
  /** Files chosen in a dialog, now or before: the only ones settings may name. */
  const chosen = new Set<string | null>([null, settings.get().roots, settings.get().keylog])
  /** Destinations chosen in a dialog: the only paths main writes to. */
  const destinations = new Set<string>()
  /** Commands for a page that does not listen yet. */
  const waiting: Command[] = []
  let pages = 0
  let listening = false
  /** The page's window; a report being printed has a hidden one of its own. */
  let window: BrowserWindow | null = null

  function command(command: Command): void {
    if (window !== null && listening) window.webContents.send(commandChannel, command)
    else waiting.push(command)
    if (window === null) open()
  }

  function offer(paths: readonly string[]): void {
    const [path, ...chain] = paths
    if (path === undefined) return
    const more = chain.length === 0 ? {} : { chain }
    void grantAll(paths).then(() => command({ kind: 'open', path, ...more }))
  }

  async function grantAll(paths: readonly string[]): Promise<void> {
    for (const path of paths) await worker.grant(path, 'read')
  }

  function open(): void {
    listening = false
    const opened = openWindow(settings.window())
    window = opened
    opened.on('close', () => {
      const bounds = { ...opened.getNormalBounds(), maximized: opened.isMaximized() }
      void settings.keepWindow(bounds).catch(() => undefined)
    })
    opened.on('closed', () => {
      window = null
    })
  }

  function raise(): void {
    if (window?.isMinimized() === true) window.restore()
    window?.focus()
  }

  function drawMenu(): void {
    const template = menuTemplate(process.platform, recent.list(), {
      command: (id) => command({ kind: 'menu', id }),
      offer: (path) => offer([path]),
      clearRecent: () => void clearRecent(),
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  async function clearRecent(): Promise<void> {
    await recent.clear()
    app.clearRecentDocuments()
    drawMenu()
  }

  async function choose(
    window: Electron.BrowserWindow,
    title: string,
    filters: Electron.FileFilter[],
  ): Promise<string | null> {
    const [path = null] = await chooseFiles(window, title, filters, ['openFile'])
    if (path !== null) chosen.add(path)
    return path
  }

  async function chooseFiles(
    window: Electron.BrowserWindow,
    title: string,
    filters: Electron.FileFilter[],
    properties: ('openFile' | 'multiSelections')[],
  ): Promise<string[]> {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, { title, filters, properties })
    if (canceled) return []
    await grantAll(filePaths)
    return filePaths
  }

  answerPages({
    'port.open': (_input, window) => {
      const { port1, port2 } = new MessageChannelMain()
      worker.connect(++pages, port2)
      window.webContents.postMessage(portChannel, null, [port1])
      listening = true
      for (const each of waiting.splice(0)) window.webContents.send(commandChannel, each)
      return null
    },
    'capture.choose': (_input, window) => choose(window, 'Open Capture', captureFilters),
    'captures.choose': (_input, window) =>
      chooseFiles(window, 'Open Capture', captureFilters, ['openFile', 'multiSelections']),
    'keylog.choose': (_input, window) => choose(window, 'Load Key Log', keylogFilters),
    'destination.choose': async ({ name }, window) => {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title: 'Save Report',
        defaultPath: join(app.getPath('documents'), name),
      })
      if (canceled || filePath === '') return null
      destinations.add(filePath)
      await worker.grant(filePath, 'write')
      return filePath
    },
    'file.dropped': async ({ path }) => {
      if (!statSync(path).isFile()) throw refusal('not-a-file', 'This is a folder.', 'Drop a capture file.')
      await worker.grant(path, 'read')
      return null
    },
    'recent.list': () => recent.list(),
    'recent.clear': async () => {
      await clearRecent()
      return null
    },
    'samples.list': () => samples,
    'settings.get': () => settings.get(),
    'settings.change': async (change) => {
      if (![change.roots ?? null, change.keylog ?? null].every((path) => chosen.has(path))) {
        throw refusal('not-offered', 'This file was not chosen by you.', 'Choose it in the dialog.')
      }
      if (change.rememberRecent === false) await clearRecent()
      return settings.change(change)
    },
    'roots.choose': (_input, window) => choose(window, 'Choose Trusted Roots', rootsFilters),
    notify: ({ title, body }, window) => {
      if (!window.isFocused() && Notification.isSupported()) {
        const notification = new Notification({ title, body })
        notification.on('click', raise)
        notification.show()
      }
      return null
    },
    'report.print': async ({ html, path }) => {
      if (!destinations.has(path)) throw refusal('not-offered', 'This destination was not chosen by you.')
      return { bytes: await printReport(html, path) }
    },
  })

  servePage(openBundle(join(import.meta.dirname, '../renderer')))
  for (const path of [
    ...recent.list().map((file) => file.path),
    ...samples.map((file) => file.path),
    ...[...chosen].filter((path) => path !== null),
  ]) {
    void worker.grant(path, 'read')
  }
  app.setAboutPanelOptions({
    applicationName: app.getName(),
    applicationVersion: app.getVersion(),
    copyright: 'MIT licence. Works without any network access: captures never leave this machine.',
  })
  drawMenu()
  open()
  app.on('activate', () => {
    if (window === null) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('will-quit', () => worker.stop())
  return { offer, raise }
}

function startWorker(
  recent: RecentFiles,
  settings: Settings,
  changed: () => void,
): WorkerHost<Electron.MessagePortMain> {
  return startHost<Electron.MessagePortMain>({
    start: forkWorker,
    // A list that cannot be written is no reason to disturb: it is rebuilt as captures are opened.
    opened: (file) => void remember(file).catch(() => undefined),
    lost: (reason) => {
      const event: BridgeEvent = { kind: 'worker-lost', fault: reason }
      for (const window of BrowserWindow.getAllWindows()) window.webContents.send(eventChannel, event)
    },
  })

  async function remember(file: Omit<RecentFile, 'opened'>): Promise<void> {
    if (!settings.get().rememberRecent) return
    await recent.add({ ...file, opened: new Date().toISOString() })
    app.addRecentDocument(file.path)
    changed()
  }
}

function forkWorker(): WorkerProcess<Electron.MessagePortMain> {
  const child = utilityProcess.fork(
    join(import.meta.dirname, 'worker.js'),
    [`${dataArgument}${app.getPath('userData')}`],
    {
      serviceName: 'Capture reader',
    },
  )
  return {
    send: (message, port) => child.postMessage(message, port === undefined ? [] : [port]),
    onMessage: (listener) => void child.on('message', (message: WorkerMessage) => listener(message)),
    onExit: (listener) => void child.once('exit', (code) => listener(code)),
    kill: () => void child.kill(),
  }
}

const captureFilters: Electron.FileFilter[] = [
  { name: 'Packet captures', extensions: ['pcap', 'pcapng', 'cap', 'ntar', 'gz', 'zst', 'lz4', 'snoop'] },
  { name: 'All files', extensions: ['*'] },
]

const rootsFilters: Electron.FileFilter[] = [
  { name: 'Certificates', extensions: ['pem', 'crt', 'cer'] },
  { name: 'All files', extensions: ['*'] },
]

const keylogFilters: Electron.FileFilter[] = [
  { name: 'Key logs', extensions: ['log', 'keys', 'keylog', 'txt'] },
  { name: 'All files', extensions: ['*'] },
]
