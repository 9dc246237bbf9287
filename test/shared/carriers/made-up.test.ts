// Adding a carrier means one file and one row: a protocol nobody speaks is put into the list here, and every room knows it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import type { Carrier } from '../../../shared/carriers/carrier.ts'
import { type DialogueWords, readDialogue } from '../../../shared/carriers/dialogue.ts'
import { converse } from '../../../shared/carriers/lines.ts'
import { carriers } from '../../../shared/carriers/list.ts'
import type { World } from '../../../shared/diagnosis/candidate.ts'
import { diagnose } from '../../../shared/diagnosis/diagnose.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { clientHello, type Said, serverHello, talk, told } from '../../support/carried.ts'

const words: DialogueWords = {
  command: 'CLOAK',
  greeting: /^MUMBLE\b/,
  asksFeatures: /^WHAT\b/,
  offers: /^CLOAK$/,
  endsFeatures: /^\.$/,
  fails: /^NAY\b/,
  asks: /^CLOAK\b/,
  accepts: /^AYE\b/,
  refuses: /^NAY\b/,
  goesOn: /^SPEAK\b/,
  leaves: /^BYE\b/,
  demands: /^NAY cloak first/,
  masked: null,
  content: null,
}

const madeUp: Carrier = {
  name: 'mumble',
  recognises: ({ bytes }) => converse(bytes, ['WHAT'], ['CLOAK'], ['MUMBLE']),
  read: (prologue, closer) => readDialogue(prologue, closer, words),
}

const list = carriers as Carrier[]
beforeEach(() => {
  list.push(madeUp)
})
afterEach(() => {
  list.pop()
})

const world: World = { trust: trustOf(null), clock: { baseSeconds: 0 }, now: 0 }
const opening: readonly Said[] = [
  ['server', 'MUMBLE 1\r\n'],
  ['client', 'WHAT\r\n'],
  ['server', 'CLOAK\r\n.\r\n'],
  ['client', 'CLOAK\r\n'],
]

function findings(said: readonly Said[]) {
  const [conversation] = talk(said)
  const outcome = outcomeOf(conversation!)
  const candidates = judge(conversation!, outcome, world)
  const found = diagnose(conversation!, outcome, candidates, null, world).map(({ report }) => report)
  return { outcome, cause: candidates[0]?.cause ?? null, found }
}

describe('a carrier that was just added', () => {
  it('has its steps before the handshake', () => {
    const said: Said[] = [...opening, ['server', 'AYE\r\n'], ['client', clientHello], ['server', serverHello]]
    expect(told(said)).toEqual({
      carrier: 'mumble',
      steps: ['s MUMBLE 1', 'c WHAT', 's server offers CLOAK', 'c CLOAK', 's+ AYE'],
      name: 'server.example',
    })
  })

  it('is read behind a proxy', () => {
    const found = told([
      ['client', 'CONNECT server.example:1 HTTP/1.1\r\n\r\n'],
      ['server', 'HTTP/1.1 200 OK\r\n\r\n'],
      ...opening,
      ['server', 'AYE\r\n'],
      ['client', clientHello],
    ])
    expect(found).toMatchObject({ carrier: 'http-connect+mumble', name: 'server.example' })
  })

  it('ends in a verdict with a remedy where the server refuses', () => {
    const { outcome, cause, found } = findings([...opening, ['server', 'NAY not today\r\n']])
    expect(outcome).toMatchObject({ outcome: 'failed', failure: { side: 'server' } })
    expect(cause).toBe('starttls-refused')
    expect(found[0]).toMatchObject({ rule: 'starttls-refused', severity: 'error', side: 'server' })
    expect(found[0]!.explanation).toContain('mumble')
    expect(found[0]!.explanation).toContain('NAY not today')
    expect(found[0]!.remedy).not.toBe('')
  })

  it('shows a client that does not wait for the consent (S59)', () => {
    const { found } = findings([
      ...opening.slice(0, 3),
      ['client', 'CLOAK\r\n', clientHello],
      ['server', 'AYE\r\n'],
      ['server', serverHello],
    ])
    expect(found.map(({ rule }) => rule)).toContain('starttls-pipelined')
  })

  it('makes no conversation where nobody wants TLS', () => {
    expect(told([...opening.slice(0, 3), ['client', 'SPEAK up\r\n'], ['server', 'fine\r\n']])).toEqual({
      conversations: 0,
    })
  })
})
