// Conversations to the clipboard, as the list shows them, and a word that it was done.

import { copy } from '../clipboard.ts'
import { plural, timeOf } from '../format.ts'
import { columnChoices, times } from '../preferences.ts'
import type { Session } from '../session.ts'
import { headed } from './columns.ts'
import { copyOf, type CopyFormat } from './copying.ts'

/** Copies these conversations in the columns of the list. */
export async function copyRows(session: Session, ids: Iterable<number>, format: CopyFormat): Promise<void> {
  const rows = await session.rowsOf(ids)
  const first = session.overview.value?.first ?? null
  const copied = rows.map((row) => ({ row, time: timeOf(row.start, times.value, first, null) }))
  const ok = await copy(copyOf(format, copied, headed(columnChoices.value, times.value)))
  session.tell(ok ? `${plural(rows.length, 'conversation')} copied.` : 'The clipboard could not be written.')
}
