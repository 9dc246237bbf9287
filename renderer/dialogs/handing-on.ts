// What is handed on, in which form, and the ways out of the program: a saved file, the clipboard, paper, a dragged file.

import { computed, nextTick, reactive, ref, shallowRef, watch } from 'vue'
import type { DraggedFile, Fault, Input } from '../../shared/contract/bridge.ts'
import type { RedactionKind } from '../../shared/contract/redaction.ts'
import { copy, download } from '../clipboard.ts'
import { plural, size } from '../format.ts'
import type { Notes } from '../notes/notes.ts'
import type { Session } from '../session.ts'
import { isCapture, reportChoices, type DialogFormat } from './report-choices.ts'
import { reportFileName } from './report-file.ts'

export type Scope = 'selected' | 'marked' | 'failed' | 'filtered' | 'all'
export type HandingOn = ReturnType<typeof useHandingOn>

interface Choices {
  format: DialogFormat
  scope: Scope
  title: string
  replaced: readonly RedactionKind[]
  /** The analyst's notes go into the report. */
  notes: boolean
  /** Of a capture: the secrets of its conversations go along, addresses are replaced. */
  secrets: boolean
  addresses: boolean
}

type ReportFormat = Input<'report.make'>['format']

export function useHandingOn(session: Session, notes: Notes) {
  const { state, bridge, marked } = session
  const choices = reactive<Choices>({
    format: state.savesCapture === null ? 'html' : 'pcapng',
    scope:
      state.savesCapture ?? (marked.size > 1 ? 'marked' : state.selected === null ? 'failed' : 'selected'),
    title: notes.book.value.title,
    replaced: [],
    notes: false,
    secrets: false,
    addresses: false,
  })
  const busy = ref(false)
  const fault = shallowRef<Fault | null>(null)
  const done = ref<string | null>(null)
  /** The whole report, drawn for the printer. */
  const printing = ref<string | null>(null)

  const scopes = computed(() =>
    [
      {
        value: 'selected' as const,
        name: 'The selected conversation',
        count: state.selected === null ? 0 : 1,
      },
      { value: 'marked' as const, name: 'Marked conversations', count: marked.size },
      { value: 'failed' as const, name: 'Failed conversations', count: session.overview.value?.failed ?? 0 },
      { value: 'filtered' as const, name: 'Listed conversations', count: session.ids.value.length },
      { value: 'all' as const, name: 'All conversations', count: session.overview.value?.all ?? 0 },
    ].filter(({ value, count }) => value !== 'marked' || count > 0),
  )
  const asCapture = computed(() => isCapture(choices.format))
  const subtitle = computed(() =>
    choices.scope === 'selected'
      ? `conversation ${String(state.selected)}`
      : plural(scopes.value.find(({ value }) => value === choices.scope)?.count ?? 0, 'conversation'),
  )
  const fileName = computed(() =>
    reportFileName(
      choices.replaced.includes('files') ? null : session.fileName.value,
      choices.scope === 'selected' ? state.selected : null,
      reportChoices.find(({ value }) => value === choices.format)?.ending ?? 'txt',
    ),
  )

  // At once, not with the preview: a quick reader may have saved before that is drawn.
  watch(choices, () => {
    done.value = null
    fault.value = null
  })

  function question() {
    const { scope } = choices
    return {
      capture: state.capture ?? 0,
      scope:
        scope === 'selected'
          ? [state.selected ?? 0]
          : scope === 'marked'
            ? [...marked]
            : scope === 'filtered'
              ? [...session.ids.value]
              : scope,
      filter: state.applied,
    }
  }

  function reportQuestion(format: ReportFormat): Input<'report.preview'> {
    const title = choices.title.trim()
    return {
      ...question(),
      format,
      replay: { ...state.replay, profile: { ...state.replay.profile } },
      title: title === '' ? null : title,
      redact: [...choices.replaced],
      notes: choices.notes,
    }
  }

  function captureQuestion(format: 'pcap' | 'pcapng', path: string | null): Input<'capture.save'> {
    const { secrets, addresses } = choices
    return { ...question(), format, secrets: secrets && format === 'pcapng', addresses, path }
  }

  async function save(): Promise<void> {
    if (state.capture === null || busy.value) return
    fault.value = null
    done.value = null
    const { format } = choices
    const desktop = bridge.host === 'electron'
    if (format === 'pdf' && !desktop) {
      await print()
      return
    }
    const path = desktop ? await bridge.chooseDestination(fileName.value) : null
    if (desktop && path === null) return
    busy.value = true
    if (isCapture(format)) await saveCapture(format, path)
    else await saveReport(format, path)
    busy.value = false
  }

  async function saveReport(format: ReportFormat, path: string | null): Promise<void> {
    const answer = await bridge.request('report.make', { ...reportQuestion(format), path })
    if (!answer.ok) {
      fault.value = answer.fault
      return
    }
    const { text, bytes, conversations } = answer.value
    if (text !== null) download(fileName.value, text)
    done.value = `Saved ${path ?? fileName.value}: ${plural(conversations, 'conversation')}, ${size(bytes)}`
    const title = choices.title.trim()
    if (notes.book.value.title !== title) await notes.rename(title)
  }

  async function saveCapture(format: 'pcap' | 'pcapng', path: string | null): Promise<void> {
    const answer = await bridge.request('capture.save', captureQuestion(format, path))
    if (!answer.ok) {
      fault.value = answer.fault
      return
    }
    const { bytes, packets, leftOut } = answer.value
    if (bytes !== null) download(fileName.value, bytes)
    const left =
      leftOut === 0 ? '' : `, ${plural(leftOut, 'packet')} of bulk and bare acknowledgements left out`
    done.value = `Saved and read back ${path ?? fileName.value}: ${plural(packets, 'packet')}${left}`
  }

  /** The served page has no printer of its own: the report takes the page's place on paper. */
  async function print(): Promise<void> {
    busy.value = true
    const text = await textOf('html')
    busy.value = false
    if (text === null) return
    printing.value = text
    await nextTick()
    window.print()
    printing.value = null
  }

  async function copyReport(): Promise<void> {
    const { format } = choices
    if (isCapture(format)) return
    const text = await textOf(format === 'pdf' ? 'html' : format)
    if (text !== null && (await copy(text))) done.value = `Copied ${size(new Blob([text]).size)}`
  }

  /** The report as text; null with the reason in `fault`. */
  async function textOf(format: ReportFormat): Promise<string | null> {
    const answer = await bridge.request('report.make', { ...reportQuestion(format), path: null })
    if (!answer.ok) fault.value = answer.fault
    return answer.ok ? answer.value.text : null
  }

  /** The file to drag out; a browser prints no PDF on the way, so its page goes instead. */
  async function dragged(): Promise<DraggedFile | null> {
    const { format } = choices
    if (state.capture === null) return null
    if (isCapture(format)) {
      const answer = await bridge.request('capture.save', captureQuestion(format, null))
      if (!answer.ok) fault.value = answer.fault
      const contents = answer.ok ? answer.value.bytes : null
      return contents === null ? null : { name: fileName.value, contents, print: false }
    }
    const pdf = format === 'pdf'
    const print = pdf && bridge.dragOut !== undefined
    const contents = await textOf(pdf ? 'html' : format)
    const name = pdf && !print ? fileName.value.replace(/pdf$/, 'html') : fileName.value
    return contents === null ? null : { name, contents, print }
  }

  return {
    choices,
    scopes,
    asCapture,
    subtitle,
    fileName,
    busy,
    fault,
    done,
    printing,
    reportQuestion,
    save,
    copyReport,
    dragged,
  }
}
