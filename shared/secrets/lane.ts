// One direction's place in its epoch: which opener is in force and which sequence number the next record has.

import type { TlsRecord } from '../conversation/facts.ts'
import { maxSequenceTries } from '../limits.ts'
import type { OpenedRecord, RecordOpener, SealedRecord } from './record-opener.ts'

/** TLS counts records implicitly, so every sealed record must go through the lane in stream order. */
export class Lane {
  private opener: RecordOpener | null = null
  private sequence = 0
  private lastIndex = -1
  private lastEnd = -1
  /** Records opened under the opener in force. */
  opened = 0

  get idle(): boolean {
    return this.opener === null
  }

  /** New keys: the next record has sequence number 0. */
  start(opener: RecordOpener | null): void {
    this.opener = opener
    this.sequence = 0
    this.opened = 0
  }

  /** Opens the next record, or null where its bytes are not kept or do not fit the keys. */
  open(record: TlsRecord): OpenedRecord | null {
    const hole = this.reach(record)
    const sequence = this.sequence++
    const opener = this.opener
    if (opener === null) return null
    if (record.sealedBytes === null) {
      opener.pass(record.end - record.start - 5)
      return null
    }
    const content = opener.open(sealed(record, sequence)) ?? this.search(opener, record, sequence, hole)
    if (content !== null) this.opened++
    return content
  }

  /** Tries `opener` on a record that starts its epoch, and goes on with it where it fits. */
  restartAt(opener: RecordOpener, record: TlsRecord): OpenedRecord | null {
    if (record.sealedBytes === null) return null
    const content = opener.open(sealed(record, 0))
    if (content === null) return null
    this.start(opener)
    this.sequence = 1
    this.opened = 1
    return content
  }

  /** Counts the records between the last one and this; returns the stream bytes that no record explains. */
  private reach(record: TlsRecord): number {
    const skipped = this.lastIndex < 0 ? 0 : record.index - this.lastIndex - 1
    const between = this.lastEnd < 0 ? 0 : record.start - this.lastEnd
    this.sequence += Math.max(0, skipped)
    if (skipped > 0) this.opener?.pass(between - 5 * skipped)
    this.lastIndex = record.index
    this.lastEnd = record.end
    return between
  }

  /** Where bytes are missing the number of records lost with them is not known: the tag tells which number fits. */
  private search(opener: RecordOpener, record: TlsRecord, from: number, hole: number): OpenedRecord | null {
    if (hole === 0 || opener.dependsOnEarlier) return null
    for (let next = from + 1; next <= from + maxSequenceTries; next++) {
      const content = opener.open(sealed(record, next))
      if (content === null) continue
      this.sequence = next + 1
      return content
    }
    return null
  }
}

/** The record as its opener wants it. The caller has checked that its bytes are kept. */
export function sealed(record: TlsRecord, sequence: number): SealedRecord {
  return {
    contentType: record.contentType,
    version: record.version,
    epoch: record.dtls?.epoch ?? 0,
    sequence: record.dtls?.sequence ?? sequence,
    body: record.sealedBytes!,
  }
}
