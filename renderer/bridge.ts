// The page's way to its host: the preload's bridge in Electron, else the same over fetch and an event stream.

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
  RecentFile,
  SampleFile,
} from '../shared/contract/bridge.ts'
import { furtherMark, isFurther } from './window-kind.ts'
import { defaultLimits } from '../shared/limits.ts'
import { unpacked } from '../shared/contract/packed.ts'

declare global {
  interface Window {
    readonly bridge?: Bridge
  }
}

/** The one bridge of this page. */
export function connect(): Bridge {
  return window.bridge ?? connectServed()
}

type StreamMessage = { kind: 'event'; event: BridgeEvent } | { kind: 'command'; command: Command }

/** Addresses are relative: the page's own address carries the secret segment. */
function connectServed(): Bridge {
  const tab = crypto.randomUUID()
  const eventListeners = new Set<(event: BridgeEvent) => void>()
  const commandListeners = new Set<(command: Command) => void>()
  let early: Command[] = []
  /** Uploads that were refused, by the name given out for them: the reason is told when they are opened. */
  const refused = new Map<string, Fault>()
  /** Uploaded files last as long as their server, so settings that name them last as long as the page. */
  let settings: HostSettings = { roots: null, keylog: null, rememberRecent: true, limits: defaultLimits }

  const stream = new EventSource(`events?tab=${tab}`)
  stream.onmessage = ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as StreamMessage
    if (message.kind === 'event') {
      for (const listener of eventListeners) listener(message.event)
      return
    }
    // A further tab begins empty; what was named at start is in the first one.
    if (isFurther && message.command.kind === 'open') return
    if (commandListeners.size === 0) early.push(message.command)
    for (const listener of commandListeners) listener(message.command)
  }

  async function post<T>(address: string, body: BodyInit): Promise<Outcome<T>> {
    try {
      const response = await fetch(address, { method: 'POST', body })
      return unpacked(await response.text()) as Outcome<T>
    } catch {
      return { ok: false, fault: unreachable }
    }
  }

  async function request<C extends Channel>(channel: C, input: Input<C>): Promise<Outcome<Output<C>>> {
    const reason = refusalOf(channel, input)
    if (reason !== null) return { ok: false, fault: reason }
    return post<Output<C>>(`request?tab=${tab}`, JSON.stringify({ channel, input }))
  }

  function refusalOf(channel: Channel, input: unknown): Fault | null {
    if (channel !== 'capture.open' && channel !== 'keys.load') return null
    const { path, chain, keylog } = input as { path?: string; chain?: string[]; keylog?: string | null }
    const names = [path, ...(chain ?? []), keylog].flatMap((name) => name ?? [])
    return names.map((name) => refused.get(name)).find((reason) => reason !== undefined) ?? null
  }

  async function upload(file: File): Promise<string> {
    const outcome = await post<string>(`upload?name=${encodeURIComponent(file.name)}`, file)
    if (outcome.ok) return outcome.value
    refused.set(file.name, outcome.fault)
    return file.name
  }

  async function choose(accept: string): Promise<string | null> {
    const [file] = await chosenFiles(accept, false)
    return file === undefined ? null : upload(file)
  }

  async function chooseSeveral(accept: string): Promise<readonly string[]> {
    const paths: string[] = []
    for (const file of await chosenFiles(accept, true)) paths.push(await upload(file))
    return paths
  }

  return {
    host: 'served',
    platform: platformOf(navigator.userAgent),
    version: document.querySelector<HTMLMetaElement>('meta[name=program-version]')?.content ?? '',
    request,
    on(listener) {
      eventListeners.add(listener)
      return () => void eventListeners.delete(listener)
    },
    chooseCapture: () => choose(captureEndings),
    chooseCaptures: () => chooseSeveral(captureEndings),
    chooseKeylog: () => choose('.log,.keys,.keylog,.txt'),
    chooseDestination: () => Promise.resolve(null),
    pathOf: (file) => (file instanceof File ? upload(file) : Promise.resolve(null)),
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
    async recent() {
      try {
        return (await (await fetch('recent')).json()) as RecentFile[]
      } catch {
        return []
      }
    },
    async clearRecent() {
      await post('recent/clear', '')
    },
    async samples() {
      try {
        return (await (await fetch('samples')).json()) as SampleFile[]
      } catch {
        return []
      }
    },
    settings: () => Promise.resolve(settings),
    async changeSettings(change) {
      settings = { ...settings, ...change }
      if (!settings.rememberRecent) await post('recent/clear', '')
      return settings
    },
    chooseRoots: () => choose('.pem,.crt,.cer'),
    newWindow: () => void window.open(`${location.pathname}${furtherMark}`, '_blank', 'noopener'),
    shows: () => undefined,
    notify(title) {
      if (!document.hidden) return
      const before = document.title
      document.title = `✓ ${title}`
      document.addEventListener('visibilitychange', () => (document.title = before), { once: true })
    },
  }
}

const captureEndings = '.pcap,.pcapng,.cap,.ntar,.gz,.zst,.lz4,.snoop'

/** Asks for files by the browser's own dialog; none when dismissed. */
function chosenFiles(accept: string, multiple: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.multiple = multiple
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

function platformOf(userAgent: string): Bridge['platform'] {
  if (userAgent.includes('Windows')) return 'win32'
  if (userAgent.includes('Mac OS')) return 'darwin'
  return userAgent.includes('Linux') ? 'linux' : 'other'
}

const unreachable: Fault = {
  code: 'server-gone',
  message: 'The program that serves this page does not answer.',
  hint: 'Start it again with npm start and open the new address.',
  offset: null,
  packet: null,
}
