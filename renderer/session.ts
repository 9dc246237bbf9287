// The page's one store: the capture that is open, its rows, the chosen conversation and what of it is selected.

import { inject, nextTick, reactive, watchEffect } from 'vue'
import type { InjectionKey } from 'vue'
import type { Bridge, MenuId } from '../shared/contract/bridge.ts'
import { draggingOut } from './dragging-out.ts'
import { dropping } from './dropping.ts'
import { diagnosisOpen, nextTheme } from './preferences.ts'
import { createInspecting } from './session/inspecting.ts'
import { createListing } from './session/listing.ts'
import { createOpening } from './session/opening.ts'
import { freshState, type State } from './state.ts'

export type { TokenDetail } from './session/inspecting.ts'

export type Session = ReturnType<typeof createSession>
export const sessionKey: InjectionKey<Session> = Symbol('session')

/** The session of the page; throws where no App provided one. */
export function useSession(): Session {
  const session = inject(sessionKey)
  if (session === undefined) throw new Error('No session was provided')
  return session
}

/** Wires the store to a bridge. One per page. */
export function createSession(bridge: Bridge) {
  const state = reactive<State>(freshState())
  const listing = createListing(bridge, state)
  const inspecting = createInspecting(bridge, state)
  const opening = createOpening(bridge, state, listing, inspecting)
  const { open, choose, close, follow, chooseKeys, loadKeys, tell } = opening

  /** Opens the report dialog on a capture of these conversations: the marked ones, or the chosen one. */
  function saveCapture(chosen: readonly number[]): void {
    if (state.phase !== 'ready' || chosen.length === 0) return
    state.savesCapture = chosen.some((id) => listing.marked.has(id)) ? 'marked' : 'selected'
    state.dialog = 'report'
  }

  /** Prints the view that is shown, or all that the inspector holds of its token. */
  async function print(paper: State['paper']): Promise<void> {
    if (inspecting.conversation.value === null) return
    state.dialog = null
    state.paper = paper
    addEventListener('afterprint', () => (state.paper = 'view'), { once: true })
    await nextTick()
    globalThis.print()
  }

  const menuActions: Readonly<Record<MenuId, () => void>> = {
    open: () => void choose(),
    export: () => void (state.dialog = state.phase === 'ready' ? 'report' : state.dialog),
    print: () => void print('view'),
    close: () => void close(),
    find: () => (state.find += 1),
    keys: () => void (state.dialog = 'keys'),
    keylog: () => void chooseKeys(),
    theme: nextTheme,
    commands: () => void (state.dialog = 'commands'),
    'next-failure': () => listing.selectFailed(1),
    'previous-failure': () => listing.selectFailed(-1),
    back: listing.choiceTrail.back,
    forward: listing.choiceTrail.forward,
    'undo-filter': listing.filterTrail.back,
    'redo-filter': listing.filterTrail.forward,
    settings: () => void (state.dialog = 'settings'),
    about: () => void (state.dialog = 'about'),
    diagnosis: () => void (diagnosisOpen.value = !diagnosisOpen.value),
    follow: () => void follow(),
    list: () => void (state.expanded = !state.expanded),
  }

  watchEffect(() => {
    bridge.shows({ file: state.path, ready: state.phase === 'ready', following: state.following })
  })
  bridge.onCommand((command) => {
    if (command.kind === 'open') void open(command.path, command.chain)
    else menuActions[command.id]()
  })

  return {
    bridge,
    state,
    ...listing,
    ...inspecting,
    ...opening,
    saveCapture,
    print,
    dragging: draggingOut({ bridge, tell }),
    openDropped: dropping({ bridge, state, open, loadKeys, tell }),
    menuActions,
  }
}
