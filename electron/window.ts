// The window and its walls: custom scheme, content policy, no network, no navigation, no new windows, no permissions.

import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme, protocol, session } from 'electron'
import { versionArgument } from './channels.ts'
import { pageHeaders } from './serve/bundle.ts'
import type { PageFile } from './serve/bundle.ts'
import type { Bounds, WindowKind } from './settings.ts'

const scheme = 'app:'
const pageHost = 'bundle'
const pageAddress = `${scheme}//${pageHost}/index.html`
/** What the page made itself, to be saved by the user: a certificate as PEM. */
const madeByPage = `blob:${scheme}//${pageHost}/`
const ownAddresses = [`${scheme}//`, madeByPage]

/** To be called before Electron is ready. */
export function raiseWalls(): void {
  app.enableSandbox()
  // A belt: even a request that passed every other guard finds no address.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** Shuts a session off from everything but `app:` addresses, which `answer` serves. */
export function guardSession(guarded: Electron.Session, answer: (url: URL) => Response): void {
  guarded.protocol.handle('app', (request) => answer(new URL(request.url)))
  guarded.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !ownAddresses.some((start) => details.url.startsWith(start)) })
  })
  guarded.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  guarded.setPermissionCheckHandler(() => false)
  guarded.setDevicePermissionHandler(() => false)
  guarded.setSpellCheckerEnabled(false)
  guarded.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(madeByPage)) event.preventDefault()
  })
}

/** Guards the page's own session and serves the built page in it. */
export function servePage(bundle: (name: string) => PageFile | null): void {
  guardSession(session.defaultSession, (url) => {
    const file = url.host === pageHost ? bundle(url.pathname.slice(1)) : null
    if (file === null) return new Response('Not found', { status: 404, headers: pageHeaders })
    return new Response(file.body, { headers: { ...pageHeaders, 'content-type': file.type } })
  })
}

/** Whether a message comes from the top frame of our own page. */
export function isOwnPage(frame: Electron.WebFrameMain | null): boolean {
  if (frame?.parent !== null) return false
  const { protocol: from, host } = new URL(frame.url)
  return from === scheme && host === pageHost
}

/** Opens a window on the page, where one of its kind was before; shown once it has something to show. */
export function openWindow(kind: WindowKind, before: Bounds | null): BrowserWindow {
  const window = new BrowserWindow({
    width: before?.width ?? 1480,
    height: before?.height ?? 940,
    ...(before === null ? {} : { x: before.x, y: before.y }),
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: app.getName(),
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#12171a' : '#f3f5f6',
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
      additionalArguments: [`${versionArgument}${app.getVersion()}`],
    },
  })
  if (before?.maximized === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  void window.loadURL(kind === 'first' ? pageAddress : `${pageAddress}#further`)
  return window
}
