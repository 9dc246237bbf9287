// DTLS associations that the capture holds only in part: what is missing is named, not taken for an ending.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trustOf } from '../../../electron/worker/trust.ts'
import type { Conversation } from '../../../shared/conversation/facts.ts'
import { judge } from '../../../shared/diagnosis/judge.ts'
import { outcomeOf } from '../../../shared/schannel/outcome.ts'
import { framesOf, scanFrames } from '../../support/datagrams.ts'

const world = { trust: trustOf(null), clock: { baseSeconds: 1.8e9 }, now: 1.8e12 }
const capture = readFileSync(join(import.meta.dirname, '../../captures/keys/dtls12-gcm.pcap'))
const frames = framesOf(capture)
const linkType = capture.readUInt32LE(20)

function verdict(conversation: Conversation) {
  const outcome = outcomeOf(conversation)
  return [outcome.outcome, judge(conversation, outcome, world)[0]?.cause]
}

describe('a DTLS association', () => {
  it('is established in the whole capture', () => {
    const [whole] = scanFrames(
      frames.map((bytes) => ({ bytes })),
      linkType,
    ).conversations
    expect(verdict(whole!)).toEqual(['established', undefined])
  })

  it('whose datagrams were cut when captured is truncated', () => {
    const cut = scanFrames(
      frames.map((bytes) => ({ bytes: bytes.slice(0, 150) })),
      linkType,
    ).conversations
    expect(verdict(cut[0]!)).toEqual(['incomplete', 'truncated-capture'])
  })

  it('whose ClientHello was not captured began before the capture', () => {
    const late = scanFrames(
      frames.slice(3).map((bytes) => ({ bytes })),
      linkType,
    ).conversations
    expect(verdict(late[0]!)).toEqual(['incomplete', 'capture-gap'])
  })
})
