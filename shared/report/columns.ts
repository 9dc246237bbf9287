// Text in columns of fixed width: padding, cutting and wrapping by characters.

export interface Column {
  readonly title: string
  readonly cells: readonly string[]
  /** Narrowest width it may be cut to. */
  readonly least: number
  readonly right?: boolean
}

/** Widths for the columns so that they fit into `width` with two spaces between: the widest gives way first. */
export function fitColumns(columns: readonly Column[], width: number): number[] {
  const widths = columns.map(({ title, cells }) =>
    cells.reduce((most, cell) => Math.max(most, lengthOf(cell)), lengthOf(title)),
  )
  let over = widths.reduce((sum, column) => sum + column + 2, -2) - width
  while (over > 0) {
    const room = widths.map((column, index) => column - Math.min(column, columns[index]!.least))
    const most = Math.max(...room)
    if (most === 0) break
    widths[room.indexOf(most)]! -= 1
    over -= 1
  }
  return widths
}

export function pad(text: string, width: number, right = false): string {
  const cut = cutText(text, width)
  const space = ' '.repeat(width - lengthOf(cut))
  return right ? space + cut : cut + space
}

/** Cut at the end with an ellipsis; addresses in the middle, so that end and port stay. */
export function cutText(text: string, width: number): string {
  const characters = Array.from(text)
  if (characters.length <= width) return text
  if (width <= 1) return '…'.slice(0, width)
  if (!/:\d+$/.test(text)) return `${characters.slice(0, width - 1).join('')}…`
  const tail = Math.min(Math.ceil((width - 1) / 2), 14)
  return `${characters.slice(0, width - 1 - tail).join('')}…${characters.slice(-tail).join('')}`
}

/** Lines of at most `width`; broken after spaces, else after `_`, else anywhere. Nothing is lost but the spaces. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (lengthOf(rest) > width) {
    const head = Array.from(rest)
      .slice(0, width + 1)
      .join('')
    const space = head.lastIndexOf(' ')
    const score = head.slice(0, -1).lastIndexOf('_') + 1
    const end = space > 0 ? space : score > 0 ? score : Array.from(head).slice(0, width).join('').length
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest]
}

export function lengthOf(text: string): number {
  return Array.from(text).length
}
