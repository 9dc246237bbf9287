// The report of conversations that are dragged out of the list.

import type { DraggedFile } from '../../shared/contract/bridge.ts'
import { reportFileName } from '../dialogs/report-file.ts'
import type { Session } from '../session.ts'

/** More are handed on from the report dialog, which says what it does. */
const draggedAtMost = 50

/** The conversation as an HTML report, with the other marked ones where it is one of them. */
export async function rowReport(session: Session, id: number): Promise<DraggedFile | null> {
  const { state, marked } = session
  const ids = marked.has(id) ? [...marked].slice(0, draggedAtMost) : [id]
  if (state.phase !== 'ready' || state.capture === null) return null
  const answer = await session.bridge.request('report.make', {
    capture: state.capture,
    format: 'html',
    scope: ids,
    filter: '',
    replay: { ...state.replay, profile: { ...state.replay.profile } },
    title: null,
    path: null,
  })
  if (!answer.ok) session.tell(answer.fault.message, answer.fault)
  const contents = answer.ok ? answer.value.text : null
  const [only] = ids.length === 1 ? ids : [null]
  const name = reportFileName(session.fileName.value, only ?? null, 'report.html')
  return contents === null ? null : { name, contents, print: false }
}
