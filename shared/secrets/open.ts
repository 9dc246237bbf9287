// Opens a conversation with keys: sealed records become messages, Finished and signatures are checked.

import { joined } from '../bytes/joined.ts'
import {
  streamOf,
  type Conversation,
  type Message,
  type Side,
  type StreamFacts,
  type TlsRecord,
} from '../conversation/facts.ts'
import type { Crypto } from '../ports.ts'
import type { ClientHello, ServerHello } from '../tls/messages.ts'
import { exporter13, prf } from './key-schedule.ts'
import { OpenedMessages, type OpeningContext } from './opened-messages.ts'
import { QuicSchedule } from './quic.ts'
import type { OpenedRecord } from './record-opener.ts'
import { Problems, type KeyProblem, type Keys, type Schedule } from './schedule.ts'
import { Schedule12 } from './schedule12.ts'
import { offersEarlyData, Schedule13 } from './schedule13.ts'
import { suiteProtection } from './suites.ts'
import { verify12, verify13, type Verdicts } from './verify.ts'

/** RFC 5929 §3.1 and RFC 9266, for `QueryContextAttributes`; null where the version has none or a secret is missing. */
export interface ChannelBindings {
  readonly tlsUnique: Uint8Array | null
  readonly tlsExporter: Uint8Array | null
}

export interface Opening {
  /** A new conversation, or the given one where nothing was opened. */
  readonly conversation: Conversation
  /** Whether any record was opened. */
  readonly opened: boolean
  /** Whether the keys belong to this conversation. */
  readonly matched: boolean
  readonly problems: readonly KeyProblem[]
  readonly bindings: ChannelBindings
}

export interface OpeningOptions {
  /** Bytes of application data kept in `TlsRecord.opened` on each side; 0 without it. */
  readonly applicationBytes?: number
}

/**
 * Opens what `keys` can open. Opened messages, alerts and ChangeCipherSpecs take the place of the sealed ones in capture
 * order. Where the keys are another connection's, the conversation comes back unchanged with one problem.
 */
export function openConversation(
  conversation: Conversation,
  keys: Keys,
  crypto: Crypto,
  options: OpeningOptions = {},
): Opening {
  const hellos = agreedHellos(conversation)
  const unopened = (matched: boolean, problems: readonly KeyProblem[]): Opening => ({
    conversation,
    opened: false,
    matched,
    problems,
    bindings: { tlsUnique: null, tlsExporter: null },
  })
  if (hellos === null) return unopened(false, withoutHello(conversation))
  const { clientHello, serverHello, packet } = hellos
  const version = serverHello.negotiatedVersion
  if (!opensVersion(version)) {
    const text = 'Conversations of this protocol version cannot be opened here.'
    const matched = keys.log?.has(clientHello.random) === true
    return unopened(matched, matched ? [{ code: 'version-not-supported', text, packet }] : [])
  }
  const newest = conversation.transport === 'quic' ? QuicSchedule : Schedule13
  const schedule =
    version === 0x0304
      ? new newest(crypto, keys.log, clientHello, serverHello, packet)
      : new Schedule12(crypto, keys)
  const run = new OpeningRun(conversation, schedule, options.applicationBytes ?? 0)
  run.go()
  const early = version === 0x0304 && offersEarlyData(clientHello)
  const problems = run.problems(version === 0x0304, early)
  if (run.opened === 0 || problems.some((problem) => problem.code === 'keys-do-not-match')) {
    return unopened(schedule.matched, problems)
  }
  const messages = run.messages()
  const suite = suiteProtection(serverHello.cipherSuite)!
  const open = { ...conversation, client: run.stream('client'), server: run.stream('server'), messages }
  const verdicts =
    schedule instanceof Schedule12
      ? verify12(crypto, open, schedule.agreed)
      : verify13(crypto, open, suite.hash, schedule.finishedSecrets)
  return {
    conversation: { ...open, messages: messages.map((message) => judged(message, verdicts)) },
    opened: true,
    matched: true,
    problems,
    bindings:
      schedule instanceof Schedule12
        ? bindings12(crypto, schedule, messages)
        : bindings13(crypto, keys, clientHello, suite.hash),
  }
}

/** The ServerHello that agreed on something, and the ClientHello it answers. */
function agreedHellos(
  conversation: Conversation,
): { clientHello: ClientHello; serverHello: ServerHello; packet: number } | null {
  const { messages } = conversation
  const at = messages.findIndex(({ body }) => body?.kind === 'server-hello' && !body.helloRetryRequest)
  const serverHello = messages[at]?.body
  const isHello = ({ body }: Message) => body?.kind === 'client-hello'
  const clientHello = (messages.slice(0, at).findLast(isHello) ?? messages.find(isHello))?.body
  if (serverHello?.kind !== 'server-hello' || clientHello?.kind !== 'client-hello') return null
  return { clientHello, serverHello, packet: messages[at]!.packet }
}

function withoutHello(conversation: Conversation): KeyProblem[] {
  const sealed = [...conversation.client.records, ...conversation.server.records].find(
    (record) => record.protection === 'sealed',
  )
  if (sealed === undefined) return []
  const text = 'Keys are found by the hellos, and this capture does not hold both of this conversation.'
  return [{ code: 'client-hello-missing', text, packet: sealed.packet }]
}

function opensVersion(version: number): boolean {
  return (version >= 0x0301 && version <= 0x0304) || version === 0xfeff || version === 0xfefd
}

type Item =
  | { readonly order: number; readonly start: number; readonly message: Message }
  | { readonly order: number; readonly start: number; readonly record: TlsRecord; readonly side: Side }

/** What happened on one side. */
interface Tally {
  tried: number
  opened: number
  /** The first record that did not open, and the first after one that did. */
  failed: TlsRecord | null
  failedLater: TlsRecord | null
}

/** A walk through a conversation in capture order, in which a schedule opens what it can. */
export class OpeningRun {
  private readonly conversation: Conversation
  private readonly schedule: Schedule
  private readonly context: OpeningContext = { version: 0, cipherSuite: 0, handshake: 1 }
  private readonly contents: Record<Side, OpenedMessages>
  private readonly replaced = new Map<TlsRecord, TlsRecord>()
  private readonly openedStarts: Record<Side, Set<number>> = { client: new Set(), server: new Set() }
  private readonly found: Message[] = []
  private readonly tallies: Record<Side, Tally> = {
    client: { tried: 0, opened: 0, failed: null, failedLater: null },
    server: { tried: 0, opened: 0, failed: null, failedLater: null },
  }
  private readonly budget: Record<Side, number>

  constructor(conversation: Conversation, schedule: Schedule, applicationBytes: number) {
    this.conversation = conversation
    this.schedule = schedule
    this.contents = {
      client: new OpenedMessages('client', this.context),
      server: new OpenedMessages('server', this.context),
    }
    this.budget = { client: applicationBytes, server: applicationBytes }
  }

  get opened(): number {
    return this.replaced.size
  }

  go(): void {
    for (const item of inCaptureOrder(this.conversation)) {
      if ('message' in item) this.learn(item.message)
      else this.open(item.side, item.record)
    }
  }

  /** The conversation's messages with the opened ones in place of the sealed. */
  messages(): Message[] {
    const covered = (message: Message) =>
      message.protection === 'sealed' && this.openedStarts[message.from].has(message.start)
    const kept = this.conversation.messages.filter((message) => !covered(message))
    return [...kept, ...this.found].sort((a, b) => a.order - b.order || a.start - b.start)
  }

  stream(side: Side): StreamFacts {
    const stream = streamOf(this.conversation, side)
    return { ...stream, records: stream.records.map((record) => this.replaced.get(record) ?? record) }
  }

  /** Nothing half-opened: keys that fail on a side's first record are another connection's. */
  problems(tls13: boolean, earlyData: boolean): KeyProblem[] {
    const problems = new Problems()
    for (const { code, text, packet } of this.schedule.problems) problems.add(code, text, packet)
    if (!this.schedule.matched || problems.list.length > 0) return problems.list
    for (const side of ['client', 'server'] as const) {
      const { tried, opened, failed, failedLater } = this.tallies[side]
      const early = earlyData && side === 'client' && failed !== failedLater
      if (failed !== null && early) {
        problems.add(
          'early-data-not-opened',
          'The early data stays sealed: its secret is not in the key log.',
          failed.packet,
        )
      } else if (tried > 0 && opened === 0 && (tls13 || this.opened === 0)) {
        const text =
          'The keys are not those of this conversation: its first sealed record does not open with them.'
        return [{ code: 'keys-do-not-match', text, packet: failed!.packet }]
      }
      const damaged = early ? failedLater : failed
      if (damaged !== null) {
        const text = `A record of the ${side} does not open with the keys that fit the others: it was changed on its way, or bytes before it are missing.`
        problems.add('record-does-not-open', text, damaged.packet)
      }
    }
    return problems.list
  }

  private learn(message: Message): void {
    if (message.body?.kind === 'server-hello') {
      this.context.version = message.body.negotiatedVersion
      this.context.cipherSuite = message.body.cipherSuite
    }
    this.schedule.learn(message)
  }

  private open(side: Side, record: TlsRecord): void {
    const content = this.schedule.open(side, record)
    const tally = this.tallies[side]
    if (record.sealedBytes === null) return
    tally.tried++
    if (content === null) {
      tally.failed ??= record
      if (tally.opened > 0) tally.failedLater ??= record
      return
    }
    tally.opened++
    this.replaced.set(record, this.openedRecord(side, record, content))
    this.openedStarts[side].add(record.start)
    for (const message of this.contents[side].read(record, content)) {
      this.found.push(message)
      this.learn(message)
    }
  }

  private openedRecord(side: Side, record: TlsRecord, { innerType, content }: OpenedRecord): TlsRecord {
    const keeps = innerType !== 23 || content.length <= this.budget[side]
    if (innerType === 23 && keeps) this.budget[side] -= content.length
    return { ...record, protection: 'opened', innerType, opened: keeps ? content.slice() : null }
  }
}

/** Plain messages and sealed records, as they came. Incomplete records have no place in the order. */
function inCaptureOrder(conversation: Conversation): Item[] {
  const items: Item[] = conversation.messages
    .filter((message) => message.protection === 'plain')
    .map((message) => ({ order: message.order, start: message.start, message }))
  for (const side of ['client', 'server'] as const) {
    for (const record of streamOf(conversation, side).records) {
      if (record.protection === 'sealed' && record.order >= 0) {
        items.push({ order: record.order, start: record.start, record, side })
      }
    }
  }
  return items.sort((a, b) => a.order - b.order || a.start - b.start)
}

function judged(message: Message, verdicts: Verdicts): Message {
  const verified = verdicts.get(message)
  if (verified === undefined) return message
  return { ...message, body: message.body, malformed: message.malformed, verified }
}

/** RFC 5929 §3.1: the first Finished of the latest handshake. RFC 9266 §4.2: only with extended master secret. */
function bindings12(crypto: Crypto, schedule: Schedule12, messages: readonly Message[]): ChannelBindings {
  const last = schedule.agreed.at(-1)
  const finished = messages.find(
    (message) => message.handshake === last?.handshake && message.body?.kind === 'finished',
  )
  const seed = last === undefined ? null : joined([last.clientRandom, last.serverRandom])
  return {
    tlsUnique: finished?.body?.kind === 'finished' ? finished.body.verifyData : null,
    tlsExporter:
      last?.extendedMasterSecret === true && seed !== null
        ? prf(crypto, last.hash, last.master, exporterLabel, seed, exporterLength)
        : null,
  }
}

const exporterLabel = 'EXPORTER-Channel-Binding'
const exporterLength = 32

/** RFC 9266 §4.1; TLS 1.3 has no tls-unique. */
function bindings13(
  crypto: Crypto,
  keys: Keys,
  clientHello: ClientHello,
  hash: 'sha256' | 'sha384',
): ChannelBindings {
  const secret = keys.log?.secret(clientHello.random, 'EXPORTER_SECRET') ?? null
  return {
    tlsUnique: null,
    tlsExporter: secret === null ? null : exporter13(crypto, hash, secret, exporterLabel, exporterLength),
  }
}
