// What main answers its pages: dialogs, recent files, settings, windows, printing, dragging. Whatever a user chose is granted here.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, MessageChannelMain, Notification } from 'electron'
import type { SampleFile } from '../shared/contract/bridge.ts'
import { portChannel } from './channels.ts'
import type { DragFolder } from './drag-out.ts'
import { answerPages } from './ipc.ts'
import { refusal } from './outcome.ts'
import { printReport } from './pdf.ts'
import type { RecentFiles } from './recent.ts'
import type { Settings } from './settings.ts'
import type { Windows } from './windows.ts'
import type { WorkerHost } from './worker/host.ts'

/** What the answers work with. */
export interface Parts {
  readonly worker: WorkerHost<Electron.MessagePortMain>
  readonly recent: RecentFiles
  readonly settings: Settings
  readonly samples: readonly SampleFile[]
  readonly windows: Windows
  readonly drags: DragFolder
  readonly clearRecent: () => Promise<void>
}

export function answerAll({ worker, recent, settings, samples, windows, drags, clearRecent }: Parts): void {
  /** Files chosen in a dialog, now or before: the only ones settings may name. */
  const chosen = new Set<string | null>([null, settings.get().roots, settings.get().keylog])
  /** Destinations chosen in a dialog: the only paths main writes to. */
  const destinations = new Set<string>()
  let pages = 0

  for (const path of [
    ...recent.list().map((file) => file.path),
    ...samples.map((file) => file.path),
    ...[...chosen].filter((path) => path !== null),
  ]) {
    void worker.grant(path, 'read')
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
    for (const path of filePaths) await worker.grant(path, 'read')
    return filePaths
  }

  answerPages({
    'port.open': (_input, window) => {
      const { port1, port2 } = new MessageChannelMain()
      worker.connect(++pages, port2)
      window.webContents.postMessage(portChannel, null, [port1])
      windows.ready(window)
      return null
    },
    'window.open': () => {
      windows.open()
      return null
    },
    'window.shows': (state, window) => {
      windows.shows(window, state)
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
      if (drags.holds(path)) throw refusal('own-file', 'This file was dragged out of the program.')
      if (!statSync(path).isFile()) throw refusal('not-a-file', 'This is a folder.', 'Drop a capture file.')
      await worker.grant(path, 'read')
      return null
    },
    'recent.list': () => recent.list(),
    'recent.clear': async () => {
      await clearRecent()
      return null
    },
    'samples.list': () => [...samples],
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
        notification.on('click', () => {
          if (window.isMinimized()) window.restore()
          window.focus()
        })
        notification.show()
      }
      return null
    },
    'report.print': async ({ html, path }) => {
      if (!destinations.has(path)) throw refusal('not-offered', 'This destination was not chosen by you.')
      return { bytes: await printReport(html, path) }
    },
    'drag.begin': async ({ name, contents, print }, window) => {
      let file: string
      if (print && typeof contents === 'string') {
        file = await drags.place(name)
        await printReport(contents, file)
      } else file = await drags.write(name, contents)
      window.webContents.startDrag({ file, icon: await app.getFileIcon(file) })
      return null
    },
  })
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
