// What runs inside the double's pages: an isolated preload world with Electron's renderer modules, and the membrane between the worlds.

/** Values cross as JSON with typed arrays in base64. The page has the same two functions. */
export function pack(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (!(each instanceof Uint8Array || each instanceof Uint32Array)) return each
    const bytes = Buffer.from(each.buffer, each.byteOffset, each.byteLength)
    return { $bytes: bytes.toString('base64'), wide: each instanceof Uint32Array }
  })
}

export function unpack(text: string): unknown {
  return JSON.parse(text, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || !('$bytes' in each)) return each
    const bytes = new Uint8Array(Buffer.from(String(each.$bytes), 'base64'))
    return 'wide' in each && each.wide === true ? new Uint32Array(bytes.buffer) : bytes
  })
}

/**
 * The membrane, run in both worlds: functions and promises cross by number over synchronous events, whose details the
 * browser clones between worlds; everything else is copied, as Electron's contextBridge does.
 */
const membrane = `
function membrane(own, other) {
  const kept = new Map(), foreign = new Map(), settling = new Map()
  let last = 0, answer = null
  const say = (kind, detail) => window.dispatchEvent(new CustomEvent('membrane:' + other + ':' + kind, { detail }))
  const hear = (kind, listener) => window.addEventListener('membrane:' + own + ':' + kind, (event) => listener(event.detail))
  function out(value) {
    if (typeof value === 'function') {
      const id = ++last
      kept.set(id, value)
      return { k: 'function', id }
    }
    if (value instanceof Promise) {
      const id = ++last
      value.then((v) => say('settled', { id, ok: true, v: out(v) }), (e) => say('settled', { id, ok: false, v: out(String(e?.message ?? e)) }))
      return { k: 'promise', id }
    }
    if (Array.isArray(value)) return { k: 'array', v: value.map(out) }
    if (typeof value === 'object' && value !== null && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)) {
      return { k: 'object', v: Object.entries(value).map(([name, each]) => [name, out(each)]) }
    }
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.')
    return { k: 'value', v: value }
  }
  function back({ k, v, id }) {
    if (k === 'function') {
      if (!foreign.has(id)) foreign.set(id, (...args) => call(id, args))
      return foreign.get(id)
    }
    if (k === 'promise') return new Promise((resolve, reject) => settling.set(id, { resolve, reject }))
    if (k === 'array') return v.map(back)
    if (k === 'object') return Object.fromEntries(v.map(([name, each]) => [name, back(each)]))
    return v
  }
  function call(id, args) {
    say('call', { id, args: args.map(out) })
    const { ok, v } = answer
    if (ok) return back(v)
    throw new Error(back(v))
  }
  hear('call', ({ id, args }) => {
    let result
    try { result = { ok: true, v: out(kept.get(id)(...args.map(back))) } } catch (error) { result = { ok: false, v: out(String(error?.message ?? error)) } }
    say('answer', result)
  })
  hear('answer', (detail) => { answer = detail })
  hear('settled', ({ id, ok, v }) => {
    const { resolve, reject } = settling.get(id)
    settling.delete(id)
    if (ok) resolve(back(v))
    else reject(new Error(back(v)))
  })
  return { out, back, say, hear }
}
`

/** Runs in the page's own world before its scripts: receives what the preload exposes, frozen and for good. */
export const mainWorld = `if (window === window.top) {
  ${membrane}
  const { back, say, hear } = membrane('main', 'preload')
  hear('expose', ({ name, api }) => {
    if (Object.hasOwn(window, name)) return
    Object.defineProperty(window, name, { value: Object.freeze(back(api)), writable: false, configurable: false, enumerable: true })
  })
  say('hello', null)
}`

/** Runs in the isolated world before the page's scripts: Electron's renderer modules, then the built preload. */
export function preloadWorld(preload: string, argv: readonly string[], platform: string): string {
  return `if (window === window.top) {
  ${membrane}
  const { out, say, hear } = membrane('preload', 'main')
  const text = (array) => Array.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), (byte) => String.fromCharCode(byte)).join('')
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  const pack = (value) => JSON.stringify(value, (key, each) => each instanceof Uint8Array || each instanceof Uint32Array ? { $bytes: btoa(text(each)), wide: each instanceof Uint32Array } : each)
  const unpack = (text) => JSON.parse(text, (key, each) => each === null || typeof each !== 'object' || !('$bytes' in each) ? each : each.wide ? new Uint32Array(bytes(each.$bytes).buffer) : bytes(each.$bytes))
  const exposed = [], listeners = new Map(), invoked = new Map(), ports = new Map(), paths = new Map()
  let last = 0
  function openPort(number) {
    const waiting = []
    let heard = null
    const port = {
      postMessage: (data) => toHost(pack({ kind: 'port', number, data: structuredClone(data) })),
      close: () => toHost(pack({ kind: 'close', number })),
      start() {},
      get onmessage() { return heard },
      set onmessage(listener) {
        heard = listener
        for (const data of waiting.splice(0)) listener({ data })
      },
      receive(data) { if (heard === null) waiting.push(data); else heard({ data }) },
    }
    ports.set(number, port)
    return port
  }
  globalThis.fromHost = (text) => {
    const message = unpack(text)
    if (message.kind === 'result') {
      const { resolve, reject } = invoked.get(message.id)
      invoked.delete(message.id)
      if (message.ok) resolve(message.value)
      else reject(new Error(message.value))
    } else if (message.kind === 'send') {
      const event = { ports: message.ports.map(openPort) }
      for (const listener of [...(listeners.get(message.channel) ?? [])]) listener(event, ...message.args)
    } else if (message.kind === 'port') {
      ports.get(message.number)?.receive(message.data)
    } else if (message.kind === 'path') {
      paths.set(message.name, message.path)
    }
  }
  const ipcRenderer = {
    invoke(channel, ...args) {
      const id = ++last
      toHost(pack({ kind: 'invoke', id, channel, args: structuredClone(args) }))
      return new Promise((resolve, reject) => invoked.set(id, { resolve, reject }))
    },
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
    },
    once(channel, listener) {
      const heard = (...args) => {
        listeners.set(channel, listeners.get(channel).filter((each) => each !== heard))
        listener(...args)
      }
      ipcRenderer.on(channel, heard)
    },
  }
  const contextBridge = {
    exposeInMainWorld(name, api) {
      const detail = { name, api: out(api) }
      exposed.push(detail)
      say('expose', detail)
    },
  }
  hear('hello', () => { for (const detail of exposed) say('expose', detail) })
  const webUtils = { getPathForFile: (file) => paths.get(file.name) ?? '' }
  const electron = { contextBridge, ipcRenderer, webUtils }
  const require = (name) => {
    if (name !== 'electron') throw new Error('module not found: ' + name)
    return electron
  }
  const process = { platform: ${JSON.stringify(platform)}, argv: ${JSON.stringify(argv)} }
  const module = { exports: {} };
  ((require, process, module, exports) => { ${preload}
  })(require, process, module, module.exports)
}`
}
