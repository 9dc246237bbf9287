// One capture while it is read and afterwards: its rows, what finds each conversation again, and the answers about it.

import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { PacketAgain } from '../../shared/capture/capture.ts'
import { analyse, type Analysis } from '../../shared/analyse.ts'
import type { Hellos } from '../../shared/contract/compare.ts'
import type {
  CaptureSummary,
  ModelOptions,
  ReportConversation,
  ReportRow,
} from '../../shared/contract/report.ts'
import type { WhatIf, WhatIfQuestion } from '../../shared/contract/whatif.ts'
import type { Conversation } from '../../shared/conversation/facts.ts'
import type { SavedPacket } from '../../shared/export/saved.ts'
import type { Trust } from '../../shared/diagnosis/candidate.ts'
import { DataConnections, fits, surer } from '../../shared/inside/ftp-data.ts'
import { innerConversation } from '../../shared/inside/inner.ts'
import { reread, rereadInner, type ReadAgain, type Reread } from '../../shared/inspect.ts'
import { listedShareOfMemory, maxInnerDepth } from '../../shared/limits.ts'
import { Neighbourhood } from '../../shared/neighbourhood.ts'
import { type ConversationRecord, RecordStore } from '../../shared/records.ts'
import { Scanner } from '../../shared/scan.ts'
import type { ReplayOptions } from '../../shared/schannel/model.ts'
import { joinKeyLogs, type KeyLog, parseKeyLog } from '../../shared/secrets/keylog.ts'
import { keyLogLines } from '../../shared/secrets/keylog-lines.ts'
import type { Keys, RsaDecryptor, SessionSecrets } from '../../shared/secrets/schedule.ts'
import { conversationView } from '../../shared/view/conversation.ts'
import { helloViews } from '../../shared/view/hellos.ts'
import { rowView } from '../../shared/view/row.ts'
import { isoTime } from '../../shared/view/time.ts'
import { type TokenView, tokenView } from '../../shared/view/token.ts'
import { weightOf } from '../../shared/view/weight.ts'
import { profilesOf } from '../../shared/whatif/profiles.ts'
import { whatIf } from '../../shared/whatif/whatif.ts'
import { refusal } from '../outcome.ts'
import { nodeCrypto } from './crypto.ts'
import type { CaptureInput } from './input.ts'
import { FileSpool } from './spool.ts'

import type { AnalyseHooks, AnalyseOptions, OpenCapture } from './analyse.ts'

interface Inspected {
  readonly id: number
  readonly reread: Reread
  analysis: Analysis
}

export class Capture implements OpenCapture {
  readonly rows: ReportRow[] = []
  summary: CaptureSummary
  cancelled = false
  private readonly path: string
  private readonly input: CaptureInput
  private readonly spool: FileSpool | null
  private readonly scanner: Scanner
  private readonly records = new RecordStore()
  /** Conversations that hold another one inside their TLS. */
  private readonly holding: number[] = []
  private readonly dataConnections = new DataConnections()
  /** By their number, those that lie in it or that it announced. */
  private readonly held = new Map<number, number[]>()
  private readonly trust: Trust
  private readonly neighbourhood = new Neighbourhood()
  private readonly replay: ReplayOptions
  private readonly builderOptions: { keepSealed: boolean; keepBytes: boolean }
  private readonly now = Date.now()
  private log: KeyLog | null
  /** Sessions opened with a private key, for those resumed later. */
  private readonly sessions: SessionSecrets = new Map()
  private readonly rsa: readonly RsaDecryptor[]
  /** Keys opened something. */
  private opened = false
  /** Bytes that further conversations may keep. */
  private room: number
  /** How long reading may take; null: as long as it takes. */
  private readonly minutes: number | null
  private pending: ReportRow[] = []
  private last: Inspected | null = null

  constructor(path: string, input: CaptureInput, keys: Keys, trust: Trust, options: AnalyseOptions) {
    this.path = path
    this.input = input
    this.trust = trust
    this.replay = options.replay
    this.room = options.listedBytes ?? getHeapStatistics().heap_size_limit * listedShareOfMemory
    this.log = keys.log
    this.rsa = keys.rsa ?? []
    this.spool = input.spooled ? new FileSpool() : null
    this.builderOptions = { keepSealed: this.hasKeys, keepBytes: false }
    this.scanner = new Scanner(
      {
        spool: this.spool,
        crypto: nodeCrypto,
        onConversation: (conversation, record) => this.closed(conversation, record),
        onSecrets: (type, data) => this.secrets(type, data),
        onDns: (fact) => this.neighbourhood.dns(fact),
        onHttp: (fact) => this.neighbourhood.http(fact),
        onSqlInstance: (fact) => this.neighbourhood.sqlInstance(fact),
        full: () => this.room < 0,
      },
      this.builderOptions,
      options.limits,
    )
    this.minutes = options.limits?.minutes ?? null
    this.summary = this.summarise()
  }

  get model(): ModelOptions {
    const kind = this.log === null ? 'rsa' : 'keylog'
    return { ...this.replay, keys: this.opened ? kind : 'none' }
  }

  get otherFlows(): { looksLike: string; flows: number }[] {
    return this.scanner.otherFlows()
  }

  get files(): readonly CaptureSummary[] {
    return this.input.files(this.scanner.flows, this.scanner.warnings.list())
  }

  /** Whether reading has taken as long as it may. */
  private isLate(until: number): boolean {
    if (performance.now() < until) return false
    const text = `Reading stopped after ${String(this.minutes)} min, as its limit says: what follows was not read.`
    this.scanner.warnings.add('time-limit', null, null, text)
    return true
  }

  async read(hooks: Partial<AnalyseHooks>, following: boolean): Promise<void> {
    let turn = performance.now()
    const until = this.minutes === null ? Infinity : turn + this.minutes * 60_000
    let grown = { bytes: 0, at: turn }
    await this.input.read(this.scanner, async (read) => {
      if (read > grown.bytes) grown = { bytes: read, at: performance.now() }
      else if (performance.now() - grown.at > quietWait) this.scanner.quiet()
      this.flush(hooks)
      hooks.progress?.(read, this.input.total, this.input.packets)
      // Give the process a turn, so that it can be told to stop.
      if (performance.now() - turn > 50) {
        await setImmediate()
        turn = performance.now()
      }
      this.cancelled = (hooks.cancelled?.() ?? false) || this.isLate(until)
      return !this.cancelled
    })
    // Who follows a capture ends it by stopping.
    if (following) this.cancelled = false
    this.scanner.finish()
    this.lookInside()
    this.tieDataConnections()
    this.meetNeighbours()
    this.flush(hooks)
    this.rows.sort((a, b) => a.id - b.id)
    this.summary = this.summarise()
  }

  inspect(id: number, replay: ReplayOptions): ReportConversation {
    const inspected = this.look(id)
    inspected.analysis = this.analyse(inspected.reread.conversation, replay)
    return conversationView(inspected.analysis, this.viewHost)
  }

  whatIf(id: number, question: WhatIfQuestion): WhatIf {
    const named = profilesOf(question.profile)
    if (!named.ok) throw refusal('no-such-profile', named.message, named.hint)
    return whatIf(this.look(id).analysis, question, named.profiles)
  }

  token(id: number, token: number): TokenView {
    const { analysis, reread: bytes } = this.look(id)
    const found = analysis.replay.tokens.find((one) => one.id === token)
    if (found === undefined)
      throw refusal('no-such-token', `Conversation ${String(id)} has no token ${String(token)}.`)
    return tokenView(found, analysis, bytes.pieces)
  }

  hellos(id: number): Hellos {
    return helloViews(this.look(id).analysis)
  }

  get baseSeconds(): number {
    return this.input.clock.baseSeconds
  }

  *notedPackets(ids: readonly number[]): Generator<SavedPacket> {
    const places = new Map<number, number>()
    for (const id of ids) {
      const { from, to } = this.recordOf(id).noted
      for (let i = from; i < to; i++) {
        const { packet, at } = this.scanner.noted.get(i)
        places.set(packet, at)
      }
    }
    for (const packet of [...places.keys()].sort((a, b) => a - b)) {
      const again = this.readAgain(places.get(packet)!)
      if (again === null)
        throw refusal(
          'packet-gone',
          `Packet ${String(packet)} can no longer be read from the capture.`,
          'Open the capture again.',
        )
      yield { ...again, packet }
    }
  }

  keyLogOf(ids: readonly number[]): string {
    const { log } = this
    if (log === null) return ''
    // What lies inside TLS is opened with the keys of both.
    const all = new Set(ids.flatMap((id) => [id, ...this.outside(id)]))
    return [...all].map((id) => keyLogLines(log, this.rereadOf(id).conversation)).join('')
  }

  close(): void {
    this.input.close()
    this.spool?.close()
  }

  private get hasKeys(): boolean {
    return this.log !== null || this.rsa.length > 0
  }

  private get viewHost() {
    const { clock } = this.input
    const holds = (id: number) => [...(this.held.get(id) ?? [])]
    return { clock, crypto: nodeCrypto, holds, world: { trust: this.trust, clock, now: this.now } }
  }

  private recordOf(id: number): ConversationRecord {
    const record = this.records.get(id)
    if (record === null) throw refusal('no-such-conversation', `There is no conversation ${String(id)}.`)
    return record
  }

  private look(id: number): Inspected {
    if (this.last?.id === id) return this.last
    const again = this.rereadOf(id)
    this.last = { id, reread: again, analysis: this.analyse(again.conversation, this.replay) }
    return this.last
  }

  private rereadOf(id: number): Reread {
    const record = this.recordOf(id)
    const [outer] = this.outside(id)
    return outer === undefined
      ? reread(record, this.scanner.noted, this.readAgain, nodeCrypto)
      : rereadInner(record, this.look(outer).analysis.conversation)
  }

  /** The conversations around this one, the nearest first. */
  private outside(id: number): number[] {
    const { within } = this.recordOf(id).closing
    return within?.carrier !== null ? [] : [within.parent, ...this.outside(within.parent)]
  }

  /** Conversations inside others get the numbers behind all of those, so that loading keys renumbers nothing. */
  private lookInside(): void {
    for (const outer of this.holding) {
      const { conversation } = this.look(outer).analysis
      const inner = innerConversation(conversation, this.scanner.conversations + 1, this.builderOptions)
      if (inner === null) continue
      this.scanner.conversations++
      this.closed(inner.builder.finish(inner.closing), { ...this.recordOf(outer), closing: inner.closing })
    }
  }

  private readonly readAgain: ReadAgain = (place) => {
    if (!this.input.spooled) return this.input.readAgain(place)
    const stored = this.spool?.read(place) ?? null
    const link = stored === null ? undefined : this.input.interfaces[stored.link]
    return stored === null || link === undefined ? null : ({ ...stored, link } satisfies PacketAgain)
  }

  private analyse(conversation: Conversation, replay: ReplayOptions): Analysis {
    const keys = this.hasKeys ? { log: this.log, rsa: this.rsa, sessions: this.sessions } : null
    return analyse(conversation, replay, {
      crypto: nodeCrypto,
      world: this.viewHost.world,
      keys,
      neighbours: (id) => this.neighbourhood.findings(id),
    })
  }

  /** A fault of the program in one conversation must not cost the others: it is said, and reading goes on. */
  private closed(conversation: Conversation, record: ConversationRecord): void {
    try {
      this.keep(conversation, record)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const text = `Conversation ${String(conversation.id)} could not be analysed (${reason}). This is a fault of the program, not of the capture. Please report it.`
      this.scanner.warnings.add('internal-error', null, conversation.firstPacket, text)
    }
  }

  private keep(conversation: Conversation, record: ConversationRecord): void {
    this.records.add(record)
    this.belongs(conversation)
    const analysis = this.analyse(conversation, this.replay)
    if (analysis.opening?.opened === true && analysis.opening.matched) this.opened = true
    const row = rowView(analysis, this.viewHost)
    this.neighbourhood.closed(analysis, row, this.viewHost.world)
    this.dataConnections.closed(analysis.conversation)
    if (this.holdsAnother(analysis)) this.holding.push(conversation.id)
    this.room -= weightOf(row)
    this.rows.push(row)
    this.pending.push(row)
  }

  /** FTP says in the control connection where data will go; that may close after them. */
  private tieDataConnections(): void {
    if (this.dataConnections.none) return
    for (const [place, { id, carrier: before, alpn }] of this.rows.entries()) {
      const record = this.recordOf(id)
      const found = this.dataConnections.of(record.closing)
      if (found === null) continue
      const { parent } = found
      let { carrier } = found
      if (found.guess !== null) {
        if (!fits(before.name, alpn.offered)) continue
        carrier = surer(this.look(id).analysis.conversation, found)
      }
      this.records.add({ ...record, closing: { ...record.closing, within: { parent, carrier } } })
      this.last = null
      const { analysis } = this.look(id)
      this.belongs(analysis.conversation)
      const row = rowView(analysis, this.viewHost)
      this.rows[place] = row
      this.pending.push(row)
    }
  }

  private belongs({ id, parent }: Conversation): void {
    if (parent === null) return
    const held = this.held.get(parent)
    if (held === undefined) this.held.set(parent, [id])
    else held.push(id)
  }

  private holdsAnother({ conversation, opening }: Analysis): boolean {
    if (opening?.opened !== true || innerConversation(conversation, 0, this.builderOptions) === null)
      return false
    if (this.outside(conversation.id).length < maxInnerDepth) return true
    const text = `Conversation ${String(conversation.id)} holds another one inside its TLS; only ${String(maxInnerDepth)} in one another are followed.`
    this.scanner.warnings.add('limit-reached', null, conversation.lastPacket, text)
    return false
  }

  /** The neighbour rules look at all conversations together; rows that they say something about are sent again. */
  private meetNeighbours(): void {
    const places = new Map(this.rows.map((row, place) => [row.id, place]))
    for (const id of this.neighbourhood.finish()) {
      const place = places.get(id)
      if (place === undefined) continue
      const row = this.neighbourhood.revised(this.rows[place]!)
      this.rows[place] = row
      this.pending.push(row)
    }
  }

  /** A Decryption Secrets Block with a key log (pcapng, secrets type 0x544c534b). */
  private secrets(type: number, data: Uint8Array): void {
    if (type !== tlsKeyLogSecrets) return
    const { log } = parseKeyLog(new TextDecoder().decode(data))
    if (log.size === 0) return
    this.log = this.log === null ? log : joinKeyLogs([this.log, log])
    this.builderOptions.keepSealed = true
  }

  private flush(hooks: Partial<AnalyseHooks>): void {
    if (this.pending.length === 0) return
    hooks.rows?.(this.pending)
    this.pending = []
  }

  private summarise(): CaptureSummary {
    const { clock, first, last } = this.input
    return {
      file: this.path,
      format: this.input.details,
      bytes: this.input.total,
      packets: this.input.packets,
      flows: this.scanner.flows,
      first: isoTime(clock, first),
      last: isoTime(clock, last),
      warnings: this.scanner.warnings.list(),
    }
  }
}

/** Milliseconds without a new byte after which a file that is followed counts as quiet. */
const quietWait = 500
const tlsKeyLogSecrets = 0x544c534b
