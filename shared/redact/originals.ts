// The book of stand-ins: each original gets one, numbered by its family, and keeps it through the whole report.

import type { RedactionKind, Replacement } from '../contract/redaction.ts'

/** What a stand-in says of its original. */
export type Family =
  'client' | 'host' | 'server' | 'mailbox' | 'subject' | 'issuer' | 'serial' | 'hash' | 'key' | 'conversation'

/** Clients and hosts are both addresses and share one count, so that a number names one machine. */
const counters: Readonly<Record<Family, string>> = {
  client: 'address',
  host: 'address',
  server: 'server',
  mailbox: 'mailbox',
  subject: 'subject',
  issuer: 'subject',
  serial: 'serial',
  hash: 'hash',
  key: 'key',
  conversation: 'conversation',
}

/** Domains of stand-ins end as names for examples do (RFC 2606 §3). */
const endings: Partial<Record<Family, string>> = { server: '.example', mailbox: '@mail.example' }

export class Originals {
  private readonly known = new Map<string, Replacement>()
  private readonly counts = new Map<string, number>()

  /** All replacements in the order they were met. */
  list(): Replacement[] {
    return [...this.known.values()]
  }

  has(original: string): boolean {
    return this.known.has(keyOf(original))
  }

  /** The stand-in of `original`, made on first sight. Names are the same in any case of letters. */
  standIn(kind: RedactionKind, family: Family, original: string): string {
    const found = this.known.get(keyOf(original))
    if (found !== undefined) return found.standIn
    const counter = counters[family]
    const number = (this.counts.get(counter) ?? 0) + 1
    this.counts.set(counter, number)
    const standIn = `${family}-${String(number)}${endings[family] ?? ''}`
    this.known.set(keyOf(original), { kind, original, standIn })
    return standIn
  }

  /** Lets `original` stand for what another spelling of it already stands for. */
  alias(kind: RedactionKind, original: string, standIn: string): string {
    const found = this.known.get(keyOf(original))
    if (found !== undefined) return found.standIn
    this.known.set(keyOf(original), { kind, original, standIn })
    return standIn
  }
}

function keyOf(original: string): string {
  return original.toLowerCase()
}
