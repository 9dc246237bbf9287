// Report views in, report views out: originals replaced by numbered stand-ins that keep their number everywhere.

import type { CaptureSummary, ReportCertificate, ReportConversation, ReportRow } from '../contract/report.ts'
import type { RedactionKind, Replacement } from '../contract/redaction.ts'
import { Originals } from './originals.ts'
import { isTelling, literalPattern, redactText } from './text.ts'

/** What is written where an evidence text or a value was taken out. */
export const leftOutText = '(left out)'

/** Members whose strings are the contract's own words, numbers or times, never text from a capture. */
const fixedMembers = new Set([
  'basis',
  'by',
  'cause',
  'check',
  'code',
  'confidence',
  'delivery',
  'format',
  'from',
  'function',
  'group',
  'handle',
  'history',
  'ja3',
  'ja3s',
  'ja4',
  'kind',
  'logging',
  'on',
  'outcome',
  'partial',
  'protection',
  'result',
  'rule',
  'scenario',
  'severity',
  'side',
  'source',
  'space',
  'status',
  'statuses',
  'transport',
  'type',
  'verdict',
])

const distinguishedName = /^(?:CN|OU?|C|L|ST?|DC|UID|SN|E|emailAddress|serialNumber|[\d.]+)=./i
const generalName = /^(DNS|IP|email|URI|directory name|other name)[:=](.+)$/i
/** Bindings that are hashes of a certificate (RFC 5929 §4). */
const certificateHash = 'tls-server-end-point:'

export class Redactor {
  private readonly kinds: ReadonlySet<RedactionKind>
  private readonly originals = new Originals()
  /** Strings to look for in the texts of each conversation. */
  private readonly literals = new Map<number, Set<string>>()
  private readonly files = new Map<string, string>()
  private pattern: { id: number; size: number; regExp: RegExp | null } | null = null

  constructor(kinds: Iterable<RedactionKind>) {
    this.kinds = new Set(kinds)
  }

  /** Whether rows need `learn` of their conversation first: their texts quote certificates. */
  get needsConversations(): boolean {
    return this.kinds.has('names') || this.kinds.has('certificates')
  }

  /** What stands for what, so far, in the order it was met. Files are not among them once only their number is known. */
  replacements(): Replacement[] {
    const files = [...this.files].map(([original, standIn]) => ({
      kind: 'files' as const,
      original,
      standIn,
    }))
    return [...files, ...this.originals.list()]
  }

  capture(summary: CaptureSummary): CaptureSummary {
    const file = this.file(summary.file)
    const clean = (text: string) => this.text(text.replaceAll(summary.file, file), 0)
    return { ...summary, file, warnings: summary.warnings.map((one) => ({ ...one, text: clean(one.text) })) }
  }

  /** Meets a row: its addresses and names get their numbers in the order of rows. */
  learnRow(row: ReportRow): void {
    this.learnHead(row)
  }

  /** Meets a conversation: its certificates' names are looked for in its texts from now on. */
  learn(conversation: ReportConversation): void {
    this.learnHead(conversation)
    if (!this.needsConversations) return
    const { server, client } = conversation.certificates
    for (const certificate of [...(server ?? []), ...(client ?? [])])
      this.learnCertificate(conversation.id, certificate)
    eachString(conversation.attributes, (text) => this.learnName(conversation.id, text))
    eachString(conversation.findings, (text) => this.learnName(conversation.id, text))
  }

  row(row: ReportRow): ReportRow {
    return this.view(row, row.id)
  }

  conversation(conversation: ReportConversation): ReportConversation {
    const { certificates, id } = conversation
    const clean = (chain: readonly ReportCertificate[] | null) =>
      chain?.map((certificate) => this.certificate(certificate, id)) ?? null
    return {
      ...this.view({ ...conversation, certificates: { server: null, client: null } }, id),
      certificates: { server: clean(certificates.server), client: clean(certificates.client) },
    }
  }

  /** What stands for a conversation's key, which is a hash of its addresses. */
  key(key: string): string {
    const addresses = this.kinds.has('addresses')
    return addresses ? this.originals.standIn('addresses', 'conversation', key) : key
  }

  /** A text of the analyst's own, about conversation `id` or (0) about all. */
  text(text: string, id: number): string {
    return redactText(text, this.kinds, this.originals, this.patternOf(id))
  }

  private view<T extends Head>(head: T, id: number): T {
    const { client, server } = head
    const walked = mapStrings(head, (text, key) => this.member(text, key, id))
    const ends = this.kinds.has('addresses')
      ? { client: this.endpoint(client, 'client'), server: this.endpoint(server, 'host') }
      : { client, server }
    return { ...walked, ...ends }
  }

  private member(text: string, key: string, id: number): string {
    if (key === 'key') return this.key(text)
    if (key === 'serverName' && this.kinds.has('names'))
      return this.originals.standIn('names', 'server', text)
    if (text.startsWith(certificateHash) && this.kinds.has('certificates')) return leftOutText
    if (fixedMembers.has(key)) return text
    if (key === 'evidence' && this.kinds.has('evidence')) return leftOutText
    return this.text(key === 'steps' && this.kinds.has('names') ? this.identities(text) : text, id)
  }

  /** What a peer calls itself or asks for in a carrier's dialogue, also where it is no dotted name. */
  private identities(line: string): string {
    return line.replace(
      /((?:^|\n)(?:EHLO|HELO|LHLO|USER|NICK|Identity)\s+|\b(?:to|from|mstshash|user|database|realm)=['"]?)([^\s'";>]+)/gi,
      (_, before: string, name: string) => {
        const dotted = /^[\w-]+(?:\.[\w-]+)+$/.test(name)
        return before + this.originals.standIn('names', dotted ? 'server' : 'subject', name)
      },
    )
  }

  private endpoint<E extends { readonly address: string }>(end: E, family: 'client' | 'host'): E {
    return { ...end, address: this.originals.standIn('addresses', family, end.address) }
  }

  private file(path: string): string {
    if (!this.kinds.has('files')) return path
    const known = this.files.get(path)
    if (known !== undefined) return known
    const ending = /(?:\.[A-Za-z0-9]{2,6}){1,2}$/.exec(path)?.[0] ?? ''
    const standIn = `capture-${String(this.files.size + 1)}${ending}`
    this.files.set(path, standIn)
    return standIn
  }

  private learnHead(head: Head): void {
    if (this.kinds.has('addresses')) {
      this.endpoint(head.client, 'client')
      this.endpoint(head.server, 'host')
      for (const { address } of [head.client, head.server])
        if (!address.includes('.')) this.remember(head.id, address)
    }
    if (!this.kinds.has('names')) return
    for (const name of [head.serverName, ...head.handshakes.map((one) => one.serverName)]) {
      if (name === null || name === '') continue
      this.originals.standIn('names', 'server', name)
      this.remember(head.id, name)
    }
  }

  private learnCertificate(id: number, certificate: ReportCertificate): void {
    this.learnName(id, certificate.issuer, 'issuer')
    this.learnName(id, certificate.subject)
    for (const name of certificate.san) this.learnName(id, name)
    if (!this.kinds.has('certificates')) return
    for (const [family, text] of contentsOf(certificate)) {
      if (text === '') continue
      this.originals.standIn('certificates', family, text)
      this.remember(id, text)
    }
  }

  /** A distinguished name or general name, where `text` is one: it and the names in it get one stand-in. */
  private learnName(id: number, text: string, family: 'subject' | 'issuer' = 'subject'): void {
    const general = generalName.exec(text)
    if (general !== null) {
      this.learnHost(id, general[2]!, family)
      return
    }
    if (!distinguishedName.test(text)) return
    const common = commonNames(text)
    const named = common.map((name) => this.learnHost(id, name, family))
    const standIn = named[0] ?? this.originals.standIn(this.kind, family, text)
    this.originals.alias(this.kind, text, `CN=${standIn}`)
    this.remember(id, text)
  }

  private learnHost(id: number, name: string, family: 'subject' | 'issuer'): string {
    const dotted = /^[\w*-]+(?:\.[\w-]+)+$/.test(name)
    const address = /^[\d.]+$/.test(name) || /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(name)
    if (address) {
      if (this.kinds.has('addresses')) return this.originals.standIn('addresses', 'host', name)
      return name
    }
    this.remember(id, name)
    return this.originals.standIn(this.kind, dotted ? 'server' : family, name)
  }

  /** Names of certificates belong to both kinds. */
  private get kind(): RedactionKind {
    return this.kinds.has('names') ? 'names' : 'certificates'
  }

  private certificate(certificate: ReportCertificate, id: number): ReportCertificate {
    const walked = mapStrings({ ...certificate, der: null }, (text, key) => {
      if (fixedMembers.has(key) || key === 'notBefore' || key === 'notAfter') return text
      if (this.needsConversations && (key === 'subject' || key === 'issuer')) return this.whole(text)
      if (this.needsConversations && key === 'san') {
        const [, prefix, name] = generalName.exec(text) ?? []
        return name === undefined ? this.whole(text) : `${prefix!}:${this.whole(name)}`
      }
      return this.text(text, id)
    })
    const der = this.needsConversations ? null : certificate.der
    if (!this.kinds.has('certificates')) return { ...walked, der }
    const [hash, serial, subjectKey, authorityKey] = contentsOf(certificate).map(([family, text]) =>
      text === '' ? '' : this.originals.standIn('certificates', family, text),
    )
    return {
      ...walked,
      der,
      sha256: hash!,
      serial: serial!,
      subjectKeyId: certificate.subjectKeyId === null ? null : subjectKey!,
      authorityKeyId: certificate.authorityKeyId === null ? null : authorityKey!,
    }
  }

  /** A text that is an original as a whole. */
  private whole(text: string): string {
    if (text === '') return text
    const address = /^[\d.]+$/.test(text) || text.includes('::')
    if (address && !this.originals.has(text)) return this.text(text, 0)
    return this.originals.standIn(this.kind, 'subject', text)
  }

  private remember(id: number, text: string): void {
    if (!isTelling(text)) return
    const known = this.literals.get(id)
    if (known === undefined) this.literals.set(id, new Set([text]))
    else known.add(text)
  }

  private patternOf(id: number): RegExp | null {
    const words =
      id === 0 ? new Set([...this.literals.values()].flatMap((set) => [...set])) : this.literals.get(id)
    const size = words?.size ?? 0
    if (this.pattern?.id !== id || this.pattern.size !== size)
      this.pattern = { id, size, regExp: literalPattern(words ?? []) }
    return this.pattern.regExp
  }
}

type Head = Pick<ReportRow, 'id' | 'client' | 'server' | 'serverName' | 'handshakes'>

function contentsOf(certificate: ReportCertificate): ['hash' | 'serial' | 'key', string][] {
  const { sha256, serial, subjectKeyId, authorityKeyId } = certificate
  return [
    ['hash', sha256],
    ['serial', serial],
    ['key', subjectKeyId ?? ''],
    ['key', authorityKeyId ?? ''],
  ]
}

/** Values of CN in a name as RFC 4514 writes it; a backslash escapes the character behind it (§2.4). */
function commonNames(name: string): string[] {
  return [...name.matchAll(/(?:^|[,+])CN=((?:\\.|[^,+\\])*)/gi)].map(([, value]) =>
    value!.replace(/\\(.)/g, '$1'),
  )
}

/** A copy of `value` with every string mapped; `key` is the member it stands in, that of the list for elements. */
function mapStrings<T>(value: T, map: (text: string, key: string) => string, key = ''): T {
  if (typeof value === 'string') return map(value, key) as T
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, map, key)) as T
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value as Record<string, unknown>).map(([name, member]) => [
    name,
    // A text says what it is by the list it stands in: evidence, steps, neighbours.
    mapStrings(member, map, name === 'text' && key !== '' ? key : name),
  ])
  return Object.fromEntries(members) as T
}

function eachString(value: unknown, see: (text: string) => void): void {
  mapStrings(value, (text) => {
    see(text)
    return text
  })
}
