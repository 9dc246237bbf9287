// The HTML report drawn inside the page: its elements copied one by one, nothing taken over that could run or load.

/** What a drawn report is made of. */
export interface Paper {
  readonly body: DocumentFragment
  readonly style: string
}

const elements = new Set(
  'a article b br defs div footer h1 h2 h3 h4 h5 i li main ol p section small span strong symbol svg circle path rect line g use table tbody td th thead tr ul wbr figure caption details summary code dl dt dd'.split(
    ' ',
  ),
)
const attributes = new Set(
  'class id colspan rowspan aria-hidden aria-label role viewbox cx cy r d x y x1 x2 y1 y2 width height rx fill stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray'.split(
    ' ',
  ),
)
const drawing = 'http://www.w3.org/2000/svg'

/** Turns the text of a report into elements. Inline sizes become properties, because the page allows no inline style. */
export function paperOf(html: string): Paper {
  const [, style = ''] = /<style>([^<]*)<\/style>/.exec(html) ?? []
  const plain = html
    .replace(/<style>[^<]*<\/style>/g, '')
    .replace(/ style="flex:(\d+)"/g, ' data-flex="$1"')
    .replace(/ style="[^"]*"/g, '')
  const parsed = new DOMParser().parseFromString(plain, 'text/html')
  const body = document.createDocumentFragment()
  for (const child of parsed.body.childNodes) copy(child, body)
  return { body, style: forPage(style) }
}

function copy(node: Node, into: Node): void {
  if (node instanceof Text) {
    into.appendChild(document.createTextNode(node.data))
    return
  }
  if (!(node instanceof Element)) return
  const name = node.localName
  if (name === 'data') {
    // A word said whole around its parts, for who searches the file.
    for (const child of node.childNodes) copy(child, into)
    return
  }
  if (!elements.has(name)) return
  const made =
    node.namespaceURI === drawing ? document.createElementNS(drawing, name) : document.createElement(name)
  for (const { name: key, value } of node.attributes) {
    if (attributes.has(key.toLowerCase())) made.setAttribute(key, value)
    else if (key === 'href' && value.startsWith('#')) made.setAttribute(key, value)
    else if (key === 'data-flex' && made instanceof HTMLElement) made.style.flex = value
  }
  for (const child of node.childNodes) copy(child, made)
  into.appendChild(made)
}

/** The report's colours have the page's names: left out, they follow the page's theme. */
function forPage(style: string): string {
  return (
    style
      .replace(/@media \(prefers-color-scheme:dark\)\{:root\{[^}]*\}\}/g, '')
      .replace(/:root\{[^}]*\}/g, '')
      .replace(/(^|[\n},])body\{/g, '$1.sheet{')
      .replace('min-height:100vh', '') +
    ':host{--cut:var(--glyph-cut);--ui:var(--font-ui);--data:var(--font-data)}' +
    '.sheet{min-height:0}.sheet>svg{position:absolute}main{padding:22px 26px}' +
    '.si{border:1px solid var(--line-3);border-radius:3px;background:var(--surface-3);padding:0 3px}'
  )
}

/** Puts every stand-in in a box, with the original as its text where `originals` is on. Returns how many boxes there are. */
export function boxStandIns(root: Node, standIns: ReadonlyMap<string, string>, originals: boolean): number {
  if (standIns.size === 0) return 0
  const words = [...standIns.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(
    `(?<![\\w-])(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|')})(?![\\w-])`,
    'g',
  )
  let boxes = 0
  for (const texts of runsOf(root)) {
    const found = [
      ...texts
        .map(({ data }) => data)
        .join('')
        .matchAll(pattern),
    ]
    // From the end, so that the places before stay where they are.
    for (const { 0: word, index } of found.reverse()) {
      const box = document.createElement('span')
      box.className = 'si'
      const range = document.createRange()
      range.setStart(...placeIn(texts, index, true))
      range.setEnd(...placeIn(texts, index + word.length, false))
      range.surroundContents(box)
      if (originals) box.textContent = standIns.get(word) ?? word
      boxes++
    }
  }
  return boxes
}

/** Texts that are read as one: nothing but places for a line to break lies between them. */
function runsOf(root: Node): Text[][] {
  const runs: Text[][] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (walker.nextNode() !== null) {
    const text = walker.currentNode as Text
    const before = text.previousSibling
    if (before instanceof Element && before.localName === 'wbr' && before.previousSibling instanceof Text)
      runs.at(-1)!.push(text)
    else runs.push([text])
  }
  return runs
}

/** The text and offset of a place; at a border between two texts, in the later one where something `begins` there. */
function placeIn(texts: readonly Text[], place: number, begins: boolean): [Text, number] {
  let rest = place
  for (const text of texts) {
    if (rest < text.length || (rest === text.length && !begins)) return [text, rest]
    rest -= text.length
  }
  throw new RangeError('No such place in these texts.')
}
