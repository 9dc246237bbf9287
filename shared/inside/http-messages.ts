// HTTP/1 messages in a stream of bytes: heads read, bodies passed over (RFC 9112 §2, §6, §7).

import { printable } from '../bytes/text.ts'

export interface Request {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly host: string | null
  readonly authorization: Authorization | null
  /** Where the head ends in the bytes read. */
  readonly end: number
}

export interface Authorization {
  /** The scheme, and what its token is where that can be told. */
  readonly name: string
  /** No further round is expected: a refusal behind it is one of the log-in. */
  readonly final: boolean
}

export interface Answer {
  readonly status: number
  readonly reason: string
  /** Schemes it asks for. */
  readonly schemes: readonly string[]
  /** The beginning of the body. */
  readonly body: string
  readonly end: number
}

interface Head {
  readonly first: string
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly end: number
}

const maxHeadBytes = 1 << 15
const maxMessages = 256
const bodyBytes = 4096

/** Requests from the beginning on, until one hands the connection over or its length cannot be told. */
export function requestsIn(bytes: Uint8Array): Request[] {
  const requests: Request[] = []
  for (let at = 0; requests.length < maxMessages;) {
    const head = headAt(bytes, at)
    const line = head === null ? null : /^([A-Z_]+) (\S+) HTTP\/1\.[01]$/.exec(head.first)
    if (head === null || line === null) break
    const [, method, target] = line
    requests.push({
      method: method!,
      path: target!.replace(/[?#].*$/, '?…'),
      host: head.fields.get('host')?.[0] ?? null,
      authorization: authorizationOf(head.fields.get('authorization')?.[0]),
      end: head.end,
    })
    const next = head.fields.has('content-length') || head.fields.has('transfer-encoding')
    const end = next ? bodyEnd(bytes, head) : head.end
    if (method === 'CONNECT' || end === null) break
    at = end
  }
  return requests
}

/** Final answers in order; `methods` are those of their requests, since an answer to HEAD has no body. */
export function answersIn(bytes: Uint8Array, methods: readonly string[]): Answer[] {
  const answers: Answer[] = []
  for (let at = 0; answers.length < maxMessages;) {
    const head = headAt(bytes, at)
    const line = head === null ? null : /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(head.first)
    if (head === null || line === null) break
    const status = Number(line[1])
    if (status < 200 && status !== 101) {
      at = head.end
      continue
    }
    const bare = status === 101 || status === 204 || status === 304 || methods[answers.length] === 'HEAD'
    const end = bare ? head.end : bodyEnd(bytes, head)
    const shown = Math.min(end ?? bytes.length, head.end + bodyBytes)
    answers.push({
      status,
      reason: line[2] ?? '',
      schemes: (head.fields.get('www-authenticate') ?? []).flatMap(
        (value) => /^[\w-]+/.exec(value)?.[0] ?? [],
      ),
      body: bare ? '' : printable(bytes, head.end, shown),
      end: head.end,
    })
    if (end === null || status === 101) break
    at = end
  }
  return answers
}

function headAt(bytes: Uint8Array, at: number): Head | null {
  const limit = Math.min(bytes.length, at + maxHeadBytes)
  const lines: string[] = []
  let from = at
  for (let text = ' '; text !== '';) {
    const feed = bytes.subarray(0, limit).indexOf(10, from)
    if (feed < 0) return null
    text = printable(bytes, from, bytes[feed - 1] === 13 && feed > from ? feed - 1 : feed)
    from = feed + 1
    if (text !== '') lines.push(text)
  }
  const [first, ...rest] = lines
  if (first === undefined) return null
  const fields = new Map<string, string[]>()
  for (const line of rest) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const name = line.slice(0, colon).toLowerCase()
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return { first, fields, end: from }
}

/** Where the body behind this head ends; null where only the end of the connection says so, or it is not all there. */
function bodyEnd(bytes: Uint8Array, { fields, end }: Head): number | null {
  if (/\bchunked\b/i.test(fields.get('transfer-encoding')?.at(-1) ?? '')) return chunksEnd(bytes, end)
  const length = fields.get('content-length')?.[0]
  if (length === undefined || !/^\d{1,9}$/.test(length)) return null
  const last = end + Number(length)
  return last > bytes.length ? null : last
}

function chunksEnd(bytes: Uint8Array, start: number): number | null {
  for (let at = start; ;) {
    const feed = bytes.subarray(0, at + 32).indexOf(10, at)
    if (feed < 0) return null
    const size = /^[0-9a-f]{1,7}/i.exec(printable(bytes, at, feed))?.[0]
    if (size === undefined) return null
    const length = Number.parseInt(size, 16)
    at = feed + 1 + length + 2
    if (at > bytes.length) return null
    if (length === 0) return at
  }
}

/** NTLM's third message and Kerberos's only one end a log-in; Basic and Bearer are whole at once. */
export function authorizationOf(value: string | undefined): Authorization | null {
  const [, scheme, token] = /^([\w-]+)(?: +(\S+))?/.exec(value ?? '') ?? []
  if (scheme === undefined) return null
  if (!/^(negotiate|ntlm|credssp)$/i.test(scheme)) return { name: scheme, final: true }
  // The base64 of "NTLMSSP\0" and the number of the message.
  const ntlm = /TlRMTVNTUAA([BCD])/.exec(token ?? '')?.[1]
  if (ntlm !== undefined) return { name: `${scheme} (NTLM)`, final: ntlm === 'D' }
  const kerberos = (token ?? '').startsWith('YII')
  return { name: kerberos ? `${scheme} (Kerberos)` : scheme, final: kerberos }
}
