// The application menu: File, Edit, View, Go, Help by each platform's conventions; what the page does is sent to it by id.

import type { MenuItemConstructorOptions } from 'electron'
import type { MenuId, RecentFile, WindowState } from '../shared/contract/bridge.ts'

export interface MenuActions {
  command(id: MenuId): void
  newWindow(): void
  close(): void
  recent(path: string): void
  clearRecent(): void
}

/** The menu's template; every item of ours has an id. `front` is what the window in front shows: one menu serves them all. */
export function menuTemplate(
  platform: NodeJS.Platform,
  recent: readonly RecentFile[],
  front: WindowState,
  actions: MenuActions,
): MenuItemConstructorOptions[] {
  const open = front.file !== null
  const mac = platform === 'darwin'
  const page = (id: MenuId, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id,
    label,
    click: () => actions.command(id),
    ...(accelerator === undefined ? {} : { accelerator }),
  })
  // The page itself hears these keys where they depend on the focus; the menu only shows them.
  const shown = (id: MenuId, label: string, accelerator: string): MenuItemConstructorOptions => ({
    ...page(id, label, accelerator),
    registerAccelerator: false,
  })
  const file: MenuItemConstructorOptions[] = [
    {
      id: 'new-window',
      label: '&New Window',
      accelerator: 'CmdOrCtrl+N',
      click: () => actions.newWindow(),
    },
    page('open', '&Open Capture…', 'CmdOrCtrl+O'),
    { id: 'recent', label: 'Open &Recent', submenu: recentItems(recent, actions) },
    { ...page('keylog', 'Load &Key Log…'), enabled: open },
    { type: 'separator' },
    { ...page('export', '&Export Report…', 'CmdOrCtrl+E'), enabled: front.ready },
    { ...page('print', '&Print…', 'CmdOrCtrl+P'), enabled: open },
    { type: 'separator' },
    {
      id: 'close',
      label: open ? '&Close Capture' : '&Close Window',
      accelerator: 'CmdOrCtrl+W',
      click: () => actions.close(),
    },
    ...(mac ? [] : [{ type: 'separator' } as const, page('settings', '&Settings…', 'CmdOrCtrl+,')]),
    ...(mac ? [] : [{ type: 'separator' } as const, { role: 'quit' } as const]),
  ]
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo' },
    { role: 'redo' },
    { type: 'separator' },
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
    { type: 'separator' },
    { ...page('find', '&Filter Conversations', 'CmdOrCtrl+F'), enabled: open },
    { ...shown('undo-filter', '&Undo Filter Change', 'CmdOrCtrl+Z'), enabled: open },
    {
      ...shown('redo-filter', '&Redo Filter Change', mac ? 'Cmd+Shift+Z' : 'Ctrl+Y'),
      enabled: open,
    },
  ]
  const view: MenuItemConstructorOptions[] = [
    page('theme', 'Change &Theme'),
    { type: 'separator' },
    { ...page('follow', '&Follow the File'), type: 'checkbox', checked: front.following, enabled: open },
    { ...page('list', '&List of Conversations'), enabled: open },
    { ...shown('diagnosis', '&Diagnosis', 'D'), enabled: open },
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  const go: MenuItemConstructorOptions[] = [
    { ...shown('back', '&Back', mac ? 'Cmd+Left' : 'Alt+Left'), enabled: open },
    { ...shown('forward', '&Forward', mac ? 'Cmd+Right' : 'Alt+Right'), enabled: open },
    { type: 'separator' },
    { ...shown('next-failure', '&Next Failed Conversation', ']'), enabled: open },
    { ...shown('previous-failure', '&Previous Failed Conversation', '['), enabled: open },
    { type: 'separator' },
    page('commands', '&Commands…', 'CmdOrCtrl+K'),
  ]
  const help: MenuItemConstructorOptions[] = [
    shown('keys', '&Keyboard Keys', '?'),
    ...(mac ? [] : [{ type: 'separator' } as const, page('about', '&About Handshake Inspector')]),
  ]
  const program: MenuItemConstructorOptions[] = [
    page('about', 'About Handshake Inspector'),
    { type: 'separator' },
    page('settings', 'Settings…', 'Cmd+,'),
    { type: 'separator' },
    { role: 'services' },
    { type: 'separator' },
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    { type: 'separator' },
    { role: 'quit' },
  ]
  return [
    ...(mac ? [{ label: 'Handshake Inspector', submenu: program }] : []),
    { label: '&File', submenu: file },
    { label: '&Edit', submenu: edit },
    { label: '&View', submenu: view },
    { label: '&Go', submenu: go },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    { role: 'help', label: '&Help', submenu: help },
  ]
}

function recentItems(recent: readonly RecentFile[], actions: MenuActions): MenuItemConstructorOptions[] {
  if (recent.length === 0) return [{ id: 'recent-none', label: 'No Recent Captures', enabled: false }]
  return [
    ...recent.map(({ path }, index) => ({
      id: `recent-${String(index + 1)}`,
      // An ampersand in a menu's label marks the next letter as its key.
      label: path.replaceAll('&', '&&'),
      click: () => actions.recent(path),
    })),
    { type: 'separator' },
    { id: 'recent-clear', label: 'Clear', click: () => actions.clearRecent() },
  ]
}
