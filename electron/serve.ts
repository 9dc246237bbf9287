// The same page and the same requests over loopback HTTP, where Electron's binary cannot be had or over an SSH tunnel.

import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecentFile } from '../shared/contract/bridge.ts'
import { packed } from '../shared/contract/packed.ts'
import { dataArgument } from './channels.ts'
import { fault, faultOf } from './outcome.ts'
import { samplesIn } from './samples.ts'
import { openBundle, pageHeaders } from './serve/bundle.ts'
import { admit } from './serve/gate.ts'
import { openPages } from './serve/pages.ts'
import type { StreamMessage } from './serve/pages.ts'
import { maxSpooledBytes, maxUploadBytes, openUploads } from './serve/uploads.ts'
import { startHost } from './worker/host.ts'
import type { WorkerProcess } from './worker/host.ts'
import { type HostMessage, readerFlags, type WorkerMessage } from './worker/process.ts'

export interface ServeOptions {
  /** Captures that pages may open, besides uploads: absolute paths. They are opened at once, several as one capture. */
  readonly files: readonly string[]
  readonly version: string
  /** 0 or left out: any free port. */
  readonly port?: number
  /** Folder of the application's data, where notes are kept; left out: they are forgotten with the server. */
  readonly data?: string
  readonly uploadLimits?: { readonly file: number; readonly all: number }
}

export interface Served {
  /** Address with its secret: whoever has it may use the server. */
  readonly url: string
  /** Stops worker and server and deletes what was uploaded. */
  close(): Promise<void>
}

/** Bytes of one request's JSON. */
const maxRequestBytes = 8 << 20
const tabName = /^[0-9a-f-]{36}$/
const requestBody = z.object({ channel: z.string(), input: z.unknown() })

/** Serves the built page on 127.0.0.1 until closed. Throws what binding the port throws. */
export async function serve(options: ServeOptions): Promise<Served> {
  const bundle = openBundle(join(import.meta.dirname, '../renderer'))
  const uploads = await openUploads(options.uploadLimits ?? { file: maxUploadBytes, all: maxSpooledBytes })
  const token = randomBytes(24).toString('base64url')
  const began = new Date().toISOString()
  const recent = new Map<string, RecentFile>(options.files.map((path) => [path, unread(path, began)]))
  const streams = new Set<ServerResponse>()

  const worker = startHost({
    start: () => forkWorker(options.data),
    opened: (file) => void recent.set(file.path, { ...file, opened: new Date().toISOString() }),
    lost: (reason, again) => pages.lost(reason, again),
    page: (page, message) => pages.hear(page, message),
  })
  const pages = openPages(worker, () => {
    const [path, ...chain] = options.files
    if (path === undefined) return null
    return chain.length === 0 ? { kind: 'open', path } : { kind: 'open', path, chain }
  })
  const samples = samplesIn(join(import.meta.dirname, '../../test/captures'))
  for (const path of [...options.files, ...samples.map((file) => file.path)]) await worker.grant(path, 'read')

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { ok: false, fault: faultOf(error) })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const host = `127.0.0.1:${String(port)}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    const admission = admit({ method, url, headers }, { host, token })
    if (!admission.admitted) {
      sendText(response, admission.status, admission.reason)
      return
    }
    const { path, query } = admission
    const tab = query.get('tab') ?? ''
    if (method === 'GET' && path === '') sendPage(response)
    else if (method === 'GET' && path === 'events' && tabName.test(tab)) stream(response, tab)
    else if (method === 'GET' && path === 'recent') sendJson(response, 200, [...recent.values()])
    else if (method === 'GET' && path === 'samples') sendJson(response, 200, samples)
    else if (method === 'GET') sendFile(response, path)
    else if (method !== 'POST') sendText(response, 405, 'Not allowed.')
    else if (path === 'request' && tabName.test(tab)) await relay(request, response, tab)
    else if (path === 'upload') await spool(request, response, query.get('name') ?? '')
    else if (path === 'recent/clear') {
      recent.clear()
      sendJson(response, 200, null)
    } else sendText(response, 404, 'Not found.')
  }

  function sendPage(response: ServerResponse): void {
    const page = bundle('index.html')
    const html = Buffer.from(page?.body ?? []).toString('utf8')
    const version = options.version.replace(/[^\w.+-]/g, '')
    const named = html.replace('<head>', `<head><meta name="program-version" content="${version}">`)
    response.writeHead(200, { ...pageHeaders, 'content-type': 'text/html; charset=utf-8' }).end(named)
  }

  function sendFile(response: ServerResponse, path: string): void {
    const file = bundle(path)
    if (file === null) sendText(response, 404, 'Not found.')
    else response.writeHead(200, { ...pageHeaders, 'content-type': file.type }).end(file.body)
  }

  function stream(response: ServerResponse, tab: string): void {
    const write = (message: StreamMessage) => void response.write(`data: ${JSON.stringify(message)}\n\n`)
    response.writeHead(200, { ...pageHeaders, 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(':\n\n')
    const leave = pages.listen(tab, write)
    if (leave === null) {
      response.end()
      return
    }
    streams.add(response)
    response.on('close', () => {
      streams.delete(response)
      leave()
    })
  }

  async function relay(request: IncomingMessage, response: ServerResponse, tab: string): Promise<void> {
    const parsed = requestBody.safeParse(await readJson(request))
    if (!parsed.success) {
      // Of a body that is too large the rest is not read: the connection cannot be used again.
      response.setHeader('connection', 'close')
      sendJson(response, 400, { ok: false, fault: fault('bad-request', 'The request is not well formed.') })
      return
    }
    const { channel, input } = parsed.data
    sendText(response, 200, packed(await pages.request(tab, channel, input)), 'application/json')
  }

  async function spool(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const length = Number(request.headers['content-length'])
    try {
      const path = await uploads.take(name, Number.isSafeInteger(length) ? length : null, request)
      await worker.grant(path, 'read')
      sendJson(response, 200, { ok: true, value: path })
    } catch (error) {
      // The rest of the body is not wanted: the answer goes out and the connection ends.
      response.setHeader('connection', 'close')
      sendJson(response, 413, { ok: false, fault: faultOf(error) })
    }
  }

  return {
    url: `http://${host}/${token}/`,
    async close() {
      for (const response of streams) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      worker.stop()
      await uploads.close()
    },
  }
}

function forkWorker(data: string | undefined): WorkerProcess<never> {
  const args = data === undefined ? [] : [`${dataArgument}${data}`]
  const child = fork(join(import.meta.dirname, 'worker.js'), args, {
    serialization: 'advanced',
    execArgv: readerFlags,
  })
  return {
    send: (message: HostMessage) => {
      if (child.connected) child.send(message)
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as WorkerMessage)),
    onExit: (listener) => void child.once('exit', (code) => listener(code)),
    kill: () => void child.kill(),
  }
}

function unread(path: string, opened: string): RecentFile {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return { path, bytes, failed: 0, conversations: 0, opened }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxRequestBytes) return null
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    return null
  }
}

function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { ...pageHeaders, 'content-type': `${type}; charset=utf-8` }).end(text)
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, JSON.stringify(value), 'application/json')
}
