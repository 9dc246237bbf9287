// The page's store with answers that come late: nothing of one token or capture is shown for another.

import { nextTick, reactive } from 'vue'
import { describe, expect, it } from 'vitest'
import { createInspecting } from '../../renderer/session/inspecting.ts'
import { createListing } from '../../renderer/session/listing.ts'
import { freshState, type State } from '../../renderer/state.ts'
import type { Bridge } from '../../shared/contract/bridge.ts'
import { failedConversation } from '../support/fixtures.ts'

interface Asked {
  readonly channel: string
  readonly input: { readonly capture: number; readonly token: number; readonly ids: number[] }
  answer(value: unknown): Promise<void>
}

/** A bridge whose requests wait until they are answered by hand. */
function handBridge(): { bridge: Bridge; asked: Asked[] } {
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
  return { bridge: { request } as unknown as Bridge, asked }
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
