// The page's store with answers that come late: nothing of one token or capture is shown for another.

import { nextTick, reactive, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { createInspecting } from '../../renderer/session/inspecting.ts'
import { useCompleting } from '../../renderer/conversations/completing.ts'
import { createComparing } from '../../renderer/compare/comparing.ts'
import { useNotes } from '../../renderer/notes/notes.ts'
import type { Session } from '../../renderer/session.ts'
import { createListing } from '../../renderer/session/listing.ts'
import { createOpening } from '../../renderer/session/opening.ts'
import { freshState, type State } from '../../renderer/state.ts'
import type { Bridge, BridgeEvent } from '../../shared/contract/bridge.ts'
import type { Notebook } from '../../shared/contract/notes.ts'
import { defaultLimits } from '../../shared/limits.ts'
import { failedConversation } from '../support/fixtures.ts'

// What kind of window it is stands in its address.
vi.hoisted(() => vi.stubGlobal('location', { hash: '' }))

interface Asked {
  readonly channel: string
  readonly input: {
    readonly capture: number
    readonly token: number
    readonly ids: number[]
    readonly notebook: Notebook
  }
  answer(value: unknown): Promise<void>
}

/** A bridge whose requests wait until they are answered by hand; the captures that are chosen on it are `other.pcap`. */
function handBridge(): { bridge: Bridge; asked: Asked[]; tell: (event: BridgeEvent) => void } {
  const listeners = new Set<(event: BridgeEvent) => void>()
  const asked: Asked[] = []
  const request = (channel: string, input: Asked['input']): Promise<unknown> =>
    new Promise((resolve) => {
      asked.push({
        channel,
        input,
        async answer(value) {
          resolve({ ok: true, value })
          await new Promise((done) => setTimeout(done))
        },
      })
    })
  const bridge = {
    request,
    settings: () =>
      Promise.resolve({ keylog: null, roots: null, rememberRecent: true, limits: defaultLimits }),
    on(listener: (event: BridgeEvent) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    chooseCapture: () => Promise.resolve('other.pcap'),
  }
  const tell = (event: BridgeEvent): void => {
    for (const listener of [...listeners]) listener(event)
  }
  return { bridge: bridge as unknown as Bridge, asked, tell }
}

/** The next request of this channel, taken out of those that wait. */
async function next(asked: Asked[], channel: string): Promise<Asked> {
  await new Promise((done) => setTimeout(done))
  const at = asked.findIndex((each) => each.channel === channel)
  expect([channel, at]).not.toEqual([channel, -1])
  return asked.splice(at, 1)[0]!
}

function detail(bytes: number, openedFrom: number | null = null): object {
  return { bytes: new Uint8Array(bytes), fields: [], asn1: [], packets: [], openedFrom }
}

async function opened(): Promise<
  ReturnType<typeof handBridge> & ReturnType<typeof createInspecting> & { state: State }
> {
  const hand = handBridge()
  const state = reactive(freshState())
  const inspecting = createInspecting(hand.bridge, state)
  Object.assign(state, { capture: 1, selected: failedConversation.id })
  await nextTick()
  await hand.asked.shift()!.answer(failedConversation)
  return { ...hand, ...inspecting, state }
}

describe('the inspected token', () => {
  const [first, second] = failedConversation.tokens as [
    (typeof failedConversation.tokens)[number],
    (typeof failedConversation.tokens)[number],
  ]

  it('is read again when keys opened its conversation, and keeps its mark', async () => {
    const { asked, state, kept, tokenDetail, inspect } = await opened()
    state.selection = { kind: 'token', token: first.id, piece: 0 }
    await nextTick()
    await asked.at(-1)!.answer(detail(10))
    kept.value = { start: 2, end: 4 }
    void inspect(true)
    await asked.at(-1)!.answer({ ...failedConversation })
    expect(asked.at(-1)).toMatchObject({ channel: 'token.inspect', input: { token: first.id } })
    await asked.at(-1)!.answer(detail(16, 10))
    expect(tokenDetail.value?.openedFrom).toBe(10)
    expect(kept.value).toEqual({ start: 2, end: 4 })
  })

  it('has no mark that was meant for a token left before its bytes came', async () => {
    const { asked, state, kept, tokenDetail, showEvidence } = await opened()
    state.selection = null
    await nextTick()
    const [start] = second.stream
    showEvidence(null, { start, end: start + 3 }, second.from)
    await nextTick()
    const late = asked.at(-1)!
    state.selection = { kind: 'token', token: first.id, piece: 0 }
    await nextTick()
    await late.answer(detail(20))
    await asked.at(-1)!.answer(detail(10))
    expect(tokenDetail.value?.id).toBe(first.id)
    expect(kept.value).not.toEqual({ start: 0, end: 3 })
  })
})

describe('the rows in view', () => {
  it('are fetched of the capture that is open, though another one’s were asked for before', async () => {
    const { bridge, asked } = handBridge()
    const state = reactive(freshState())
    const listing = createListing(bridge, state)
    state.capture = 1
    listing.wantRows([1, 2])
    state.capture = 2
    listing.forgetRows()
    listing.wantRows([1, 2])
    await asked.shift()!.answer([])
    expect(asked.map(({ input }) => input)).toEqual([{ capture: 2, ids: [1, 2] }])
    await asked.shift()!.answer([{ id: 1 }, { id: 2 }])
    expect([...listing.rows.keys()]).toEqual([1, 2])
  })

  it('stay when far more rows were fetched than are kept', async () => {
    const { bridge, asked } = handBridge()
    const state = reactive(freshState())
    const listing = createListing(bridge, state)
    state.capture = 1
    const look = async (from: number): Promise<void> => {
      listing.wantRows(Array.from({ length: 500 }, (_, index) => from + index))
      const request = asked.shift()
      await request?.answer(request.input.ids.map((id) => ({ id })))
    }
    for (let from = 0; from < 4000; from += 500) await look(from)
    // Of these rows the first are the oldest in the cache, the last are new.
    await look(-100)
    for (let id = -100; id < 400; id++) expect(listing.rows.has(id)).toBe(true)
    expect(listing.rows.size).toBe(4000)
  })
})

describe('the list', () => {
  it('has no rows of the capture that was open before', async () => {
    const { bridge, asked } = handBridge()
    const state = reactive(freshState())
    const listing = createListing(bridge, state)
    state.capture = 1
    state.filter = 'failed'
    const late = await next(asked, 'rows.query')
    listing.forgetRows()
    Object.assign(state, freshState())
    await nextTick()
    await late.answer({
      ids: new Uint32Array([1, 2]),
      failed: new Uint8Array(2),
      groups: null,
      problem: null,
      counts: {},
    })
    expect([...listing.ids.value]).toEqual([])
  })
})

describe('opening', () => {
  function page() {
    const hand = handBridge()
    const state = reactive(freshState())
    const listing = createListing(hand.bridge, state)
    const opening = createOpening(hand.bridge, state, listing, createInspecting(hand.bridge, state))
    return { ...hand, state, opening }
  }

  it('ends with the capture that was opened last, in whatever order they are answered', async () => {
    const { asked, state, opening } = page()
    void opening.open('first.pcap')
    const first = await next(asked, 'capture.open')
    void opening.open('second.pcap')
    const second = await next(asked, 'capture.open')
    await second.answer({ capture: 2 })
    await first.answer({ capture: 1 })
    expect(state).toMatchObject({ path: 'second.pcap', capture: 2, phase: 'reading' })
    expect((await next(asked, 'capture.close')).input).toEqual({ capture: 1 })
  })

  it('of a capture that was closed before it was there leaves the window empty', async () => {
    const { asked, state, opening } = page()
    void opening.open('first.pcap')
    const late = await next(asked, 'capture.open')
    void opening.close()
    await late.answer({ capture: 1 })
    expect(state).toMatchObject({ path: null, capture: null, phase: 'welcome' })
    expect((await next(asked, 'capture.close')).input).toEqual({ capture: 1 })
  })

  it('gives a capture no key log that was loaded for another one', async () => {
    const { asked, state, opening } = page()
    state.capture = 1
    void opening.loadKeys('first.keys')
    const late = await next(asked, 'keys.load')
    state.capture = 2
    await late.answer({ secrets: 3, matched: 3 })
    expect(state.keylog).toBeNull()
  })
})

describe('completing', () => {
  const suggestion = (text: string) => ({ kind: 'field', text, detail: '', meaning: '', rows: null })

  async function typing(filter: string) {
    const { bridge, asked } = handBridge()
    const state = reactive({ ...freshState(), capture: 1, filter: '' })
    const cursor = ref(0)
    const completing = useCompleting({ bridge, state } as unknown as Session, cursor)
    const type = async (text: string): Promise<Asked> => {
      asked.length = 0
      state.filter = text
      cursor.value = text.length
      return next(asked, 'filter.complete')
    }
    return { ...completing, state, type, late: await type(filter) }
  }

  it('by Tab leaves what is typed on where it is, however late the answer', async () => {
    for (const answeredFirst of [true, false]) {
      const { complete, state, type, late } = await typing('failed && sta')
      const answer = { start: 10, end: 13, suggestions: [suggestion('status')] }
      const typeOn = () => type(`${state.filter}== SEC_E_OK`)
      if (answeredFirst) await late.answer(answer)
      const taken = complete()
      if (answeredFirst) await taken
      await typeOn()
      if (!answeredFirst) await late.answer(answer)
      await taken
      expect(state.filter).toBe('failed && status == SEC_E_OK')
    }
  })

  it('by Tab takes nothing where the filter was cleared meanwhile', async () => {
    const { complete, state, type, late } = await typing('sta')
    const taken = complete()
    await type('')
    await late.answer({ start: 0, end: 3, suggestions: [suggestion('status')] })
    expect([await taken, state.filter]).toEqual([null, ''])
  })

  it('by a click takes the place of all that was typed of the word', async () => {
    const { take, offers, state, type, late } = await typing('failed && sta')
    await late.answer({ start: 10, end: 13, suggestions: [suggestion('status')] })
    await type('failed && stat')
    expect(take(offers.value[0]!)).toMatchObject({ cursor: 17 })
    expect(state.filter).toBe('failed && status ')
  })
})

describe('notes', () => {
  it('written one while the other is being kept are both kept', async () => {
    const { bridge, asked } = handBridge()
    const state = reactive({ ...freshState(), capture: 1 })
    const notes = useNotes({ bridge, state } as unknown as Session)
    void notes.write(failedConversation, null, 'first')
    void notes.write({ ...failedConversation, key: 'another' }, null, 'second')
    await (await next(asked, 'notes.save')).answer(null)
    const second = await next(asked, 'notes.save')
    expect(second.input.notebook.notes.map(({ text }) => text)).toEqual(['first', 'second'])
    await second.answer(null)
    expect(notes.book.value.notes).toHaveLength(2)
  })
})

describe('a second capture', () => {
  it('is closed again where the comparison was left while it was read', async () => {
    const { bridge, asked, tell } = handBridge()
    const state = reactive({ ...freshState(), capture: 1, selected: 1 })
    const comparing = createComparing({ bridge, state } as unknown as Session)
    await comparing.compare([1, 2])
    const opening = comparing.openOther('left')
    await (await next(asked, 'capture.open')).answer({ capture: 7 })
    await comparing.close()
    tell({ kind: 'done', capture: 7 } as BridgeEvent)
    expect((await next(asked, 'capture.close')).input).toEqual({ capture: 7 })
    expect(comparing.other.value).toBeNull()
    void opening
  })
})
