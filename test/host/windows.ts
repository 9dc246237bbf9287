// The double's windows: pages of the test Chromium with an isolated preload world, wired to main's ipc.

import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { CDPSession, Frame, Page, Request as PageRequest } from 'playwright-core'
import { app, machine } from './machine.ts'
import type { Port } from './ports.ts'
import { fromPage, session, toPage } from './sessions.ts'
import type { Session } from './sessions.ts'
import { mainWorld, pack, preloadWorld, unpack } from './worlds.ts'

export interface Preferences {
  preload?: string
  sandbox?: boolean
  contextIsolation?: boolean
  nodeIntegration?: boolean
  webSecurity?: boolean
  spellcheck?: boolean
  navigateOnDragDrop?: boolean
  javascript?: boolean
  additionalArguments?: string[]
  session?: Session
}

interface Options {
  show?: boolean
  x?: number
  y?: number
  width?: number
  height?: number
  webPreferences?: Preferences
}

type FromPage =
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }
  | { kind: 'port'; number: number; data: unknown }
  | { kind: 'close'; number: number }

type OpenHandler = (details: { url: string }) => { action: 'deny' | 'allow' }

let contentsMade = 0
const windows = new Set<BrowserWindow>()
/** Of every window since the program was started. */
export const preferencesOpened: Preferences[] = []

export class WebContents extends EventEmitter {
  readonly id = ++contentsMade
  readonly session: Session
  readonly page: Promise<Page>
  private readonly preferences: Preferences
  private open: OpenHandler = () => ({ action: 'allow' })
  private control: CDPSession | null = null
  private world: number | null = null
  /** What is told to the page before its preload world exists. */
  private early: string[] = []
  private readonly ports = new Map<number, Port>()
  private lastPort = 0
  private loading: string | null = null

  constructor(preferences: Preferences) {
    super()
    this.preferences = preferences
    this.session = preferences.session ?? session.defaultSession
    // What main hangs on the contents in the same turn must be there first.
    this.page = Promise.resolve().then(() => this.begin())
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.open = handler
  }

  send(channel: string, ...args: unknown[]): void {
    this.postAll(channel, args, [])
  }

  postMessage(channel: string, message: unknown, ports: Port[] = []): void {
    this.postAll(channel, [message], ports)
  }

  async printToPDF(options: { printBackground?: boolean; preferCSSPageSize?: boolean }): Promise<Uint8Array> {
    const { printBackground = false, preferCSSPageSize = false } = options
    return (await this.page).pdf({ printBackground, preferCSSPageSize })
  }

  async load(url: string): Promise<void> {
    const page = await this.page
    this.loading = url
    await page.goto(toPage(url))
  }

  /** Electron refuses a file that is not there and, on macOS, an empty picture. */
  startDrag({ file, icon }: { file: string; icon: object | null }): void {
    if (!existsSync(file) || icon === null) throw new Error('There is nothing to drag.')
    machine.drags.push(file)
  }

  /** A path the page's next dropped or chosen file of this name is said to have. */
  place(name: string, path: string): void {
    this.tell({ kind: 'path', name, path })
  }

  private async begin(): Promise<Page> {
    const scripts = this.preferences.javascript !== false
    const context = await this.session.context(scripts)
    const page = await context.newPage()
    this.session.navigation.add((request, url) => this.mayNavigate(page, request, url))
    page.on('popup', (popup) => {
      const url = fromPage(popup.url())
      if (this.open({ url }).action === 'allow') machine.opened.push(url)
      void popup.close()
    })
    if (scripts) await this.inhabit(page)
    return page
  }

  /** Makes the two worlds and the channel between the preload world and main. */
  private async inhabit(page: Page): Promise<void> {
    const control = await page.context().newCDPSession(page)
    this.control = control
    control.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== 'preload') return
      this.world = context.id
      for (const text of this.early.splice(0)) this.deliver(text)
    })
    control.on('Runtime.executionContextsCleared', () => this.leave())
    control.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'toHost') this.hear(unpack(payload) as FromPage, page.mainFrame())
    })
    await control.send('Runtime.enable')
    await control.send('Page.enable')
    await control.send('Runtime.addBinding', { name: 'toHost', executionContextName: 'preload' })
    await page.addInitScript(mainWorld)
    const { preload, additionalArguments = [] } = this.preferences
    if (preload === undefined) return
    const source = preloadWorld(
      readFileSync(preload, 'utf8'),
      ['page', ...additionalArguments],
      process.platform,
    )
    await control.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: 'preload' })
  }

  /** The document went away, and the ports it held with it. */
  private leave(): void {
    this.world = null
    for (const port of this.ports.values()) port.close()
    this.ports.clear()
  }

  private mayNavigate(page: Page, request: PageRequest, url: string): boolean {
    const frame = frameOf(request)
    // Another page's navigation, or a popup's first: the session's walls judge those.
    if (frame?.page() !== page) return true
    // A request's address goes without its fragment.
    if (url === this.loading?.replace(/#.*/, '')) {
      this.loading = null
      return true
    }
    const isMainFrame = frame.parentFrame() === null
    const event = { url, isMainFrame, prevented: false, preventDefault: () => (event.prevented = true) }
    this.emit('will-frame-navigate', event, url)
    if (isMainFrame) this.emit('will-navigate', event, url)
    if (!event.prevented) machine.navigated.push(url)
    return !event.prevented
  }

  private hear(message: FromPage, frame: Frame): void {
    if (message.kind === 'port') this.ports.get(message.number)?.postMessage(message.data)
    else if (message.kind === 'close') this.ports.get(message.number)?.close()
    else void this.invoke(message.id, message.channel, message.args[0], frame)
  }

  private async invoke(id: number, channel: string, input: unknown, frame: Frame): Promise<void> {
    const handler = machine.handlers.get(channel)
    const event = { sender: this, senderFrame: { url: fromPage(frame.url()), parent: null } }
    try {
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
      this.tell({ kind: 'result', id, ok: true, value: structuredClone(await handler(event, input)) })
    } catch (error) {
      this.tell({ kind: 'result', id, ok: false, value: String(error) })
    }
  }

  private postAll(channel: string, args: unknown[], given: Port[]): void {
    const numbers = given.map((port) => {
      const number = ++this.lastPort
      this.ports.set(number, port)
      return { number, port }
    })
    this.tell({
      kind: 'send',
      channel,
      args: structuredClone(args),
      ports: numbers.map(({ number }) => number),
    })
    for (const { number, port } of numbers) {
      port.give({ message: (data) => this.tell({ kind: 'port', number, data }), closed: () => undefined })
    }
  }

  private tell(message: object): void {
    const text = pack(message)
    if (this.world === null) this.early.push(text)
    else this.deliver(text)
  }

  private deliver(text: string): void {
    const expression = `fromHost(${JSON.stringify(text)})`
    // A document that has just gone hears nothing.
    this.control?.send('Runtime.evaluate', { expression, contextId: this.world ?? 0 }).catch(() => undefined)
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  readonly options: Options
  visible: boolean

  constructor(options: Options) {
    super()
    this.options = options
    this.visible = options.show !== false
    const { webPreferences = {} } = options
    checkPreferences(webPreferences)
    preferencesOpened.push(webPreferences)
    this.webContents = new WebContents(webPreferences)
    windows.add(this)
    app.emit('web-contents-created', {}, this.webContents)
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }

  static fromWebContents(contents: unknown): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url)
    this.emit('ready-to-show')
  }

  show(): void {
    this.visible = true
  }
  focus(): void {
    this.emit('focus')
  }
  setRepresentedFilename(): void {
    // Of macOS only.
  }
  isMinimized(): boolean {
    return false
  }
  restore(): void {
    this.visible = true
  }
  isFocused(): boolean {
    return machine.focused
  }
  isMaximized(): boolean {
    return false
  }
  maximize(): void {
    this.visible = true
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    const { x = 0, y = 0, width = 800, height = 600 } = this.options
    return { x, y, width, height }
  }

  close(): void {
    this.destroy()
  }

  destroy(): void {
    this.emit('close')
    windows.delete(this)
    void this.webContents.page.then((page) => page.close())
    this.emit('closed')
    if (windows.size === 0) app.emit('window-all-closed')
  }
}

/** null while the frame is not there yet: a new window's first request. */
function frameOf(request: PageRequest): Frame | null {
  try {
    return request.frame()
  } catch {
    return null
  }
}

/** The switches that would undo the page's isolation: said outright, not left to a default. */
function checkPreferences({ sandbox, contextIsolation, nodeIntegration, webSecurity }: Preferences): void {
  if (sandbox !== true) throw new Error('The window is not sandboxed.')
  if (contextIsolation !== true) throw new Error('The preload is not isolated from the page.')
  if (nodeIntegration !== false) throw new Error('The page could reach Node.')
  if (webSecurity === false) throw new Error('The page could read other origins.')
}
