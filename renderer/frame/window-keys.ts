// Keys that work anywhere in the window: F6 from pane to pane, the commands with Ctrl, single letters outside of text.

import { useEventListener } from '@vueuse/core'
import type { Session } from '../session.ts'

interface Window {
  readonly focusFilter: () => void
  readonly compare: () => void
}

/** Listens as long as the component that asks for it is there. */
export function useWindowKeys(session: Session, { focusFilter, compare }: Window): void {
  const { state, bridge, menuActions } = session

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    const action =
      event.key === 'F6'
        ? () => nextPane(event.shiftKey ? -1 : 1)
        : (wayOf(event) ?? (event.ctrlKey || event.metaKey ? chordOf(event) : letterOf(event)))
    if (action === undefined) return
    event.preventDefault()
    action()
  })

  /** Alt and an arrow key, of macOS Cmd: the conversation looked at before, or after it. */
  function wayOf(event: KeyboardEvent): (() => void) | undefined {
    const held = event.altKey || (bridge.platform === 'darwin' && event.metaKey)
    if (!held || event.shiftKey || isWriting(event.target)) return undefined
    if (event.key === 'ArrowLeft') return menuActions.back
    return event.key === 'ArrowRight' ? menuActions.forward : undefined
  }

  function chordOf(event: KeyboardEvent): (() => void) | undefined {
    if (event.altKey) return undefined
    const key = event.key.toLowerCase()
    if (!isWriting(event.target)) {
      if (key === 'y' || (key === 'z' && event.shiftKey)) return menuActions['redo-filter']
      if (key === 'z') return menuActions['undo-filter']
    }
    const chords: Record<string, () => void> = {
      o: menuActions.open,
      e: menuActions.export,
      p: menuActions.print,
      f: menuActions.find,
      k: menuActions.commands,
      ',': menuActions.settings,
    }
    return chords[key]
  }

  function letterOf(event: KeyboardEvent): (() => void) | undefined {
    if (event.altKey || isTakingKeys(event.target)) return undefined
    const letters: Record<string, () => void> = {
      '/': focusFilter,
      '?': menuActions.keys,
      ']': menuActions['next-failure'],
      '[': menuActions['previous-failure'],
      c: compare,
    }
    return event.key === 'Escape' ? escapeOf() : letters[event.key]
  }

  /** What is left of Escape is for what lies open over the window. */
  function escapeOf(): (() => void) | undefined {
    if (state.phase === 'reading') return () => void session.stop()
    return state.expanded ? () => (state.expanded = false) : undefined
  }
}

/** Text is being edited: undo and the arrow keys belong to it. */
function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('textarea, input:not([type=radio], [type=checkbox]), [role=dialog]') !== null
  )
}

/** Letters mean something to what has the focus. */
function isTakingKeys(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null
  )
}

/** From pane to pane, each one tab stop. */
function nextPane(step: 1 | -1): void {
  const panes = ['conversations', 'timeline', 'inspector'].flatMap((name) => {
    const pane = document.querySelector<HTMLElement>(`[data-pane=${name}]`)
    if (pane === null) return []
    return [pane.tabIndex >= 0 ? pane : (stopIn(pane) ?? pane)]
  })
  const at = panes.findIndex(
    (pane) => pane === document.activeElement || pane.contains(document.activeElement),
  )
  panes[(at + step + panes.length) % panes.length]?.focus()
}

/** Where the keyboard stops in a pane: its first part, no bar between parts; where there is none yet, what will hold it. */
function stopIn(pane: HTMLElement): HTMLElement | undefined {
  const stops = [...pane.querySelectorAll<HTMLElement>('[tabindex="0"]:not([role=separator])')]
  const shown = stops.find((each) => each.checkVisibility())
  return shown ?? pane.querySelector<HTMLElement>('[tabindex="-1"]') ?? undefined
}
