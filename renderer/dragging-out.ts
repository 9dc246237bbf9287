// Files dragged out of the window: made when a drag is likely, carried by the host's own drag or by the browser's.

import type { Bridge, DraggedFile, Fault } from '../shared/contract/bridge.ts'

/** Makes the file; null where it cannot be made. */
export type Maker = () => Promise<DraggedFile | null>

interface Session {
  readonly bridge: Bridge
  readonly tell: (text: string, why: Fault | null) => void
}

/** One drag at a time; the page has one. */
export function draggingOut({ bridge, tell }: Session) {
  let making: Promise<DraggedFile | null> | null = null
  let ready: DraggedFile | null = null
  /** The address of the file that the browser was given last. */
  let given: string | null = null
  /** The browser carries a file of this page: dropped on the page again, it means nothing. */
  let carrying = false

  /** The pointer went down on something to drag: a browser's drag takes only what is there when it begins. */
  function prepare(make: Maker): void {
    ready = null
    const mine = (making = bridge.dragOut === undefined ? make() : null)
    void mine?.then((file) => {
      if (mine === making) ready = file
    })
  }

  /** The drag begins. */
  function start(event: DragEvent, make: Maker): void {
    const { dragOut } = bridge
    if (dragOut === undefined) {
      carry(event)
      return
    }
    // The host's drag takes the place of the browser's.
    event.preventDefault()
    void make().then(async (file) => {
      if (file === null) return
      const outcome = await dragOut(file)
      if (!outcome.ok) tell(outcome.fault.message, outcome.fault)
    })
  }

  function carry(event: DragEvent): void {
    if (ready === null || event.dataTransfer === null) {
      event.preventDefault()
      return
    }
    const { name, contents } = ready
    const type = name.endsWith('.html') ? 'text/html' : 'application/octet-stream'
    if (given !== null) URL.revokeObjectURL(given)
    const part = typeof contents === 'string' ? contents : new Uint8Array(contents)
    given = URL.createObjectURL(new Blob([part], { type }))
    carrying = true
    // A row that scrolled away during the drag hears no end of it; the pointer moves only without a drag.
    for (const ended of ['dragend', 'pointermove'])
      addEventListener(ended, () => (carrying = false), { once: true })
    event.dataTransfer.effectAllowed = 'copy'
    event.dataTransfer.setData('DownloadURL', `${type}:${name.replaceAll(':', '_')}:${given}`)
  }

  return { prepare, start, isCarrying: () => carrying }
}
