// The plain values of the session: what is open, listed, chosen and shown.

import type { Fault, Input } from '../shared/contract/bridge.ts'
import type { ParsedFilter } from '../shared/filter/parse.ts'
import type { Selection } from './selection.ts'

export type Replay = Input<'conversation.inspect'>['replay']
type SortKey = Input<'rows.query'>['sort'][number]

/** A sentence, with its fault or with what the reader may do about it. */
export interface Notice {
  readonly text: string
  readonly fault: Fault | null
  readonly action?: { readonly text: string; readonly run: () => void }
}

export interface State {
  phase: 'welcome' | 'reading' | 'ready' | 'nothing' | 'fault'
  path: string | null
  /** More files that are read with it as one capture. */
  chain: readonly string[]
  /** The file is read on as it grows. */
  following: boolean
  capture: number | null
  progress: { bytes: number; total: number | null; packets: number; since: number }
  /** How long reading took. */
  milliseconds: number | null
  cancelled: boolean
  filter: string
  problem: Extract<ParsedFilter, { ok: false }>['problem'] | null
  /** The filter the rows on screen come from: the last one that parsed. */
  applied: string
  outcome: 'all' | 'failed' | 'established' | 'incomplete'
  counts: { all: number; failed: number; established: number; incomplete: number }
  /** All conversations known when the list was asked for, whatever its filter. */
  found: { all: number; failed: number }
  sort: SortKey[]
  /** `server` or a field by which the list is grouped. */
  group: string | null
  selected: number | null
  tab: 'timeline' | 'certificates' | 'messages' | 'attributes' | 'whatif' | 'findings'
  replay: Replay
  selection: Selection | null
  /** Raised when the timeline shall scroll to its failure point or to the selection. */
  reveal: number
  /** Raised when the filter shall take the focus. */
  find: number
  /** The list is folded away and the conversation has the whole window. */
  expanded: boolean
  dialog: 'report' | 'keys' | 'settings' | 'about' | 'commands' | null
  /** What goes on paper: the view that is shown, or the inspector's token. */
  paper: 'view' | 'inspector'
  /** The report dialog opens on a capture of these rows; null: on a report. */
  savesCapture: 'selected' | 'marked' | null
  /** Something to tell that does not end the capture. */
  notice: Notice | null
  keylog: { path: string; secrets: number; matched: number } | null
}

/** A session without a capture. */
export function freshState(): State {
  return {
    phase: 'welcome',
    path: null,
    chain: [],
    following: false,
    capture: null,
    progress: { bytes: 0, total: null, packets: 0, since: 0 },
    milliseconds: null,
    cancelled: false,
    filter: '',
    problem: null,
    applied: '',
    outcome: 'all',
    counts: { all: 0, failed: 0, established: 0, incomplete: 0 },
    found: { all: 0, failed: 0 },
    sort: [{ field: 'time', descending: false }],
    group: null,
    selected: null,
    tab: 'timeline',
    replay: {
      delivery: 'as-captured',
      partial: 'consume',
      statuses: 'documented',
      profile: { client: null, server: null },
    },
    selection: null,
    reveal: 0,
    find: 0,
    expanded: false,
    dialog: null,
    paper: 'view',
    savesCapture: null,
    notice: null,
    keylog: null,
  }
}
