// The score of the window and that of reports tell the same things in the same order, on every capture at hand.

import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyseFile } from '../electron/worker/analyse.ts'
import { beatsOf } from '../renderer/timeline/beats.ts'
import type { ReportCall, ReportConversation } from '../shared/contract/report.ts'
import { scoreOf } from '../shared/report/score.ts'

const folders = [
  'test/captures',
  'test/captures/keys',
  'test/captures/carriers',
  'test/captures/refusals',
  '../shared/captures/lab',
]
const captures = folders.flatMap((folder) => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pcap'))
      .map((name) => resolve(join(folder, name)))
  } catch {
    return []
  }
})
const replay = {
  delivery: 'as-captured',
  partial: 'consume',
  statuses: 'documented',
  profile: { client: null, server: null },
} as const
/** What reports leave out, and what the window draws as one with the bytes it concerns. */
const notTold = new Set(['syn', 'keep-alive', 'overlap', 'duplicate', 'retransmission', 'reordered'])

function called(side: 'client' | 'server', calls: readonly ReportCall[]): string[] {
  return calls.map((call) => `${side} ${String(call.n)}`)
}

function inWindow(conversation: ReportConversation): string[] {
  const told: string[] = []
  for (const beat of beatsOf(conversation, new Set())) {
    if (beat.kind === 'call') told.push(...called(beat.group.side, beat.group.calls))
    if (beat.kind === 'gap') told.push(`${beat.event.kind} #${String(beat.event.packet)}`)
    if (beat.kind !== 'event') continue
    for (const event of beat.events)
      if (!notTold.has(event.kind)) told.push(`${event.kind} #${String(event.packet)}`)
  }
  return told
}

function inReport(conversation: ReportConversation): string[] {
  const told: string[] = []
  for (const { client, server, wire } of scoreOf(conversation)) {
    for (const [side, part] of [
      ['client', client],
      ['server', server],
    ] as const)
      if (part?.role === 'call' && part.calls[0]?.function !== 'DeleteSecurityContext')
        told.push(...called(side, part.calls))
    if (wire?.kind !== 'event') continue
    for (const event of wire.events)
      if (!notTold.has(event.kind)) told.push(`${event.kind} #${String(event.packet)}`)
  }
  return told
}

describe('the order of the score', () => {
  it.each(captures.map((path) => [path.split('/').at(-1), path] as const))(
    'is the same in %s',
    async (_, path) => {
      const outcome = await analyseFile(path, {
        keylog: null,
        key: null,
        passwordFile: null,
        roots: null,
        replay,
      })
      if (!outcome.ok) throw new Error(outcome.fault.message)
      for (const row of outcome.value.rows) {
        const conversation = outcome.value.inspect(row.id, replay)
        const calls = new Set(inWindow(conversation).filter((each) => !each.includes('#')))
        // Application data is folded in the window: its calls are on one line.
        const same = inReport(conversation).filter((each) => each.includes('#') || calls.has(each))
        expect(same).toEqual(inWindow(conversation))
      }
      outcome.value.close()
    },
  )
})
