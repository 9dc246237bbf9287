// Every key of the program, by the pane it works in: the source of the `?` sheet and of docs/keyboard.md.

export interface Key {
  readonly keys: readonly string[]
  /** Shown between the keys: `or` for alternatives, nothing for a chord. */
  readonly or: boolean
  readonly does: string
}

export interface KeyGroup {
  readonly pane: string
  readonly keys: readonly Key[]
}

function one(does: string, ...keys: string[]): Key {
  return { keys, or: false, does }
}
function either(does: string, ...keys: string[]): Key {
  return { keys, or: true, does }
}

export const keyGroups: readonly KeyGroup[] = [
  {
    pane: 'Everywhere',
    keys: [
      one('open a capture', 'Ctrl', 'O'),
      one('new window (desktop)', 'Ctrl', 'N'),
      one('commands', 'Ctrl', 'K'),
      one('report', 'Ctrl', 'E'),
      one('print the view', 'Ctrl', 'P'),
      one('settings', 'Ctrl', ','),
      one('filter', '/'),
      one('undo a filter change', 'Ctrl', 'Z'),
      one('redo it', 'Ctrl', 'Y'),
      one('conversation before', 'Alt', '←'),
      one('and forward again', 'Alt', '→'),
      one('this sheet', '?'),
      one('next pane', 'F6'),
      one('pane before', 'Shift', 'F6'),
      one('stop reading, close the topmost thing', 'Esc'),
    ],
  },
  {
    pane: 'Overview',
    keys: [
      either('slice of time before, next', '←', '→'),
      one('take a range', 'Shift', '→'),
      one('filter by it', 'Enter'),
      one('all times again', 'Delete'),
    ],
  },
  {
    pane: 'Conversations',
    keys: [
      either('row', '↑', '↓'),
      either('first, last', 'Home', 'End'),
      one('open its timeline', 'Enter'),
      either('failed before, next', '[', ']'),
      one('mark, and on to the next', 'Space'),
      one('mark a run of rows', 'Shift', '↓'),
      one('mark all', 'Ctrl', 'A'),
      one('compare the marked two, or with one like it', 'C'),
      one('copy as TSV', 'Ctrl', 'C'),
      one('copy as …', 'Ctrl', 'Shift', 'C'),
      either('close, open a group', '←', '→'),
      one('column set 1 to 9', 'Ctrl', '1'),
    ],
  },
  {
    pane: 'Timeline',
    keys: [
      either('call or token before, next', '↑', '↓'),
      either('token to its other end', '←', '→'),
      either('first, last', 'Home', 'End'),
      one('signature of the call', 'S'),
      one('failure point, again: next failed conversation', ']'),
      one('bytes in the inspector', 'Enter'),
      one('open or close a fold', 'E'),
      one('full', '1'),
      one('compact', '2'),
      one('fit the whole handshake', '3'),
      either('score larger, smaller', 'Ctrl +', 'Ctrl −'),
      one('score in life size', 'Ctrl', '0'),
      one('diagnosis on or off', 'D'),
    ],
  },
  {
    pane: 'Inspector',
    keys: [
      either('field', '↑', '↓'),
      either('close, open field', '←', '→'),
      one('fields or bytes', 'H'),
      one('fields or ASN.1', 'A'),
      one('find in fields and bytes', 'F'),
      one('go to offset', 'G'),
      one('copy as hex', 'Ctrl', 'C'),
    ],
  },
]
