// The analyst's notes among the report's own words: which belong where, and what they are pinned to.

import { callAt, type Note } from '../contract/notes.ts'
import type { ReportConversation, ReportRow } from '../contract/report.ts'
import { callText, type ReportHead } from './words.ts'

export interface PlacedNote {
  /** `Note`, `Note on 3`, `Note at the client's ISC #2`. */
  readonly place: string
  readonly text: string
}

/** Notes to print at the head of a report: on the capture, and on conversations that are only listed. */
export function headNotes(
  { notes = [] }: ReportHead,
  rows: readonly ReportRow[],
  drawn: (row: ReportRow) => boolean,
): PlacedNote[] {
  const byKey = new Map(rows.map((row) => [row.key, row]))
  return notes.flatMap(({ key, text }) => {
    if (key === null) return [{ place: 'Note', text }]
    const row = byKey.get(key)
    return row === undefined || drawn(row) ? [] : [{ place: `Note on ${String(row.id)}`, text }]
  })
}

/** Notes on one conversation and its calls, in the order of writing. */
export function conversationNotes(notes: readonly Note[], conversation: ReportConversation): PlacedNote[] {
  return notes
    .filter(({ key }) => key === conversation.key)
    .map(({ call, text }) => {
      if (call === null) return { place: 'Note', text }
      const found = callAt(call, conversation.contexts[call.side].calls, conversation)
      const name = found === null ? 'calls' : callText(found)
      return { place: `Note at the ${call.side}'s ${name}`, text }
    })
}
