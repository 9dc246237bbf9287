// Cells of the matrix and the sets in them.

import type { WhatIfCell, WhatIfCellName, WhatIfRow } from '../contract/whatif.ts'

export type Cells = Record<WhatIfCellName, WhatIfCell>

const noSets = { client: null, server: null, common: null }

export interface Sets {
  readonly client: readonly string[] | null
  readonly server: readonly string[] | null
  readonly common: readonly string[] | null
}

export function ok(value: string, text: string, sets: Sets = noSets): WhatIfCell {
  return { value, state: 'ok', text, ...copied(sets) }
}

export function missing(text: string, sets: Sets = noSets): WhatIfCell {
  return { value: null, state: 'missing', text, ...copied(sets) }
}

export function notNeeded(text: string): WhatIfCell {
  return { value: null, state: 'not-needed', text, ...noSets }
}

export function notSeen(text: string, value: string | null = null): WhatIfCell {
  return { value, state: 'unknown', text, ...noSets }
}

/** All cells not reached yet. */
export function unreached(): Cells {
  const cell: WhatIfCell = { value: null, state: 'not-reached', text: 'not reached', ...noSets }
  return { version: cell, cipherSuite: cell, group: cell, certificate: cell, signature: cell }
}

/** The first cell in which nothing meets. */
export function firstMissing(cells: Cells): WhatIfRow['firstMissing'] {
  return cellOrder.find((name) => cells[name].state === 'missing') ?? null
}

/** In the order in which they are settled. */
export const cellOrder: readonly WhatIfCellName[] = [
  'version',
  'cipherSuite',
  'certificate',
  'group',
  'signature',
]

function copied(sets: Sets): Pick<WhatIfCell, 'client' | 'server' | 'common'> {
  const copy = (set: readonly string[] | null) => (set === null ? null : [...set])
  return { client: copy(sets.client), server: copy(sets.server), common: copy(sets.common) }
}
