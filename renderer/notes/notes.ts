// The analyst's notes on the open capture, as the page holds them: fetched once, kept with each change.

import { effectScope, shallowRef, watch, type ShallowRef } from 'vue'
import {
  anchorOf,
  callAt,
  joinedNotes,
  type CallAnchor,
  type Note,
  type Notebook,
} from '../../shared/contract/notes.ts'
import type { Fault } from '../../shared/contract/bridge.ts'
import type { ReportCall, ReportConversation } from '../../shared/contract/report.ts'
import { plural } from '../format.ts'
import type { Session } from '../session.ts'

export interface Notes {
  readonly book: ShallowRef<Notebook>
  /** Why the last change could not be kept. */
  readonly fault: ShallowRef<Fault | null>
  /** The note on a conversation, or pinned to one of its calls. */
  of(conversation: ReportConversation, at: PinnedTo): Note | null
  /** Writes it, or with an empty text deletes it. */
  write(conversation: ReportConversation, at: PinnedTo, text: string): Promise<void>
  /** Keeps them in a file beside the capture as well, from now on, or not any more. */
  keepBeside(beside: boolean): Promise<void>
  /** The title that reports of this capture get. */
  rename(title: string): Promise<void>
}

/** A call of a side, or null for the conversation as a whole. */
export type PinnedTo = { readonly side: 'client' | 'server'; readonly call: ReportCall } | null

const known = new WeakMap<Session, Notes>()

/** The notes of this session: one for all who ask. */
export function useNotes(session: Session): Notes {
  const found = known.get(session)
  if (found !== undefined) return found
  // They outlive the component that asked first.
  const made = effectScope(true).run(() => createNotes(session))!
  known.set(session, made)
  return made
}

function createNotes({ bridge, state }: Session): Notes {
  const book = shallowRef<Notebook>({ title: '', notes: [] })
  const fault = shallowRef<Fault | null>(null)
  let keeping = Promise.resolve()

  watch(
    () => (state.phase === 'ready' ? state.capture : null),
    async (capture) => {
      book.value = { title: '', notes: [] }
      fault.value = null
      if (capture === null) return
      const answer = await bridge.request('notes.list', { capture })
      if (capture !== state.capture) return
      if (answer.ok) book.value = answer.value
      else fault.value = answer.fault
      await offerFound(capture)
    },
    { immediate: true },
  )

  /** Notes beside the capture may be anybody's: they are read in only when the analyst says so. */
  async function offerFound(capture: number): Promise<void> {
    const answer = await bridge.request('notes.found', { capture })
    const found = answer.ok ? answer.value : null
    if (found === null || capture !== state.capture) return
    state.notice = {
      text: `${plural(found.notes.length, 'note')} found in a file beside this capture.`,
      fault: null,
      action: { text: 'Read them in', run: () => void keep((now) => joinedNotes(now, found)) },
    }
  }

  /** One change after the other, each of the notes as the one before it left them. */
  function keep(change: (book: Notebook) => Notebook): Promise<void> {
    const { capture } = state
    if (capture === null) return Promise.resolve()
    keeping = keeping.then(async () => {
      if (capture !== state.capture) return
      const next = change(book.value)
      const answer = await bridge.request('notes.save', { capture, notebook: next })
      if (capture !== state.capture) return
      fault.value = answer.ok ? null : answer.fault
      if (answer.ok) book.value = next
    })
    return keeping
  }

  return {
    book,
    fault,
    of: (conversation, at) => book.value.notes.find((note) => isAt(note, conversation, at)) ?? null,
    write: (conversation, at, text) => {
      const call = at === null ? null : anchorOf(at.call, at.side, conversation)
      const note: Note = { key: conversation.key, call, text, written: new Date().toISOString() }
      return keep((now) => {
        const others = now.notes.filter((each) => !isAt(each, conversation, at))
        return { ...now, notes: text.trim() === '' ? others : [...others, note] }
      })
    },
    keepBeside: (beside) => keep((now) => ({ ...now, beside })),
    rename: (title) => keep((now) => ({ ...now, title })),
  }
}

function isAt(note: Note, conversation: ReportConversation, at: PinnedTo): boolean {
  if (note.key !== conversation.key) return false
  if (at === null || note.call === null) return at === null && note.call === null
  const anchor: CallAnchor = note.call
  return (
    anchor.side === at.side &&
    callAt(anchor, conversation.contexts[at.side].calls, conversation)?.n === at.call.n
  )
}
