// What other traffic says about a handshake: DNS answers, and plain HTTP exchanges (CRLs and OCSP travel that way).

import { parse, type Reader } from '../bytes/reader.ts'
import { printable } from '../bytes/text.ts'

/** An answer of a DNS server (RFC 1035 §4.1). `answers` are IP addresses; `failed` is an error or an answer without any. */
export interface DnsAnswer {
  readonly name: string
  readonly answers: readonly string[]
  readonly failed: boolean
}

/** The first request and status of a plain HTTP connection (RFC 9112). `status` is null without an answer. */
export interface HttpExchange {
  readonly host: string
  readonly path: string
  readonly status: number | null
}

/** An instance of SQL Server as SQL Server Browser tells it. `port` is null where it takes no TCP. */
export interface SqlInstance {
  readonly name: string
  readonly version: string
  readonly port: number | null
}

const maxRecords = 32
const maxLabels = 32

/** Reads one DNS message; null where it is no answer to a question for an address. */
export function dnsAnswer(b: Uint8Array, start: number, end: number): DnsAnswer | null {
  if (end - start < 12 || (b[start + 2]! & 0x80) === 0) return null
  const read = parse(b, readAnswer, null, start, end)
  return read.ok ? read.value : null
}

/** Reads an answer of SQL Server Browser (MC-SQLR §2.2.5): pairs of name and value, a blank one behind each instance. */
export function sqlInstances(b: Uint8Array, start: number, end: number): readonly SqlInstance[] {
  const length = end - start < 3 || b[start] !== browserAnswer ? -1 : b[start + 1]! | (b[start + 2]! << 8)
  if (length < 0 || start + 3 + length > end) return []
  const text = printable(b, start + 3, start + 3 + length)
  return text
    .split(';;')
    .slice(0, maxRecords)
    .flatMap((told) => {
      const words = told.split(';')
      const valueOf = (name: string) => words[words.findIndex((word, i) => i % 2 === 0 && word === name) + 1]
      const name = words.includes('InstanceName') ? valueOf('InstanceName') : undefined
      const port = words.includes('tcp') ? Number(valueOf('tcp')) : NaN
      if (name === undefined) return []
      return [
        {
          name,
          version: valueOf('Version') ?? '',
          port: port > 0 && port < 0x10000 && Number.isInteger(port) ? port : null,
        },
      ]
    })
}

const browserAnswer = 5

function readAnswer(r: Reader): DnsAnswer | null {
  r.skip(2, 'id')
  const flags = r.u16('flags')
  const questions = r.u16('questions')
  const records = r.u16('answers')
  r.skip(4, 'counts')
  if (questions !== 1) return null
  const name = readName(r)
  const type = r.u16('type')
  r.skip(2, 'class')
  if (type !== 1 && type !== 28) return null
  const answers: string[] = []
  for (let i = 0; i < Math.min(records, maxRecords); i++) {
    readName(r)
    const kind = r.u16('type')
    r.skip(6, 'class and ttl')
    const data = r.opaque(2, 'data')
    if (kind === 1 && data.length === 4) answers.push(data.join('.'))
    else if (kind === 28 && data.length === 16) answers.push(ipv6(data))
  }
  return { name, answers, failed: (flags & 15) !== 0 || answers.length === 0 }
}

/** A domain name; a compression pointer ends it, and what it points to is not followed beyond the question. */
function readName(r: Reader): string {
  const labels: string[] = []
  for (let i = 0; i < maxLabels; i++) {
    const length = r.u8('label length')
    if (length === 0) break
    if (length >= 0xc0) {
      r.skip(1, 'pointer')
      break
    }
    labels.push(printable(r.raw(length, 'label')))
  }
  return labels.join('.').toLowerCase()
}

function ipv6(bytes: Uint8Array): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16))
  return groups.join(':')
}

/** Reads the beginning of what both sides said; null where it is no HTTP request. */
export function httpExchange(request: Uint8Array, answer: Uint8Array | null): HttpExchange | null {
  const lines = printable(request.subarray(0, 2048)).split('\\x0d\\x0a')
  const target = /^(?:GET|POST|HEAD) (\S+) HTTP\/1\.[01]$/.exec(lines[0] ?? '')?.[1]
  if (target === undefined) return null
  const header = lines
    .find((line) => /^host:/i.test(line))
    ?.slice(5)
    .trim()
  const absolute = /^http:\/\/([^/]+)(.*)$/i.exec(target)
  const host = (absolute?.[1] ?? header ?? '').replace(/:\d+$/, '').toLowerCase()
  if (host === '') return null
  const status =
    answer === null ? null : /^HTTP\/1\.[01] (\d{3})/.exec(printable(answer.subarray(0, 16)))?.[1]
  return {
    host,
    path: absolute?.[2] ?? target,
    status: status === undefined || status === null ? null : Number(status),
  }
}
