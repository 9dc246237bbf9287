// An analyst's notes: what they say and where they are pinned. They anchor on bytes, so that another delivery mode finds them again.

import { z } from 'zod'

export const note = z.object({
  /** Key of the conversation; null for a note on the capture as a whole. */
  key: z.string().nullable(),
  /** The call it is pinned to: whose call, whose bytes the call begins with, and where these lie in their stream. Null: on the conversation. */
  call: z
    .object({ side: z.enum(['client', 'server']), from: z.enum(['client', 'server']), offset: z.number() })
    .nullable(),
  text: z.string(),
  /** When it was written last: ISO 8601 UTC. */
  written: z.string(),
})

/** What is remembered of one capture. */
export const notebook = z.object({
  title: z.string(),
  notes: z.array(note),
  /** The analyst asked for them to be kept in a file beside the capture as well. */
  beside: z.boolean().optional(),
})

export type Note = z.infer<typeof note>
export type CallAnchor = NonNullable<Note['call']>
export type Notebook = z.infer<typeof notebook>

/** Both notebooks in one: of two notes on the same place the one written last. */
export function joinedNotes(own: Notebook, other: Notebook): Notebook {
  const placed = new Map<string, Note>()
  for (const each of [...own.notes, ...other.notes]) {
    const place = JSON.stringify([each.key, each.call])
    const known = placed.get(place)
    if (known === undefined || known.written < each.written) placed.set(place, each)
  }
  return { ...own, title: own.title === '' ? other.title : own.title, notes: [...placed.values()] }
}

interface Slice {
  readonly token: number
  readonly start: number
  readonly end: number
}

interface Calls {
  readonly tokens: readonly {
    readonly id: number
    readonly from: 'client' | 'server'
    readonly stream: readonly [number, number]
  }[]
}

interface Called {
  readonly tokens: readonly Slice[]
  readonly outToken: number | null
}

/** Where a note on this call is pinned; null for a call that neither takes nor puts out bytes. */
export function anchorOf(call: Called, side: CallAnchor['side'], { tokens }: Calls): CallAnchor | null {
  const [first] = call.tokens
  const token = tokens.find(({ id }) => id === (first?.token ?? call.outToken))
  return token === undefined
    ? null
    : { side, from: token.from, offset: token.stream[0] + (first?.start ?? 0) }
}

/** The call that a note is pinned to, among those of its side: the one whose first bytes are or cover the anchor's. */
export function callAt<C extends Called>(
  anchor: CallAnchor,
  calls: readonly C[],
  conversation: Calls,
): C | null {
  const covers = (call: C) => {
    const at = anchorOf(call, anchor.side, conversation)
    if (at?.from !== anchor.from) return false
    const length = call.tokens.reduce((sum, { start, end }) => sum + end - start, 0)
    return at.offset === anchor.offset || (at.offset < anchor.offset && anchor.offset < at.offset + length)
  }
  return calls.find(covers) ?? null
}
