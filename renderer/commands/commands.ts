// Every command of the program, once: the menus of the served page and the command palette show them.

import { useNotes } from '../notes/notes.ts'
import { count, plural } from '../format.ts'
import { groupings, laidOut } from '../conversations/columns.ts'
import { columnChoices, diagnosisOpen, theme, type Theme } from '../preferences.ts'
import type { Session } from '../session.ts'
import { copyRows } from '../conversations/copy-rows.ts'
import { copyFormats, wiresharkFilter } from '../conversations/copying.ts'

export interface Command {
  readonly id: string
  /** The menu it stands in. */
  readonly menu: 'File' | 'View' | 'Go' | 'Help' | 'Conversation' | 'List'
  readonly text: string
  /** What it works on, in a few words. */
  readonly detail?: string
  readonly keys?: string
  readonly disabled?: boolean
  readonly checked?: boolean
  readonly lineAbove?: boolean
  readonly run: () => void
}

const themes: readonly { readonly value: Theme; readonly text: string }[] = [
  { value: 'system', text: 'Theme of the system' },
  { value: 'light', text: 'Light theme' },
  { value: 'dark', text: 'Dark theme' },
  { value: 'contrast', text: 'High contrast theme' },
]

const tabs = [
  { tab: 'timeline', text: 'Timeline' },
  { tab: 'certificates', text: 'Certificates' },
  { tab: 'messages', text: 'Messages' },
  { tab: 'attributes', text: 'Attributes' },
  { tab: 'whatif', text: 'What if' },
  { tab: 'findings', text: 'Findings' },
] as const

const deliveries = [
  { delivery: 'as-captured', text: 'Deliver as captured' },
  { delivery: 'per-record', text: 'Deliver per record' },
  { delivery: 'per-flight', text: 'Deliver per flight' },
] as const

/** All commands as the session stands; `compare` opens the comparison; reading it in a computed keeps them fresh. */
export function commandsOf(session: Session, compare: () => void): readonly Command[] {
  return [
    ...ofTheFile(session),
    ...ofTheView(session),
    ...ofTheWay(session),
    ...ofTheList(session),
    ...ofTheConversation(session, compare),
    ...help(session),
  ]
}

function ofTheFile(session: Session): Command[] {
  const { bridge, state, menuActions, loadKeys, conversation } = session
  const none = state.capture === null
  return [
    {
      id: 'new-window',
      menu: 'File',
      text: bridge.host === 'electron' ? 'New window' : 'New window in a tab',
      // A browser keeps Ctrl N for itself.
      ...(bridge.host === 'electron' ? { keys: 'Ctrl N' } : {}),
      run: () => bridge.newWindow(),
    },
    { id: 'open', menu: 'File', text: 'Open capture …', keys: 'Ctrl O', run: menuActions.open },
    { id: 'keylog', menu: 'File', text: 'Load key log …', disabled: none, run: menuActions.keylog },
    {
      id: 'forget-keys',
      menu: 'File',
      text: 'Forget the key log',
      disabled: state.keylog === null,
      run: () => void loadKeys(null),
    },
    ...(session.bridge.host === 'electron' ? [notesBeside(session)] : []),
    {
      id: 'report',
      menu: 'File',
      text: 'Save report …',
      keys: 'Ctrl E',
      disabled: state.phase !== 'ready',
      lineAbove: true,
      run: menuActions.export,
    },
    {
      id: 'print',
      menu: 'File',
      text: 'Print the view …',
      keys: 'Ctrl P',
      disabled: conversation.value === null,
      run: menuActions.print,
    },
    {
      id: 'print-inspector',
      menu: 'File',
      text: 'Print the inspector …',
      disabled:
        !['timeline', 'messages', 'findings'].includes(state.tab) || session.tokenDetail.value === null,
      run: () => void session.print('inspector'),
    },
    {
      id: 'close',
      menu: 'File',
      text: 'Close capture',
      disabled: state.path === null,
      lineAbove: true,
      run: menuActions.close,
    },
    {
      id: 'settings',
      menu: 'File',
      text: 'Settings …',
      keys: 'Ctrl ,',
      lineAbove: true,
      run: menuActions.settings,
    },
  ]
}

/** Notes live with the application's data; a file beside the capture is for handing them on with it. */
function notesBeside(session: Session): Command {
  const notes = useNotes(session)
  const beside = notes.book.value.beside === true
  return {
    id: 'notes-beside',
    menu: 'File',
    text: 'Keep notes beside the capture',
    detail: 'in a file of its own, for whoever gets both',
    checked: beside,
    disabled: session.state.phase !== 'ready',
    run: () => void notes.keepBeside(!beside),
  }
}

function ofTheView({ state, menuActions, conversation }: Session): Command[] {
  const none = state.capture === null
  return [
    ...themes.map((each): Command => ({
      id: `theme-${each.value}`,
      menu: 'View',
      text: each.text,
      checked: theme.value === each.value,
      run: () => void (theme.value = each.value),
    })),
    {
      id: 'diagnosis',
      menu: 'View',
      text: 'Diagnosis',
      checked: diagnosisOpen.value,
      keys: 'D',
      lineAbove: true,
      run: menuActions.diagnosis,
    },
    {
      id: 'follow',
      menu: 'View',
      text: 'Follow the file',
      detail: 'reads on as it grows',
      checked: state.following,
      disabled: none || state.chain.length > 0,
      run: menuActions.follow,
    },
    {
      id: 'list',
      menu: 'View',
      text: 'List of conversations',
      checked: !state.expanded,
      disabled: none,
      run: menuActions.list,
    },
    ...tabs.map(({ tab, text }, index): Command => ({
      id: `tab-${tab}`,
      menu: 'View',
      text,
      checked: state.tab === tab,
      disabled: conversation.value === null,
      lineAbove: index === 0,
      run: () => void (state.tab = tab),
    })),
  ]
}

function ofTheWay({ state, menuActions, filterTrail, choiceTrail }: Session): Command[] {
  const none = state.capture === null
  return [
    { id: 'commands', menu: 'Go', text: 'Commands …', keys: 'Ctrl K', run: menuActions.commands },
    { id: 'filter', menu: 'Go', text: 'Filter', keys: '/', disabled: none, run: menuActions.find },
    {
      id: 'undo-filter',
      menu: 'Go',
      text: 'Undo filter change',
      keys: 'Ctrl Z',
      disabled: !filterTrail.canBack.value,
      run: menuActions['undo-filter'],
    },
    {
      id: 'redo-filter',
      menu: 'Go',
      text: 'Redo filter change',
      keys: 'Ctrl Y',
      disabled: !filterTrail.canForward.value,
      run: menuActions['redo-filter'],
    },
    {
      id: 'back',
      menu: 'Go',
      text: 'Back to the conversation before',
      keys: 'Alt ←',
      disabled: !choiceTrail.canBack.value,
      lineAbove: true,
      run: menuActions.back,
    },
    {
      id: 'forward',
      menu: 'Go',
      text: 'Forward again',
      keys: 'Alt →',
      disabled: !choiceTrail.canForward.value,
      run: menuActions.forward,
    },
    {
      id: 'next-failure',
      menu: 'Go',
      text: 'Next failed conversation',
      keys: ']',
      disabled: none,
      run: menuActions['next-failure'],
    },
    {
      id: 'previous-failure',
      menu: 'Go',
      text: 'Previous failed conversation',
      keys: '[',
      disabled: none,
      run: menuActions['previous-failure'],
    },
  ]
}

/** What a click on a head does, for the keyboard: sorting by each column, again for the other direction; and the groups. */
function ofTheList({ state }: Session): Command[] {
  if (state.capture === null) return []
  const [first] = state.sort
  return [
    ...laidOut(columnChoices.value).flatMap(({ id, head, field }): Command[] => {
      const now = first?.field === field
      const key = { field, descending: now && !first.descending }
      const others = state.sort.filter((each) => each.field !== field)
      return [
        {
          id: `sort-${id}`,
          menu: 'List',
          text: `Sort by ${head}`,
          detail: now ? 'in the other direction' : '',
          checked: now,
          run: () => void (state.sort = [key]),
        },
        ...(now || others.length === 0
          ? []
          : [
              {
                id: `sort-then-${id}`,
                menu: 'List' as const,
                text: `Sort further by ${head}`,
                detail: `after ${others.map((each) => each.field).join(', ')}`,
                run: () => void (state.sort = [...others, { field, descending: false }]),
              },
            ]),
      ]
    }),
    ...groupings.map(({ value, text }): Command => ({
      id: `group-${value}`,
      menu: 'List',
      text: value === '' ? 'Group by nothing' : `Group by ${text.toLowerCase()}`,
      checked: (state.group ?? '') === value,
      run: () => void (state.group = value === '' ? null : value),
    })),
  ]
}

function ofTheConversation(session: Session, compare: () => void): Command[] {
  const { state, rows } = session
  const row = state.selected === null ? undefined : rows.get(state.selected)
  if (row === undefined) return []
  const failing = row.failure
  return [
    {
      id: 'compare',
      menu: 'Conversation',
      text: session.marked.size > 1 ? 'Compare the marked conversations' : 'Compare with one like it',
      detail: row.serverName === null ? '' : `server name ${row.serverName}`,
      keys: 'C',
      disabled: session.ids.value.length < 2,
      run: compare,
    },
    {
      id: 'failure-point',
      menu: 'Conversation',
      text: 'Go to the failure point',
      keys: ']',
      disabled: failing === null,
      detail: failing?.packet == null ? '' : `packet ${count(failing.packet)}`,
      run: () => {
        state.tab = 'timeline'
        state.reveal++
      },
    },
    {
      id: 'save-capture',
      menu: 'Conversation',
      text: 'Save as capture …',
      detail: plural(session.chosenIds().length, 'conversation'),
      disabled: state.phase !== 'ready',
      run: () => session.saveCapture(session.chosenIds()),
    },
    ...copyFormats.map(({ format, text }): Command => ({
      id: `copy-${format}`,
      menu: 'Conversation',
      text,
      detail:
        format === 'wireshark' ? wiresharkFilter(row) : plural(session.chosenIds().length, 'conversation'),
      run: () => void copyRows(session, session.chosenIds(), format),
    })),
    ...deliveries.map(({ delivery, text }): Command => ({
      id: `deliver-${delivery}`,
      menu: 'Conversation',
      text,
      detail: 'replays every call, final statuses stay',
      checked: state.replay.delivery === delivery,
      run: () => void (state.replay = { ...state.replay, delivery }),
    })),
  ]
}

function help({ menuActions }: Session): Command[] {
  return [
    { id: 'keys', menu: 'Help', text: 'Keys', keys: '?', run: menuActions.keys },
    { id: 'about', menu: 'Help', text: 'About Handshake Inspector', lineAbove: true, run: menuActions.about },
  ]
}

/** Whether every word typed is in the text; words may be beginnings. */
export function fits(text: string, typed: string): boolean {
  const held = text.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => held.includes(word))
}
