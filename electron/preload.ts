// The page's bridge in Electron: named methods from the contract, nothing else. Runs in the sandboxed, isolated preload world.

import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type {
  Bridge,
  BridgeEvent,
  Channel,
  Command,
  Fault,
  HostSettings,
  Input,
  Outcome,
  Output,
} from '../shared/contract/bridge.ts'
import { defaultLimits } from '../shared/limits.ts'
import type { HostChannel, HostInput, HostOutput } from '../shared/contract/host.ts'
import { commandChannel, eventChannel, portChannel, versionArgument } from './channels.ts'
import type { PageMessage } from './worker/process.ts'

const eventListeners = new Set<(event: BridgeEvent) => void>()
const commandListeners = new Set<(command: Command) => void>()
/** Commands that came before the page listened. */
let early: Command[] = []

const pending = new Map<number, (outcome: Outcome<unknown>) => void>()
let lastRequest = 0
/** Why there will be no worker any more. */
let gone: Fault | null = null
let line = openLine()

function openLine(): Promise<MessagePort> {
  const arrived = new Promise<MessagePort>((resolve) => {
    ipcRenderer.once(portChannel, ({ ports: [port] }) => {
      if (port === undefined) return
      port.onmessage = ({ data }: MessageEvent<PageMessage>) => hear(data)
      resolve(port)
    })
  })
  void ask('port.open', null)
  return arrived
}

function hear(message: PageMessage): void {
  if (message.kind === 'reply') {
    pending.get(message.id)?.(message.outcome)
    pending.delete(message.id)
  } else {
    tell(message.event)
  }
}

function tell(event: BridgeEvent): void {
  for (const listener of eventListeners) listener(event)
}

/** main's answer; its faults are the page's faults. */
function ask<C extends HostChannel>(channel: C, input: HostInput<C>): Promise<Outcome<HostOutput<C>>> {
  return ipcRenderer.invoke(channel, input) as Promise<Outcome<HostOutput<C>>>
}

/** main's answer where a fault means the same as a dismissed dialog. */
async function askOr<C extends HostChannel>(
  channel: C,
  input: HostInput<C>,
  otherwise: HostOutput<C>,
): Promise<HostOutput<C>> {
  const outcome = await ask(channel, input)
  return outcome.ok ? outcome.value : otherwise
}

async function askWorker<C extends Channel>(channel: C, input: Input<C>): Promise<Outcome<Output<C>>> {
  if (gone !== null) return { ok: false, fault: gone }
  const id = ++lastRequest
  const answered = new Promise<Outcome<unknown>>((resolve) => pending.set(id, resolve))
  void line.then((port) => port.postMessage({ id, channel, input }))
  return (await answered) as Outcome<Output<C>>
}

/** PDF takes both: the worker writes the HTML, main prints it. */
async function makePdf(request: Input<'report.make'>, path: string): Promise<Outcome<Output<'report.make'>>> {
  const made = await askWorker('report.make', { ...request, format: 'html', path: null })
  if (!made.ok) return made
  const printed = await ask('report.print', { html: made.value.text ?? '', path })
  if (!printed.ok) return printed
  return { ok: true, value: { ...made.value, text: null, bytes: printed.value.bytes } }
}

function isPdf(channel: Channel, input: unknown): input is Input<'report.make'> & { path: string } {
  const request = input as Partial<Input<'report.make'>>
  return channel === 'report.make' && request.format === 'pdf' && typeof request.path === 'string'
}

ipcRenderer.on(eventChannel, (_event, event: BridgeEvent) => {
  if (event.kind === 'worker-lost') {
    if (event.fault.code === 'worker-failed') gone = event.fault
    else line = openLine()
    for (const resolve of pending.values()) resolve({ ok: false, fault: event.fault })
    pending.clear()
  }
  tell(event)
})

ipcRenderer.on(commandChannel, (_event, command: Command) => {
  if (commandListeners.size === 0) early.push(command)
  for (const listener of commandListeners) listener(command)
})

/** Bytes apart from whatever buffer they are a part of. */
function ownBytes(contents: string | Uint8Array): string | Uint8Array<ArrayBuffer> {
  return typeof contents === 'string' ? contents : new Uint8Array(contents)
}

const defaultSettings: HostSettings = {
  roots: null,
  keylog: null,
  rememberRecent: true,
  limits: defaultLimits,
}

const platforms: Readonly<Record<string, Bridge['platform']>> = {
  win32: 'win32',
  darwin: 'darwin',
  linux: 'linux',
}

const bridge: Bridge = {
  host: 'electron',
  platform: platforms[process.platform] ?? 'other',
  version: process.argv.find((text) => text.startsWith(versionArgument))?.slice(versionArgument.length) ?? '',
  request: async <C extends Channel>(channel: C, input: Input<C>) =>
    isPdf(channel, input)
      ? ((await makePdf(input, input.path)) as Outcome<Output<C>>)
      : askWorker(channel, input),
  on(listener) {
    eventListeners.add(listener)
    return () => void eventListeners.delete(listener)
  },
  chooseCapture: () => askOr('capture.choose', null, null),
  chooseCaptures: () => askOr('captures.choose', null, []),
  chooseKeylog: () => askOr('keylog.choose', null, null),
  chooseDestination: (name) => askOr('destination.choose', { name }, null),
  async pathOf(file) {
    if (!(file instanceof File)) return null
    const path = webUtils.getPathForFile(file)
    if (path === '') return null
    const outcome = await ask('file.dropped', { path })
    return outcome.ok ? path : null
  },
  onCommand(listener) {
    commandListeners.add(listener)
    const held = early
    early = []
    // The page first finishes what it is setting up.
    queueMicrotask(() => {
      for (const command of held) listener(command)
    })
    return () => void commandListeners.delete(listener)
  },
  recent: () => askOr('recent.list', null, []),
  async clearRecent() {
    await ask('recent.clear', null)
  },
  samples: () => askOr('samples.list', null, []),
  settings: () => askOr('settings.get', null, defaultSettings),
  async changeSettings(change) {
    const outcome = await ask('settings.change', change)
    return outcome.ok ? outcome.value : askOr('settings.get', null, defaultSettings)
  },
  chooseRoots: () => askOr('roots.choose', null, null),
  newWindow: () => void ask('window.open', null),
  shows: (state) => void ask('window.shows', state),
  dragOut: (file) => ask('drag.begin', { ...file, contents: ownBytes(file.contents) }),
  notify: (title, body) => void ask('notify', { title, body }),
}

contextBridge.exposeInMainWorld('bridge', bridge)
