// HTML by template: everything put into one is escaped unless it is HTML already. And the status glyphs.

import type { ReportRow } from '../contract/report.ts'
import type { SourceList } from '../sspi/sources.ts'
import { breakable, escapeHtml } from './html-text.ts'
import type { Mood } from './words.ts'

/** Text that is HTML. Made by `html`, `join` and `raw` only. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * A template whose values are escaped, save those that are HTML already. Text that will be seen gets places where its
 * lines may break, the values of attributes do not. The source's indentation is left out.
 */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  let template = templates.get(parts)
  if (template === undefined) {
    template = readTemplate(parts)
    templates.set(parts, template)
  }
  const { texts, insideTag } = template
  let text = texts[0]!
  for (const [index, value] of values.entries()) {
    text += value instanceof Html ? value.text : insideTag[index] ? escapeHtml(value) : breakable(value)
    text += texts[index + 1]!
  }
  return new Html(text)
}

/** The template's own texts, and after which of them a tag is still open. */
interface Template {
  readonly texts: readonly string[]
  readonly insideTag: readonly boolean[]
}

const templates = new WeakMap<TemplateStringsArray, Template>()

function readTemplate(parts: TemplateStringsArray): Template {
  const texts = parts.map((part) => part.replace(/\s*\n\s*/g, '\n'))
  let inside = false
  const insideTag = texts.map((text) => {
    const [start, end] = [text.lastIndexOf('<'), text.lastIndexOf('>')]
    if (start !== end) inside = start > end
    return inside
  })
  return { texts, insideTag }
}

export function join(items: readonly (string | Html)[]): Html {
  return new Html(items.map((item) => (item instanceof Html ? item.text : breakable(item))).join(''))
}

/** The program's own markup, never a capture's. */
export function raw(text: string): Html {
  return new Html(text)
}

/** Shape, word and colour say the same: the shapes, once a document. */
export const glyphSprite: Html =
  raw(`<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<symbol id="g-ok" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.25" fill="var(--f)"/><path d="M4.6 8.3l2.3 2.4 4.5-5" fill="none" stroke="var(--cut)" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="g-wait" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.4" fill="none" stroke="var(--f)" stroke-width="1.6"/><circle cx="8" cy="8" r="1.7" fill="var(--f)"/></symbol>
<symbol id="g-need" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.4" fill="none" stroke="var(--f)" stroke-width="1.6"/><path d="M1.9 8.6a6.2 6.2 0 0 0 12.2 0z" fill="var(--f)"/></symbol>
<symbol id="g-fail" viewBox="0 0 16 16"><path d="M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5z" fill="var(--f)"/><path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" stroke="var(--cut)" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="g-note" viewBox="0 0 16 16"><path d="M8 1.2L14.8 8 8 14.8 1.2 8z" fill="none" stroke="var(--f)" stroke-width="1.6" stroke-linejoin="round"/><path d="M8 5.2v3.2M8 10.5v.4" stroke="var(--f)" stroke-width="1.7" stroke-linecap="round"/></symbol>
<symbol id="g-part" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.3" fill="none" stroke="var(--f)" stroke-width="1.6" stroke-dasharray="2.6 2.35"/><path d="M5.4 8h5.2" stroke="var(--f)" stroke-width="1.7" stroke-linecap="round"/></symbol>
</defs></svg>`)

/** A status glyph; `part` is the dashed ring of what the capture cannot tell. */
export function statusMark(mood: Mood | 'part'): Html {
  return html`<svg class="g ${mood === 'part' ? 'wait' : mood}" aria-hidden="true">
    <use href="#g-${mood}" />
  </svg>`
}

const outcomeMoods = { established: 'ok', failed: 'fail', incomplete: 'part', none: 'part' } as const

export function glyph(outcome: ReportRow['outcome']): Html {
  return statusMark(outcomeMoods[outcome])
}

/** Glyph and word. */
export function outcomeGlyph(outcome: ReportRow['outcome']): Html {
  const mood = outcomeMoods[outcome]
  const word = outcome === 'none' ? 'No handshake' : outcome.charAt(0).toUpperCase() + outcome.slice(1)
  return html`<span class="${mood === 'part' ? 'wait' : mood}">${statusMark(mood)}${word}</span>`
}

/** `[2]`, leading to the list of sources at the document's end. */
export function references(source: string, sources: SourceList): Html {
  return join(
    sources
      .numbersOf(source)
      .map((number) => html`<a class="ref" href="#source-${String(number)}">[${String(number)}]</a>`),
  )
}
