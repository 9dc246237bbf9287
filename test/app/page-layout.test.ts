// The score's geometry, from reports to beats and places.

import { describe, expect, it } from 'vitest'
import { beatsOf } from '../../renderer/timeline/beats.ts'
import { cardWords } from '../../renderer/timeline/card-words.ts'
import { delayBar } from '../../renderer/timeline/clocks.ts'
import { layoutOf, waitHeight } from '../../renderer/timeline/layout.ts'
import { pagesOf } from '../../renderer/timeline/pages.ts'
import { densityFor, fitOf, stepFrom } from '../../renderer/timeline/fitting.ts'
import { eventWords, spoken } from '../../renderer/timeline/spoken.ts'
import { bytesOf, namesAt, wordsOf } from '../../renderer/timeline/words.ts'
import type { ReportCall, ReportConversation, ReportTransportEvent } from '../../shared/contract/report.ts'
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

  it('say what a carrier said at the end behind what was said inside TLS', () => {
    const said = (packet: number) => ({
      from: 'server' as const,
      text: `packet ${String(packet)}`,
      result: 'info' as const,
      time: null,
      packets: [packet],
    })
    const { carrier } = establishedConversation
    const beats = beatsOf(
      {
        ...establishedConversation,
        carrier: { ...carrier, steps: [said(1), said(2000)] },
        inside: { name: 'eap', steps: [said(1400), said(1500)] },
      },
      none,
    )
    const packets = beats.flatMap((beat) => (beat.kind === 'carrier' ? beat.step.packets : []))
    expect(packets).toEqual([1, 1400, 1500, 2000])
  })

  it('fold runs of three equal calls, and open them again', () => {
    const folded = beatsOf(trickled(60), none)
    expect(folded.filter((beat) => beat.kind === 'call')).toHaveLength(2)
    const opened = beatsOf(trickled(60), new Set(['server:1']))
    expect(opened.filter((beat) => beat.kind === 'call')).toHaveLength(61)
    expect(opened.some((beat) => beat.kind === 'opened')).toBe(true)
  })

  it('fold a flight whatever its calls ask for, and open it to its runs', () => {
    const one = trickled(60)
    const { calls } = one.contexts.server
    const mixed: ReportConversation = {
      ...one,
      contexts: {
        ...one.contexts,
        server: {
          final: null,
          calls: calls.map((call) =>
            call.n % 20 === 0 ? { ...call, status: 'SEC_I_CONTINUE_NEEDED' } : call,
          ),
        },
      },
    }
    const calledIn = (opened: ReadonlySet<string>, folding: 'runs' | 'flights') =>
      beatsOf(mixed, opened, folding).flatMap((beat) =>
        beat.kind === 'call' && beat.group.side === 'server' ? [beat.group.calls.length] : [],
      )
    expect(calledIn(none, 'runs')).toEqual([19, 1, 19, 1, 19, 1])
    expect(calledIn(none, 'flights')).toEqual([60])
    expect(calledIn(new Set(['server flight:1']), 'flights')).toEqual([19, 1, 19, 1, 19, 1])
    const both = new Set(['server flight:1', 'server:1'])
    expect(calledIn(both, 'flights').slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 1))
    const heads = beatsOf(mixed, both, 'flights').flatMap((beat) =>
      beat.kind === 'opened' ? [beat.group.calls.length] : [],
    )
    expect(heads).toEqual([60, 19])
    const [card] = layoutOf(mixed, 'compact', none, 'flights').cards.filter(({ side }) => side === 'server')
    expect(card).toMatchObject({ secondLine: true, fold: 'server flight:1' })
    expect(cardWords(card!.calls, false)).toMatchObject({
      status: '57 × SEC_E_INCOMPLETE_MESSAGE',
      others: '3 × SEC_I_CONTINUE_NEEDED',
    })
    expect(spoken(card!, 'needs bytes', '')).toContain(
      '57 times SEC_E_INCOMPLETE_MESSAGE, 3 times SEC_I_CONTINUE_NEEDED',
    )
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

  it('fit a pane: full as long as it can be read, then compact, then flight by flight, never larger than life', () => {
    const fit = (full: number, compact: number, flights = compact) =>
      fitOf(
        (density, folding) => (folding === 'flights' ? flights : density === 'full' ? full : compact),
        800,
      )
    expect(fit(400, 300)).toEqual({ density: 'full', folding: 'runs', zoom: 1 })
    expect(fit(1000, 700)).toEqual({ density: 'full', folding: 'runs', zoom: 0.8 })
    expect(fit(1200, 1000)).toEqual({ density: 'compact', folding: 'runs', zoom: 0.8 })
    expect(fit(5000, 3200, 640)).toEqual({ density: 'full', folding: 'flights', zoom: 1 })
    expect(fit(5000, 3200)).toEqual({ density: 'compact', folding: 'flights', zoom: 0.25 })
    expect(fit(90_000, 60_000)).toEqual({ density: 'compact', folding: 'flights', zoom: 0.15 })
  })

  it('are zoomed by steps with an end', () => {
    expect([stepFrom(1, 1), stepFrom(1, -1), stepFrom(0.84, 1), stepFrom(2, 1), stepFrom(0.4, -1)]).toEqual([
      1.1, 0.9, 0.9, 2, 0.4,
    ])
  })
})

describe('pages', () => {
  it('hold the whole score once, cut where no line and no card’s text is crossed', () => {
    const score = layoutOf(trickled(60), 'full', new Set(['server:1']))
    const pages = pagesOf(score, 600)
    expect(pages.length).toBeGreaterThan(5)
    expect(pages.reduce((sum, page) => sum + page.height, 0)).toBe(score.height)
    for (const page of pages) {
      expect(page.height).toBeLessThanOrEqual(600)
      const crossed = score.lines.filter(({ top, height }) => top < page.top && top + height > page.top)
      expect(crossed).toEqual([])
    }
    expect(pagesOf(layoutOf(failedConversation, 'full', none), 5000)).toHaveLength(1)
  })
})

describe('trouble on the wire', () => {
  const event = (
    fields: Partial<ReportTransportEvent> & Pick<ReportTransportEvent, 'kind' | 'packet' | 'offset'>,
  ): ReportTransportEvent => ({ time: null, from: 'server', bytes: 100, text: null, ...fields })
  const flight = failedConversation.tokens[1]!
  const withEvents = (...transportEvents: ReportTransportEvent[]): ReportConversation => ({
    ...failedConversation,
    transportEvents,
  })
  const kinds = (conversation: ReportConversation) => beatsOf(conversation, none).map((beat) => beat.kind)

  it('is told at the line of the packet that brought the bytes', () => {
    for (const kind of ['retransmission', 'reordered'] as const) {
      const beats = beatsOf(withEvents(event({ kind, packet: flight.packets[0]!, offset: 0 })), none)
      expect(
        beats.some((beat) => beat.kind === 'again' || (beat.kind === 'event' && beat.events.length > 0)),
      ).toBe(false)
      const lines = beats.filter((beat) => beat.kind === 'wire')
      expect(lines.map((beat) => beat.repair)).toEqual([null, kind, null])
    }
  })

  it('is a line of its own where the receiver had the bytes, several in a row one line', () => {
    const copy = (packet: number) => event({ kind: 'retransmission', packet, offset: 0, time: flight.time })
    const beats = beatsOf(withEvents(copy(900), copy(901)), none)
    expect(beats.filter((beat) => beat.kind === 'again').map((beat) => beat.events.length)).toEqual([2])
    expect(namesAt(failedConversation, copy(900))).toMatch(/^ServerHello/)
  })

  it('is put where its bytes lie in the stream, whenever the capture noticed', () => {
    const late = '2026-11-22T23:00:00.000000000Z'
    const hole = (offset: number) => event({ kind: 'gap', packet: 999, offset, time: late })
    const before = kinds(withEvents(hole(0)))
    expect(before.indexOf('gap')).toBe(before.indexOf('wire', before.indexOf('wire') + 1) - 1)
    const inside = kinds(withEvents(hole(flight.stream[0] + 500)))
    expect(inside[inside.indexOf('gap') - 1]).toBe('call')
    expect(inside.indexOf('gap')).toBeLessThan(inside.lastIndexOf('wire'))
    expect(kinds(withEvents(hole(1_000_000))).filter((kind) => kind === 'gap')).toHaveLength(1)
  })

  it('names a shut window on the wait it explains', () => {
    const [shutAt, resetAt] = ['2026-11-22T10:14:04.000000000Z', '2026-11-22T10:14:09.000000000Z']
    const beats = beatsOf(
      withEvents(
        event({ kind: 'zero-window', packet: 50, offset: 0, time: shutAt, bytes: 0 }),
        event({ kind: 'rst', packet: 51, offset: 0, time: resetAt, bytes: 0 }),
      ),
      none,
    )
    const waits = beats.filter((beat) => beat.kind === 'wait')
    expect(waits.map(({ shut }) => shut?.packet ?? null)).toEqual([null, 50])
    expect(waits[1]?.milliseconds).toBe(5000)
  })

  it('calls a SYN that came again by its name', () => {
    const syn = event({ kind: 'retransmission', packet: 2, offset: 0, bytes: 0 })
    expect(eventWords([syn]).text).toBe('SYN sent again · #2')
    expect(kinds(withEvents(syn))).not.toContain('again')
  })
})

describe('a run of calls', () => {
  it('is no wait: its end has a time of its own', () => {
    const conversation = trickled(60)
    const calls = conversation.contexts.server.calls.map((call, index) => ({
      ...call,
      time: new Date(Date.parse('2026-11-22T10:14:03.700Z') + index * 50)
        .toISOString()
        .replace('Z', '000000Z'),
    }))
    const slow = {
      ...conversation,
      contexts: { ...conversation.contexts, server: { final: null, calls } },
    }
    expect(beatsOf(slow, none).some((beat) => beat.kind === 'wait' && beat.milliseconds > 1000)).toBe(false)
    const clocks = layoutOf(slow, 'compact', none).clocks.map((clock) => clock.at)
    expect(clocks.at(-1)! - clocks.at(-2)!).toBeCloseTo(59 * 50, 0)
  })
})

describe('words on a shaft', () => {
  it('name the first message, make the weightiest strong and count the rest', () => {
    const { lines } = layoutOf(failedConversation, 'full', none)
    const words = wordsOf(failedConversation, lines[1]!.pieces)
    expect(words.names).toEqual([
      { text: 'ServerHello', strong: false, aside: '' },
      { text: 'Certificate', strong: true, aside: '' },
    ])
    expect(words.more).toBe(2)
    expect(bytesOf(lines[1]!.pieces)).toEqual({ bytes: '1\u202f233', of: null })
  })

  it('say why hellos were exchanged twice, and leave out the ChangeCipherSpec beside them', () => {
    const [hello] = failedConversation.messages
    const told = { ...hello!, note: 'again, secp384r1' }
    const cipherSpec = { ...hello!, name: 'ChangeCipherSpec', contentType: 20 }
    const conversation = { ...failedConversation, messages: [cipherSpec, told] }
    const words = wordsOf(conversation, layoutOf(conversation, 'full', none).lines[0]!.pieces)
    expect(words).toMatchObject({ more: 0, names: [{ text: 'ClientHello', aside: 'again, secp384r1' }] })
  })

  it('call an alert by its number and name', () => {
    const line = layoutOf(failedConversation, 'full', none).lines[2]!
    const words = wordsOf(failedConversation, line.pieces)
    expect(words).toMatchObject({ alert: true, names: [{ text: 'Alert 48 unknown_ca' }] })
  })
})
