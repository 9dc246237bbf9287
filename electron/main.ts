// Electron's main process: windows or command line, then walls, worker, menu, windows. It holds no parser.

import { join, resolve } from 'node:path'
import { app, BrowserWindow, Menu, utilityProcess } from 'electron'
import { z } from 'zod'
import type { BridgeEvent, RecentFile } from '../shared/contract/bridge.ts'
import { answerAll } from './answers.ts'
import { dataArgument, eventChannel } from './channels.ts'
import { openDragFolder } from './drag-out.ts'
import { menuTemplate } from './menu.ts'
import { openRecent } from './recent.ts'
import type { RecentFiles } from './recent.ts'
import { samplesIn } from './samples.ts'
import { openBundle } from './serve/bundle.ts'
import { openSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { raiseWalls, servePage } from './window.ts'
import { openWindows } from './windows.ts'
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
    const named = parsed.success ? parsed.data.files : []
    if (named.length === 0) raise()
    else offer(named)
  })
  void app.whenReady().then(() => {
    ;({ offer, raise } = openDesk())
    for (const paths of early) offer(paths)
  })
}

interface Desk {
  /** Lets a page open a capture that was named from outside; several files are read as one. */
  readonly offer: (paths: readonly string[]) => void
  /** Brings the program to the front. */
  readonly raise: () => void
}

/** Second stage: worker, answers, menu, the first window. */
function openDesk(): Desk {
  const recent = openRecent(join(app.getPath('userData'), 'recent.json'))
  const settings = openSettings(join(app.getPath('userData'), 'settings.json'))
  const samples = samplesIn(
    app.isPackaged
      ? join(process.resourcesPath, 'samples')
      : join(import.meta.dirname, '../../test/captures'),
  )
  const worker = startWorker(recent, settings, drawMenu)
  const windows = openWindows(settings, drawMenu)
  const drags = openDragFolder()

  function offer(paths: readonly string[]): void {
    void grantAll(paths).then(() => windows.offer(paths))
  }

  async function grantAll(paths: readonly string[]): Promise<void> {
    for (const path of paths) await worker.grant(path, 'read')
  }

  function drawMenu(): void {
    const template = menuTemplate(process.platform, recent.list(), windows.front(), {
      command: (id) => windows.command({ kind: 'menu', id }),
      newWindow: () => windows.open(),
      close: () => windows.close(),
      // As Open does: in the window in front, in place of what it shows.
      recent: (path) => void worker.grant(path, 'read').then(() => windows.command({ kind: 'open', path })),
      clearRecent: () => void clearRecent(),
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  async function clearRecent(): Promise<void> {
    await recent.clear()
    app.clearRecentDocuments()
    drawMenu()
  }

  answerAll({ worker, recent, settings, samples, windows, drags, clearRecent })
  servePage(openBundle(join(import.meta.dirname, '../renderer')))
  app.setAboutPanelOptions({
    applicationName: app.getName(),
    applicationVersion: app.getVersion(),
    copyright: 'MIT licence. Works without any network access: captures never leave this machine.',
  })
  drawMenu()
  windows.open()
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) windows.open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('will-quit', () => {
    worker.stop()
    drags.close()
  })
  return { offer, raise: () => windows.raise() }
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
