// The score's geometry, from reports to beats and places.

import { describe, expect, it } from 'vitest'
import { beatsOf } from '../../renderer/timeline/beats.ts'
import { delayBar } from '../../renderer/timeline/clocks.ts'
import { densityFor, layoutOf, waitHeight } from '../../renderer/timeline/layout.ts'
import { bytesOf, wordsOf } from '../../renderer/timeline/words.ts'
import type { ReportCall, ReportConversation } from '../../shared/contract/report.ts'
import { establishedConversation, failedConversation, incompleteConversation } from '../support/fixtures.ts'

const none: ReadonlySet<string> = new Set()

/** A conversation whose hello reaches the server one byte a call. */
function trickled(bytes: number): ReportConversation {
  const start = failedConversation.contexts.server.calls[0]!
  const token = { ...failedConversation.tokens[0]!, stream: [0, bytes] as [number, number], bytes }
  const calls: ReportCall[] = Array.from({ length: bytes }, (_, index) => ({
    ...start,
    n: index + 1,
    ordinal: index + 1,
    tokens: [{ token: token.id, start: 0, end: index + 1 }],
    outToken: null,
    status: 'SEC_E_INCOMPLETE_MESSAGE',
  }))
  return {
    ...failedConversation,
    outcome: 'incomplete',
    failure: null,
    tokens: [token],
    contexts: {
      client: { final: null, calls: failedConversation.contexts.client.calls.slice(0, 1) },
      server: { final: null, calls },
    },
  }
}

describe('beats', () => {
  it('alternate between call and wire, a call after the token it takes in', () => {
    const kinds = beatsOf(failedConversation, none)
      .filter((beat) => beat.kind === 'wire' || beat.kind === 'call')
      .map((beat) => (beat.kind === 'call' ? `${beat.group.side} ${String(beat.group.calls[0]?.n)}` : 'wire'))
    expect(kinds).toEqual(['client 1', 'wire', 'server 1', 'wire', 'client 2', 'wire', 'server 2'])
  })

  it('put the end of a context behind its last output', () => {
    const beats = beatsOf(failedConversation, none)
    const deletion = beats.findIndex((beat) => beat.kind === 'event' && beat.lanes.client !== undefined)
    expect(deletion).toBeGreaterThan(beats.findLastIndex((beat) => beat.kind === 'wire'))
  })

  it('fold runs of three equal calls, and open them again', () => {
    const folded = beatsOf(trickled(60), none)
    expect(folded.filter((beat) => beat.kind === 'call')).toHaveLength(2)
    const opened = beatsOf(trickled(60), new Set(['server:1']))
    expect(opened.filter((beat) => beat.kind === 'call')).toHaveLength(61)
    expect(opened.some((beat) => beat.kind === 'opened')).toBe(true)
  })

  it('leave two equal calls alone', () => {
    expect(beatsOf(trickled(2), none).filter((beat) => beat.kind === 'call')).toHaveLength(3)
  })

  it('cut waits from 100 ms', () => {
    const late = {
      ...failedConversation,
      contexts: {
        ...failedConversation.contexts,
        server: {
          ...failedConversation.contexts.server,
          calls: failedConversation.contexts.server.calls.map((call) =>
            call.n === 2 ? { ...call, time: '2026-11-22T10:14:05.601587000Z' } : call,
          ),
        },
      },
    }
    const waits = beatsOf(late, none).filter((beat) => beat.kind === 'wait')
    expect(waits).toHaveLength(1)
    expect(beatsOf(failedConversation, none).some((beat) => beat.kind === 'wait')).toBe(false)
  })

  it('end an incomplete conversation with a band that is no failure', () => {
    const end = beatsOf(incompleteConversation, none).find((beat) => beat.kind === 'end')
    expect(end).toMatchObject({ failing: false, text: incompleteConversation.failure?.summary })
  })
})

describe('places', () => {
  it('join a card and the shaft it docks to at the same height', () => {
    for (const density of ['full', 'compact'] as const) {
      const score = layoutOf(failedConversation, density, none)
      for (const card of score.cards) {
        for (const port of [...(card.input?.ports ?? []), ...(card.output?.ports ?? [])]) {
          const line = score.lines.find((each) => each.pieces[0]?.token.id === port.token)!
          expect(card.top + port.y).toBe(line.top + line.height / 2)
        }
      }
    }
  })

  it('never let two cards of a side overlap', () => {
    for (const conversation of [failedConversation, establishedConversation, trickled(60)]) {
      const { cards } = layoutOf(conversation, 'full', none)
      for (const side of ['client', 'server'] as const) {
        const own = cards.filter((card) => card.side === side).sort((one, two) => one.top - two.top)
        own
          .slice(1)
          .forEach((card, index) => expect(card.top).toBeGreaterThan(own[index]!.top + own[index]!.height))
      }
    }
  })

  it('fill exactly one card of a failed conversation, none of an established one', () => {
    expect(layoutOf(failedConversation, 'full', none).cards.filter((card) => card.failing)).toHaveLength(1)
    expect(layoutOf(establishedConversation, 'full', none).cards.filter((card) => card.failing)).toHaveLength(
      0,
    )
    expect(layoutOf(establishedConversation, 'full', none).failure).toBeNull()
  })

  it('walk calls and tokens from top to bottom', () => {
    const tops = layoutOf(failedConversation, 'full', none).stops.map((stop) => stop.top)
    expect(tops).toEqual([...tops].sort((one, two) => one - two))
  })

  it('grow with density, not with bytes', () => {
    const full = layoutOf(failedConversation, 'full', none).height
    expect(layoutOf(failedConversation, 'compact', none).height).toBeLessThan(full)
    expect(layoutOf(trickled(3000), 'compact', none).height).toBe(
      layoutOf(trickled(60), 'compact', none).height,
    )
  })

  it('keep the measures of the design language', () => {
    expect([500, 5000, 50_000].map(waitHeight)).toEqual([24, 32, 40])
    expect([0.01, 10_000].map(delayBar)).toEqual([3, 44])
    expect([24, 25].map(densityFor)).toEqual(['full', 'compact'])
  })
})

describe('words on a shaft', () => {
  it('name the first message, make the weightiest strong and count the rest', () => {
    const { lines } = layoutOf(failedConversation, 'full', none)
    const words = wordsOf(failedConversation, lines[1]!.pieces)
    expect(words.names).toEqual([
      { text: 'ServerHello', strong: false },
      { text: 'Certificate', strong: true },
    ])
    expect(words.more).toBe(2)
    expect(bytesOf(lines[1]!.pieces)).toEqual({ bytes: '1\u202f233', of: null })
  })

  it('call an alert by its number and name', () => {
    const line = layoutOf(failedConversation, 'full', none).lines[2]!
    const words = wordsOf(failedConversation, line.pieces)
    expect(words).toMatchObject({ alert: true, names: [{ text: 'Alert 48 unknown_ca' }] })
  })
})
